/**
 * Entry point of a handler's process, the local counterpart of Lambda's Node.js runtime. It receives one invocation at a time
 * over IPC and sends back the handler's result and log lines.
 */
import module from 'node:module';
import type { LogLine } from '../../shared/service-interfaces.ts';
import { callHandler } from './call-handler.ts';
import { captureOutput } from './capture-output.ts';
import { type LoadedHandler, lastCallbackVersion, loadHandler } from './load-handler.ts';
import type { ErrorReport, InvocationMessage, InvocationUsage, ResultMessage } from './messages.ts';
import { defineStreamingGlobal } from './response-stream.ts';

const nodeVersion = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV ?? '')?.[1] ?? 24);
const isJson = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
let invocation: InvocationMessage | undefined;
let lines: LogLine[] = [];
let loaded: Promise<LoadedHandler> | undefined;
let initMs = 0;

const log = captureOutput({
  isJson,
  minLevel: process.env.AWS_LAMBDA_LOG_LEVEL ?? 'TRACE',
  requestId: () => invocation?.requestId ?? '',
  tenantId: () => invocation?.tenantId,
  append: (line) => lines.push(line),
});

function toErrorReport(error: unknown): ErrorReport {
  if (!(error instanceof Error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const trace = error.stack?.split('\n') ?? [];
  return { errorType: error.name, errorMessage: error.message, trace };
}

function createContext(message: InvocationMessage): Record<string, unknown> {
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
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** Lambda's Node.js runtime passes the trace header of an invocation in this variable. */
function setTraceHeader(header: string | undefined): void {
  if (header === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = header;
}

function sendResult(result: Omit<ResultMessage, 'lines'>): void {
  const message: ResultMessage = { ...result, lines };
  lines = [];
  process.send?.(message);
}

/**
 * Saves the compiled code for the next process of the function: Node would save it when the process ends by itself, but the runtime kills
 * it. Node.js 20 does not compile to a cache.
 */
function saveCompiledCode(): void {
  module.flushCompileCache?.();
}

async function invoke(message: InvocationMessage): Promise<void> {
  invocation = message;
  setTraceHeader(message.traceHeader);
  let startedAt = performance.now();
  const readUsage = (): InvocationUsage => ({
    durationMs: performance.now() - startedAt,
    memoryMb: Math.ceil(process.resourceUsage().maxRSS / 1024),
    initMs,
  });
  const isFirst = !loaded;
  try {
    if (!loaded) {
      loaded = loadHandler({
        root: process.env.LAMBDA_TASK_ROOT ?? '.',
        handler: process.env._HANDLER ?? '',
        nodeVersion,
      });
      await loaded;
      startedAt = performance.now();
      initMs = startedAt;
    }
    const handler = await loaded;
    const payload = await callHandler(handler, JSON.parse(message.event), createContext(message));
    sendResult({ payload, usage: readUsage() });
    if (isFirst) saveCompiledCode();
  } catch (error) {
    loaded?.catch(() => {
      loaded = undefined;
    });
    const report = toErrorReport(error);
    if (isJson) log('ERROR', error);
    else log('ERROR', `Invoke Error\t${JSON.stringify(report)}`);
    sendResult({ error: report, usage: readUsage() });
  }
}

/**
 * Ends the process after an error that nothing caught. Up to Node.js 22 the runtime reports the error itself; later ones leave it to
 * Node, so that the caller only learns that the process ended. Source: aws-lambda-ric 3.3 and 4.0.
 */
function exitAfter(error: unknown, { type, status }: { type: string; status: number }): void {
  const report = toErrorReport(error);
  if (nodeVersion > lastCallbackVersion) {
    log('ERROR', report.trace?.join('\n') || report.errorMessage);
    process.exit(1);
  }
  const errorMessage = `${report.errorType}: ${report.errorMessage}`;
  const reported =
    type === 'Runtime.UnhandledPromiseRejection'
      ? { errorType: type, errorMessage, trace: report.trace ?? [] }
      : report;
  log('ERROR', `Unhandled error\t${JSON.stringify(reported)}`);
  sendResult({ error: reported });
  process.exit(status);
}

if (process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA !== '1') defineStreamingGlobal();
process.on('uncaughtException', (error) =>
  exitAfter(error, { type: 'Runtime.UncaughtException', status: 129 }),
);
process.on('unhandledRejection', (error) =>
  exitAfter(error, { type: 'Runtime.UnhandledPromiseRejection', status: 128 }),
);
process.on('exit', () => {
  if (lines.length > 0) sendResult({});
});
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => void invoke(message as InvocationMessage));
