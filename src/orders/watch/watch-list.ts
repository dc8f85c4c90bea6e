/** A list of orders as it changes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { type ListQuery, listOrders, type OrderRow } from '../lookup/list.ts';
import { Sight } from './connection-monitor.ts';
import type { GapEndEvent, GapEvent } from './events.ts';

/** A row of the list that is new in it, or has changed. */
export interface RowEvent extends OrderRow {
  readonly type: 'order';
  readonly ts: string;
  readonly change: 'listed' | 'changed';
}

/** An order that the list has no longer: it passes the filter no more, or newer ones took its place. */
export interface RowGoneEvent {
  readonly type: 'gone';
  readonly ts: string;
  readonly orderId: string;
}

/** The whole list as it now is; for views. */
export interface ListSeenEvent {
  readonly type: 'list';
  readonly rows: readonly OrderRow[];
}

/** A sign of life when nothing changes for long. */
export interface ListHeartbeatEvent {
  readonly type: 'heartbeat';
  readonly ts: string;
  /** In the list. */
  readonly orders: number;
}

export type ListEvent =
  | RowEvent
  | RowGoneEvent
  | ListHeartbeatEvent
  | ListSeenEvent
  | GapEvent
  | GapEndEvent;

const heartbeatMs = 60_000;

export interface WatchListOptions {
  /** What is listed now; its end moves with the time. */
  readonly query: () => ListQuery;
  readonly signal: AbortSignal;
}

/** Lists again and again, and tells what is new, until `signal` says to stop. Rides out what passes; throws what does not. */
export async function* watchList(
  target: Target,
  outputs: StackOutputs,
  { query, signal }: WatchListOptions,
): AsyncGenerator<ListEvent, void> {
  const sight = new Sight(target, undefined);
  let known = new Map<string, OrderRow>();
  let toldAt = Date.now();
  while (!signal.aborted) {
    try {
      const rows = await readAll(target, outputs, query());
      const end = sight.found([]);
      if (end) yield end;
      // The oldest first, as they would have come one by one.
      const news = [...changes(known, rows.toReversed())];
      const now = Date.now();
      if (news.length > 0) toldAt = now;
      yield* news;
      if (now - toldAt >= heartbeatMs) {
        toldAt = now;
        yield { type: 'heartbeat', ts: new Date(now).toISOString(), orders: rows.length };
      }
      yield { type: 'list', rows };
      known = new Map(rows.map((row) => [row.orderId, row]));
    } catch (error) {
      if (signal.aborted) return;
      const gap = sight.lost(error);
      if (gap) yield gap;
    }
    const pause = sight.nextLookMs(known.size);
    const woke = sight.pause(pause);
    await sleep(pause, undefined, { signal }).catch(() => {});
    const slept = signal.aborted ? undefined : woke();
    if (slept) yield slept;
  }
}

async function readAll(
  target: Target,
  outputs: StackOutputs,
  query: ListQuery,
): Promise<readonly OrderRow[]> {
  const rows: OrderRow[] = [];
  for await (const batch of listOrders(target, outputs, query)) rows.push(...batch);
  return rows;
}

function* changes(
  known: ReadonlyMap<string, OrderRow>,
  rows: readonly OrderRow[],
): Generator<ListEvent> {
  const ts = new Date().toISOString();
  const here = new Set(rows.map(({ orderId }) => orderId));
  for (const orderId of known.keys()) if (!here.has(orderId)) yield { type: 'gone', ts, orderId };
  for (const row of rows) {
    const before = known.get(row.orderId);
    if (!before) yield { type: 'order', ts, change: 'listed', ...row };
    else if (JSON.stringify(before) !== JSON.stringify(row)) {
      yield { type: 'order', ts, change: 'changed', ...row };
    }
  }
}
