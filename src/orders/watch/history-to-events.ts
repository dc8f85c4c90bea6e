import type { HistoryEvent } from '../../workflow/history-event.ts';
import { findStuckPeriods } from '../../workflow/work.ts';
import type { InvocationEvent, StuckEvent, WatchEvent } from './events.ts';
import type { PausedEvent, ResumedEvent } from './pause-events.ts';

interface ConversionOptions {
  readonly orderId: string;
  readonly timeScale: number;
  /** Whether successful steps, waits and invocations are included. */
  readonly detail: boolean;
  /** Number of events at the beginning of the history that were reported before. */
  readonly skip: number;
}

/** Converts the history of an execution to watch events, in the same order: failures, with `detail` everything. */
export function toWatchEvents(
  history: readonly HistoryEvent[],
  options: ConversionOptions,
): WatchEvent[] {
  const { orderId, skip } = options;
  const invocations = countInvocations(history);
  const stuckPeriods = findStuckPeriods(history).at;
  const events: (WatchEvent | undefined)[] = [];
  let pausedAt: string | undefined;
  for (const [index, event] of history.entries()) {
    const pause = toPauseEvent(event, { orderId, pausedAt });
    if (pause) pausedAt = pause.type === 'paused' ? pause.ts : undefined;
    if (index < skip) continue;
    const invocation = invocations.get(index);
    const stuck = stuckPeriods.get(index);
    events.push(
      pause ??
        (invocation
          ? toInvocationEvent(event, invocation, options)
          : toOperationEvent(event, options)),
      stuck && ({ type: 'stuck', ts: event.at, orderId, ...stuck } satisfies StuckEvent),
    );
  }
  return events.filter((event) => event !== undefined);
}

function toPauseEvent(
  { type, at: ts, reason }: HistoryEvent,
  { orderId, pausedAt }: { readonly orderId: string; readonly pausedAt: string | undefined },
): PausedEvent | ResumedEvent | undefined {
  const fields = { ts, orderId, ...(reason ? { reason } : {}) };
  if (type === 'ExecutionPaused') return { type: 'paused', ...fields };
  if (type !== 'ExecutionResumed') return undefined;
  const pausedMs = Math.max(0, Date.parse(ts) - Date.parse(pausedAt ?? ts));
  return { type: 'resumed', ...fields, pausedMs };
}

type InvocationCounts = Pick<InvocationEvent, 'n' | 'replayed'>;

/** Returns number and replayed operations of each invocation, by the index of its event. */
function countInvocations(history: readonly HistoryEvent[]): Map<number, InvocationCounts> {
  const invocations = new Map<number, InvocationCounts>();
  let completed = 0;
  let replayed = 0;
  for (const [index, event] of history.entries()) {
    if (isCompletedOperation(event)) completed += 1;
    if (event.type !== 'InvocationCompleted') continue;
    invocations.set(index, { n: invocations.size + 1, replayed });
    // The next invocation replays every operation that has completed until now.
    replayed = completed;
  }
  return invocations;
}

/** Whether later invocations replay the operation instead of executing it. */
function isCompletedOperation({ type, retryInMs }: HistoryEvent): boolean {
  return /^(Step|Wait|Callback|Context|ChainedInvoke)(Succeeded|Failed)$/.test(type) && !retryInMs;
}

function toInvocationEvent(
  { at, startedAt = at, requestId, error }: HistoryEvent,
  counts: InvocationCounts,
  { orderId, detail }: ConversionOptions,
): InvocationEvent | undefined {
  if (!detail && !error) return undefined;
  return {
    type: 'invocation',
    ts: at,
    orderId,
    ...counts,
    tookMs: Math.max(0, Date.parse(at) - Date.parse(startedAt)),
    ...(requestId === undefined ? {} : { requestId }),
    ...(error ? { error } : {}),
  };
}

function toOperationEvent(
  { type, at: ts, name, attempt = 1, retryInMs, waitMs, error }: HistoryEvent,
  { orderId, timeScale, detail }: ConversionOptions,
): WatchEvent | undefined {
  if (name === undefined) return undefined;
  const operation = { ts, orderId, step: name };
  if (type === 'StepFailed' && error) {
    const retry = retryInMs === undefined ? {} : { retryInMs: retryInMs / timeScale };
    return { type: 'step', ...operation, state: 'failed', attempt, ...retry, error };
  }
  if (!detail) return undefined;
  switch (type) {
    case 'StepSucceeded':
      return { type: 'step', ...operation, state: 'succeeded', attempt };
    case 'WaitStarted': {
      const endsAt = Date.parse(ts) + (waitMs ?? 0) / timeScale;
      const until = waitMs === undefined ? {} : { until: new Date(endsAt).toISOString() };
      return { type: 'wait', ...operation, state: 'started', ...until };
    }
    case 'WaitSucceeded':
      return { type: 'wait', ...operation, state: 'ended' };
    default:
      return undefined;
  }
}
