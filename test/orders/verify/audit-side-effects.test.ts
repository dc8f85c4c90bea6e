import { expect, it } from 'vitest';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import { auditBooks } from '../../../src/orders/verify/audit-side-effects.ts';
import type { OrderBooks } from '../../../src/orders/verify/order-side-effects.ts';
import { auditStock, countersOf, stockMismatch } from '../../../src/orders/verify/stock.ts';
import { booksOf, call, key, payment } from './side-effect-fixtures.ts';

const judged = { payments: true };
const kinds = (books: OrderBooks, options = judged) =>
  auditBooks(books, options).map(({ kind, mends }) => `${kind}${mends ? '' : ' (look)'}`);

function without(books: OrderBooks): OrderBooks {
  const { points: _, ...others } = books;
  return others;
}

it.each<OrderStatus>([
  'completed',
  'failed',
  'cancelled',
  'validated',
  'awaiting-review',
  'awaiting-warehouse',
  'shipped',
])('finds nothing wrong with an order that is %s and whose books add up', (status) => {
  expect(kinds(booksOf(status))).toEqual([]);
});

it('takes an order that was refused before it was paid for or held any stock as it is', () => {
  const { reservation: _, ...record } = booksOf('failed').record;
  expect(kinds({ ...booksOf('failed'), record, payments: [], calls: [] })).toEqual([]);
});

it.each<[string, OrderBooks, string[]]>([
  [
    'two payments',
    { ...booksOf('completed'), payments: [payment, { ...payment, key: `${key}-2` }] },
    ['charged-twice'],
  ],
  [
    'two charges at its provider, also while it is on its way',
    { ...booksOf('awaiting-pickup'), calls: [call('charge'), call('charge', `${key}-2`)] },
    ['charged-twice'],
  ],
  [
    'a payment although it failed',
    { ...booksOf('failed'), payments: [payment] },
    ['charged-unduly'],
  ],
  [
    'a charge more than refunds although it was cancelled',
    { ...booksOf('cancelled'), calls: [call('charge'), call('charge'), call('refund')] },
    ['charged-unduly'],
  ],
  ['no payment', { ...booksOf('completed'), payments: [] }, ['unpaid (look)']],
  [
    'a payment that was given back, and is shipped',
    { ...booksOf('shipped'), payments: [{ ...payment, state: 'refunded' }] },
    ['unpaid (look)'],
  ],
  [
    'a payment of another amount',
    { ...booksOf('completed'), payments: [{ ...payment, amountMinor: 100 }] },
    ['wrong-amount (look)'],
  ],
  ['stock that it still holds', booksOf('failed', { reservation: 'held' }), ['leaked-reservation']],
  [
    'stock that it still holds although completed',
    booksOf('completed', { reservation: 'held' }),
    ['leaked-reservation'],
  ],
  [
    'stock that went back to the shelf although its log says that it left',
    booksOf('completed', { reservation: 'released' }),
    ['wrong-reservation'],
  ],
  [
    'stock that left although it failed, by its log too',
    {
      ...booksOf('failed', { reservation: 'handed-over' }),
      calls: [call('charge'), call('refund'), call('hand-over-inventory')],
    },
    ['wrong-reservation (look)'],
  ],
  ['no points', without(booksOf('completed')), ['missing-points']],
  ['doubled points', { ...booksOf('completed'), points: 18 }, ['wrong-points']],
  ['points although it failed', { ...booksOf('failed'), points: 9 }, ['wrong-points']],
])('finds an order with %s', (_, books, found) => {
  expect(kinds(books)).toEqual(found);
});

it('misses no points that could not be credited and are told as a warning', () => {
  const warnings = [{ stage: 'update-loyalty-points', message: 'Down' }] as const;
  expect(kinds(without(booksOf('completed', { warnings })))).toEqual([]);
});

it('judges a flagged order for a double charge only: the rest is for a person', () => {
  const flagged = booksOf('failed', { flagged: true, reservation: 'handed-over' });
  expect(kinds({ ...flagged, payments: [payment] })).toEqual([]);
  const twice = [payment, { ...payment, key: `${key}-2` }];
  expect(kinds({ ...flagged, payments: twice })).toEqual(['charged-twice']);
});

it('does not judge payments that are at a provider outside', () => {
  expect(kinds({ ...booksOf('completed'), payments: [], calls: [] }, { payments: false })).toEqual(
    [],
  );
});

it('adds up the counters of products over their orders, and names those that differ', () => {
  const items = [
    { productId: 'A', name: 'A', quantity: 2, price: 1 },
    { productId: 'B', name: 'B', quantity: 1, price: 1 },
    { productId: 'A', name: 'A', quantity: 3, price: 1 },
  ];
  const expected = countersOf([
    { items, reservation: 'held' },
    { items, reservation: 'handed-over' },
    { items, reservation: 'released' },
    { items },
  ]);
  expect([...expected]).toEqual([
    ['A', { reserved: 5, sold: 5 }],
    ['B', { reserved: 1, sold: 1 }],
  ]);
  expect(auditStock(expected, expected)).toEqual([]);
  const found = new Map([['A', { reserved: 7, sold: 5 }]]);
  expect(auditStock(expected, found).map(stockMismatch)).toMatchObject([
    { productId: 'A', message: '7 reserved, its orders hold 5' },
    { productId: 'B', message: '0 reserved, its orders hold 1; 0 sold, its orders took 1' },
  ]);
});
