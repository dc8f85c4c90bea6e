/** The timeline of an execution, derived from its history. Pure. */
import {
  type ExecutionState,
  executionEnd,
  type HistoryError,
  type HistoryEvent,
} from './history-event.ts';
import {
  activeTimeMs,
  findTimelineBreaks,
  type Invocation,
  type Offset,
  type TimelineBreak,
  toInvocations,
} from './invocations.ts';
import { findPauses } from './pauses.ts';

/** Times are milliseconds since the start of the execution. */
export interface Attempt {
  readonly number: number;
  readonly startMs: number;
  /** Absent while the attempt runs. */
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
  /** The length of a wait, in virtual time. */
  readonly waitMs?: number;
  /** Why a successful step did nothing. */
  readonly skipped?: string;
  readonly attempts: readonly Attempt[];
}

export interface Timeline {
  readonly state: ExecutionState;
  /** RFC 3339 UTC. */
  readonly startedAt: string;
  /** Until the end of the execution, or until now. */
  readonly totalMs: number;
  /** Time in invocations. The rest of the time costs nothing. */
  readonly activeMs: number;
  readonly waitingMs: number;
  readonly retries: number;
  readonly operations: number;
  readonly error?: HistoryError;
  readonly spans: readonly Span[];
  readonly invocations: readonly Invocation[];
  readonly cuts: readonly TimelineBreak[];
  /** Present if the execution was paused. */
  readonly pauses?: readonly TimelinePause[];
}

/** A period in which no invocation started, because the execution was paused. */
export interface TimelinePause {
  readonly startMs: number;
  /** Absent while the execution is paused. */
  readonly endMs?: number;
  readonly reason?: string;
}

const kinds: Readonly<Record<string, Span['kind']>> = {
  Step: 'step',
  Wait: 'wait',
  Context: 'context',
  Callback: 'callback',
  ChainedInvoke: 'invoke',
};

/** Builds the timeline of events, in their order, at the time `now` (epoch ms). Undefined if there are no events. */
export function buildTimeline(events: readonly HistoryEvent[], now: number): Timeline | undefined {
  const [first] = events;
  const last = events.at(-1);
  if (!first || !last) return undefined;
  const startMs = Date.parse(first.at);
  const offset = (at: string) => Math.max(0, Date.parse(at) - startMs);
  const state = executionEnd(last) ?? 'running';
  const totalMs = state === 'running' ? Math.max(0, now - startMs) : offset(last.at);
  const spans = toSpans(events, offset);
  const working = spans.some(({ state: spanState }) => spanState === 'running');
  const invocations = toInvocations(events, { offset, working, totalMs });
  const activeMs = activeTimeMs(invocations, totalMs);
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
    cuts: findTimelineBreaks(invocations, totalMs),
    ...toTimelinePauses(events, offset),
  };
}

function toTimelinePauses(
  events: readonly HistoryEvent[],
  offset: Offset,
): Pick<Timeline, 'pauses'> {
  const pauses = findPauses(events).map(({ from, to, reason }) => ({
    startMs: offset(from),
    ...(to === undefined ? {} : { endMs: offset(to) }),
    ...(reason === undefined ? {} : { reason }),
  }));
  return pauses.length > 0 ? { pauses } : {};
}

type SpanDraft = { -readonly [Key in keyof Span]: Span[Key] } & { attempts: Attempt[] };

function toSpans(events: readonly HistoryEvent[], offset: Offset): Span[] {
  const drafts = new Map<string, SpanDraft>();
  for (const event of events) {
    const [, prefix = '', change = ''] =
      /^(.+?)(Started|Succeeded|Failed|TimedOut|Stopped|Cancelled)$/.exec(event.type) ?? [];
    const kind = kinds[prefix];
    if (!kind || event.id === undefined) continue;
    const at = offset(event.at);
    const draft = drafts.get(event.id) ?? newDraft(event, kind, at);
    drafts.set(event.id, draft);
    if (kind === 'step') recordAttempt(draft, { event, change, at });
    draft.state = stateAfter(kind, change, event);
    const skipped = change === 'Succeeded' ? skipReason(event.payload) : undefined;
    if (skipped !== undefined) draft.skipped = skipped;
    if (draft.state === 'running' || draft.state === 'waiting') delete draft.endMs;
    else draft.endMs = at;
  }
  return [...drafts.values()];
}

function newDraft(event: HistoryEvent, kind: Span['kind'], startMs: number): SpanDraft {
  const { name = kind, waitMs } = event;
  return { name, kind, state: 'running', startMs, ...(waitMs ? { waitMs } : {}), attempts: [] };
}

/** A skipped step returns `{skipped: true, reason}`. */
function skipReason(payload: string | undefined): string | undefined {
  if (!payload?.includes('"skipped"')) return undefined;
  const result = parseJson(payload);
  if (typeof result !== 'object' || result === null || !('skipped' in result)) return undefined;
  return 'reason' in result && typeof result.reason === 'string' ? result.reason : '';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function stateAfter(kind: Span['kind'], change: string, event: HistoryEvent): SpanState {
  if (change === 'Started') return kind === 'step' || kind === 'context' ? 'running' : 'waiting';
  // A step that will be retried, or that polls a condition, continues after this attempt.
  if (event.retryInMs !== undefined) return 'waiting';
  if (change === 'Succeeded') return 'succeeded';
  return change === 'Cancelled' ? 'cancelled' : 'failed';
}

function recordAttempt(
  draft: SpanDraft,
  { event, change, at }: { event: HistoryEvent; change: string; at: number },
): void {
  const open = draft.attempts.at(-1);
  if (change === 'Started') {
    // A lost invocation has started the same attempt before.
    if (open && open.endMs === undefined) return;
    draft.attempts.push({ number: draft.attempts.length + 1, startMs: at });
    return;
  }
  const { error, retryInMs } = event;
  const started = open && open.endMs === undefined ? draft.attempts.pop() : undefined;
  draft.attempts.push({
    number: event.attempt ?? draft.attempts.length + 1,
    startMs: started?.startMs ?? at,
    endMs: at,
    ...(error ? { error } : {}),
    ...(retryInMs === undefined ? {} : { retryInMs }),
  });
}
