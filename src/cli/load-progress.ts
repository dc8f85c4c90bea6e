/** Where a load test is: as lines that fit a terminal, or as one line of facts. */
import { statuses } from '../../functions/contract/workflow.ts';
import { apportion, type Mix } from '../orders/load-test/mix.ts';
import { hasEnded, type ObservedOrder } from '../orders/load-test/observed.ts';
import type { LoadProgress } from '../orders/load-test/run.ts';
import { waitEndsAt } from '../workflow/waits.ts';
import { formatDuration } from './duration.ts';
import { statusStyle } from './order-list.ts';
import { type Column, formatTable, printable } from './table.ts';
import { dim } from './terminal.ts';

export interface LoadHeading {
  readonly label: string;
  readonly count: number;
  readonly concurrency: number;
  readonly rate?: number | undefined;
  readonly mix: Mix;
  readonly seed: number;
}

export interface ProgressView extends LoadHeading {
  readonly stream: NodeJS.WriteStream;
  readonly columns?: number;
  /** Terminal rows that may be taken; absent for what remains on screen. */
  readonly rows?: number;
  readonly timeScale: number;
  readonly now: number;
}

/** So many orders are left on screen one by one. */
const mostRemaining = 20;

/**
 * `load-test → local (time ×60) · 5 orders · 5 at once · seed 42 · low 3 high 1 multi 1`; with the round from the second
 * time on that the seed is used there.
 */
export function headingOf(heading: LoadHeading, round: number): string {
  const { label, count, concurrency, rate, mix, seed } = heading;
  const parts = [...apportion(mix, count)].map(([sample, n]) => `${sample} ${n}`).join(' ');
  const orders = count === 1 ? '1 order' : `${count} orders`;
  const dice = round > 1 ? `seed ${seed} round ${round}` : `seed ${seed}`;
  return `load-test → ${label} · ${orders} · ${rate === undefined ? `${concurrency} at once` : `${rate} a second`} · ${dice} · ${parts}`;
}

/** A heading, a row an order (or where those are too many, a row a status), and the counts. */
export function formatProgress(progress: LoadProgress, view: ProgressView): string[] {
  const { orders, trouble } = progress;
  const { columns: width = 80, rows, stream } = view;
  const notes = [
    ...(trouble ? [`not visible right now: ${printable(trouble)}`] : []),
    ...(rows === undefined ? [] : ['ctrl-c stops submitting and reports']),
  ];
  const room = rows === undefined ? mostRemaining : rows - notes.length - 4;
  const body =
    orders.length <= room
      ? formatTable(orders, columnsOf(view), { header: false, width, stream })
      : formatTable(tally(orders), tallyColumns(orders.length, width), {
          header: false,
          width,
          stream,
        });
  const lines = body.trimEnd().split('\n');
  return [
    clip(headingOf(view, progress.round), width),
    ...lines.slice(0, Math.max(1, room)),
    clip(countsOf(progress, view.now), width),
    ...notes.map((text) => dim(clip(text, width), stream)),
  ];
}

/** The same as a line of a log: `2026-11-22T08:12:09.000Z load-test t=5s submitted=210/500 running=180 ...` */
export function progressLine({ orders, began, trouble }: LoadProgress, now: number): string {
  const counts = count(orders);
  const facts = [
    `t=${formatDuration(now - began).replaceAll(' ', '')}`,
    `submitted=${counts.submitted}/${orders.length}`,
    `running=${counts.running}`,
    `completed=${counts.completed}`,
    `failed=${counts.failed}`,
    `errors=${counts.errors}`,
    ...(trouble ? [`gap=${JSON.stringify(trouble)}`] : []),
  ];
  return `${new Date(now).toISOString()} load-test ${facts.join(' ')}`;
}

function countsOf({ orders, began }: LoadProgress, now: number): string {
  const { submitted, running, completed, failed, errors } = count(orders);
  const parts = [
    `submitted ${submitted}/${orders.length}`,
    `ended ${completed + failed}`,
    `${running} running`,
    ...(errors > 0 ? [`${errors} refused`] : []),
    formatDuration(now - began),
  ];
  return parts.join(' · ');
}

function count(orders: readonly ObservedOrder[]) {
  const submitted = orders.filter(({ submittedAt }) => submittedAt !== undefined).length;
  const errors = orders.filter(({ error }) => error).length;
  const ended = orders.filter(hasEnded).length;
  const completed = orders.filter(({ record }) => record?.status === 'completed').length;
  const running = submitted - errors - ended;
  return { submitted, errors, running, completed, failed: ended - completed };
}

function columnsOf({ now, timeScale }: ProgressView): readonly Column<ObservedOrder>[] {
  return [
    {
      title: '',
      text: (order) => markOf(statusOf(order)),
      style: (order) => statusStyle(statusOf(order)),
    },
    { title: '', text: ({ orderId }) => orderId, least: 16 },
    { title: '', text: ({ sample }) => sample, leave: 3 },
    { title: '', text: ({ total }) => total.toFixed(2), align: 'right', leave: 4 },
    { title: '', text: statusOf, style: (order) => statusStyle(statusOf(order)) },
    { title: '', text: (order) => ageOf(order, now), align: 'right', leave: 1 },
    { title: '', text: (order) => noteOf(order, { now, timeScale }), least: 8, leave: 2 },
  ];
}

function statusOf({ submittedAt, error, record }: ObservedOrder): string {
  if (record?.status) return record.status;
  if (error) return 'refused';
  return submittedAt === undefined ? 'waiting' : 'received';
}

function markOf(status: string): string {
  if (status === 'waiting') return '·';
  if (status === 'completed') return '✓';
  return ['failed', 'cancelled', 'refused'].includes(status) ? '✗' : '◔';
}

function ageOf({ submittedAt, endedMs }: ObservedOrder, now: number): string {
  if (submittedAt === undefined) return '';
  return formatDuration(endedMs ?? now - submittedAt);
}

function noteOf(
  { record, error }: ObservedOrder,
  { now, timeScale }: Pick<ProgressView, 'now' | 'timeScale'>,
): string {
  if (error) return `${error.name}: ${error.message}`;
  if (record?.failure) return `${record.failure.stage}: ${record.failure.message}`;
  const { status, total, transitions } = record ?? {};
  if (!status || total === undefined || !transitions) return '';
  const ends = waitEndsAt({ status, total, transitions }, timeScale);
  if (ends === undefined) return '';
  return ends > now ? `${formatDuration(ends - now)} left` : 'due';
}

interface Tally {
  readonly status: string;
  readonly count: number;
  /** Why, of orders that failed. */
  readonly note: string;
}

const inOrder = ['waiting', 'received', ...statuses, 'awaiting-review', 'failed', 'cancelled'];

/** How many orders are in which status, in the order of the workflow. */
function tally(orders: readonly ObservedOrder[]): Tally[] {
  return [...inOrder, 'refused'].flatMap((status) => {
    const those = orders.filter((each) => statusOf(each) === status);
    if (those.length === 0) return [];
    const reasons = new Map<string, number>();
    for (const { record, error } of those) {
      const why = record?.failure?.code ?? error?.name;
      if (why) reasons.set(why, (reasons.get(why) ?? 0) + 1);
    }
    const note = [...reasons].map(([why, n]) => `${why} ${n}`).join(', ');
    return [{ status, count: those.length, note }];
  });
}

function tallyColumns(all: number, width: number): readonly Column<Tally>[] {
  const room = Math.max(5, Math.min(30, width - 45));
  return [
    {
      title: '',
      text: ({ status }) => markOf(status),
      style: ({ status }) => statusStyle(status),
    },
    { title: '', text: ({ status }) => status, style: ({ status }) => statusStyle(status) },
    { title: '', text: (each) => String(each.count), align: 'right' },
    { title: '', text: (each) => '█'.repeat(Math.ceil((each.count / all) * room)), leave: 2 },
    { title: '', text: ({ note }) => note, least: 12, leave: 1 },
  ];
}

const clip = (text: string, width: number) =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text;
