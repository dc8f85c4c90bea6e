import type { Stack } from '../../environment/stack.ts';
import { type ListQuery, listOrders, type OrderRow } from '../lookup/list.ts';
import { ConnectionMonitor } from './connection-monitor.ts';
import type { GapEndEvent, GapEvent } from './events.ts';

/** A new or changed row of the list. */
export interface RowEvent extends OrderRow {
  readonly type: 'order';
  readonly ts: string;
  readonly change: 'listed' | 'changed';
}

/** An order that left the list: the filter no longer matches it, or newer orders took its place. */
export interface RowGoneEvent {
  readonly type: 'gone';
  readonly ts: string;
  readonly orderId: string;
}

/** The whole current list, for views. */
export interface ListSnapshotEvent {
  readonly type: 'list';
  readonly rows: readonly OrderRow[];
}

/** Reported when the list did not change for a long time. */
export interface ListHeartbeatEvent {
  readonly type: 'heartbeat';
  readonly ts: string;
  /** Number of orders in the list. */
  readonly orders: number;
}

export type ListEvent =
  | RowEvent
  | RowGoneEvent
  | ListHeartbeatEvent
  | ListSnapshotEvent
  | GapEvent
  | GapEndEvent;

/** Maximum time without a change before a heartbeat is reported (ms). */
const heartbeatMs = 60_000;

export interface WatchListOptions {
  /** Returns the current query, whose end moves with the time. */
  readonly query: () => ListQuery;
  readonly signal: AbortSignal;
}

interface ListState {
  /** Rows of the previous poll, by order id. */
  rows: ReadonlyMap<string, OrderRow>;
  lastChangeAt: number;
}

/**
 * Polls a list of orders, and yields its changes until `signal` aborts. Continues after transient errors; throws
 * permanent ones.
 */
export async function* watchList(
  stack: Stack,
  { query, signal }: WatchListOptions,
): AsyncGenerator<ListEvent, void> {
  const connection = new ConnectionMonitor(stack.target, undefined);
  const state: ListState = { rows: new Map(), lastChangeAt: Date.now() };
  while (!signal.aborted) {
    try {
      const rows = await readAllRows(stack, query());
      const gapEnd = connection.succeeded([]);
      if (gapEnd) yield gapEnd;
      yield* updateState(state, rows);
      yield { type: 'list', rows };
    } catch (error) {
      if (signal.aborted) return;
      const gap = connection.failed(error);
      if (gap) yield gap;
    }
    const gap = await connection.waitForNextPoll(state.rows.size, signal);
    if (gap) yield gap;
  }
}

async function readAllRows(stack: Stack, query: ListQuery): Promise<readonly OrderRow[]> {
  const rows: OrderRow[] = [];
  for await (const batch of listOrders(stack, query)) rows.push(...batch);
  return rows;
}

/** Replaces the rows of the state. Returns the changes, or a heartbeat after a long time without one. */
function updateState(state: ListState, rows: readonly OrderRow[]): ListEvent[] {
  const now = Date.now();
  // The list starts with the newest order; changes are reported oldest first, as if each had been seen at once.
  const events = findChanges(state.rows, rows.toReversed());
  state.rows = new Map(rows.map((row) => [row.orderId, row]));
  if (events.length === 0 && now - state.lastChangeAt < heartbeatMs) return [];
  state.lastChangeAt = now;
  if (events.length > 0) return events;
  return [{ type: 'heartbeat', ts: new Date(now).toISOString(), orders: rows.length }];
}

function findChanges(
  previous: ReadonlyMap<string, OrderRow>,
  rows: readonly OrderRow[],
): ListEvent[] {
  const ts = new Date().toISOString();
  const ids = new Set(rows.map(({ orderId }) => orderId));
  const gone = [...previous.keys()].filter((orderId) => !ids.has(orderId));
  const changed = rows.flatMap((row): RowEvent[] => {
    const before = previous.get(row.orderId);
    if (!before) return [{ type: 'order', ts, change: 'listed', ...row }];
    const isSame = JSON.stringify(before) === JSON.stringify(row);
    return isSame ? [] : [{ type: 'order', ts, change: 'changed', ...row }];
  });
  return [...gone.map((orderId) => ({ type: 'gone' as const, ts, orderId })), ...changed];
}
