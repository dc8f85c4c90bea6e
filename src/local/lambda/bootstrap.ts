/**
 * The process a handler runs in: takes one invocation at a time over IPC and answers what the handler returned,
 * with what it printed. The local counterpart of Lambda's Node.js runtime.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import type { LogLine } from '../service-interfaces.ts';

export interface InvocationMessage {
  readonly requestId: string;
  readonly event: string;
  /** Wall clock, epoch ms. */
  readonly deadline: number;
  readonly functionArn: string;
  readonly tenantId?: string;
}

export interface ErrorReport {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

/** What an invocation took. */
export interface Used {
  readonly durationMs: number;
  /** The most that the process has used so far. */
  readonly memoryMb: number;
  /** From the start of the process until the handler was loaded. */
  readonly initMs: number;
}

export interface ResultMessage {
  readonly used?: Used;
  readonly lines: readonly LogLine[];
  /** Neither is there when only lines are handed over. */
  readonly payload?: string;
  readonly error?: ErrorReport;
}

type Handler = (event: unknown, context: unknown) => unknown;
const json = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const lowest = levels.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL ?? 'TRACE');
let requestId = '';
let lines: LogLine[] = [];
let loaded: Promise<Handler> | undefined;
let initMs = 0;

function print(level: string, text: string): void {
  if (json && levels.indexOf(level) < lowest) return;
  const timestamp = Date.now();
  const structured = json && !isObject(text);
  const message = structured
    ? JSON.stringify({
        timestamp: new Date(timestamp).toISOString(),
        level,
        requestId,
        message: text,
      })
    : json
      ? text
      : `${new Date(timestamp).toISOString()}\t${requestId}\t${level}\t${text}`;
  lines.push({ timestamp, message });
}

function isObject(text: string): boolean {
  if (!text.startsWith('{')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function capture(): void {
  for (const [method, level] of [
    ['log', 'INFO'],
    ['info', 'INFO'],
    ['debug', 'DEBUG'],
    ['warn', 'WARN'],
    ['error', 'ERROR'],
    ['trace', 'TRACE'],
  ] as const) {
    console[method] = (...parts: unknown[]) => print(level, format(...parts));
  }
  const write = (chunk: string | Uint8Array) => {
    const message = Buffer.from(chunk).toString('utf8').replace(/\n$/, '');
    lines.push({ timestamp: Date.now(), message });
    return true;
  };
  process.stdout.write = write;
  process.stderr.write = write;
}

async function load(): Promise<Handler> {
  const [file = 'index', name = 'handler'] = (process.env._HANDLER ?? '').split('.');
  const root = process.env.LAMBDA_TASK_ROOT ?? '.';
  const path = ['.mjs', '.js', '.cjs']
    .map((end) => join(root, file + end))
    .find((each) => existsSync(each));
  if (!path) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`);
  const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  const handler =
    module[name] ?? (module['default'] as Record<string, unknown> | undefined)?.[name];
  if (typeof handler !== 'function') {
    throw named('Runtime.HandlerNotFound', `${file}.${name} is undefined or not exported`);
  }
  return handler as Handler;
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

function report(error: unknown): ErrorReport {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  const trace = error.stack?.split('\n') ?? [];
  return { errorType: error.name, errorMessage: error.message, trace };
}

function context(message: InvocationMessage): unknown {
  const { requestId: awsRequestId, deadline, functionArn, tenantId } = message;
  const env = process.env;
  return {
    awsRequestId,
    invokedFunctionArn: functionArn,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    ...(tenantId === undefined ? {} : { tenantId }),
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function answer(result: Omit<ResultMessage, 'lines'>): void {
  const message: ResultMessage = { ...result, lines };
  lines = [];
  process.send?.(message);
}

async function invoke(message: InvocationMessage): Promise<void> {
  requestId = message.requestId;
  let begun = performance.now();
  const used = (): Used => ({
    durationMs: performance.now() - begun,
    memoryMb: Math.ceil(process.resourceUsage().maxRSS / 1024),
    initMs,
  });
  try {
    if (!loaded) {
      loaded = load();
      await loaded;
      begun = performance.now();
      initMs = begun;
    }
    const handler = await loaded;
    const result = await handler(JSON.parse(message.event), context(message));
    answer({ payload: JSON.stringify(result) ?? 'null', used: used() });
  } catch (error) {
    loaded?.catch(() => {
      loaded = undefined;
    });
    print('ERROR', `Invoke Error\t${JSON.stringify(report(error))}`);
    answer({ error: report(error), used: used() });
  }
}

function fail(errorType: string, error: unknown): void {
  print('ERROR', `${errorType}\t${JSON.stringify(report(error))}`);
  process.exit(1);
}

capture();
process.on('uncaughtException', (error) => fail('Uncaught Exception', error));
process.on('unhandledRejection', (error) => fail('Unhandled Promise Rejection', error));
process.on('exit', () => {
  if (lines.length > 0) answer({});
});
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => void invoke(message as InvocationMessage));
