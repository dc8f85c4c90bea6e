/** Sample orders: the four of the original sample application, and one for every trigger value. */
import type { Order } from './order.ts';
import { sampleName, triggers } from './triggers.ts';

const originals = {
  low: {
    customerId: 'CUST-001',
    customerEmail: 'customer1@example.com',
    items: [{ productId: 'BOOK-001', name: 'Programming Book', quantity: 2, price: 45.99 }],
  },
  high: {
    customerId: 'CUST-002',
    customerEmail: 'customer2@example.com',
    items: [{ productId: 'SERVER-001', name: 'Enterprise Server', quantity: 1, price: 3500 }],
  },
  multi: {
    customerId: 'CUST-003',
    customerEmail: 'customer3@example.com',
    items: [
      { productId: 'LAPTOP-001', name: 'Gaming Laptop', quantity: 1, price: 1299.99 },
      { productId: 'MOUSE-001', name: 'Wireless Mouse', quantity: 2, price: 29.99 },
      { productId: 'KEYBOARD-001', name: 'Mechanical Keyboard', quantity: 1, price: 149.99 },
    ],
  },
  invalid: { customerId: 'CUST-004', customerEmail: 'customer4@example.com', items: [] },
} as const satisfies Record<string, Order>;

/** An order that contains a trigger value. Its total exceeds the credit-check limit, so that every stage does its work. */
function sampleForTrigger(on: 'customerId' | 'productId', value: string): Order {
  return {
    customerId: on === 'customerId' ? value : 'CUST-005',
    customerEmail: 'customer5@example.com',
    items: [
      {
        productId: on === 'productId' ? value : 'SERVER-001',
        name: 'Enterprise Server',
        quantity: 1,
        price: 3500,
      },
    ],
  };
}

/** Sample name -> order. */
export const samples: Readonly<Record<string, Order>> = {
  ...originals,
  ...Object.fromEntries(
    triggers.map(({ on, value }) => [sampleName(value), sampleForTrigger(on, value)]),
  ),
};

/** Former names of samples; they still work, but help texts and completion do not list them. */
export const formerSamples: Readonly<Record<string, Order>> = Object.fromEntries(
  triggers.flatMap(({ on, value, formerValue }) =>
    formerValue === undefined ? [] : [[sampleName(formerValue), sampleForTrigger(on, value)]],
  ),
);

/** The sample with this current or former name. */
export function findSample(name: string): Order | undefined {
  const all = { ...formerSamples, ...samples };
  return Object.hasOwn(all, name) ? all[name] : undefined;
}
