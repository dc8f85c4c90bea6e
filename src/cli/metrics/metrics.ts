/** How `orders metrics` shows its figures: once, or again and again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { type Metrics, MetricsReader } from '../../orders/metrics/metrics.ts';
import { Sight } from '../../orders/watch/connection-monitor.ts';
import { hintFor } from '../command/hints.ts';
import { exitOfLook, interruptible } from '../command/interrupt.ts';
import { line } from '../command/json-output.ts';
import { parseMoment } from '../terminal/format-time.ts';
import { dim, endOnBrokenPipe, mark, type Ui } from '../terminal/terminal.ts';
import { fitted, metricsFacts, metricsLine, metricsText } from './metrics-text.ts';

export interface MetricsFlags {
  readonly since: string;
  readonly retries: boolean;
}

export interface WatchFlags extends MetricsFlags {
  /** Milliseconds. */
  readonly every: number;
  readonly timeout?: number | undefined;
  readonly json: boolean;
}

interface Where {
  readonly target: Target;
  readonly outputs: StackOutputs;
}

/** The figures as they are now. */
export function readMetrics(
  { target, outputs }: Where,
  { since, retries }: MetricsFlags,
): Promise<Metrics> {
  return new MetricsReader(target, outputs).read({ since: parseMoment(since), retries });
}

/** The figures as tables on a terminal, else a fact a line. */
export function describeMetrics(metrics: Metrics, target: Target): string {
  const { stdout: stream } = process;
  if (!stream.isTTY) return metricsFacts(metrics);
  const view = { stream, width: stream.columns ?? 80, label: target.label };
  return `${metricsText(metrics, view).join('\n')}\n`;
}

/** A record of `orders metrics --watch --json`. */
export type MetricsRecord =
  | ({ readonly v: 1; readonly type: 'metrics' } & Metrics)
  | { readonly v: 1; readonly type: 'gap'; readonly ts: string; readonly reason: string }
  | {
      readonly v: 1;
      readonly type: 'end';
      readonly looks: number;
      readonly exitCode: ReturnType<typeof exitOfLook>;
    };

/** Where a look takes long, the pause after it is so much longer: looking takes no more than a seventh of the time. */
const restFactor = 6;

/** Shows the figures anew every so often until it is told to stop; what cannot be read for a while is waited for. */
export async function watchMetrics(where: Where, flags: WatchFlags, ui: Ui): Promise<void> {
  const { target, outputs } = where;
  const { signal, abort, release } = interruptible(flags.timeout);
  endOnBrokenPipe(abort);
  const reader = new MetricsReader(target, outputs);
  const sight = new Sight(target, undefined);
  const screen = await screenFor(target, flags, ui);
  let looks = 0;
  try {
    while (!signal.aborted) {
      let pause = flags.every;
      const began = performance.now();
      try {
        const { since, retries } = flags;
        screen.show(await reader.read({ since: parseMoment(since), retries }));
        sight.found([]);
        looks += 1;
        pause = Math.max(pause, (performance.now() - began) * restFactor);
      } catch (error) {
        if (signal.aborted) break;
        const gap = sight.lost(error);
        if (gap) screen.lose(gap.reason);
        pause = Math.max(pause, sight.nextLookMs(0));
      }
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  } finally {
    await screen.close();
    release();
  }
  if (signal.reason === 'EPIPE') return;
  const exitCode = exitOfLook(signal);
  process.exitCode = exitCode;
  if (flags.json) process.stdout.write(line({ type: 'end', looks, exitCode }));
  else if (ui === 'live') {
    const again = dim(hintFor(target, 'orders metrics --watch'));
    process.stderr.write(`\r${mark('note')} Stopped looking\n  ${again}\n`);
  }
}

interface Screen {
  readonly show: (metrics: Metrics) => void;
  /** Says that nothing can be read now. */
  readonly lose: (reason: string) => void;
  readonly close: () => Promise<void>;
}

async function screenFor(target: Target, flags: WatchFlags, ui: Ui): Promise<Screen> {
  const { stdout: stream } = process;
  if (!flags.json && ui === 'live') return liveScreen(target, stream);
  const write = (text: string) => void stream.write(text);
  const now = () => new Date().toISOString();
  const quiet = !flags.json && ui === 'quiet';
  return {
    show: (metrics) => {
      if (!quiet) write(flags.json ? line({ type: 'metrics', ...metrics }) : metricsLine(metrics));
    },
    lose: (reason) => {
      if (flags.json) write(line({ type: 'gap', ts: now(), reason }));
      else process.stderr.write(`${mark('note')} ${reason}\n`);
    },
    close: async () => {},
  };
}

/** With fewer rows than that, the counts have to be short. */
const shortest = 20;

/** Redrawn in place; Ink is loaded only here. */
async function liveScreen(target: Target, stream: NodeJS.WriteStream): Promise<Screen> {
  const { openLiveLines } = await import('../../views/live-lines.tsx');
  let shown: Metrics | undefined;
  let trouble: string | undefined;
  const view = openLiveLines(({ columns = 80, rows }) => {
    const isShort = (rows ?? shortest) < shortest;
    const text = { stream, width: columns, label: target.label, isShort };
    const lines = shown ? metricsText(shown, text) : ['looking…'];
    const all = trouble === undefined ? lines : [`${mark('note', stream)} ${trouble}`, ...lines];
    // What is left on the screen in the end needs no word on how to end it.
    if (rows === undefined) return all;
    return [...fitted(all, rows - 2), dim('ctrl-c stops looking', stream)];
  }, stream);
  return {
    show: (metrics) => {
      shown = metrics;
      trouble = undefined;
    },
    lose: (reason) => {
      trouble = reason;
    },
    close: view.close,
  };
}
