import type { LogLine } from '../service-interfaces.ts';
import type { Used } from './bootstrap.ts';
import type { Job, Outcome } from './handler-job.ts';

interface Run {
  readonly job: Job;
  /** Epoch ms. */
  readonly started: number;
  /** The first of its environment. */
  readonly cold: boolean;
  readonly lines: readonly LogLine[];
  readonly outcome: Outcome;
  /** What the process said of itself; absent when it did not live to do so. */
  readonly used: Used | undefined;
}

/**
 * What a handler printed between the lines Lambda itself writes, in the function's log format.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 */
export function platformLines(run: Run): LogLine[] {
  return run.job.code.settings.logFormat === 'JSON' ? jsonLines(run) : textLines(run);
}

/** Durations in ms, memory in MB. */
function metricsOf({ job, started, cold, used }: Run) {
  const { durationMs = Date.now() - started, memoryMb, initMs } = used ?? {};
  const init = cold && initMs !== undefined ? initMs : undefined;
  return {
    durationMs: Math.max(0.01, round(durationMs)),
    // Initialisation is billed as well.
    billedDurationMs: Math.max(1, Math.ceil(durationMs + (init ?? 0))),
    memorySizeMB: job.code.settings.memory,
    ...(memoryMb === undefined ? {} : { maxMemoryUsedMB: memoryMb }),
    ...(init === undefined ? {} : { initDurationMs: round(init) }),
  };
}

const round = (ms: number) => Math.round(ms * 100) / 100;

function jsonLines(run: Run): LogLine[] {
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
    line(Date.now(), 'platform.report', { requestId, metrics: metricsOf(run), status }),
  ];
}

function textLines(run: Run): LogLine[] {
  const { job, started, cold, lines, outcome } = run;
  const { requestId } = job;
  const now = Date.now();
  const metrics = metricsOf(run);
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
