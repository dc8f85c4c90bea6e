import type { Order } from '../../functions/contract/order.ts';
import { follow } from '../functions/model/model.ts';
import type { Outcome } from '../functions/model/order.ts';
import { givenOf, orderWith, troubles } from '../functions/model/troubles.ts';
import type { Chance } from '../support/random.ts';

export interface Placed {
  readonly orderId: string;
  readonly order: Order;
  /** How it ends when nothing happens to it; a crash must not change that. */
  readonly expected: Outcome | undefined;
}

/** Pieces of each product of `products` at the beginning: enough for all. */
export const initialStock = 10_000;
export const products = ['CRASH-A', 'CRASH-B', 'CRASH-C'];

/** Doubtful orders wait for a person, and there is none here. */
const alone = troubles.filter((trouble) => !trouble.startsWith('FRAUD-REVIEW'));

/** Orders of which three in four meet no trouble, each customer with some of them. */
export function ordersOf(chance: Chance, count: number): Placed[] {
  return Array.from({ length: count }, (_, number) => {
    const calm = chance.pick(['none', 'small']);
    const trouble = chance.percent(75) ? calm : chance.pick(alone);
    const order = orderWith(trouble, `C-${chance.between(1, 9)}`);
    const line = {
      productId: chance.pick(products),
      name: 'Thing',
      quantity: chance.between(1, 3),
      price: 1.25,
    };
    return {
      orderId: `crash-${number}`,
      order: { ...order, items: [...order.items, line] },
      expected: follow([], givenOf(trouble)).outcome,
    };
  });
}
