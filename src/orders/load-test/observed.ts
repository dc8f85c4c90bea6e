/** What is seen of the orders of a load test while it runs. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isEnd } from '../../../functions/contract/workflow.ts';
import type { ListedExecution } from '../executions.ts';
import type { PlannedOrder } from './plan.ts';

/** An order's item. A load test looks for faults: it takes no field for granted. */
export type SeenRecord = Partial<OrderRecord>;

export interface ObservedOrder extends PlannedOrder {
  /** Wall clock, epoch ms; absent until it is submitted. */
  readonly submittedAt?: number;
  /** How much later than scheduled it was sent, ms; where there was a schedule, all times count from that. */
  readonly driftMs?: number;
  /** How long until it was accepted, ms. */
  readonly acceptedMs?: number;
  /** Why it could not be submitted. */
  readonly error?: { readonly name: string; readonly message: string };
  readonly record?: SeenRecord | undefined;
  readonly executions: readonly ListedExecution[];
  /** From its submission to its end, ms. */
  readonly endedMs?: number;
}

/** Whether the order's item says that it has ended. */
export function hasEnded({ record }: Pick<ObservedOrder, 'record'>): boolean {
  return record?.status !== undefined && isEnd(record.status);
}

/** What happened to the orders so far; the submitter and the poller write it. */
export class Board {
  readonly #orders: Map<string, ObservedOrder>;

  constructor(planned: readonly PlannedOrder[]) {
    this.#orders = new Map(planned.map((each) => [each.orderId, { ...each, executions: [] }]));
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

  change(orderId: string, more: Partial<ObservedOrder>): void {
    const order = this.#orders.get(orderId);
    if (order) this.#orders.set(orderId, { ...order, ...more });
  }
}
