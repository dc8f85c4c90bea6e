/** Plans the orders of a load test. Pure: the same seed produces the same orders, including their ids. */
import { createHash } from 'node:crypto';
import { type Order, toDecimal, totalMinor } from '../../../functions/contract/order.ts';
import { findSample } from '../../../functions/contract/samples.ts';
import { matchesTrigger, triggers } from '../../../functions/contract/triggers.ts';
import { formatOrderId } from '../actions/submit.ts';
import { type ExpectedOutcome, expectedOutcome } from './expected-outcome.ts';
import { apportion, type Mix } from './mix.ts';

export interface PlannedOrder {
  readonly orderId: string;
  /** A sample's name, or `file`. */
  readonly sample: string;
  /** Line in the order file; absent for a sample. */
  readonly line?: number;
  readonly order: Order;
  /** In dollars, with two decimals. */
  readonly total: number;
  readonly expected: ExpectedOutcome;
}

/** An order from a file. */
export interface FileOrder {
  readonly line: number;
  readonly order: Order;
}

export interface PlanOptions {
  readonly count: number;
  readonly mix: Mix;
  /** Orders that replace the mix, used in rotation. */
  readonly file?: readonly FileOrder[] | undefined;
  readonly seed: number;
  /** Number of the run with this seed in the stack, from 1. Each round has its own ids. */
  readonly round: number;
  /** Index of the first order within the test. */
  readonly from?: number;
  /** Warm-up orders have their own ids. */
  readonly kind?: 'id' | 'warm-up';
}

/**
 * Plans `count` orders in the proportions of the mix. The seed determines sequence, ids and quantities. Each order
 * has its own customer.
 */
export function planOrders(options: PlanOptions): PlannedOrder[] {
  const { count, seed, round, from = 0, kind = 'id', file } = options;
  const createId = (index: number) => formatOrderId(hash(`${seed}/${kind}/${round}/${index}`));
  if (file) {
    return Array.from({ length: count }, (_, position) => {
      const index = from + position;
      const { line, order } = file[index % file.length] as FileOrder;
      return { orderId: createId(index), sample: 'file', line, ...withExpectedOutcome(order) };
    });
  }
  const { mix } = options;
  const sampleNames = [...apportion(mix, count)].flatMap(([sample, n]) =>
    Array<string>(n).fill(sample),
  );
  return sampleNames
    .map((sample, position) => ({ sample, random: hash(`${seed}/order/${from + position}`) }))
    .sort((a, b) => Buffer.compare(a.random, b.random))
    .map(({ sample, random }, position) => {
      const index = from + position;
      const factor = 1 + ((random[0] ?? 0) % 3);
      const { order, ...outcome } = multiplySample(sample, factor);
      const ownOrder = withOwnCustomer(order, index + 1);
      return { orderId: createId(index), sample, order: ownOrder, ...outcome };
    });
}

/** Each block of this many orders has the proportions of the mix. */
const blockSize = 100;

/** Yields planned orders without end, in blocks. */
export function* endlessOrders(options: Omit<PlanOptions, 'count'>): Generator<PlannedOrder, void> {
  for (let from = 0; ; from += blockSize) {
    yield* planOrders({ ...options, count: blockSize, from });
  }
}

type OrderContent = Pick<PlannedOrder, 'order' | 'total' | 'expected'>;

function withExpectedOutcome(order: Order): OrderContent {
  return { order, total: toDecimal(totalMinor(order)), expected: expectedOutcome(order) };
}

/** Objects for order and expected outcome, which thousands of planned orders share. */
const contentCache = new Map<string, OrderContent>();

/** Returns the sample with all quantities multiplied by `factor`. */
function multiplySample(sample: string, factor: number): OrderContent {
  const key = `${sample}/${factor}`;
  const known = contentCache.get(key);
  if (known) return known;
  const order = findSample(sample) as Order;
  const items = order.items.map((item) => ({ ...item, quantity: item.quantity * factor }));
  const content = withExpectedOutcome({ ...order, items });
  contentCache.set(key, content);
  return content;
}

/**
 * Returns the order with its own customer, which reveals orders that were mixed up. Trigger values stay unchanged.
 */
function withOwnCustomer(order: Order, number: number): Order {
  const isTrigger = triggers.some(
    (trigger) => trigger.on === 'customerId' && matchesTrigger(trigger, order),
  );
  return isTrigger ? order : { ...order, customerId: `${order.customerId}-${number}` };
}

const hash = (text: string) => createHash('sha256').update(text).digest();
