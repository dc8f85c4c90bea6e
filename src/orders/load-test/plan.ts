/** The orders of a load test. Pure: the same seed is the same orders, ids included. */
import { createHash } from 'node:crypto';
import { type Order, toDecimal, totalMinor } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { triggers } from '../../../functions/contract/triggers.ts';
import { idOf } from '../submit.ts';
import { type ExpectedEnd, expectedEnd } from './expected.ts';
import { apportion, type Mix } from './mix.ts';

export interface PlannedOrder {
  readonly orderId: string;
  readonly sample: string;
  readonly order: Order;
  /** A decimal with two places. */
  readonly total: number;
  readonly expected: ExpectedEnd;
}

export interface PlanOptions {
  readonly count: number;
  readonly mix: Mix;
  readonly seed: number;
  /** 1 for the first time that the seed is used somewhere; each round has ids of its own. */
  readonly round: number;
}

/** `count` orders in the mix's proportions, in an order that the seed decides; each one's customer and lines are its own. */
export function planOrders({ count, mix, seed, round }: PlanOptions): PlannedOrder[] {
  const kinds = [...apportion(mix, count)].flatMap(([sample, n]) => Array<string>(n).fill(sample));
  return kinds
    .map((sample, index) => ({ sample, dice: diceOf(`${seed}/order/${index}`) }))
    .sort((a, b) => Buffer.compare(a.dice, b.dice))
    .map(({ sample, dice }, index) => {
      const order = ownOrder(samples[sample] as Order, { number: index + 1, dice });
      return {
        orderId: idOf(diceOf(`${seed}/id/${round}/${index}`)),
        sample,
        order,
        total: toDecimal(totalMinor(order)),
        expected: expectedEnd(order),
      };
    });
}

/** The sample for a customer and in a quantity of its own, so that two orders that were mixed up can be told apart. */
function ownOrder(
  sample: Order,
  { number, dice }: { readonly number: number; readonly dice: Buffer },
): Order {
  const isTrigger = triggers.some(
    ({ on, value }) => on === 'customerId' && value === sample.customerId,
  );
  const times = 1 + ((dice[0] ?? 0) % 3);
  return {
    ...sample,
    customerId: isTrigger ? sample.customerId : `${sample.customerId}-${number}`,
    items: sample.items.map((item) => ({ ...item, quantity: item.quantity * times })),
  };
}

const diceOf = (what: string) => createHash('sha256').update(what).digest();
