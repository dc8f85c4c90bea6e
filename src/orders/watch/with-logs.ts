import { setTimeout as sleep } from 'node:timers/promises';
import { needsSignIn } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import type { LogEntry } from '../logs/entry.ts';
import { followLogs } from '../logs/read.ts';
import { readOrders } from '../tables/orders-table.ts';
import type { WatchEvent } from './events.ts';

/** A line of a function's log. */
export interface LogLineEvent {
  readonly type: 'log';
  readonly entry: LogEntry;
}

export interface LogLinesOptions {
  /** Only lines of these orders; empty means all lines. */
  readonly orderIds: readonly string[];
  readonly signal: AbortSignal;
}

export interface LogLines {
  readonly lines: AsyncGenerator<readonly LogEntry[], void>;
  /** Ends `lines` after the linger time. */
  readonly finish: () => void;
}

/** The first step writes the item. Log lines from this long before it belong to the order as well (ms). */
const beforeItemMs = 60_000;

/**
 * Returns the time from which the log contains lines of these orders (ms since the epoch), or `fallback` if unknown.
 */
export async function findLogStart(
  stack: Stack,
  { orderIds, fallback }: { readonly orderIds: readonly string[]; readonly fallback: number },
): Promise<number> {
  if (orderIds.length === 0) return fallback;
  const orders = await readOrders(stack, { ids: orderIds, fields: ['createdAt'] });
  const times = [...orders.values()].map(({ createdAt }) => Date.parse(createdAt));
  return Math.min(fallback, ...times.map((time) => time - beforeItemMs));
}

/** Result of one read from the events or from the logs. */
type NextRead<Event, End> =
  | { readonly source: 'events'; readonly step: IteratorResult<Event, End> }
  | { readonly source: 'logs'; readonly step: IteratorResult<readonly LogEntry[], void> };

/**
 * Merges the events with the log lines that are written meanwhile, and returns the result of `events`. Lines become
 * visible some seconds late, so the last `end` event is held back until `logs` has ended.
 */
export async function* withLogs<Event extends WatchEvent, End>(
  events: AsyncGenerator<Event, End>,
  logs: AsyncGenerator<readonly LogEntry[], void>,
  finish: () => void,
): AsyncGenerator<Event | LogLineEvent, End> {
  type Read = Promise<NextRead<Event, End>>;
  const readEvent = async () => ({ source: 'events' as const, step: await events.next() });
  const readLines = async () => ({ source: 'logs' as const, step: await logs.next() });
  let pendingEvent: Read | undefined = readEvent();
  let pendingLines: Read | undefined = readLines();
  const held: { end?: Event | undefined } = {};
  let result: { readonly value: End } | undefined;
  while (pendingEvent || pendingLines) {
    const reads: Read[] = [pendingEvent, pendingLines].filter((read) => read !== undefined);
    const next = await Promise.race(reads);
    if (next.source === 'logs') {
      pendingLines = next.step.done ? undefined : readLines();
      yield* toLogLineEvents(next.step.value ?? []);
    } else if (next.step.done) {
      pendingEvent = undefined;
      result = { value: next.step.value };
      finish();
    } else {
      pendingEvent = readEvent();
      yield* holdBackEnd(held, next.step.value);
    }
  }
  if (held.end) yield held.end;
  if (!result) throw new Error('the events ended without a result');
  return result.value;
}

const toLogLineEvents = (entries: readonly LogEntry[]) =>
  entries.map((entry): LogLineEvent => ({ type: 'log', entry }));

/**
 * Returns the events to report now: a held `end` and the new event, unless that is an `end`, which is held instead.
 */
function holdBackEnd<Event extends WatchEvent>(
  held: { end?: Event | undefined },
  event: Event,
): Event[] {
  const released = held.end ? [held.end] : [];
  held.end = event.type === 'end' ? event : undefined;
  return held.end ? released : [...released, event];
}

/** Number of polling intervals for which the log is read after the orders have ended. */
const lingerPolls = 10;
/** Minimum time for which the log is read after the orders have ended (ms). */
const minLingerMs = 1500;
/** Time between two attempts to read the log while the credentials are expired (ms). */
const signInRetryMs = 1000;

/** Opens the log lines of the orders. They end when `signal` aborts, or a while after `finish` was called. */
export function openLogLines(stack: Stack, { orderIds, signal }: LogLinesOptions): LogLines {
  const stop = new AbortController();
  signal.addEventListener('abort', () => stop.abort(), { once: true });
  return {
    lines: readLogLines(stack, { orderIds, signal: stop.signal }),
    finish() {
      setTimeout(() => stop.abort(), Math.max(minLingerMs, stack.target.pollMs * lingerPolls));
    },
  };
}

/**
 * Yields the log lines of the orders until `signal` aborts. Continues after the last line once credentials are
 * renewed.
 */
async function* readLogLines(
  stack: Stack,
  { orderIds, signal }: LogLinesOptions,
): AsyncGenerator<readonly LogEntry[], void> {
  const query = { orderIds, sources: ['workflow', 'status'], signal } as const;
  let since = await findLogStart(stack, { orderIds, fallback: Date.now() });
  while (!signal.aborted) {
    try {
      for await (const items of followLogs(stack, { ...query, since })) {
        const entries = items.flatMap((item) => ('gap' in item ? [] : [item]));
        since = Math.max(since, ...entries.map(({ timestamp }) => timestamp + 1));
        yield entries;
      }
    } catch (error) {
      // The watch reports expired credentials and renews them.
      if (!needsSignIn(error)) throw error;
      await sleep(signInRetryMs, undefined, { signal }).catch(() => {});
    }
  }
}
