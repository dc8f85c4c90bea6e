import { isDeepStrictEqual } from 'node:util';
import type { Transition } from '../../../functions/contract/api.ts';
import type { Order } from '../../../functions/contract/order.ts';
import { isTerminal, type OrderStatus, statuses } from '../../../functions/contract/workflow.ts';
import type { ListedExecution } from '../lookup/executions.ts';
import { type FollowUntil, reachedAt } from './follow-until.ts';
import type { ObservedRecord } from './observed-record.ts';
import type { PlannedOrder } from './plan.ts';

export interface ObservedOrder extends PlannedOrder {
  /** Scheduled time, or the time of submission without a schedule (ms since the epoch); absent until submitted. */
  readonly submittedAt?: number;
  /** Delay between the scheduled time and the submission (ms); absent without a schedule. */
  readonly driftMs?: number;
  /** Time from `submittedAt` to acceptance (ms). */
  readonly acceptedMs?: number;
  /** Why the submission failed. */
  readonly error?: { readonly name: string; readonly message: string };
  readonly record?: ObservedRecord | undefined;
  readonly executions: readonly ListedExecution[];
  /** Time from `submittedAt` to the first status (ms). */
  readonly firstStatusMs?: number;
  /** Time from `submittedAt` to the status of `--until` (ms). */
  readonly reachedMs?: number;
  /** Time from `submittedAt` to the terminal status (ms). */
  readonly endedMs?: number;
  /** Number of throttled submission attempts, also of an order that was accepted later. */
  readonly throttles?: number;
}

/** Whether the order's item has a terminal status. */
export function hasEnded({ record }: Pick<ObservedOrder, 'record'>): boolean {
  return record?.status !== undefined && isTerminal(record.status);
}

/** State of a load test's orders. The submitter and the poller update it. */
export class ObservedOrders {
  /** How far the orders are followed. */
  readonly until: FollowUntil;
  readonly #orders = new Map<string, ObservedOrder>();

  constructor(planned: Iterable<PlannedOrder>, until: FollowUntil = 'terminal') {
    this.until = until;
    for (const order of planned) this.add(order);
  }

  /** Adds an order. An order that is already known stays unchanged. */
  add(planned: PlannedOrder): void {
    if (this.#orders.has(planned.orderId)) return;
    this.#orders.set(planned.orderId, { ...planned, executions: [] });
  }

  all(): readonly ObservedOrder[] {
    return [...this.#orders.values()];
  }

  /** Returns the accepted orders. */
  accepted(): readonly ObservedOrder[] {
    return this.all().filter(({ acceptedMs }) => acceptedMs !== undefined);
  }

  /** Number of submitted orders, accepted or not. */
  get submitted(): number {
    return this.all().filter(({ submittedAt }) => submittedAt !== undefined).length;
  }

  /** Whether an accepted order has reached the status of `--until`, or ended. */
  isDone(order: Pick<ObservedOrder, 'record'>): boolean {
    if (this.until === 'accepted' || hasEnded(order)) return true;
    return reachedAt(this.until, order.record ?? {}) !== undefined;
  }

  update(orderId: string, changes: Partial<ObservedOrder>): void {
    const order = this.#orders.get(orderId);
    if (!order) return;
    const { record } = changes;
    const shared = record ? { record: withSharedParts(record, order.order) } : {};
    this.#orders.set(orderId, { ...order, ...changes, ...shared });
  }
}

/** Shared instances of the status strings. */
const statusStrings = new Map<string, OrderStatus>(
  [...statuses, 'awaiting-review', 'failed', 'cancelled'].map((status) => [
    status,
    status as OrderStatus,
  ]),
);

const withSharedStatus = (transition: Transition): Transition => ({
  ...transition,
  status: statusStrings.get(transition.status) ?? transition.status,
});

/** Replaces parts of the record that equal the submitted order by the same objects: thousands are kept in memory. */
function withSharedParts(record: ObservedRecord, { items }: Order): ObservedRecord {
  const { transitions } = record;
  return {
    ...record,
    ...(isDeepStrictEqual(record.items, items) ? { items } : {}),
    ...(Array.isArray(transitions) && { transitions: transitions.map(withSharedStatus) }),
  };
}
