import { setTimeout as sleep } from 'node:timers/promises';
import { needsSignIn } from '../../aws/errors.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { LogEntry } from '../logs/entry.ts';
import { followLogs } from '../logs/read.ts';
import { readOrders } from '../lookup/batch-get.ts';
import type { FollowEvent } from './events.ts';

/** A line of a function's log. */
export interface LogLineEvent {
  readonly type: 'log';
  readonly entry: LogEntry;
}

export interface LogsOf {
  /** Absent for the orders that the events are about. */
  readonly orderIds: readonly string[];
  readonly signal: AbortSignal;
}

/** The item is written by the first step; what comes before it belongs to the order as well. ms */
const beforeItemMs = 60_000;

/** From when on the log holds lines of these orders, ms since the epoch; `fallback` where that is not known. */
export async function logStart(
  target: Target,
  outputs: StackOutputs,
  { orderIds, fallback }: { readonly orderIds: readonly string[]; readonly fallback: number },
): Promise<number> {
  if (orderIds.length === 0) return fallback;
  const orders = await readOrders(target, outputs, { ids: orderIds, fields: ['createdAt'] });
  const times = [...orders.values()].map(({ createdAt }) => Date.parse(createdAt));
  return Math.min(fallback, ...times.map((time) => time - beforeItemMs));
}

/**
 * The events with the lines that the functions wrote meanwhile. Lines become visible some seconds late: the end of a
 * single order is told after the last of them.
 */
export async function* withLogs<Event extends FollowEvent, End>(
  events: AsyncGenerator<Event, End>,
  logs: AsyncGenerator<readonly LogEntry[], void>,
  finish: () => void,
): AsyncGenerator<Event | LogLineEvent, End> {
  type Next =
    | { readonly of: 'events'; readonly step: IteratorResult<Event, End> }
    | { readonly of: 'logs'; readonly step: IteratorResult<readonly LogEntry[], void> };
  const nextOf = {
    events: async (): Promise<Next> => ({ of: 'events', step: await events.next() }),
    logs: async (): Promise<Next> => ({ of: 'logs', step: await logs.next() }),
  };
  const coming = new Map<Next['of'], Promise<Next>>();
  for (const of of ['events', 'logs'] as const) coming.set(of, nextOf[of]());
  let held: Event | undefined;
  let end: { readonly value: End } | undefined;
  while (coming.size > 0) {
    const next = await Promise.race(coming.values());
    if (next.step.done) coming.delete(next.of);
    else coming.set(next.of, nextOf[next.of]());
    if (next.of === 'logs') {
      for (const entry of next.step.value ?? []) yield { type: 'log', entry };
    } else if (next.step.done) {
      end = { value: next.step.value };
      finish();
    } else {
      if (held) yield held;
      held = next.step.value.type === 'end' ? next.step.value : undefined;
      if (!held) yield next.step.value;
    }
  }
  if (held) yield held;
  if (!end) throw new Error('the events ended without an end');
  return end.value;
}

/** Lines are waited for so long after the orders have ended: so many looks at the log, and at least so long, ms. */
const lingerLooks = 10;
const leastLingerMs = 1500;
/** How long before the log is tried again with new credentials, ms. */
const signInMs = 1000;

/** The lines about the orders, until a while after `finish` was called. */
export function logLines(target: Target, outputs: StackOutputs, { orderIds, signal }: LogsOf) {
  const stop = new AbortController();
  const finish = () => {
    const linger = Math.max(leastLingerMs, target.pollMs * lingerLooks);
    setTimeout(() => stop.abort(), linger);
  };
  signal.addEventListener('abort', () => stop.abort(), { once: true });
  async function* lines(): AsyncGenerator<readonly LogEntry[], void> {
    let since = await logStart(target, outputs, { orderIds, fallback: Date.now() });
    const query = { orderIds, sources: ['workflow', 'status'], signal: stop.signal } as const;
    while (!stop.signal.aborted) {
      try {
        for await (const items of followLogs(target, outputs, { ...query, since })) {
          const entries = items.flatMap((item) => ('gap' in item ? [] : [item]));
          since = Math.max(since, ...entries.map(({ timestamp }) => timestamp + 1));
          yield entries;
        }
      } catch (error) {
        // The watch says that the credentials have expired, and looks for new ones.
        if (!needsSignIn(error)) throw error;
        await sleep(signInMs, undefined, { signal: stop.signal }).catch(() => {});
      }
    }
  }
  return { lines: lines(), finish };
}
