/** What is seen of the orders of a load test while it runs. */
import { isDeepStrictEqual } from 'node:util';
import type { Transition } from '../../../functions/contract/api.ts';
import type { Order } from '../../../functions/contract/order.ts';
import { isEnd, type OrderStatus, statuses } from '../../../functions/contract/workflow.ts';
import type { ListedExecution } from '../lookup/executions.ts';
import { type Goal, reachedAt } from './follow-until.ts';
import type { PlannedOrder } from './plan.ts';
import type { SeenRecord } from './seen-record.ts';

export interface ObservedOrder extends PlannedOrder {
  /** When it was due, epoch ms; absent until it is submitted. */
  readonly submittedAt?: number;
  /** How much later than due it was sent, ms; without a schedule an order is due when it is sent. */
  readonly driftMs?: number;
  /** How long until it was accepted, ms. */
  readonly acceptedMs?: number;
  /** Why it could not be submitted. */
  readonly error?: { readonly name: string; readonly message: string };
  readonly record?: SeenRecord | undefined;
  readonly executions: readonly ListedExecution[];
  /** From when it was due to its first status, ms. */
  readonly firstStatusMs?: number;
  /** From when it was due to the status that it is followed to, ms. */
  readonly reachedMs?: number;
  /** From when it was due to its end, ms. */
  readonly endedMs?: number;
  /** How often the service refused it as too much, tries that went well in the end included. */
  readonly throttles?: number;
}

/** Whether the order's item says that it has ended. */
export function hasEnded({ record }: Pick<ObservedOrder, 'record'>): boolean {
  return record?.status !== undefined && isEnd(record.status);
}

/** What happened to the orders so far; the submitter and the poller write it. */
export class Board {
  /** How far the orders are followed. */
  readonly goal: Goal;
  readonly #orders = new Map<string, ObservedOrder>();

  constructor(planned: Iterable<PlannedOrder>, goal: Goal = 'terminal') {
    this.goal = goal;
    for (const each of planned) this.add(each);
  }

  /** Adds an order that was not planned from the beginning; one that is there stays as it is. */
  add(planned: PlannedOrder): void {
    if (this.#orders.has(planned.orderId)) return;
    this.#orders.set(planned.orderId, { ...planned, executions: [] });
  }

  all(): readonly ObservedOrder[] {
    return [...this.#orders.values()];
  }

  /** Those that were accepted. */
  accepted(): readonly ObservedOrder[] {
    return this.all().filter(({ acceptedMs }) => acceptedMs !== undefined);
  }

  /** How many were sent, accepted or not. */
  get submitted(): number {
    return this.all().filter(({ submittedAt }) => submittedAt !== undefined).length;
  }

  /** Whether an accepted order has come as far as it is followed, or to its end. */
  isDone(order: Pick<ObservedOrder, 'record'>): boolean {
    if (this.goal === 'accepted' || hasEnded(order)) return true;
    return reachedAt(this.goal, order.record ?? {}) !== undefined;
  }

  change(orderId: string, more: Partial<ObservedOrder>): void {
    const order = this.#orders.get(orderId);
    if (!order) return;
    const { record } = more;
    const shared = record ? { record: sharing(record, order.order) } : {};
    this.#orders.set(orderId, { ...order, ...more, ...shared });
  }
}

const known = new Map<string, OrderStatus>(
  [...statuses, 'awaiting-review', 'failed', 'cancelled'].map((each) => [
    each,
    each as OrderStatus,
  ]),
);

const withKnownStatus = (each: Transition): Transition => ({
  ...each,
  status: known.get(each.status) ?? each.status,
});

/** The record, holding no second copy of what the order that was submitted holds already: thousands of them are remembered. */
function sharing(record: SeenRecord, { items }: Order): SeenRecord {
  const { transitions } = record;
  return {
    ...record,
    ...(isDeepStrictEqual(record.items, items) ? { items } : {}),
    ...(Array.isArray(transitions) && { transitions: transitions.map(withKnownStatus) }),
  };
}
