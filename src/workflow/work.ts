/** The current activity of an execution: attempts, backoff, waits, replays, and whether it is stuck. */
import type { HistoryError, HistoryEvent } from './history-event.ts';
import { findPauses, type Pause } from './pauses.ts';
import { buildTimeline, type Span } from './timeline.ts';

/** Durations in milliseconds, moments in epoch milliseconds of the wall clock. */
export interface ExecutionActivity {
  readonly invocations: number;
  /** Invocations after the first one: each replays the completed operations. */
  readonly replays: number;
  readonly retries: number;
  readonly activeMs: number;
  readonly waitingMs: number;
  /** Attempts of each step with more than one. */
  readonly attempts: Readonly<Record<string, number>>;
  /** Present if the execution was paused. */
  readonly pauses?: readonly Pause[];
  readonly retry?: Retry;
  readonly wait?: { readonly name: string; readonly endsAt: number };
  readonly stuck?: Stuck;
}

/** A step that is being retried. */
export interface Retry {
  readonly step: string;
  /** The next or running attempt. */
  readonly attempt: number;
  /** Start of the attempt; in the past while it runs. */
  readonly at: number;
  readonly error: HistoryError;
}

/** Invocations fail repeatedly without a new checkpoint. */
export interface Stuck {
  readonly invocations: number;
  /** The last checkpoint (RFC 3339 UTC). */
  readonly since: string;
  readonly error: HistoryError;
  /** The step that all these invocations started. */
  readonly step?: string;
}

/** Summarizes the events of an execution, in their order, at the time `now`. Undefined if there are no events. */
export function summarizeActivity(
  events: readonly HistoryEvent[],
  { now, timeScale }: { readonly now: number; readonly timeScale: number },
): ExecutionActivity | undefined {
  const timeline = buildTimeline(events, now);
  if (!timeline) return undefined;
  const { spans, invocations, retries, activeMs, waitingMs, state } = timeline;
  const moment = (ms: number) => Date.parse(timeline.startedAt) + ms;
  const retried = spans.filter(({ attempts }) => attempts.length > 1);
  const facts = {
    invocations: invocations.length,
    replays: Math.max(0, invocations.length - 1),
    retries,
    activeMs,
    waitingMs,
    attempts: Object.fromEntries(retried.map(({ name, attempts }) => [name, attempts.length])),
    ...(timeline.pauses ? { pauses: findPauses(events) } : {}),
  };
  if (state !== 'running') return facts;
  const retry = spans.map((span) => findRetry(span, { moment, timeScale })).find(Boolean);
  const wait = spans.find((span) => span.kind === 'wait' && span.state === 'waiting');
  const stuck = findStuckPeriods(events).now;
  const endsAt = wait && moment(wait.startMs + (wait.waitMs ?? 0) / timeScale);
  return {
    ...facts,
    ...(retry ? { retry } : {}),
    ...(wait && endsAt !== undefined ? { wait: { name: wait.name, endsAt } } : {}),
    ...(stuck ? { stuck } : {}),
  };
}

function findRetry(
  { kind, state, name, attempts }: Span,
  { moment, timeScale }: { moment: (ms: number) => number; timeScale: number },
): Retry | undefined {
  if (kind !== 'step' || (state !== 'waiting' && state !== 'running')) return undefined;
  const failed = attempts.findLast(({ error }) => error !== undefined);
  if (!failed?.error || failed.endMs === undefined) return undefined;
  const at = moment(failed.endMs + (failed.retryInMs ?? 0) / timeScale);
  return { step: name, attempt: failed.number + 1, at, error: failed.error };
}

/** Lambda retries a failed invocation, so a single failure is not reported. */
const minStuckInvocations = 2;

export interface StuckPeriods {
  /** Periods by the index of the event that revealed them. */
  readonly at: ReadonlyMap<number, Stuck>;
  /** Undefined if there has been a checkpoint since. */
  readonly now: Stuck | undefined;
}

/**
 * Finds periods in which the execution was stuck. A step that exceeds the function's timeout never fails in the history:
 * the invocation ends with an error, and the next one starts the same step
 * (https://github.com/aws/aws-durable-execution-docs/issues/281).
 */
export function findStuckPeriods(events: readonly HistoryEvent[]): StuckPeriods {
  const started = new Map<string, string>();
  const times = new Map<number, Stuck>();
  let now: Stuck | undefined;
  let invocations = 0;
  let since = events[0]?.at ?? '';
  for (const [index, { type, id = '', name = '', at, error }] of events.entries()) {
    if (type === 'InvocationCompleted' && error) {
      invocations += 1;
      if (invocations < minStuckInvocations) continue;
      const step = [...started.values()].at(-1);
      now = { invocations, since, error, ...(step ? { step } : {}) };
      times.set(index, now);
      continue;
    }
    const isRestart = type === 'StepStarted' && started.has(id);
    if (isRestart) continue;
    if (type === 'StepStarted') started.set(id, name);
    else started.delete(id);
    invocations = 0;
    now = undefined;
    since = at;
  }
  return { at: times, now };
}
