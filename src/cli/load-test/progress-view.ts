/** The live view of a load test, as lines that fit the terminal. */

import type { LoadProgress } from '../../orders/load-test/load-progress.ts';
import { apportion } from '../../orders/load-test/mix.ts';
import type { RequestRates } from '../../orders/load-test/poller.ts';
import type { ProgressFigures } from '../../orders/load-test/progress-figures.ts';
import { accountLimits } from '../../orders/requests/rate-limiter.ts';
import type { Size } from '../../views/draw.ts';
import type { Statistics } from '../../workflow/statistics.ts';
import { formatDuration, formatLatency } from '../terminal/format-time.ts';
import { clip, printable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import { wrap } from '../terminal/wrap.ts';
import { formatLegend, type LoadHistory } from './progress-chart.ts';
import {
  displayedStatuses,
  formatOrderRows,
  formatStatusCounts,
  maxFinalRows,
} from './progress-rows.ts';
import type { LoadHeading, ProgressViewOptions } from './view-options.ts';

/**
 * Returns the heading: `load-test → local (time ×60) · 5 orders · 5 in parallel · seed 42 · low 3 high 1 multi 1`. Includes
 * the round if the seed was used before.
 */
export function formatHeading(heading: LoadHeading, round: number): string {
  const { label, count, durationMs = 0, concurrency, rate, file, mix, seed } = heading;
  const shares = count === undefined ? mix : apportion(mix, count);
  const mixText = [...shares].map(([sample, n]) => `${sample} ${n}`).join(' ');
  const orders =
    count === undefined
      ? `orders for ${formatDuration(durationMs)}`
      : `${count} ${count === 1 ? 'order' : 'orders'}`;
  const rateText = rate === undefined ? `${concurrency} in parallel` : `${rate} per second`;
  const seedText = round > 1 ? `seed ${seed} round ${round}` : `seed ${seed}`;
  const source = file ? `${file.length} orders from a file in turn` : mixText;
  return `load-test → ${label} · ${orders} · ${rateText} · ${seedText} · ${source}`;
}

/** Current state of a test and its history. */
export interface ProgressSnapshot {
  readonly progress: LoadProgress;
  readonly figures: ProgressFigures;
  readonly history: LoadHistory;
  /** Whether some orders are not submitted yet, so that Ctrl-C can stop the submission. */
  readonly canStop: boolean;
  /** Whether Ctrl-C has stopped the submission. */
  readonly stopped: boolean;
}

/**
 * Returns a heading, one row per order, and the counts. If the terminal is too small for all orders, a chart and statistics
 * replace the rows. Without `rows`, returns the final view that remains on screen.
 */
export function formatProgress(shown: ProgressSnapshot, view: ProgressViewOptions): string[] {
  const { progress, figures } = shown;
  const { columns: width = 80, rows, stream } = view;
  const heading = wrapHeading(formatHeading(view, progress.round), view);
  const phase = clip(formatPhase(shown), width);
  const { orders } = progress;
  if (rows === undefined) {
    const isSmall = orders.length <= maxFinalRows;
    return [
      ...heading,
      ...(isSmall ? formatOrderRows(orders, view) : formatStatusCounts(orders, view)),
      phase,
    ];
  }
  const notes = buildNotes(shown).map((text) => dim(clip(text, width), stream));
  const room = Math.max(1, rows - 2 - heading.length - notes.length);
  const body =
    orders.length <= room
      ? formatOrderRows(orders, view)
      : formatOverview(shown, { width, room, stream, all: figures.planned });
  return [...heading, ...body.slice(0, room), phase, ...notes];
}

/** From this height on, a long heading has two lines (rows). */
const roomyRows = 20;

/** Returns the heading on as many lines as it needs, at most two. */
function wrapHeading(heading: string, { columns: width = 80, rows = roomyRows }: Partial<Size>) {
  if (rows < roomyRows) return [clip(heading, width)];
  const lines = wrap(heading.split(' · '), { width, indent: 0, separator: ' · ' });
  return lines.slice(0, 2).map((line) => clip(line, width));
}

function buildNotes({ progress, canStop, stopped }: ProgressSnapshot): string[] {
  const { pollError } = progress;
  const hint = stopped
    ? 'ctrl-c again: partial report; no more orders are submitted'
    : canStop
      ? 'ctrl-c: stop submitting, wait for running orders and report'
      : 'ctrl-c: partial report';
  return [...(pollError ? [`not visible right now: ${printable(pollError)}`] : []), hint];
}

/** Returns the phase with its counts: `submitting 210/500 · 180 running · ended 30 · 12s, about 20s left`. */
function formatPhase({ figures }: Pick<ProgressSnapshot, 'figures'>): string {
  const { phase, submitted, planned, isOpen, running, completed, failed, errors } = figures;
  const { remainingMs } = figures;
  const count = isOpen ? submitted : `${submitted}/${planned}`;
  const left = remainingMs === undefined ? '' : `, about ${formatDuration(remainingMs)} left`;
  const facts = [
    `${phase === 'draining' && submitted === planned ? 'submitted' : phase} ${count}`,
    ...(phase === 'draining' && running > 0 ? [`draining ${running}`] : [`${running} running`]),
    `ended ${completed + failed}`,
    ...(errors > 0 ? [`${errors} refused`] : []),
    `${formatDuration(figures.elapsedMs)}${left}`,
  ];
  return facts.join(' · ');
}

/** Limits of the chart's height (rows). With fewer rows, a chart is not readable. */
const minChartRows = 2;
const maxChartRows = 20;

interface OverviewOptions {
  readonly width: number;
  readonly room: number;
  readonly stream: NodeJS.WriteStream;
  readonly all: number;
}

/** Returns the chart with its legend, followed by as many lines of statistics as fit. */
function formatOverview(
  { progress, figures, history }: ProgressSnapshot,
  { width, room, stream, all }: OverviewOptions,
): string[] {
  const legend = wrap(formatLegend(figures, stream), { width, indent: 0, separator: '  ' });
  const facts = formatFigures(figures, progress.requestRates, width);
  const shown = facts.slice(0, Math.max(0, room - legend.length - minChartRows - 1));
  const rows = room - legend.length - 1 - shown.length;
  return [
    ...history.chart({ rows: Math.min(maxChartRows, rows), columns: width, all, stream }),
    ...legend,
    ...shown,
  ];
}

/** Returns the statistics as lines, most important first. */
function formatFigures(figures: ProgressFigures, requests: RequestRates, width: number): string[] {
  const { submittedPerSecond, endedPerSecond, throttled, failures, statuses } = figures;
  const counted = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  const top = counted(failures).slice(0, 6);
  const now = displayedStatuses.flatMap((status) =>
    statuses[status] === undefined ? [] : [`${status} ${statuses[status]}`],
  );
  const used = [
    `starts ${submittedPerSecond}/${accountLimits.startsPerSecond}`,
    `lists ${requests.lists}/${accountLimits.listsPerSecond}`,
    `items read ${requests.items}`,
  ];
  const label = (name: string, values: readonly string[], maxLines = 1) =>
    wrap(values, { width, indent: 12, separator: ' · ' })
      .slice(0, maxLines)
      .map((text, index) => clip(index === 0 ? `${name.padEnd(12)}${text.trim()}` : text, width));
  return [
    ...label('rate', [
      `submitted ${submittedPerSecond}/s`,
      `ended ${endedPerSecond}/s`,
      ...(throttled > 0 ? [`${throttled} throttled`] : []),
    ]),
    ...label('end to end', formatLatencies(figures.terminal)),
    ...label('failures', top.length > 0 ? top : ['none']),
    ...label('accepted', formatLatencies(figures.accepted)),
    ...label('quotas/s', used),
    ...label('now', now, 3),
  ];
}

function formatLatencies(statistics: Statistics | undefined): string[] {
  if (!statistics) return ['none yet'];
  const { n, median, p95, p99, max } = statistics;
  const figures =
    p95 === undefined || p99 === undefined ? { median, max } : { p50: median, p95, p99 };
  return [...Object.entries(figures).map(([name, ms]) => `${name} ${formatLatency(ms)}`), `n=${n}`];
}
