/** What happened in an execution and when: a pure fold of its history. */

export interface HistoryError {
  readonly type: string;
  readonly message: string;
}

/** One event of an execution's history, in the words of this program. */
export interface HistoryEvent {
  /** Position in the history, from 1. */
  readonly seq: number;
  /** As Lambda names it: `StepStarted`, `InvocationCompleted`, ... */
  readonly type: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  /** Of the operation; absent on events of an invocation. */
  readonly id?: string;
  readonly name?: string;
  readonly attempt?: number;
  /** Until the next attempt, in the execution's own time. */
  readonly retryInMs?: number;
  /** The length of a wait, in the execution's own time. */
  readonly waitMs?: number;
  readonly error?: HistoryError;
  /** Of an invocation: when it began. */
  readonly startedAt?: string;
  readonly requestId?: string;
  /** What was handed over or returned, as text. */
  readonly payload?: string;
}

/** Times are milliseconds since the execution began. */
export interface Attempt {
  readonly number: number;
  readonly startMs: number;
  /** Absent while it runs. */
  readonly endMs?: number;
  readonly error?: HistoryError;
  readonly retryInMs?: number;
}

export type SpanState = 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';

export interface Span {
  readonly name: string;
  readonly kind: 'step' | 'wait' | 'context' | 'callback' | 'invoke';
  readonly state: SpanState;
  readonly startMs: number;
  readonly endMs?: number;
  /** Of a wait: how long it was to be, in the execution's own time. */
  readonly waitMs?: number;
  /** Why a step that succeeded did nothing. */
  readonly skipped?: string;
  readonly attempts: readonly Attempt[];
}

export interface Invocation {
  readonly number: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly requestId?: string;
  readonly error?: HistoryError;
}

/** A stretch in which nothing ran, so long that a drawing to scale would show nothing else. */
export interface Cut {
  readonly fromMs: number;
  readonly toMs: number;
}

export type ExecutionState = 'running' | 'succeeded' | 'failed' | 'timed-out' | 'stopped';

export interface Timeline {
  readonly state: ExecutionState;
  /** RFC 3339 UTC. */
  readonly startedAt: string;
  /** Until its end, or until now. */
  readonly totalMs: number;
  /** Of that, in an invocation. The rest waits and costs nothing. */
  readonly activeMs: number;
  readonly waitingMs: number;
  readonly retries: number;
  readonly operations: number;
  readonly error?: HistoryError;
  readonly spans: readonly Span[];
  readonly invocations: readonly Invocation[];
  readonly cuts: readonly Cut[];
}

const kinds: Readonly<Record<string, Span['kind']>> = {
  Step: 'step',
  Wait: 'wait',
  Context: 'context',
  Callback: 'callback',
  ChainedInvoke: 'invoke',
};

const ends: Readonly<Record<string, ExecutionState>> = {
  ExecutionSucceeded: 'succeeded',
  ExecutionFailed: 'failed',
  ExecutionTimedOut: 'timed-out',
  ExecutionStopped: 'stopped',
};

/** The end of the execution that the event is, if it is one. */
export function endOf({ type }: HistoryEvent): ExecutionState | undefined {
  return ends[type];
}

/** Folds the events, in their order, as seen at `now` (ms since the epoch). No events make no timeline. */
export function timelineOf(events: readonly HistoryEvent[], now: number): Timeline | undefined {
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) return undefined;
  const begin = Date.parse(first.at);
  const offset = (at: string) => Math.max(0, Date.parse(at) - begin);
  const state = endOf(last) ?? 'running';
  const totalMs = state === 'running' ? Math.max(0, now - begin) : offset(last.at);
  const spans = spansOf(events, offset);
  const closed = closedInvocations(events, offset);
  const invocations = [...closed, ...openInvocation(closed, { events, spans, offset, totalMs })];
  const activeMs = coverage(invocations, totalMs);
  return {
    state,
    startedAt: first.at,
    totalMs,
    activeMs,
    waitingMs: totalMs - activeMs,
    retries: spans.reduce((sum, { attempts }) => sum + Math.max(0, attempts.length - 1), 0),
    operations: spans.length,
    ...(state !== 'running' && last.error ? { error: last.error } : {}),
    spans,
    invocations,
    cuts: cutsOf(invocations, totalMs),
  };
}

type Offset = (at: string) => number;
type Draft = { -readonly [Key in keyof Span]: Span[Key] } & { attempts: Attempt[] };

function spansOf(events: readonly HistoryEvent[], offset: Offset): Span[] {
  const drafts = new Map<string, Draft>();
  for (const event of events) {
    const [, prefix = '', what = ''] =
      /^(.+?)(Started|Succeeded|Failed|TimedOut|Stopped|Cancelled)$/.exec(event.type) ?? [];
    const kind = kinds[prefix];
    if (!kind || event.id === undefined) continue;
    const at = offset(event.at);
    const draft = drafts.get(event.id) ?? newDraft(event, kind, at);
    drafts.set(event.id, draft);
    if (kind === 'step') attempted(draft, { event, what, at });
    draft.state = stateAfter(kind, what, event);
    const skipped = what === 'Succeeded' ? skipReason(event.payload) : undefined;
    if (skipped !== undefined) draft.skipped = skipped;
    if (draft.state === 'running' || draft.state === 'waiting') delete draft.endMs;
    else draft.endMs = at;
  }
  return [...drafts.values()];
}

function newDraft(event: HistoryEvent, kind: Span['kind'], startMs: number): Draft {
  const { name = kind, waitMs } = event;
  return { name, kind, state: 'running', startMs, ...(waitMs ? { waitMs } : {}), attempts: [] };
}

/** A step that has nothing to do answers `{skipped: true, reason}`. */
function skipReason(payload: string | undefined): string | undefined {
  if (!payload?.includes('"skipped"')) return undefined;
  const result = parsed(payload);
  if (typeof result !== 'object' || result === null || !('skipped' in result)) return undefined;
  return 'reason' in result && typeof result.reason === 'string' ? result.reason : '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function stateAfter(kind: Span['kind'], what: string, event: HistoryEvent): SpanState {
  if (what === 'Started') return kind === 'step' || kind === 'context' ? 'running' : 'waiting';
  // A step that is tried again, or polls a condition, has not ended with this attempt.
  if (event.retryInMs !== undefined) return 'waiting';
  if (what === 'Succeeded') return 'succeeded';
  return what === 'Cancelled' ? 'cancelled' : 'failed';
}

function attempted(
  draft: Draft,
  { event, what, at }: { event: HistoryEvent; what: string; at: number },
): void {
  const open = draft.attempts.at(-1);
  if (what === 'Started') {
    // An invocation that was lost started the same attempt before.
    if (open && open.endMs === undefined) return;
    draft.attempts.push({ number: draft.attempts.length + 1, startMs: at });
    return;
  }
  const { error, retryInMs } = event;
  const begun = open && open.endMs === undefined ? draft.attempts.pop() : undefined;
  draft.attempts.push({
    number: event.attempt ?? draft.attempts.length + 1,
    startMs: begun?.startMs ?? at,
    endMs: at,
    ...(error ? { error } : {}),
    ...(retryInMs === undefined ? {} : { retryInMs }),
  });
}

function closedInvocations(events: readonly HistoryEvent[], offset: Offset): Invocation[] {
  const closed = events.filter(({ type }) => type === 'InvocationCompleted');
  return closed.map(({ at, startedAt = at, requestId, error }, index) => ({
    number: index + 1,
    startMs: offset(startedAt),
    endMs: offset(at),
    ...(requestId ? { requestId } : {}),
    ...(error ? { error } : {}),
  }));
}

/** The invocation that runs now is not in the history yet; a step at work, or one since the last invocation, tells of it. */
function openInvocation(
  closed: readonly Invocation[],
  seen: {
    events: readonly HistoryEvent[];
    spans: readonly Span[];
    offset: Offset;
    totalMs: number;
  },
): Invocation[] {
  const { events, spans, offset, totalMs } = seen;
  const last = events.findLastIndex(({ type }) => type === 'InvocationCompleted');
  const since = events
    .slice(last + 1)
    .find(({ type }) => /^(Step|Context)/.test(type) || (last < 0 && type === 'ExecutionStarted'));
  const works = spans.some(({ state }) => state === 'running') || last < 0;
  const ended = events.some((event) => endOf(event) !== undefined);
  if (!since || !works || ended) return [];
  return [{ number: closed.length + 1, startMs: offset(since.at), endMs: totalMs }];
}

/** How much of the time is inside an invocation; those that overlap count once. */
function coverage(invocations: readonly Invocation[], totalMs: number): number {
  let covered = 0;
  let until = 0;
  for (const { startMs, endMs } of [...invocations].sort((a, b) => a.startMs - b.startMs)) {
    const end = Math.min(endMs, totalMs);
    covered += Math.max(0, end - Math.max(startMs, until));
    until = Math.max(until, end);
  }
  return covered;
}

const cutAboveMedians = 10;

function cutsOf(invocations: readonly Invocation[], totalMs: number): Cut[] {
  const lengths = invocations.map(({ startMs, endMs }) => endMs - startMs).sort((a, b) => a - b);
  const median = Math.max(1, lengths[lengths.length >> 1] ?? 0);
  const cuts: Cut[] = [];
  let until = 0;
  const idle = (from: number, to: number) => {
    if (to - from <= cutAboveMedians * median) return;
    // A little of the waiting is left to be seen on both sides.
    const margin = Math.min(median / 2, (to - from) / 10);
    cuts.push({ fromMs: from + margin, toMs: to - margin });
  };
  for (const { startMs, endMs } of [...invocations].sort((a, b) => a.startMs - b.startMs)) {
    idle(until, startMs);
    until = Math.max(until, endMs);
  }
  if (invocations.length > 0) idle(until, totalMs);
  return cuts;
}
