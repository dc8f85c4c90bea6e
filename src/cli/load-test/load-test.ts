/** Connects a load test with how it is shown; its verdict is for stdout. */

import { isNotFound } from '../../aws/errors.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { ExitCode } from '../../exit-codes.ts';
import { drainMs, standingOf } from '../../orders/load-test/progress-figures.ts';
import type { LoadReport } from '../../orders/load-test/report-types.ts';
import { type LoadOptions, type LoadProgress, runLoadTest } from '../../orders/load-test/run.ts';
import { UserError } from '../../user-error.ts';
import { hintFor } from '../command/hints.ts';
import { interruptible } from '../command/interrupt.ts';
import { line } from '../command/json-output.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { dim, endOnBrokenPipe, mark, type Ui } from '../terminal/terminal.ts';
import { endRecord, progressLine, progressRecord } from './ndjson-records.ts';
import { LoadHistory } from './progress-chart.ts';
import { formatProgress, headingOf, type Shown } from './progress-view.ts';
import type { KeptFiles, LoadRun } from './run-files.ts';

export interface LoadView {
  readonly ui: Ui;
  /** Whether stdout gets records. */
  readonly json: boolean;
  readonly timeoutMs: number | undefined;
  /** Where the report is kept; absent when it is not. */
  readonly run: LoadRun | undefined;
}

export interface LoadResult {
  readonly report: LoadReport;
  readonly files: KeptFiles | undefined;
}

interface Where {
  readonly target: Target;
  readonly outputs: StackOutputs;
}

interface Renderer {
  readonly show: (shown: Shown) => void;
  readonly close: () => Promise<void>;
}

/** How often a plain view, or a program, is told where the test is, ms. */
const everyMs = 5000;

/**
 * Runs a load test, shows it on stderr, and as records on stdout where those are asked for, and sets the exit code; `undefined` when
 * nobody reads its report any more.
 */
export async function showLoadTest(
  { target, outputs }: Where,
  options: Omit<LoadOptions, 'signal' | 'stop'>,
  { ui, json, timeoutMs, run }: LoadView,
): Promise<LoadResult | undefined> {
  const shown = new ShownLoad(options);
  const { signal, abort, release } = interruptible(timeoutMs, () => shown.stopSubmitting(ui));
  endOnBrokenPipe(abort);
  const renderers = [await rendererFor(ui, target, options), ...(json ? [recordRenderer()] : [])];
  const close = () => Promise.all(renderers.map((each) => each.close()));
  // The screen is the person's again at once: the report may take a moment.
  signal.addEventListener('abort', () => void close(), { once: true });
  try {
    const test = runLoadTest(target, outputs, { ...options, signal, stop: shown.stop });
    for (;;) {
      const next = await test.next();
      if (!next.done) {
        run?.meanwhile(next.value.soFar);
        const now = shown.after(next.value);
        for (const renderer of renderers) renderer.show(now);
        continue;
      }
      await close();
      const report = next.value;
      const files = run?.keep(report);
      const exitCode = exitOf(report, signal.reason);
      process.exitCode = exitCode;
      if (signal.reason === 'EPIPE') return undefined;
      if (report.cut && ui !== 'quiet') tellCut(report, target, ui);
      if (json) process.stdout.write(line(endRecord({ report, files, exitCode })));
      return { report, files };
    }
  } catch (error) {
    await close();
    // Whoever finds a stack gone looks for it anew and begins again: not with orders on their way.
    if (isNotFound(error) && shown.hasBegun) throw stackGone(target);
    throw error;
  } finally {
    release();
  }
}

/** What is shown of a test while it runs, and its first Ctrl-C. */
class ShownLoad {
  readonly #stop = new AbortController();
  readonly #history = new LoadHistory();
  readonly #isEndless: boolean;
  #last: Shown | undefined;

  constructor({ count }: Pick<LoadOptions, 'count'>) {
    this.#isEndless = count === undefined;
  }

  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** Whether an order was accepted. */
  get hasBegun(): boolean {
    const { submitted = 0, errors = 0 } = this.#last?.standing ?? {};
    return submitted > errors;
  }

  after(progress: LoadProgress): Shown {
    const standing = standingOf(progress, Date.now());
    this.#history.add(standing);
    const { phase, submitted, planned } = standing;
    const isAll = this.#isEndless ? /^(draining|judging)$/.test(phase) : submitted === planned;
    const [canStop, stopped] = [!isAll, this.stop.aborted];
    this.#last = { progress, standing, history: this.#history, canStop, stopped };
    return this.#last;
  }

  /** Has nothing more submitted and says how long the rest takes; false when there is nothing left to stop. */
  stopSubmitting(ui: Ui): boolean {
    if (this.stop.aborted || !this.#last?.canStop) return false;
    this.#stop.abort();
    if (ui === 'plain') process.stderr.write(`${mark('note')} ${this.#stopSentence()}\n`);
    return true;
  }

  #stopSentence(): string {
    const { progress, standing } = this.#last ?? {};
    const left = progress && drainMs(progress, Date.now());
    const how = left === undefined ? '' : `, about ${formatDuration(left)}`;
    const on = `${standing?.running ?? 0} on their way are followed to their ends${how}`;
    return `Submitting no more orders; ${on} (again: leaves with a partial report)`;
  }
}

function stackGone(target: Target): UserError {
  return new UserError('The stack is not there any more, or another one is in its place.', {
    hint: hintFor(target, 'orders deploy'),
    code: 'StackGone',
    exit: 3,
  });
}

/** What a load test ends with: never the code of an order that failed. */
export function exitOf(report: LoadReport, reason: unknown): ExitCode {
  const { passed, cut } = report;
  if (cut === 'interrupted' && reason === 'EPIPE') return 0;
  if (cut === 'interrupted' || cut === 'stopped') {
    if (isBroken(report)) return 99;
    return reason === 'SIGTERM' ? 143 : 130;
  }
  if (!passed || cut === 'threshold') return 99;
  return cut === 'timeout' ? 124 : 0;
}

/** Whether what was seen up to now is enough to say that the test has failed; what was not measured yet is no reason. */
const isBroken = ({ checks, thresholds }: LoadReport) =>
  checks.some(({ passed, notJudged }) => !passed && !notJudged) ||
  thresholds.some(({ passed, value }) => !passed && value !== undefined);

function tellCut({ cut, outcome }: LoadReport, target: Target, ui: Ui): void {
  const { submitted, planned, running } = outcome;
  const reasons = { timeout: '--timeout is reached', threshold: 'A threshold is broken' };
  const why = cut === 'timeout' || cut === 'threshold' ? reasons[cut] : 'Stopped';
  const more = submitted < planned ? `; ${planned - submitted} orders were not submitted` : '';
  const on = `; ${running} ${running === 1 ? 'order goes' : 'orders go'} on`;
  // The terminal has echoed ^C where the line begins.
  const start = ui === 'live' ? '\r' : '';
  process.stderr.write(`${start}${mark('note')} ${why}${more}${cut === 'stopped' ? '' : on}\n`);
  if (running > 0) {
    process.stderr.write(`  ${dim(hintFor(target, 'orders list --running'))}\n`);
  }
}

/** Whether it is time to tell again. */
function everySoOften() {
  let told: number | undefined;
  return (now: number) => {
    if (told !== undefined && now - told < everyMs) return false;
    told = now;
    return true;
  };
}

function recordRenderer(): Renderer {
  const isDue = everySoOften();
  return {
    show(shown) {
      const now = Date.now();
      if (isDue(now)) process.stdout.write(line(progressRecord(shown, now)));
    },
    close: () => Promise.resolve(),
  };
}

async function rendererFor(
  ui: Ui,
  target: Target,
  options: Omit<LoadOptions, 'signal' | 'stop'>,
): Promise<Renderer> {
  const stream = process.stderr;
  const { label, timeScale } = target;
  if (ui === 'quiet') return { show: () => {}, close: () => Promise.resolve() };
  if (ui === 'plain') {
    const isDue = everySoOften();
    let begun = false;
    return {
      show(shown) {
        const now = Date.now();
        if (!begun) stream.write(`${headingOf({ label, ...options }, shown.progress.round)}\n`);
        begun = true;
        if (isDue(now)) stream.write(`${progressLine(shown, now)}\n`);
      },
      close: () => Promise.resolve(),
    };
  }
  const { openLiveLines } = await import('../../views/live-lines.tsx');
  let last: Shown | undefined;
  const view = openLiveLines((size) => {
    const how = { ...size, ...options, label, timeScale, stream, now: Date.now() };
    return last ? formatProgress(last, how) : [headingOf(how, 1)];
  }, stream);
  let closed: Promise<void> | undefined;
  return {
    show(shown) {
      last = shown;
    },
    close() {
      closed ??= view.close();
      return closed;
    },
  };
}
