/** What an execution is at: its attempts, backoff, waits and replays, and whether it gets on. */
import type { HistoryError, HistoryEvent } from './history-event.ts';
import { type Span, timelineOf } from './timeline.ts';

/** Times are milliseconds; moments are since the epoch, on the wall clock. */
export interface Work {
  readonly invocations: number;
  /** Invocations after the first: each goes through what was done before, without doing it again. */
  readonly replays: number;
  readonly retries: number;
  readonly activeMs: number;
  readonly waitingMs: number;
  /** Of the steps that took more than one attempt. */
  readonly attempts: Readonly<Record<string, number>>;
  readonly retry?: Retry;
  readonly wait?: { readonly name: string; readonly endsAt: number };
  readonly stuck?: Stuck;
}

/** A step that is tried again. */
export interface Retry {
  readonly step: string;
  /** The attempt that is next, or at work. */
  readonly attempt: number;
  /** When it begins; in the past while it is at work. */
  readonly at: number;
  readonly error: HistoryError;
}

/** Invocations fail one after the other and leave no checkpoint behind. */
export interface Stuck {
  readonly invocations: number;
  /** RFC 3339 UTC: the last checkpoint. */
  readonly since: string;
  readonly error: HistoryError;
  /** The step that they all began. */
  readonly step?: string;
}

/** Folds the events of an execution, in their order, as seen at `now`. No events make no work. */
export function workOf(
  events: readonly HistoryEvent[],
  { now, timeScale }: { readonly now: number; readonly timeScale: number },
): Work | undefined {
  const timeline = timelineOf(events, now);
  if (!timeline) return undefined;
  const { spans, invocations, retries, activeMs, waitingMs, state } = timeline;
  const moment = (ms: number) => Date.parse(timeline.startedAt) + ms;
  const tried = spans.filter(({ attempts }) => attempts.length > 1);
  const facts = {
    invocations: invocations.length,
    replays: Math.max(0, invocations.length - 1),
    retries,
    activeMs,
    waitingMs,
    attempts: Object.fromEntries(tried.map(({ name, attempts }) => [name, attempts.length])),
  };
  if (state !== 'running') return facts;
  const retry = spans.map((span) => retryOf(span, { moment, timeScale })).find(Boolean);
  const wait = spans.find((span) => span.kind === 'wait' && span.state === 'waiting');
  const stuck = stuckTimes(events).now;
  const endsAt = wait && moment(wait.startMs + (wait.waitMs ?? 0) / timeScale);
  return {
    ...facts,
    ...(retry ? { retry } : {}),
    ...(wait && endsAt !== undefined ? { wait: { name: wait.name, endsAt } } : {}),
    ...(stuck ? { stuck } : {}),
  };
}

function retryOf(
  { kind, state, name, attempts }: Span,
  { moment, timeScale }: { moment: (ms: number) => number; timeScale: number },
): Retry | undefined {
  if (kind !== 'step' || (state !== 'waiting' && state !== 'running')) return undefined;
  const failed = attempts.findLast(({ error }) => error !== undefined);
  if (!failed?.error || failed.endMs === undefined) return undefined;
  const at = moment(failed.endMs + (failed.retryInMs ?? 0) / timeScale);
  return { step: name, attempt: failed.number + 1, at, error: failed.error };
}

/** One failed invocation is a hiccup that Lambda tries again; so many in a row are told. */
const manyInvocations = 2;

export interface StuckTimes {
  /** By the index of the event with which it was known. */
  readonly at: ReadonlyMap<number, Stuck>;
  /** Absent when it has got on since. */
  readonly now: Stuck | undefined;
}

/**
 * A step that is longer than the function's timeout never fails in the history: invocations end with an error, and the
 * next one begins the same step (https://github.com/aws/aws-durable-execution-docs/issues/281).
 */
export function stuckTimes(events: readonly HistoryEvent[]): StuckTimes {
  const begun = new Map<string, string>();
  const times = new Map<number, Stuck>();
  let now: Stuck | undefined;
  let invocations = 0;
  let since = events[0]?.at ?? '';
  for (const [index, { type, id = '', name = '', at, error }] of events.entries()) {
    if (type === 'InvocationCompleted' && error) {
      invocations += 1;
      if (invocations < manyInvocations) continue;
      const step = [...begun.values()].at(-1);
      now = { invocations, since, error, ...(step ? { step } : {}) };
      times.set(index, now);
      continue;
    }
    const again = type === 'StepStarted' && begun.has(id);
    if (again) continue;
    if (type === 'StepStarted') begun.set(id, name);
    else begun.delete(id);
    invocations = 0;
    now = undefined;
    since = at;
  }
  return { at: times, now };
}
