/** The orders of a load test. Pure: the same seed is the same orders, ids included. */
import { createHash } from 'node:crypto';
import { type Order, toDecimal, totalMinor } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { triggers } from '../../../functions/contract/triggers.ts';
import { idOf } from '../actions/submit.ts';
import { type ExpectedEnd, expectedEnd } from './expected-outcome.ts';
import { apportion, type Mix } from './mix.ts';

export interface PlannedOrder {
  readonly orderId: string;
  /** A sample's name, or `file`. */
  readonly sample: string;
  /** Of the file that it is from. */
  readonly line?: number;
  readonly order: Order;
  /** A decimal with two places. */
  readonly total: number;
  readonly expected: ExpectedEnd;
}

/** An order of the user's own. */
export interface FileOrder {
  readonly line: number;
  readonly order: Order;
}

export interface PlanOptions {
  readonly count: number;
  readonly mix: Mix;
  /** Orders to take instead of the mix's, in turn. */
  readonly file?: readonly FileOrder[] | undefined;
  readonly seed: number;
  /** 1 for the first time that the seed is used somewhere; each round has ids of its own. */
  readonly round: number;
  /** The first one's number among the test's orders. */
  readonly from?: number;
  /** Ids of different kinds differ. */
  readonly kind?: 'id' | 'warm-up';
}

/** `count` orders in the mix's proportions, in an order that the seed decides; each one's customer and lines are its own. */
export function planOrders(options: PlanOptions): PlannedOrder[] {
  const { count, seed, round, from = 0, kind = 'id', file } = options;
  const idAt = (index: number) => idOf(diceOf(`${seed}/${kind}/${round}/${index}`));
  if (file) {
    return Array.from({ length: count }, (_, at) => {
      const { line, order } = file[(from + at) % file.length] as FileOrder;
      return { orderId: idAt(from + at), sample: 'file', line, ...kindOf(order) };
    });
  }
  const { mix } = options;
  const kinds = [...apportion(mix, count)].flatMap(([sample, n]) => Array<string>(n).fill(sample));
  return kinds
    .map((sample, at) => ({ sample, dice: diceOf(`${seed}/order/${from + at}`) }))
    .sort((a, b) => Buffer.compare(a.dice, b.dice))
    .map(({ sample, dice }, at) => {
      const times = 1 + ((dice[0] ?? 0) % 3);
      const { order, ...rest } = sampleTimes(sample, times);
      const own = ownCustomer(order, from + at + 1);
      return { orderId: idAt(from + at), sample, order: own, ...rest };
    });
}

/** Orders of a mix are handed out in its proportions over so many. */
const blockSize = 100;

/** The same without an end. */
export function* endlessOrders(options: Omit<PlanOptions, 'count'>): Generator<PlannedOrder, void> {
  for (let from = 0; ; from += blockSize) {
    yield* planOrders({ ...options, count: blockSize, from });
  }
}

type Kind = Pick<PlannedOrder, 'order' | 'total' | 'expected'>;

function kindOf(order: Order): Kind {
  return { order, total: toDecimal(totalMinor(order)), expected: expectedEnd(order) };
}

/** Thousands of orders share their lines and what is expected of them. */
const kept = new Map<string, Kind>();

/** A sample in a quantity. */
function sampleTimes(sample: string, times: number): Kind {
  const key = `${sample}/${times}`;
  const known = kept.get(key);
  if (known) return known;
  const order = samples[sample] as Order;
  const items = order.items.map((item) => ({ ...item, quantity: item.quantity * times }));
  const kind = kindOf({ ...order, items });
  kept.set(key, kind);
  return kind;
}

/** The order for a customer of its own, so that two orders that were mixed up can be told apart. */
function ownCustomer(order: Order, number: number): Order {
  const isTrigger = triggers.some(
    ({ on, value }) => on === 'customerId' && value === order.customerId,
  );
  return isTrigger ? order : { ...order, customerId: `${order.customerId}-${number}` };
}

const diceOf = (what: string) => createHash('sha256').update(what).digest();
