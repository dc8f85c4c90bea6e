/** When the handler of an execution ran, and when nothing ran. */
import { executionEnd, type HistoryError, type HistoryEvent } from './history-event.ts';

/** Converts a time to milliseconds since the start of the execution. */
export type Offset = (at: string) => number;

export interface Invocation {
  readonly number: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly requestId?: string;
  readonly error?: HistoryError;
}

/** A period without an invocation that a chart leaves out, because it is much longer than the invocations. */
export interface TimelineBreak {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Returns the invocations of an execution. `working`: an operation is running; `totalMs`: from the start of the execution
 * until now.
 */
export function toInvocations(
  events: readonly HistoryEvent[],
  timing: { readonly offset: Offset; readonly working: boolean; readonly totalMs: number },
): Invocation[] {
  const closed = closedInvocations(events, timing.offset);
  return [...closed, ...openInvocation(closed, events, timing)];
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

/** The running invocation. The history does not contain it yet, so it is derived from operations after the last invocation. */
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
  const ended = events.some((event) => executionEnd(event) !== undefined);
  if (!since || ended || !(working || first)) return [];
  return [{ number: closed.length + 1, startMs: offset(since.at), endMs: totalMs }];
}

/** The time covered by invocations (ms); overlapping invocations count once. */
export function activeTimeMs(invocations: readonly Invocation[], totalMs: number): number {
  let covered = 0;
  let until = 0;
  for (const { startMs, endMs } of [...invocations].sort((a, b) => a.startMs - b.startMs)) {
    const end = Math.min(endMs, totalMs);
    covered += Math.max(0, end - Math.max(startMs, until));
    until = Math.max(until, end);
  }
  return covered;
}

/** A break is longer than this many times the median invocation. */
const minBreakMedians = 10;

/** Finds the periods without an invocation that are much longer than an invocation. */
export function findTimelineBreaks(
  invocations: readonly Invocation[],
  totalMs: number,
): TimelineBreak[] {
  const lengths = invocations.map(({ startMs, endMs }) => endMs - startMs).sort((a, b) => a - b);
  const median = Math.max(1, lengths[lengths.length >> 1] ?? 0);
  const cuts: TimelineBreak[] = [];
  let until = 0;
  const idle = (from: number, to: number) => {
    if (to - from <= minBreakMedians * median) return;
    // A short part of the wait stays visible on both sides.
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
