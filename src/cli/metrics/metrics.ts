/** Shows the output of `orders metrics`: once, or with `--watch` repeatedly. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../../environment/stack.ts';
import type { Target } from '../../environment/target.ts';
import { type Metrics, MetricsReader } from '../../orders/metrics/metrics.ts';
import { ConnectionMonitor } from '../../orders/watch/connection-monitor.ts';
import { addEnvFlag } from '../command/hints.ts';
import { interruptExitCode, listenForInterrupt } from '../command/interrupt.ts';
import { formatRecord } from '../command/json-output.ts';
import { parseTime } from '../terminal/format-time.ts';
import { trustedStream } from '../terminal/output-guard.ts';
import { printable } from '../terminal/table.ts';
import { dim, endOnBrokenPipe, mark, printEnd, type Ui } from '../terminal/terminal.ts';
import {
  fitLines,
  formatMetricsFacts,
  formatMetricsLine,
  formatMetricsTables,
} from './metrics-text.ts';

export interface MetricsFlags {
  readonly since: string;
  readonly retries: boolean;
}

export interface MetricsWatchFlags extends MetricsFlags {
  /** Polling interval (ms). */
  readonly every: number;
  readonly timeout?: number | undefined;
  readonly json: boolean;
}

/** Reads the current metrics. */
export function readMetrics(stack: Stack, { since, retries }: MetricsFlags): Promise<Metrics> {
  return new MetricsReader(stack).read({ since: parseTime(since), retries });
}

/** Returns the metrics as tables for a terminal, else as one fact per line. */
export function formatMetrics(metrics: Metrics, target: Target): string {
  const { stdout: stream } = process;
  if (!stream.isTTY) return formatMetricsFacts(metrics);
  const view = { stream, width: stream.columns ?? 80, label: target.label };
  return `${formatMetricsTables(metrics, view).join('\n')}\n`;
}

/** A record of the `orders metrics --watch --json` output. */
export type MetricsRecord =
  | ({ readonly v: 1; readonly type: 'metrics' } & Metrics)
  | { readonly v: 1; readonly type: 'gap'; readonly ts: string; readonly reason: string }
  | {
      readonly v: 1;
      readonly type: 'end';
      /** Number of successful polls. */
      readonly looks: number;
      readonly exitCode: ReturnType<typeof interruptExitCode>;
    };

/** Pause after a slow read, as a multiple of its duration: reading takes at most a seventh of the time. */
const restFactor = 6;

/** Polls and shows the metrics until Ctrl-C or `--timeout`. Retries while polling fails. */
export async function watchMetrics(stack: Stack, flags: MetricsWatchFlags, ui: Ui): Promise<void> {
  const { target } = stack;
  const { signal, abort, release } = listenForInterrupt(flags.timeout);
  endOnBrokenPipe(abort);
  const reader = new MetricsReader(stack);
  const monitor = new ConnectionMonitor(target, undefined);
  const screen = await createScreen(target, flags, ui);
  let polls = 0;
  try {
    while (!signal.aborted) {
      let pause = flags.every;
      const startedAtMs = performance.now();
      try {
        const { since, retries } = flags;
        screen.show(await reader.read({ since: parseTime(since), retries }));
        monitor.succeeded([]);
        polls += 1;
        pause = Math.max(pause, (performance.now() - startedAtMs) * restFactor);
      } catch (error) {
        if (signal.aborted) break;
        const gap = monitor.failed(error);
        if (gap) screen.showGap(gap.reason);
        pause = Math.max(pause, monitor.nextPollMs(0));
      }
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
  } finally {
    await screen.close();
    release();
  }
  if (signal.reason === 'EPIPE') return;
  const exitCode = interruptExitCode(signal);
  process.exitCode = exitCode;
  if (flags.json) process.stdout.write(formatRecord({ type: 'end', looks: polls, exitCode }));
  else if (ui === 'live') {
    const command = addEnvFlag(target, 'orders metrics --watch');
    printEnd({ kind: 'done', text: 'Stopped watching', command });
  }
}

interface Screen {
  readonly show: (metrics: Metrics) => void;
  /** Reports that polling fails. */
  readonly showGap: (reason: string) => void;
  readonly close: () => Promise<void>;
}

async function createScreen(target: Target, flags: MetricsWatchFlags, ui: Ui): Promise<Screen> {
  const { stdout: stream } = process;
  if (!flags.json && ui === 'live') return createLiveScreen(target, stream);
  const write = (text: string) => void stream.write(text);
  const now = () => new Date().toISOString();
  const quiet = !flags.json && ui === 'quiet';
  return {
    show: (metrics) => {
      if (!quiet)
        write(
          flags.json ? formatRecord({ type: 'metrics', ...metrics }) : formatMetricsLine(metrics),
        );
    },
    showGap: (reason) => {
      if (flags.json) write(formatRecord({ type: 'gap', ts: now(), reason }));
      else process.stderr.write(`${mark('note')} ${reason}\n`);
    },
    close: async () => {},
  };
}

/** Minimum height of the screen for the full counts; below it they are shown in one line. */
const minFullRows = 20;

/** Returns a screen that redraws the metrics in place. Imports Ink only when it is called. */
async function createLiveScreen(target: Target, output: NodeJS.WriteStream): Promise<Screen> {
  const stream = trustedStream(output);
  const { openLiveLines } = await import('../../views/live-lines.tsx');
  let shown: Metrics | undefined;
  let gapReason: string | undefined;
  const view = openLiveLines(({ columns = 80, rows }) => {
    const isShort = (rows ?? minFullRows) < minFullRows;
    const text = { stream, width: columns, label: target.label, isShort };
    const lines = shown ? formatMetricsTables(shown, text) : ['Loading…'];
    const all =
      gapReason === undefined
        ? lines
        : [`${mark('note', stream)} ${printable(gapReason)}`, ...lines];
    // The final frame, which stays on the screen, has no line about the keys.
    if (rows === undefined) return all;
    return [...fitLines(all, rows - 2), dim('ctrl-c stop watching', stream)];
  }, stream);
  return {
    show: (metrics) => {
      shown = metrics;
      gapReason = undefined;
    },
    showGap: (reason) => {
      gapReason = reason;
    },
    close: view.close,
  };
}
