import { format } from 'node:util';
import type { LogLine } from '../../shared/service-interfaces.ts';

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
type Level = (typeof levels)[number];

/** Settings of a function's log, and the invocation that its lines belong to. */
export interface OutputOptions {
  readonly isJson: boolean;
  /** Lowest level that is logged. */
  readonly minLevel: string;
  readonly requestId: () => string;
  readonly tenantId: () => string | undefined;
  readonly append: (line: LogLine) => void;
}

/** Replaces `console` and the standard streams, and returns a function that logs at a level as `console` does. */
export function captureOutput(options: OutputOptions): (level: Level, ...parts: unknown[]) => void {
  const print = (level: Level, ...parts: unknown[]) => {
    if (levels.indexOf(level) < levels.indexOf(options.minLevel as Level)) return;
    const timestamp = Date.now();
    options.append({ timestamp, message: formatLine(options, { timestamp, level, parts }) });
  };
  const methods = {
    log: 'INFO',
    info: 'INFO',
    debug: 'DEBUG',
    warn: 'WARN',
    error: 'ERROR',
    trace: 'TRACE',
    fatal: 'FATAL',
  } as const;
  for (const [method, level] of Object.entries(methods)) {
    Object.assign(console, { [method]: (...parts: unknown[]) => print(level, ...parts) });
  }
  for (const stream of [process.stdout, process.stderr])
    stream.write = captureWrite(options.append);
  return print;
}

/** Returns a `write` that keeps the contract of Node's: it calls the callback, which may follow the encoding. */
function captureWrite(append: OutputOptions['append']): typeof process.stdout.write {
  return (chunk: string | Uint8Array, ...rest: unknown[]) => {
    const [encoding] = rest;
    const bytes =
      typeof chunk === 'string'
        ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
        : Buffer.from(chunk);
    append({ timestamp: Date.now(), message: bytes.toString('utf8').replace(/\n$/, '') });
    const callback = rest.find((argument) => typeof argument === 'function');
    if (callback) process.nextTick(callback as () => void);
    return true;
  };
}

interface Line {
  readonly timestamp: number;
  readonly level: Level;
  readonly parts: readonly unknown[];
}

/** Source: the log formats of aws-lambda-ric 4.0. */
function formatLine(
  { isJson, requestId, tenantId }: OutputOptions,
  { timestamp, level, parts }: Line,
): string {
  const time = new Date(timestamp).toISOString();
  if (!isJson) return `${time}\t${requestId()}\t${level}\t${format(...parts)}`;
  const tenant = tenantId();
  const head = {
    timestamp: time,
    level,
    requestId: requestId(),
    ...(tenant === undefined ? {} : { tenantId: tenant }),
  };
  try {
    return JSON.stringify({ ...head, ...jsonMessage(parts) }, replaceErrors);
  } catch {
    // Cycles and BigInts have no JSON form.
    return JSON.stringify({ ...head, message: format(...parts) });
  }
}

function jsonMessage(parts: readonly unknown[]): Record<string, unknown> {
  const [first] = parts;
  if (parts.length === 1) {
    const isText = typeof first !== 'object' || first === null;
    return { message: isText ? format(first) : first };
  }
  const error = parts.find((part) => part instanceof Error);
  return {
    message: format(...parts),
    ...(error
      ? {
          errorType: error.constructor.name,
          errorMessage: error.message,
          stackTrace: stackLines(error),
        }
      : {}),
  };
}

function replaceErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const {
    name: _name,
    message: _message,
    stack: _stack,
    ...own
  } = value as Error & Record<string, unknown>;
  return {
    errorType: value.constructor.name,
    errorMessage: value.message,
    stackTrace: stackLines(value),
    ...own,
  };
}

function stackLines({ stack = '' }: Error): string[] {
  return stack === '' ? [] : stack.split('\n');
}
