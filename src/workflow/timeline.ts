/** What happened in an execution and when: a pure fold of its history. */
import {
  type ExecutionState,
  endOf,
  type HistoryError,
  type HistoryEvent,
} from './history-event.ts';
import {
  type Cut,
  coverage,
  cutsOf,
  type Invocation,
  invocationsOf,
  type Offset,
} from './invocations.ts';

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
  const working = spans.some(({ state: each }) => each === 'running');
  const invocations = invocationsOf(events, { offset, working, totalMs });
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
