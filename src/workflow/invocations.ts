/** When an execution's handler ran, and when nothing did. */
import { endOf, type HistoryError, type HistoryEvent } from './history-event.ts';

/** Milliseconds since the execution began. */
export type Offset = (at: string) => number;

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

/** The invocations of an execution; `working` when an operation is at work, `totalMs` from its begin until now. */
export function invocationsOf(
  events: readonly HistoryEvent[],
  seen: { readonly offset: Offset; readonly working: boolean; readonly totalMs: number },
): Invocation[] {
  const closed = closedInvocations(events, seen.offset);
  return [...closed, ...openInvocation(closed, events, seen)];
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

/** The invocation that runs now is not in the history yet; an operation at work since the last one tells of it. */
function openInvocation(
  closed: readonly Invocation[],
  events: readonly HistoryEvent[],
  { offset, working, totalMs }: { offset: Offset; working: boolean; totalMs: number },
): Invocation[] {
  const last = events.findLastIndex(({ type }) => type === 'InvocationCompleted');
  const first = last < 0;
  const since = events
    .slice(last + 1)
    .find(({ type }) => /^(Step|Context)/.test(type) || (first && type === 'ExecutionStarted'));
  const ended = events.some((event) => endOf(event) !== undefined);
  if (!since || ended || !(working || first)) return [];
  return [{ number: closed.length + 1, startMs: offset(since.at), endMs: totalMs }];
}

/** How much of the time is inside an invocation; those that overlap count once. */
export function coverage(invocations: readonly Invocation[], totalMs: number): number {
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

/** The stretches between invocations that are many times as long as one of them. */
export function cutsOf(invocations: readonly Invocation[], totalMs: number): Cut[] {
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
