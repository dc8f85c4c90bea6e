/** Connects a load test with how it is shown; its verdict is for stdout. */
import { defaultMix } from '../orders/load-test/mix.ts';
import type { LoadReport } from '../orders/load-test/report.ts';
import { type LoadOptions, type LoadProgress, runLoadTest } from '../orders/load-test/run.ts';
import type { Target } from '../target/resolve.ts';
import type { StackOutputs } from '../target/stack.ts';
import type { ExitCode } from './exit-codes.ts';
import { hintFor } from './hints.ts';
import { interruptible } from './interrupt.ts';
import { formatProgress, headingOf, progressLine } from './load-progress.ts';
import { dim, endOnBrokenPipe, mark, type Ui } from './terminal.ts';

export interface LoadView {
  readonly ui: Ui;
  readonly timeoutMs: number | undefined;
}

interface Where {
  readonly target: Target;
  readonly outputs: StackOutputs;
}

interface Renderer {
  readonly show: (progress: LoadProgress) => void;
  readonly close: () => Promise<void>;
}

/** How often a plain view says where the test is, ms. */
const everyMs = 5000;

/** Runs a load test, shows it on stderr and sets the exit code; `undefined` when nobody reads its report any more. */
export async function showLoadTest(
  { target, outputs }: Where,
  options: Omit<LoadOptions, 'signal'>,
  { ui, timeoutMs }: LoadView,
): Promise<LoadReport | undefined> {
  const { signal, abort, release } = interruptible(timeoutMs);
  endOnBrokenPipe(abort);
  const renderer = await rendererFor(ui, target, options);
  // The screen is the person's again at once: the report may take a moment.
  signal.addEventListener('abort', () => void renderer.close(), { once: true });
  try {
    const test = runLoadTest(target, outputs, { ...options, signal });
    for (;;) {
      const next = await test.next();
      if (!next.done) {
        renderer.show(next.value);
        continue;
      }
      await renderer.close();
      process.exitCode = exitOf(next.value, signal.reason);
      if (signal.reason === 'EPIPE') return undefined;
      if (next.value.cut && ui !== 'quiet') tellCut(next.value, target, ui);
      return next.value;
    }
  } catch (error) {
    await renderer.close();
    throw error;
  } finally {
    release();
  }
}

/** What a load test ends with: never the code of an order that failed. */
export function exitOf({ passed, cut }: LoadReport, reason: unknown): ExitCode {
  if (cut === 'interrupted') return reason === 'EPIPE' ? 0 : reason === 'SIGTERM' ? 143 : 130;
  if (!passed) return 99;
  return cut === 'timeout' ? 124 : 0;
}

function tellCut({ cut, outcome }: LoadReport, target: Target, ui: Ui): void {
  const { submitted, planned, running } = outcome;
  const why = cut === 'timeout' ? '--timeout is reached' : 'Stopped';
  const more = submitted < planned ? `; ${planned - submitted} orders were not submitted` : '';
  const on = `${running} ${running === 1 ? 'order goes' : 'orders go'} on`;
  // The terminal has echoed ^C where the line begins.
  const start = ui === 'live' ? '\r' : '';
  process.stderr.write(`${start}${mark('note')} ${why}${more}; ${on}\n`);
  if (running > 0) {
    process.stderr.write(`  ${dim(hintFor(target, 'orders list --running'))}\n`);
  }
}

/** The command that makes the same orders again. */
export function rerunCommand(flags: {
  readonly count: number;
  readonly mix: string;
  readonly seed: number;
  readonly via: LoadOptions['via'];
  readonly rate?: number | undefined;
}): string {
  const { count, mix, seed, via, rate } = flags;
  const more = [
    ...(mix === defaultMix ? [] : [`--mix ${mix}`]),
    ...(via === 'invoke' ? [] : [`--via ${via}`]),
    ...(rate === undefined ? [] : [`--rate ${rate}`]),
  ];
  return ['orders load-test', `--count ${count}`, `--seed ${seed}`, ...more].join(' ');
}

async function rendererFor(
  ui: Ui,
  target: Target,
  options: Omit<LoadOptions, 'signal'>,
): Promise<Renderer> {
  const stream = process.stderr;
  if (ui === 'quiet') return { show: () => {}, close: () => Promise.resolve() };
  if (ui === 'plain') {
    let told: number | undefined;
    return {
      show(progress) {
        const now = Date.now();
        if (told === undefined) {
          stream.write(`${headingOf({ label: target.label, ...options }, progress.round)}\n`);
        } else if (now - told < everyMs) return;
        told = now;
        stream.write(`${progressLine(progress, now)}\n`);
      },
      close: () => Promise.resolve(),
    };
  }
  const { openLiveLines } = await import('../views/live-lines.tsx');
  const { label, timeScale } = target;
  let shown: LoadProgress = { orders: [], round: 1, began: Date.now(), trouble: undefined };
  const view = openLiveLines(
    (size) =>
      formatProgress(shown, { ...size, ...options, label, timeScale, stream, now: Date.now() }),
    stream,
  );
  let closed: Promise<void> | undefined;
  return {
    show(progress) {
      shown = progress;
    },
    close() {
      closed ??= view.close();
      return closed;
    },
  };
}
