/** The steps and the events of an execution as lines. */
import type { HistoryEvent } from '../../workflow/history-event.ts';
import type { Span, Timeline } from '../../workflow/timeline.ts';
import { formatDuration } from '../terminal/format-time.ts';
import { type Column, formatTable, printable, type TableOptions } from '../terminal/table.ts';
import { shortDuration } from './timeline-chart.ts';

interface StepRow {
  readonly step: string;
  readonly attempt: string;
  readonly at: string;
  readonly took: string;
  readonly outcome: string;
  readonly detail: string;
}

const stepColumns: readonly Column<StepRow>[] = [
  { title: 'STEP', text: ({ step }) => step },
  { title: 'TRY', text: ({ attempt }) => attempt, align: 'right' },
  { title: 'AT', text: ({ at }) => at, align: 'right', leave: 2 },
  { title: 'TOOK', text: ({ took }) => took, align: 'right', leave: 1 },
  {
    title: 'OUTCOME',
    text: ({ outcome }) => outcome,
    style: ({ outcome }) => (outcome === 'failed' ? 'red' : undefined),
  },
  { title: 'DETAIL', text: ({ detail }) => detail, least: 12 },
];

/** A row for every attempt of every step, wait and other operation. */
export function formatSteps(timeline: Timeline, options: TableOptions): string {
  return formatTable(timeline.spans.flatMap(rowsOf), stepColumns, options);
}

function rowsOf(span: Span): StepRow[] {
  const { name, kind, startMs, endMs, state, waitMs, skipped, attempts } = span;
  if (kind !== 'step') {
    const detail = waitMs === undefined ? kind : `${kind} of ${formatDuration(waitMs)}`;
    const took = endMs === undefined ? '' : shortDuration(endMs - startMs);
    return [{ step: name, attempt: '', at: offset(startMs), took, outcome: state, detail }];
  }
  return attempts.map((attempt) => {
    const { number, error, retryInMs } = attempt;
    const running = attempt.endMs === undefined;
    const again = retryInMs === undefined ? '' : `, again in ${formatDuration(retryInMs)}`;
    return {
      step: name,
      attempt: String(number),
      at: offset(attempt.startMs),
      took: running ? '' : shortDuration((attempt.endMs ?? 0) - attempt.startMs),
      outcome: running
        ? 'running'
        : error
          ? 'failed'
          : skipped === undefined
            ? 'succeeded'
            : 'skipped',
      detail: error ? `${error.type}: ${error.message}${again}` : (skipped ?? ''),
    };
  });
}

const offset = (ms: number) => `+${shortDuration(ms)}`;

interface EventRow {
  readonly seq: string;
  readonly at: string;
  readonly offset: string;
  readonly type: string;
  readonly name: string;
  readonly detail: string;
}

const eventColumns: readonly Column<EventRow>[] = [
  { title: '#', text: ({ seq }) => seq, align: 'right' },
  { title: 'TIME', text: ({ at }) => at, leave: 2 },
  { title: 'OFFSET', text: (row) => row.offset, align: 'right', leave: 1 },
  {
    title: 'EVENT',
    text: ({ type }) => type,
    style: ({ type }) => (/(Failed|TimedOut|Stopped)$/.test(type) ? 'red' : undefined),
  },
  { title: 'NAME', text: ({ name }) => name, least: 12 },
  { title: 'DETAIL', text: ({ detail }) => detail, least: 12 },
];

export interface EventsView extends TableOptions {
  readonly startedAt: string;
  readonly payloads: boolean;
}

/** A row for every event. */
export function formatEvents(events: readonly HistoryEvent[], view: EventsView): string {
  const rows = events.map((event) => ({
    seq: String(event.seq),
    at: event.at,
    offset: offset(Date.parse(event.at) - Date.parse(view.startedAt)),
    type: event.type,
    name: event.name ?? '',
    detail: factsOf(event, view.payloads)
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
  }));
  return formatTable(rows, eventColumns, view);
}

/** One event as a line of its own, for a history that is followed. */
export function eventLine(event: HistoryEvent, orderId: string, payloads: boolean): string {
  const name = event.name ? [['name', word(event.name)] as const] : [];
  const facts = [...name, ...factsOf(event, payloads)].map(([key, value]) => ` ${key}=${value}`);
  return `${event.at} ${orderId} ${event.type}${facts.join('')}\n`;
}

function factsOf(event: HistoryEvent, payloads: boolean): (readonly [string, string])[] {
  const { attempt, retryInMs, waitMs, error, requestId, payload } = event;
  const facts: (readonly [string, string | undefined])[] = [
    ['attempt', attempt === undefined ? undefined : String(attempt)],
    ['retry_in', retryInMs === undefined ? undefined : compact(retryInMs)],
    ['wait', waitMs === undefined ? undefined : compact(waitMs)],
    ['error', error ? JSON.stringify(`${error.type}: ${error.message}`) : undefined],
    ['request', requestId],
    ['data', payloads ? payload : undefined],
  ];
  return facts.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

const compact = (ms: number) => formatDuration(ms).replaceAll(' ', '');

function word(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : JSON.stringify(printable(text));
}
