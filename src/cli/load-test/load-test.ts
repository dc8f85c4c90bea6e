/** Runs a load test for the command: shows its progress, writes its report and sets the exit code. */
import { isNotFound } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import type { Target } from '../../environment/target.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { LoadOptions } from '../../orders/load-test/load-options.ts';
import type { LoadProgress } from '../../orders/load-test/load-progress.ts';
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import { runLoadTest } from '../../orders/load-test/run.ts';
import { UserError } from '../../user-error.ts';
import { addEnvFlag } from '../command/hints.ts';
import { listenForInterrupt } from '../command/interrupt.ts';
import { formatRecord } from '../command/json-output.ts';
import { dim, endOnBrokenPipe, eraseEcho, mark, type Ui } from '../terminal/terminal.ts';
import { LoadTestDisplay } from './load-test-display.ts';
import { createRecordRenderer, createRenderer } from './load-test-renderers.ts';
import { toEndRecord } from './progress-records.ts';
import type { ReportFiles, ReportWriter } from './report-writer.ts';

export interface LoadTestOptions {
  readonly ui: Ui;
  /** Whether records are written to stdout. */
  readonly json: boolean;
  readonly timeoutMs: number | undefined;
  /** Writes the report files; absent with `--no-report`. */
  readonly reportWriter: ReportWriter | undefined;
}

export interface LoadResult {
  readonly report: LoadReport;
  readonly files: ReportFiles | undefined;
}

/**
 * Runs a load test and shows its progress on stderr, and as records on stdout with `json`. Sets the exit code. Returns the
 * report; undefined if the reader of stdout has gone away.
 */
export async function showLoadTest(
  stack: Stack,
  options: Omit<LoadOptions, 'signal' | 'stop'>,
  { ui, json, timeoutMs, reportWriter }: LoadTestOptions,
): Promise<LoadResult | undefined> {
  const display = new LoadTestDisplay(options);
  const { signal, abort, release } = listenForInterrupt(timeoutMs, () =>
    display.stopSubmitting(ui),
  );
  endOnBrokenPipe(abort);
  const renderers = [
    await createRenderer(ui, stack.target, options),
    ...(json ? [createRecordRenderer()] : []),
  ];
  const close = () => Promise.all(renderers.map((renderer) => renderer.close()));
  // Release the terminal immediately: the report may take a moment.
  signal.addEventListener('abort', () => void close(), { once: true });
  const showProgress = (progress: LoadProgress) => {
    // The report is named after the start of the measurement, which follows the warm-up.
    if (progress.phase !== 'warm-up') reportWriter?.writeIfDue(progress.buildPartialReport);
    const snapshot = display.update(progress);
    for (const renderer of renderers) renderer.show(snapshot);
  };
  try {
    const test = runLoadTest(stack, { ...options, signal, stop: display.stop });
    const report = await consume(test, showProgress);
    await close();
    const files = reportWriter?.write(report);
    const exitCode = exitCodeFor(report, signal.reason);
    process.exitCode = exitCode;
    if (signal.reason === 'EPIPE') return undefined;
    if (report.cut && ui !== 'quiet') printTruncation(report, stack.target, ui);
    if (json) process.stdout.write(formatRecord(toEndRecord({ report, files, exitCode })));
    return { report, files };
  } catch (error) {
    await close();
    // Without this error, the caller would look up the stack again and repeat the test although orders are running.
    if (isNotFound(error) && display.hasStarted) throw stackGoneError(stack.target);
    throw error;
  } finally {
    release();
  }
}

/** Calls `onProgress` for every value of the generator. Returns its result. */
async function consume<Progress, Result>(
  events: AsyncGenerator<Progress, Result>,
  onProgress: (progress: Progress) => void,
): Promise<Result> {
  let next = await events.next();
  for (; !next.done; next = await events.next()) onProgress(next.value);
  return next.value;
}

function stackGoneError(target: Target): UserError {
  return new UserError('The stack was deleted or replaced during the load test.', {
    hint: addEnvFlag(target, 'orders deploy'),
    code: 'StackGone',
    exit: 3,
  });
}

/** Returns the exit code of a load test. It never depends on the outcome of a single order. */
export function exitCodeFor(report: LoadReport, reason: unknown): ExitCode {
  const { passed, cut } = report;
  if (cut === 'interrupted' && reason === 'EPIPE') return 0;
  if (cut === 'interrupted' || cut === 'stopped') {
    if (hasFailed(report)) return 99;
    return reason === 'SIGTERM' ? 143 : 130;
  }
  if (!passed || cut === 'threshold') return 99;
  return cut === 'timeout' ? 124 : 0;
}

/** Whether a partial report already proves a failure. Checks and thresholds without a result do not count. */
const hasFailed = ({ checks, thresholds }: LoadReport) =>
  checks.some(({ passed, notJudged }) => !passed && !notJudged) ||
  thresholds.some(({ passed, value }) => !passed && value !== undefined);

/** Prints to stderr why the test stopped early, and how many orders were not submitted or are still running. */
function printTruncation({ cut, outcome }: LoadReport, target: Target, ui: Ui): void {
  const { submitted, planned, running } = outcome;
  const reasons = { timeout: 'Timed out', threshold: 'A threshold was exceeded' };
  const reason = cut === 'timeout' || cut === 'threshold' ? reasons[cut] : 'Stopped';
  const missing = submitted < planned ? `; ${planned - submitted} orders were not submitted` : '';
  const continuing = `; ${running} running ${running === 1 ? 'order continues' : 'orders continue'}`;
  if (ui === 'live') eraseEcho();
  process.stderr.write(
    `${mark('note')} ${reason}${missing}${cut === 'stopped' ? '' : continuing}\n`,
  );
  if (running > 0) {
    process.stderr.write(`  ${dim(addEnvFlag(target, 'orders list --running'))}\n`);
  }
}
