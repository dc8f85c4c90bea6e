/** What a load test's orders left in the books of payments, stock and points, and what was there before. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { listExecutions } from '../lookup/executions.ts';
import {
  findStrayPayments,
  type OrderBooks,
  readBooks,
  withStrays,
} from '../verify/order-side-effects.ts';
import { readFrame } from '../verify/stack-settings.ts';
import { readStock, type Stock } from '../verify/stock.ts';
import type { ObservedOrder } from './observed-orders.ts';
import type { PlannedOrder } from './plan.ts';

export interface Ledger {
  /** By order; only of those that have an item. */
  readonly books: ReadonlyMap<string, OrderBooks>;
  /** By product. */
  readonly stockBefore: ReadonlyMap<string, Stock>;
  readonly stockAfter: ReadonlyMap<string, Stock>;
  /** Whether no other orders moved stock meanwhile. */
  readonly isAlone: boolean;
  /** Whether the payments are in the books: those of a provider outside are not. */
  readonly keepsPayments: boolean;
}

/** Opened before the first order is sent, and read when all have come to rest. */
export class LedgerReader {
  readonly #target: Target;
  readonly #outputs: StackOutputs;
  #stockBefore: ReadonlyMap<string, Stock> = new Map();
  /** Executions that had ended before the test began. */
  #ended: ReadonlySet<string> = new Set();
  #warmUp: ReadonlySet<string> = new Set();
  readonly #began = Date.now();

  constructor(target: Target, outputs: StackOutputs) {
    this.#target = target;
    this.#outputs = outputs;
  }

  /** Reads what is there before the orders; `warmUp` are others that have left what they leave. */
  async open(planned: readonly PlannedOrder[], warmUp: readonly PlannedOrder[]): Promise<void> {
    this.#warmUp = new Set(warmUp.map(({ orderId }) => orderId));
    const [stock, executions] = await Promise.all([
      readStock(this.#target, this.#outputs, productsOf(planned)),
      this.#executions(),
    ]);
    this.#stockBefore = stock;
    this.#ended = new Set(
      executions.filter(({ status }) => status !== 'RUNNING').map(({ arn }) => arn),
    );
  }

  /** Reads what the orders have left. */
  async read(accepted: readonly ObservedOrder[]): Promise<Ledger> {
    const [{ keepsPayments }, executions, stockAfter, strays] = await Promise.all([
      readFrame(this.#target),
      this.#executions(),
      readStock(this.#target, this.#outputs, productsOf(accepted)),
      findStrayPayments(this.#target, this.#outputs),
    ]);
    const records = accepted.flatMap((each) => recordOf(each) ?? []);
    const books = await readBooks(this.#target, this.#outputs, records);
    const ours = new Set([...this.#warmUp, ...accepted.map(({ orderId }) => orderId)]);
    return {
      books: new Map([...books].map(([orderId, each]) => [orderId, withStrays(each, strays)])),
      stockBefore: this.#stockBefore,
      stockAfter,
      isAlone: executions.every(({ orderId, arn }) => ours.has(orderId) || this.#ended.has(arn)),
      keepsPayments,
    };
  }

  /** The executions that may have moved stock since a while before the test. */
  async #executions() {
    const found = [];
    // Longer than an order takes with its waits: one that began before that is in none of the lists, and has ended.
    const startedAfter = this.#began - longestOrderMs;
    for await (const each of listExecutions(this.#target, this.#outputs, { startedAfter })) {
      found.push(each);
    }
    return found;
  }
}

const longestOrderMs = 900_000;

function productsOf(orders: readonly PlannedOrder[]): string[] {
  return [...new Set(orders.flatMap(({ order }) => order.items.map(({ productId }) => productId)))];
}

/** An order's item with what was submitted in the place of what it says was: that they differ is another check's. */
function recordOf({ orderId, order, record }: ObservedOrder): OrderRecord | undefined {
  if (!record?.status) return undefined;
  const { customerId, items } = order;
  return { ...record, orderId, customerId, items } as OrderRecord;
}
