/** What a load test's orders left in the books of payments, stock and points, and what was there before. */
import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import type { Target } from '../../target/resolve.ts';
import { describeStack, output, type StackOutputs } from '../../target/stack.ts';
import { readItems } from '../batch.ts';
import { listExecutions } from '../executions.ts';
import { findStrayPayments, type OrderBooks, readBooks, withPayments } from '../verify/books.ts';
import type { ObservedOrder } from './observed.ts';
import type { PlannedOrder } from './plan.ts';

/** The counters of a product. */
export interface Stock {
  /** Absent for a product that is not in the table yet. */
  readonly available?: number;
  readonly reserved: number;
  readonly sold: number;
}

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
      this.#readStock(productsOf(planned)),
      this.#executions(),
    ]);
    this.#stockBefore = stock;
    this.#ended = new Set(
      executions.filter(({ status }) => status !== 'RUNNING').map(({ arn }) => arn),
    );
  }

  /** Reads what the orders have left. */
  async read(accepted: readonly ObservedOrder[]): Promise<Ledger> {
    const [{ Parameters = [] } = {}, executions, stockAfter, strays] = await Promise.all([
      describeStack(this.#target),
      this.#executions(),
      this.#readStock(productsOf(accepted)),
      findStrayPayments(this.#target, this.#outputs),
    ]);
    const provider = Parameters.find(({ ParameterKey }) => ParameterKey === 'PaymentProvider');
    const records = accepted.flatMap((each) => recordOf(each) ?? []);
    const books = await readBooks(this.#target, this.#outputs, records);
    const ours = new Set([...this.#warmUp, ...accepted.map(({ orderId }) => orderId)]);
    return {
      books: new Map(
        [...books].map(([orderId, each]) => [
          orderId,
          withPayments(each, strays.byOrder.get(orderId) ?? []),
        ]),
      ),
      stockBefore: this.#stockBefore,
      stockAfter,
      isAlone: executions.every(({ orderId, arn }) => ours.has(orderId) || this.#ended.has(arn)),
      keepsPayments: (provider?.ParameterValue ?? 'simulated') === 'simulated',
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

  async #readStock(productIds: readonly string[]): Promise<Map<string, Stock>> {
    const items = await readItems(this.#target, output(this.#outputs, names.productsTable), {
      keys: productIds.map((productId) => ({ productId })),
    });
    return new Map(
      items.map(({ productId, available, reserved = 0, sold = 0 }) => [
        String(productId),
        {
          ...(available === undefined ? {} : { available: Number(available) }),
          reserved: Number(reserved),
          sold: Number(sold),
        },
      ]),
    );
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
