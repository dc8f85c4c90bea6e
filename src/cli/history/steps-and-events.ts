/** Formats the steps and the events of an execution as tables and lines. */
import type { HistoryEvent } from '../../workflow/history-event.ts';
import type { Span, Timeline, TimelinePause } from '../../workflow/timeline.ts';
import { undoSteps } from '../../workflow/undo-steps.ts';
import { formatShortDuration } from '../terminal/format-short-duration.ts';
import { formatCompactDuration, formatDuration } from '../terminal/format-time.ts';
import type { TextStyle } from '../terminal/output-guard.ts';
import { type Column, formatTable, printable, type TableOptions } from '../terminal/table.ts';

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
  { title: 'ATTEMPT', text: ({ attempt }) => attempt, align: 'right' },
  { title: 'AT', text: ({ at }) => at, align: 'right', dropPriority: 2 },
  { title: 'TOOK', text: ({ took }) => took, align: 'right', dropPriority: 1 },
  {
    title: 'OUTCOME',
    text: ({ outcome }) => outcome,
    style: outcomeStyle,
  },
  { title: 'DETAIL', text: ({ detail }) => detail, minWidth: 12 },
];

const outcomeStyles: Readonly<Record<string, TextStyle>> = {
  failed: 'red',
  cancelled: 'yellow',
  undone: 'yellow',
  paused: 'yellow',
  running: 'cyan',
  waiting: 'dim',
  skipped: 'dim',
  succeeded: 'green',
};

function outcomeStyle({ outcome }: StepRow): TextStyle | undefined {
  return outcomeStyles[outcome];
}

/** Returns a table with a row for each attempt of a step and for each other operation. */
export function formatSteps(timeline: Timeline, options: TableOptions): string {
  const rows = [...timeline.spans, ...(timeline.pauses ?? [])]
    .toSorted((a, b) => a.startMs - b.startMs)
    .flatMap((entry) => ('kind' in entry ? toStepRows(entry) : [toPauseRow(entry)]));
  return formatTable(rows, stepColumns, options);
}

function toPauseRow({ startMs, endMs, reason = '' }: TimelinePause): StepRow {
  return {
    step: '(pause)',
    attempt: '',
    at: formatOffset(startMs),
    took: formatTook(startMs, endMs),
    outcome: endMs === undefined ? 'paused' : 'resumed',
    detail: reason,
  };
}

function toStepRows(span: Span): StepRow[] {
  const { name, kind, startMs, endMs, state, waitMs, attempts } = span;
  if (kind === 'step') return attempts.map((attempt) => toAttemptRow(span, attempt));
  const detail = waitMs === undefined ? kind : `${kind} of ${formatDuration(waitMs)}`;
  const took = formatTook(startMs, endMs);
  return [{ step: name, attempt: '', at: formatOffset(startMs), took, outcome: state, detail }];
}

function toAttemptRow({ name, skipped }: Span, attempt: Span['attempts'][number]): StepRow {
  const { number, startMs, endMs, error, retryInMs } = attempt;
  const row = {
    step: name,
    attempt: String(number),
    at: formatOffset(startMs),
    took: formatTook(startMs, endMs),
  };
  const isRunning = endMs === undefined;
  if (!error) {
    const success = undoSteps.has(name) ? 'undone' : 'succeeded';
    const endState = skipped === undefined ? success : 'skipped';
    return { ...row, outcome: isRunning ? 'running' : endState, detail: skipped ?? '' };
  }
  const retry = retryInMs === undefined ? '' : `, retry in ${formatDuration(retryInMs)}`;
  const detail = `${error.type}: ${error.message}${retry}`;
  return { ...row, outcome: isRunning ? 'running' : 'failed', detail };
}

const formatTook = (startMs: number, endMs: number | undefined) =>
  endMs === undefined ? '' : formatShortDuration(endMs - startMs);

const formatOffset = (ms: number) => `+${formatShortDuration(ms)}`;

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
  { title: 'TIME', text: ({ at }) => at, dropPriority: 2 },
  { title: 'OFFSET', text: (row) => row.offset, align: 'right', dropPriority: 1 },
  {
    title: 'EVENT',
    text: ({ type }) => type,
    style: eventStyle,
  },
  { title: 'NAME', text: ({ name }) => name, minWidth: 12 },
  { title: 'DETAIL', text: ({ detail }) => detail, minWidth: 12 },
];

function eventStyle({ type, name }: EventRow): TextStyle | undefined {
  if (/(Failed|TimedOut)$/.test(type)) return 'red';
  if (/(Stopped|Cancelled|Paused)$/.test(type)) return 'yellow';
  if (/Succeeded$/.test(type)) return undoSteps.has(name) ? 'yellow' : 'green';
  return /^(Wait|Invocation)/.test(type) ? 'dim' : undefined;
}

export interface EventsView extends TableOptions {
  readonly startedAt: string;
  readonly payloads: boolean;
}

/** Returns a table with a row for each event. */
export function formatEvents(events: readonly HistoryEvent[], view: EventsView): string {
  const rows = events.map((event) => ({
    seq: String(event.seq),
    at: event.at,
    offset: formatOffset(Date.parse(event.at) - Date.parse(view.startedAt)),
    type: event.type,
    name: event.name ?? '',
    detail: eventFacts(event, view.payloads)
      .map(([key, value]) => `${key}=${value}`)
      .join(' '),
  }));
  return formatTable(rows, eventColumns, view);
}

/** Returns an event as a line, for a followed history. */
export function formatEventLine(event: HistoryEvent, orderId: string, payloads: boolean): string {
  const name = event.name ? [['name', quoteWord(event.name)] as const] : [];
  const facts = [...name, ...eventFacts(event, payloads)].map(([key, value]) => ` ${key}=${value}`);
  return `${event.at} ${orderId} ${event.type}${facts.join('')}\n`;
}

function eventFacts(event: HistoryEvent, payloads: boolean): (readonly [string, string])[] {
  const { attempt, retryInMs, waitMs, error, requestId, payload, reason } = event;
  const facts: (readonly [string, string | undefined])[] = [
    ['attempt', attempt === undefined ? undefined : String(attempt)],
    ['retry_in', retryInMs === undefined ? undefined : formatCompactDuration(retryInMs)],
    ['wait', waitMs === undefined ? undefined : formatCompactDuration(waitMs)],
    ['reason', reason === undefined ? undefined : JSON.stringify(reason)],
    ['error', error ? JSON.stringify(`${error.type}: ${error.message}`) : undefined],
    ['request', requestId],
    ['data', payloads ? payload : undefined],
  ];
  return facts.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
}

function quoteWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : JSON.stringify(printable(text));
}
