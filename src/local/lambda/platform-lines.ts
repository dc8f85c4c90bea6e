import type { LogLine } from '../shared/service-interfaces.ts';
import type { HandlerJob, HandlerOutcome } from './handler-job.ts';
import type { InvocationUsage } from './node-runtime/messages.ts';

interface InvocationRun {
  readonly job: HandlerJob;
  /** Start of the invocation (epoch ms). */
  readonly started: number;
  /** True for the first invocation of its environment. */
  readonly cold: boolean;
  readonly lines: readonly LogLine[];
  readonly outcome: HandlerOutcome;
  /** Usage reported by the process; undefined if it ended before reporting. */
  readonly usage: InvocationUsage | undefined;
}

/**
 * Returns the log lines of an invocation in the function's log format: the handler's lines, enclosed by the lines of Lambda.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 */
export function platformLines(run: InvocationRun): LogLine[] {
  return run.job.code.settings.logFormat === 'JSON' ? jsonLines(run) : textLines(run);
}

/** Returns the metrics of the report line: durations (ms) and memory (MB). */
function reportMetrics({ job, started, cold, usage }: InvocationRun) {
  const { durationMs = Date.now() - started, memoryMb, initMs } = usage ?? {};
  const init = cold && initMs !== undefined ? initMs : undefined;
  return {
    durationMs: Math.max(0.01, round(durationMs)),
    // Lambda bills the initialization too.
    billedDurationMs: Math.max(1, Math.ceil(durationMs + (init ?? 0))),
    memorySizeMB: job.code.settings.memory,
    ...(memoryMb === undefined ? {} : { maxMemoryUsedMB: memoryMb }),
    ...(init === undefined ? {} : { initDurationMs: round(init) }),
  };
}

const round = (ms: number) => Math.round(ms * 100) / 100;

function jsonLines(run: InvocationRun): LogLine[] {
  const { job, started, cold, lines, outcome } = run;
  const { version, settings } = job.code;
  const { requestId } = job;
  const line = (timestamp: number, type: string, record: object): LogLine => ({
    timestamp,
    message: JSON.stringify({ time: new Date(timestamp).toISOString(), type, record }),
  });
  const timedOut = outcome.error?.errorType === 'Sandbox.Timedout';
  const status = timedOut ? 'timeout' : outcome.error ? 'error' : 'success';
  const init = {
    initializationType: 'on-demand',
    phase: 'init',
    runtimeVersion: process.version,
    functionName: settings.name,
    functionVersion: version,
  };
  return [
    ...(cold ? [line(started, 'platform.initStart', init)] : []),
    line(started, 'platform.start', { requestId, version }),
    ...lines,
    line(Date.now(), 'platform.report', { requestId, metrics: reportMetrics(run), status }),
  ];
}

function textLines(run: InvocationRun): LogLine[] {
  const { job, started, cold, lines, outcome } = run;
  const { requestId } = job;
  const now = Date.now();
  const metrics = reportMetrics(run);
  const { initDurationMs: init, maxMemoryUsedMB: memory } = metrics;
  const report = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${metrics.durationMs.toFixed(2)} ms`,
    `Billed Duration: ${metrics.billedDurationMs} ms`,
    `Memory Size: ${metrics.memorySizeMB} MB`,
    ...(memory === undefined ? [] : [`Max Memory Used: ${memory} MB`]),
    ...(init === undefined ? [] : [`Init Duration: ${init.toFixed(2)} ms`]),
  ].join('\t');
  const fatal = outcome.error && /^(Runtime|Sandbox)\./.test(outcome.error.errorType);
  const messages = [
    ...(fatal ? [outcome.error.errorMessage] : []),
    `END RequestId: ${requestId}`,
    report,
  ];
  return [
    ...(cold
      ? [{ timestamp: started, message: `INIT_START Runtime Version: ${process.version}` }]
      : []),
    { timestamp: started, message: `START RequestId: ${requestId} Version: ${job.code.version}` },
    ...lines,
    ...messages.map((message) => ({ timestamp: now, message })),
  ];
}
