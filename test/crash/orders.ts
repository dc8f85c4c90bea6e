import type { Order } from '../../functions/contract/order.ts';
import { failureCases, orderFor, toConditions } from '../functions/model/failure-cases.ts';
import { simulate } from '../functions/model/model.ts';
import type { Outcome } from '../functions/model/order.ts';
import type { RandomSource } from '../support/random.ts';

export interface PlacedOrder {
  readonly orderId: string;
  readonly order: Order;
  /** Outcome of the order without a crash. Crashes must not change it. */
  readonly expected: Outcome | undefined;
}

/** Initial stock of each product, enough for all orders (units). */
export const initialStock = 10_000;
export const products = ['CRASH-A', 'CRASH-B', 'CRASH-C'];

/** Failure cases that end without a decision by a person. */
const automaticCases = failureCases.filter(
  (failureCase) => !failureCase.startsWith('FRAUD-REVIEW'),
);

/** Creates random orders of nine customers. Three of four orders succeed. */
export function createOrders(random: RandomSource, count: number): PlacedOrder[] {
  return Array.from({ length: count }, (_, number) => {
    const successCase = random.pick(['none', 'small']);
    const failureCase = random.percent(75) ? successCase : random.pick(automaticCases);
    const order = orderFor(failureCase, `C-${random.between(1, 9)}`);
    const line = {
      productId: random.pick(products),
      name: 'Thing',
      quantity: random.between(1, 3),
      price: 1.25,
    };
    return {
      orderId: `crash-${number}`,
      order: { ...order, items: [...order.items, line] },
      expected: simulate([], toConditions(failureCase)).outcome,
    };
  });
}
