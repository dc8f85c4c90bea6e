/** Watches orders until they end: polls their items, and reads the executions of idle orders. */

import { isNotFound } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import type { LocatedOrder } from '../lookup/find.ts';
import { ConnectionMonitor } from './connection-monitor.ts';
import { type EndEvent, endedBadly, isViewEvent, type WatchEvent } from './events.ts';
import type { WatchOptions, WatchOrdersOptions } from './watch-options.ts';
import { WatchedOrders } from './watched-orders.ts';

export interface WatchOrderOptions extends LocatedOrder, WatchOptions {
  /** Whether the history of the execution is read. */
  readonly history?: boolean;
}

const defaultHeartbeatMs = 60_000;

/**
 * Yields the events of an order until it ends or `signal` aborts. The last event is `end`, which is also returned.
 */
export async function* watchOrder(
  stack: Stack,
  { orderId, executionArn, submittedAt, history = true, ...options }: WatchOrderOptions,
): AsyncGenerator<WatchEvent, EndEvent> {
  const order = {
    orderId,
    ...(executionArn === undefined ? {} : { executionArn }),
    ...(submittedAt === undefined ? {} : { submittedAt }),
  };
  const focusedOrder = history ? () => orderId : undefined;
  const [end] = yield* watchOrders(stack, { ...options, orders: [order], focusedOrder });
  if (end) return end;
  throw new Error('a watched order has no end event');
}

/**
 * Yields the events of orders until all have ended or `signal` aborts, one `end` for each order. Returns the ends.
 * All items are polled in batches; only the history of the focused order is read.
 */
export async function* watchOrders(
  stack: Stack,
  options: WatchOrdersOptions,
): AsyncGenerator<WatchEvent, readonly EndEvent[]> {
  const { signal, heartbeatMs = defaultHeartbeatMs, failFast = false } = options;
  const watched = new WatchedOrders(stack, options);
  const connection = new ConnectionMonitor(stack.target, watched.single?.orderId);
  let lastEventAt = Date.now();
  while (!signal.aborted) {
    const events = await pollOnce(watched, connection, signal);
    if (events.some((event) => !isViewEvent(event))) lastEventAt = Date.now();
    yield* events;
    if (watched.isOver || (failFast && watched.ends.some(endedBadly))) break;
    if (Date.now() - lastEventAt >= heartbeatMs) {
      lastEventAt = Date.now();
      yield createHeartbeat(watched);
    }
    const gap = await connection.waitForNextPoll(watched.open.length, signal);
    if (gap) yield gap;
  }
  yield* watched.detachOpen(signal.reason);
  return watched.ends;
}

/** Polls all orders that are due. Returns the events, also those collected before a failure. */
async function pollOnce(
  watched: WatchedOrders,
  connection: ConnectionMonitor,
  signal: AbortSignal,
): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  try {
    await watched.poll(events);
    const gapEnd = connection.succeeded(events);
    return gapEnd ? [gapEnd, ...events] : events;
  } catch (error) {
    if (signal.aborted) return events;
    const isStackDestroyed = isNotFound(error) && connection.hasSucceeded;
    if (isStackDestroyed) return [...events, ...watched.markOpenLost()];
    const gap = connection.failed(error);
    return gap ? [...events, gap] : events;
  }
}

function createHeartbeat({ single, open }: WatchedOrders): WatchEvent {
  const ts = new Date().toISOString();
  if (!single) {
    const paused = open.filter(({ pause }) => pause.since !== undefined).length;
    return { type: 'heartbeat', ts, running: open.length, ...(paused > 0 ? { paused } : {}) };
  }
  const { orderId, status, resumesAt, pause } = single;
  return {
    type: 'heartbeat',
    ts,
    orderId,
    status,
    ...(resumesAt ? { resumesAt } : {}),
    ...(pause.since ? { pausedSince: pause.since } : {}),
  };
}
