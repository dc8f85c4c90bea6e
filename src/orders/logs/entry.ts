/** Parses log events of the functions into entries. Pure. */

/** `workflow`, `intake` and `status` are lines of these functions, `platform` are lines of Lambda about their invocations. */
export const logSources = ['workflow', 'intake', 'status', 'platform'] as const;
export type LogSource = (typeof logSources)[number];
export const logLevels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type LogLevel = (typeof logLevels)[number];

/** An event as stored by CloudWatch Logs. */
export interface LogEvent {
  readonly id: string;
  /** When the function wrote the event (ms since the epoch). */
  readonly timestamp: number;
  /** When CloudWatch received the event (ms since the epoch). */
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
  /** Whether the line only reports metrics, in CloudWatch's embedded metric format. */
  readonly isMetrics?: true;
  /** All other fields of the line. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Parses an event of the function's log group. An event in an unknown format becomes a text of level INFO. */
export function parseEntry(event: LogEvent, group: Exclude<LogSource, 'platform'>): LogEntry {
  const record = parseRecord(event.message);
  if (!record) return { ...event, ...plainTextEntry(event.message, group), fields: {} };
  if (typeof record['type'] === 'string' && isObject(record['record'])) {
    return { ...event, ...platformEntry(record['type'], record['record']) };
  }
  if (isObject(record['_aws'])) return { ...event, source: group, ...metricsEntry(record) };
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
  // The workflow logs one object per line, with the text and all other fields.
  const { text, stage: ___, ...logged } = isObject(message) ? message : {};
  const isWorkflowLine = typeof text === 'string';
  const {
    attempt,
    orderId = parseOrderId(executionArn),
    ...fields
  } = {
    ...rest,
    ...(isWorkflowLine && logged),
  };
  return {
    ...event,
    source: group,
    level: parseLevel(level),
    text: isWorkflowLine ? text : formatMessage(message),
    ...(typeof orderId === 'string' ? { orderId } : {}),
    ...(typeof operationName === 'string' ? { step: operationName } : {}),
    ...(typeof attempt === 'number' ? { attempt } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
    fields,
  };
}

const formatMessage = (message: unknown) =>
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

/**
 * Parses `2026-11-22T08:12:04.402Z\t<request id>\tINFO\tmessage`, or a line of Lambda such as `START RequestId: ...`.
 */
function plainTextEntry(message: string, group: Exclude<LogSource, 'platform'>) {
  const text = message.trimEnd();
  const [, requestId, level, rest] = /^\S+\t(\S+)\t([A-Z]+)\t(.*)$/s.exec(text) ?? [];
  if (requestId && level) {
    return { source: group, level: parseLevel(level), text: rest ?? '', requestId };
  }
  const [, id] = /^(?:START|END|REPORT|INIT_START) (?:RequestId: (\S+))?/.exec(text) ?? [];
  const isPlatformLine = /^(START|END|REPORT|INIT_START) /.test(text);
  return {
    source: isPlatformLine ? ('platform' as const) : group,
    level: 'INFO' as const,
    text,
    ...(id ? { requestId: id } : {}),
  };
}

/** Converts a line in the embedded metric format, from which CloudWatch extracts metrics. */
function metricsEntry({ _aws, orderId, ...fields }: Record<string, unknown>) {
  return {
    level: 'INFO' as const,
    text: 'metrics',
    isMetrics: true as const,
    ...(typeof orderId === 'string' ? { orderId } : {}),
    fields,
  };
}

/** Converts a line of Lambda in JSON: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html */
function platformEntry(type: string, record: Record<string, unknown>) {
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

function parseOrderId(executionArn: unknown): string | undefined {
  if (typeof executionArn !== 'string') return undefined;
  return /\/durable-execution\/([^/]+)\//.exec(executionArn)?.[1];
}

function parseLevel(level: unknown): LogLevel {
  const name = typeof level === 'string' ? level.toUpperCase() : '';
  return logLevels.find((known) => known === name) ?? 'INFO';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
