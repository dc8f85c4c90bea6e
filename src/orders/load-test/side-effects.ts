import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import { isTerminalExecution } from '../lookup/execution-status.ts';
import { type ListedExecution, listExecutions } from '../lookup/executions.ts';
import { readStackSettings } from '../lookup/stack-settings.ts';
import { type ProductCounters, readStock } from '../tables/products-table.ts';
import {
  findUnmatchedPayments,
  type OrderSideEffects,
  readSideEffects,
  withUnmatchedPayments,
} from '../verify/order-side-effects.ts';
import type { ObservedOrder } from './observed-orders.ts';
import type { PlannedOrder } from './plan.ts';

/** Payments, stock and points after a load test, and the stock before it. */
export interface SideEffectSnapshot {
  /** By order id, for orders that have an item. */
  readonly sideEffects: ReadonlyMap<string, OrderSideEffects>;
  /** By product id. */
  readonly stockBefore: ReadonlyMap<string, ProductCounters>;
  readonly stockAfter: ReadonlyMap<string, ProductCounters>;
  /** Whether no other orders changed the stock during the test. */
  readonly isExclusive: boolean;
  /** Whether the payments table contains the payments; an external provider keeps its own. */
  readonly keepsPayments: boolean;
}

/** An execution that started longer before the test than this has ended: an order with its waits takes less (ms). */
const maxOrderDurationMs = 900_000;

/** Reads side effects before the first order is submitted and after all have ended. */
export class SideEffectReader {
  readonly #stack: Stack;
  #stockBefore: ReadonlyMap<string, ProductCounters> = new Map();
  /** Executions that had ended before the test started. */
  #endedBefore: ReadonlySet<string> = new Set();
  #warmUpIds: ReadonlySet<string> = new Set();
  readonly #startedAt = Date.now();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** Reads the stock before the planned orders. The warm-up orders have ended, and their side effects are in it. */
  async readBefore(
    planned: readonly PlannedOrder[],
    warmUp: readonly PlannedOrder[],
  ): Promise<void> {
    this.#warmUpIds = new Set(warmUp.map(({ orderId }) => orderId));
    const [stock, executions] = await Promise.all([
      readStock(this.#stack, listProductIds(planned)),
      this.#listExecutions(),
    ]);
    this.#stockBefore = stock;
    this.#endedBefore = new Set(
      executions.filter(({ status }) => isTerminalExecution(status)).map(({ arn }) => arn),
    );
  }

  /** Reads the side effects of the accepted orders. */
  async readAfter(accepted: readonly ObservedOrder[]): Promise<SideEffectSnapshot> {
    const [{ keepsPayments }, executions, stockAfter, unmatched] = await Promise.all([
      readStackSettings(this.#stack.target),
      this.#listExecutions(),
      readStock(this.#stack, listProductIds(accepted)),
      findUnmatchedPayments(this.#stack),
    ]);
    const records = accepted.flatMap((order) => withSubmittedData(order) ?? []);
    const sideEffects = await readSideEffects(this.#stack, records);
    const testIds = new Set([...this.#warmUpIds, ...accepted.map(({ orderId }) => orderId)]);
    return {
      sideEffects: new Map(
        [...sideEffects].map(([orderId, effects]) => [
          orderId,
          withUnmatchedPayments(effects, unmatched),
        ]),
      ),
      stockBefore: this.#stockBefore,
      stockAfter,
      isExclusive: executions.every(
        ({ orderId, arn }) => testIds.has(orderId) || this.#endedBefore.has(arn),
      ),
      keepsPayments,
    };
  }

  /** Lists the executions that may have changed the stock since the test started. */
  async #listExecutions(): Promise<ListedExecution[]> {
    const executions: ListedExecution[] = [];
    const startedAfter = this.#startedAt - maxOrderDurationMs;
    for await (const execution of listExecutions(this.#stack, { startedAfter })) {
      executions.push(execution);
    }
    return executions;
  }
}

function listProductIds(orders: readonly PlannedOrder[]): string[] {
  return [...new Set(orders.flatMap(({ order }) => order.items.map(({ productId }) => productId)))];
}

/** Returns the order's item with the submitted customer and lines. Another check reports it if they differ. */
function withSubmittedData({ orderId, order, record }: ObservedOrder): OrderRecord | undefined {
  if (!record?.status) return undefined;
  const { customerId, items } = order;
  return { ...record, orderId, customerId, items } as OrderRecord;
}
