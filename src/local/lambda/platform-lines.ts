import type { LogLine } from '../services.ts';
import type { Job, Outcome } from './environments.ts';

/** What a handler printed between the lines Lambda itself writes, in the function's log format. */
export function platformLines(run: {
  job: Job;
  started: number;
  lines: readonly LogLine[];
  outcome: Outcome;
}): LogLine[] {
  const { job, started, lines, outcome } = run;
  const { settings, version } = job.code;
  const { requestId } = job;
  const now = Date.now();
  const duration = Math.max(1, now - started);
  const timedOut = outcome.error?.errorType === 'Sandbox.Timedout';
  if (settings.logFormat === 'JSON') {
    const line = (timestamp: number, type: string, record: object): LogLine => ({
      timestamp,
      message: JSON.stringify({ time: new Date(timestamp).toISOString(), type, record }),
    });
    const status = timedOut ? 'timeout' : outcome.error ? 'error' : 'success';
    const metrics = {
      durationMs: duration,
      billedDurationMs: duration,
      memorySizeMB: settings.memory,
    };
    return [
      line(started, 'platform.start', { requestId, version }),
      ...lines,
      line(now, 'platform.report', { requestId, metrics, status }),
    ];
  }
  const report =
    `REPORT RequestId: ${requestId}\tDuration: ${duration}.00 ms\tBilled Duration: ${duration} ms\t` +
    `Memory Size: ${settings.memory} MB`;
  return [
    { timestamp: started, message: `START RequestId: ${requestId} Version: ${version}` },
    ...lines,
    ...(outcome.error && /^(Runtime|Sandbox)\./.test(outcome.error.errorType)
      ? [{ timestamp: now, message: outcome.error.errorMessage }]
      : []),
    { timestamp: now, message: `END RequestId: ${requestId}` },
    { timestamp: now, message: report },
  ];
}
