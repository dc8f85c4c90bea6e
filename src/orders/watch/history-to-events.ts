import type { HistoryEvent } from '../../workflow/history-event.ts';
import { stuckTimes } from '../../workflow/work.ts';
import type { FollowEvent, InvocationEvent } from './events.ts';

interface Telling {
  readonly orderId: string;
  readonly timeScale: number;
  /** Whether also that is told which goes well. */
  readonly detail: boolean;
  /** Events that were told before. */
  readonly after: number;
}

/** What is told of the events of an execution, in their order: what went wrong, and in detail everything. */
export function eventsOf(events: readonly HistoryEvent[], telling: Telling): FollowEvent[] {
  const told: FollowEvent[] = [];
  let invocations = 0;
  let done = 0;
  let doneBefore = 0;
  const stuck = stuckTimes(events).at;
  for (const [index, event] of events.entries()) {
    const isInvocation = event.type === 'InvocationCompleted';
    if (isInvocation) invocations += 1;
    if (index >= telling.after) {
      const each = isInvocation
        ? invocationOf(event, { ...telling, n: invocations, replayed: doneBefore })
        : operationOf(event, telling);
      if (each) told.push(each);
      const { orderId } = telling;
      const halt = stuck.get(index);
      if (halt) told.push({ type: 'stuck', ts: event.at, orderId, ...halt });
    }
    if (isInvocation) doneBefore = done;
    else if (isDone(event)) done += 1;
  }
  return told;
}

/** An operation that a later invocation does not do again. */
function isDone({ type, retryInMs }: HistoryEvent): boolean {
  return /^(Step|Wait|Callback|Context|ChainedInvoke)(Succeeded|Failed)$/.test(type) && !retryInMs;
}

function invocationOf(
  { at, startedAt = at, requestId, error }: HistoryEvent,
  { orderId, n, replayed, detail }: Telling & { readonly n: number; readonly replayed: number },
): InvocationEvent | undefined {
  if (!detail && !error) return undefined;
  const tookMs = Math.max(0, Date.parse(at) - Date.parse(startedAt));
  return {
    type: 'invocation',
    ts: at,
    orderId,
    n,
    replayed,
    tookMs,
    ...(requestId === undefined ? {} : { requestId }),
    ...(error ? { error } : {}),
  };
}

function operationOf(
  { type, at: ts, name, attempt = 1, retryInMs, waitMs, error }: HistoryEvent,
  { orderId, timeScale, detail }: Telling,
): FollowEvent | undefined {
  if (name === undefined) return undefined;
  const about = { ts, orderId, step: name };
  if (type === 'StepFailed' && error) {
    const retry = retryInMs === undefined ? {} : { retryInMs: retryInMs / timeScale };
    return { type: 'step', ...about, state: 'failed', attempt, ...retry, error };
  }
  if (!detail) return undefined;
  if (type === 'StepSucceeded') return { type: 'step', ...about, state: 'succeeded', attempt };
  if (type === 'WaitStarted') {
    const ends = Date.parse(ts) + (waitMs ?? 0) / timeScale;
    const until = waitMs === undefined ? {} : { until: new Date(ends).toISOString() };
    return { type: 'wait', ...about, state: 'started', ...until };
  }
  return type === 'WaitSucceeded' ? { type: 'wait', ...about, state: 'ended' } : undefined;
}
