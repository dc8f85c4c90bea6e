/** Where a load test is, as lines that fit a terminal. */

import { apportion } from '../../orders/load-test/mix.ts';
import type { RequestRates } from '../../orders/load-test/poller.ts';
import type { Standing } from '../../orders/load-test/progress-figures.ts';
import type { LoadProgress } from '../../orders/load-test/run.ts';
import { accountLimits } from '../../orders/requests/rate-limiter.ts';
import type { Statistics } from '../../workflow/statistics.ts';
import { formatDuration, formatLatency } from '../terminal/format-time.ts';
import { printable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import { clip, wrap } from '../terminal/wrap.ts';
import { type LoadHistory, legendOf } from './progress-chart.ts';
import { inOrder, mostRemaining, rowsOf, tallyRows } from './progress-rows.ts';
import type { LoadHeading, ProgressView } from './view-options.ts';

/**
 * `load-test → local (time ×60) · 5 orders · 5 at once · seed 42 · low 3 high 1 multi 1`; with the round from the second
 * time on that the seed is used there.
 */
export function headingOf(heading: LoadHeading, round: number): string {
  const { label, count, durationMs = 0, concurrency, rate, file, mix, seed } = heading;
  const shares = count === undefined ? mix : apportion(mix, count);
  const parts = [...shares].map(([sample, n]) => `${sample} ${n}`).join(' ');
  const orders =
    count === undefined
      ? `orders for ${formatDuration(durationMs)}`
      : `${count} ${count === 1 ? 'order' : 'orders'}`;
  const pace = rate === undefined ? `${concurrency} at once` : `${rate} a second`;
  const dice = round > 1 ? `seed ${seed} round ${round}` : `seed ${seed}`;
  const from = file ? `the ${file.length} of a file in turn` : parts;
  return `load-test → ${label} · ${orders} · ${pace} · ${dice} · ${from}`;
}

/** What is shown: where the test is, and how it came there. */
export interface Shown {
  readonly progress: LoadProgress;
  readonly standing: Standing;
  readonly history: LoadHistory;
  /** Whether there are orders left that a person can keep from being submitted. */
  readonly canStop: boolean;
  /** Whether a person has done so. */
  readonly stopped: boolean;
}

/**
 * A heading, a row an order, and the counts; where the orders are too many for the terminal, a chart of their ways over time with
 * the figures that say how it goes. Without `rows`, what remains on screen.
 */
export function formatProgress(shown: Shown, view: ProgressView): string[] {
  const { progress, standing } = shown;
  const { columns: width = 80, rows, stream } = view;
  const heading = clip(headingOf(view, progress.round), width);
  const phase = clip(phaseOf(shown), width);
  const { orders } = progress;
  if (rows === undefined) {
    const few = orders.length <= mostRemaining;
    return [heading, ...(few ? rowsOf(orders, view) : tallyRows(orders, view)), phase];
  }
  const notes = notesOf(shown).map((text) => dim(clip(text, width), stream));
  const room = Math.max(1, rows - 3 - notes.length);
  const body =
    orders.length <= room
      ? rowsOf(orders, view)
      : overview(shown, { width, room, stream, all: standing.planned });
  return [heading, ...body.slice(0, room), phase, ...notes];
}

function notesOf({ progress, canStop, stopped }: Shown): string[] {
  const { trouble } = progress;
  const next = stopped
    ? 'stopped submitting; ctrl-c again leaves with a partial report'
    : canStop
      ? 'ctrl-c stops submitting, waits for the rest and reports'
      : 'ctrl-c leaves with a partial report';
  return [...(trouble ? [`not visible right now: ${printable(trouble)}`] : []), next];
}

/** `submitting 210/500 · 180 running · 30 ended · 12s, about 20s left` */
function phaseOf({ standing }: Pick<Shown, 'standing'>): string {
  const { phase, submitted, planned, isOpen, running, completed, failed, errors } = standing;
  const { remainingMs } = standing;
  const count = isOpen ? submitted : `${submitted}/${planned}`;
  const left = remainingMs === undefined ? '' : `, about ${formatDuration(remainingMs)} left`;
  const parts = [
    `${phase === 'draining' && submitted === planned ? 'submitted' : phase} ${count}`,
    ...(phase === 'draining' && running > 0 ? [`draining ${running}`] : [`${running} running`]),
    `ended ${completed + failed}`,
    ...(errors > 0 ? [`${errors} refused`] : []),
    `${formatDuration(standing.elapsedMs)}${left}`,
  ];
  return parts.join(' · ');
}

/** So many rows are the least that a chart says anything in. */
const leastChart = 2;
const mostChart = 20;

interface Room {
  readonly width: number;
  readonly room: number;
  readonly stream: NodeJS.WriteStream;
  readonly all: number;
}

/** The chart with its legend, and of the figures as many lines as there is room for. */
function overview(
  { progress, standing, history }: Shown,
  { width, room, stream, all }: Room,
): string[] {
  const legend = wrap(legendOf(standing, stream), { width, indent: 0, by: '  ' });
  const facts = factsOf(standing, progress.requests, width);
  const shown = facts.slice(0, Math.max(0, room - legend.length - leastChart - 1));
  const rows = room - legend.length - 1 - shown.length;
  return [
    ...history.chart({ rows: Math.min(mostChart, rows), columns: width, all, stream }),
    ...legend,
    ...shown,
  ];
}

/** The most telling first. */
function factsOf(standing: Standing, requests: RequestRates, width: number): string[] {
  const { submittedPerSecond, endedPerSecond, throttled, failures, statuses } = standing;
  const counted = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  const top = counted(failures).slice(0, 6);
  const now = inOrder.flatMap((status) =>
    statuses[status] === undefined ? [] : [`${status} ${statuses[status]}`],
  );
  const used = [
    `starts ${submittedPerSecond}/${accountLimits.startsPerSecond}`,
    `lists ${requests.lists}/${accountLimits.listsPerSecond}`,
    `items read ${requests.items}`,
  ];
  const label = (name: string, parts: readonly string[], lines = 1) =>
    wrap(parts, { width, indent: 12, by: ' · ' })
      .slice(0, lines)
      .map((text, index) => clip(index === 0 ? `${name.padEnd(12)}${text.trim()}` : text, width));
  return [
    ...label('rate', [
      `submitted ${submittedPerSecond}/s`,
      `ended ${endedPerSecond}/s`,
      ...(throttled > 0 ? [`${throttled} throttled`] : []),
    ]),
    ...label('end to end', latencies(standing.terminal)),
    ...label('failures', top.length > 0 ? top : ['none']),
    ...label('accepted', latencies(standing.accepted)),
    ...label('a second', used),
    ...label('now', now, 3),
  ];
}

function latencies(statistics: Statistics | undefined): string[] {
  if (!statistics) return ['none yet'];
  const { n, median, p95, p99, max } = statistics;
  const figures =
    p95 === undefined || p99 === undefined ? { median, max } : { p50: median, p95, p99 };
  return [...Object.entries(figures).map(([name, ms]) => `${name} ${formatLatency(ms)}`), `n=${n}`];
}
