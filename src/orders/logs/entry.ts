/** A log event of a function as people and programs read it. Pure. */

/** `platform`: what Lambda itself says of an invocation. */
export const logSources = ['workflow', 'status', 'platform'] as const;
export type LogSource = (typeof logSources)[number];
export const logLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type LogLevel = (typeof logLevels)[number];

/** An event as CloudWatch Logs keeps it. */
export interface LogEvent {
  readonly id: string;
  /** Milliseconds since the epoch: when it was written, and when CloudWatch had it. */
  readonly timestamp: number;
  readonly ingested: number;
  readonly message: string;
}

export interface LogEntry extends LogEvent {
  readonly source: LogSource;
  readonly level: LogLevel;
  readonly text: string;
  readonly orderId?: string;
  readonly step?: string;
  readonly attempt?: number;
  readonly requestId?: string;
  /** What else the line holds. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Reads an event of the function's log group; what is in no known format is a message of level INFO. */
export function parseEntry(event: LogEvent, group: Exclude<LogSource, 'platform'>): LogEntry {
  const record = parseRecord(event.message);
  if (!record) return { ...event, ...plainText(event.message, group), fields: {} };
  if (typeof record['type'] === 'string' && isObject(record['record'])) {
    return { ...event, ...platformRecord(record['type'], record['record']) };
  }
  if (isObject(record['_aws'])) return { ...event, source: group, ...metrics(record) };
  const {
    timestamp: _,
    level,
    message,
    requestId,
    executionArn,
    operationId: __,
    operationName,
    ...rest
  } = record;
  // The workflow's own lines say what there is to say in one object.
  const { text, stage: ___, ...more } = isObject(message) ? message : {};
  const said = typeof text === 'string';
  const { attempt, orderId = orderOf(executionArn), ...fields } = { ...rest, ...(said && more) };
  return {
    ...event,
    source: group,
    level: levelOf(level),
    text: said ? text : textOf(message),
    ...(typeof orderId === 'string' ? { orderId } : {}),
    ...(typeof operationName === 'string' ? { step: operationName } : {}),
    ...(typeof attempt === 'number' ? { attempt } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
    fields,
  };
}

const textOf = (message: unknown) =>
  typeof message === 'string' ? message : JSON.stringify(message ?? '');

function parseRecord(message: string): Record<string, unknown> | undefined {
  if (!message.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(message);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `2026-11-22T08:12:04.402Z\t<request id>\tINFO\tmessage`, or a line of Lambda's own. */
function plainText(message: string, group: Exclude<LogSource, 'platform'>) {
  const text = message.trimEnd();
  const [, requestId, level, rest] = /^\S+\t(\S+)\t([A-Z]+)\t(.*)$/s.exec(text) ?? [];
  if (requestId && level) {
    return { source: group, level: levelOf(level), text: rest ?? '', requestId };
  }
  const [, id] = /^(?:START|END|REPORT|INIT_START) (?:RequestId: (\S+))?/.exec(text) ?? [];
  const own = /^(START|END|REPORT|INIT_START) /.test(text);
  return {
    source: own ? ('platform' as const) : group,
    level: 'INFO' as const,
    text,
    ...(id ? { requestId: id } : {}),
  };
}

/** A line that CloudWatch takes metrics from. */
function metrics({ _aws, orderId, ...fields }: Record<string, unknown>) {
  return {
    level: 'INFO' as const,
    text: 'metrics',
    ...(typeof orderId === 'string' ? { orderId } : {}),
    fields,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html */
function platformRecord(type: string, record: Record<string, unknown>) {
  const { requestId, metrics, status, version } = record;
  const failed = status !== undefined && status !== 'success';
  return {
    source: 'platform' as const,
    level: failed ? ('ERROR' as const) : ('INFO' as const),
    text: type.replace(/^platform\./, ''),
    ...(typeof requestId === 'string' ? { requestId } : {}),
    fields: {
      ...(version === undefined ? {} : { version }),
      ...(isObject(metrics) ? metrics : {}),
      ...(status === undefined ? {} : { status }),
    },
  };
}

function orderOf(executionArn: unknown): string | undefined {
  if (typeof executionArn !== 'string') return undefined;
  return /\/durable-execution\/([^/]+)\//.exec(executionArn)?.[1];
}

function levelOf(level: unknown): LogLevel {
  const name = typeof level === 'string' ? level.toUpperCase() : '';
  return logLevels.find((each) => each === name) ?? 'INFO';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
