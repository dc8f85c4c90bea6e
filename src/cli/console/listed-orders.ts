/** The orders of the console's list, which are filtered and sorted only if something has changed. */
import type { ConsoleOrder, ConsoleSnapshot } from '../../orders/console/snapshot.ts';
import type { ConsoleState } from './console-state.ts';
import { filterOrders, sortOrders } from './order-filter.ts';

export interface OrderList {
  readonly orders: readonly ConsoleOrder[];
  /** Ids of `orders`. */
  readonly ids: readonly string[];
  /** Finds an order that is known, also if the filter hides it. */
  readonly find: (orderId: string) => ConsoleOrder | undefined;
}

export class ListedOrders {
  #from: readonly unknown[] = [];
  #list: OrderList = { orders: [], ids: [], find: () => undefined };
  #indexed: readonly ConsoleOrder[] | undefined;
  #byId: ReadonlyMap<string, ConsoleOrder> = new Map();

  /** Returns the orders of a snapshot that match the filter, sorted. */
  select(
    snapshot: ConsoleSnapshot | undefined,
    { filter, sort }: Pick<ConsoleState, 'filter' | 'sort'>,
  ): OrderList {
    const all = snapshot?.orders ?? [];
    const from = [snapshot?.orders, filter, sort];
    if (from.every((value, index) => value === this.#from[index])) return this.#list;
    this.#from = from;
    const orders = sortOrders(filterOrders(all, filter), sort);
    const ids = orders.map(({ orderId }) => orderId);
    const byId = this.#index(all);
    this.#list = { orders, ids, find: (orderId) => byId.get(orderId) };
    return this.#list;
  }

  #index(all: readonly ConsoleOrder[]): ReadonlyMap<string, ConsoleOrder> {
    if (all !== this.#indexed) this.#byId = new Map(all.map((order) => [order.orderId, order]));
    this.#indexed = all;
    return this.#byId;
  }
}
