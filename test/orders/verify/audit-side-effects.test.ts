import { expect, it } from 'vitest';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import { auditSideEffects } from '../../../src/orders/verify/audit-side-effects.ts';
import type { OrderSideEffects } from '../../../src/orders/verify/order-side-effects.ts';
import { auditStock, stockMismatch, sumShardCounters } from '../../../src/orders/verify/stock.ts';
import { call, correctSideEffects, key, payment } from './side-effect-fixtures.ts';

const scope = { payments: true };
const kinds = (sideEffects: OrderSideEffects, options = scope) =>
  auditSideEffects(sideEffects, options).map(
    ({ kind, mends }) => `${kind}${mends ? '' : ' (decision)'}`,
  );

function withoutPoints(sideEffects: OrderSideEffects): OrderSideEffects {
  const { points: _, ...others } = sideEffects;
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
])('reports no mismatch for an order that is %s and has correct side effects', (status) => {
  expect(kinds(correctSideEffects(status))).toEqual([]);
});

it('accepts an order that was rejected before its payment and reservation', () => {
  const { reservation: _, ...record } = correctSideEffects('failed').record;
  expect(kinds({ ...correctSideEffects('failed'), record, payments: [], calls: [] })).toEqual([]);
});

it.each<[string, OrderSideEffects, string[]]>([
  [
    'two payments',
    { ...correctSideEffects('completed'), payments: [payment, { ...payment, key: `${key}-2` }] },
    ['charged-twice'],
  ],
  [
    'two charges at its provider, even while it is running',
    {
      ...correctSideEffects('awaiting-pickup'),
      calls: [call('charge'), call('charge', `${key}-2`)],
    },
    ['charged-twice'],
  ],
  [
    'a payment although it failed',
    { ...correctSideEffects('failed'), payments: [payment] },
    ['charged-unduly'],
  ],
  [
    'more charges than refunds although it was cancelled',
    { ...correctSideEffects('cancelled'), calls: [call('charge'), call('charge'), call('refund')] },
    ['charged-unduly'],
  ],
  ['no payment', { ...correctSideEffects('completed'), payments: [] }, ['unpaid (decision)']],
  [
    'a refunded payment although it is shipped',
    { ...correctSideEffects('shipped'), payments: [{ ...payment, state: 'refunded' }] },
    ['unpaid (decision)'],
  ],
  [
    'a payment of another amount',
    { ...correctSideEffects('completed'), payments: [{ ...payment, amountMinor: 100 }] },
    ['wrong-amount (decision)'],
  ],
  [
    'a reservation although it failed',
    correctSideEffects('failed', { reservation: 'held' }),
    ['leaked-reservation'],
  ],
  [
    'a reservation although it completed',
    correctSideEffects('completed', { reservation: 'held' }),
    ['leaked-reservation'],
  ],
  [
    'released stock although its log shows the hand-over',
    correctSideEffects('completed', { reservation: 'released' }),
    ['wrong-reservation'],
  ],
  [
    'handed-over stock although it failed, in its log too',
    {
      ...correctSideEffects('failed', { reservation: 'handed-over' }),
      calls: [call('charge'), call('refund'), call('hand-over-inventory')],
    },
    ['wrong-reservation (decision)'],
  ],
  ['no points', withoutPoints(correctSideEffects('completed')), ['missing-points']],
  ['doubled points', { ...correctSideEffects('completed'), points: 18 }, ['wrong-points']],
  ['points although it failed', { ...correctSideEffects('failed'), points: 9 }, ['wrong-points']],
])('reports an order with %s', (_, sideEffects, found) => {
  expect(kinds(sideEffects)).toEqual(found);
});

it('accepts missing points that a warning explains', () => {
  const warnings = [{ stage: 'update-loyalty-points', message: 'Down' }] as const;
  expect(kinds(withoutPoints(correctSideEffects('completed', { warnings })))).toEqual([]);
});

it('reports only a double charge of a flagged order', () => {
  const flagged = correctSideEffects('failed', { flagged: true, reservation: 'handed-over' });
  expect(kinds({ ...flagged, payments: [payment] })).toEqual([]);
  const twice = [payment, { ...payment, key: `${key}-2` }];
  expect(kinds({ ...flagged, payments: twice })).toEqual(['charged-twice']);
});

it('does not verify payments at an external provider', () => {
  expect(
    kinds({ ...correctSideEffects('completed'), payments: [], calls: [] }, { payments: false }),
  ).toEqual([]);
});

const line = (productId: string, quantity: number) => ({
  productId,
  name: 'A',
  quantity,
  price: 1,
});
const messages = (...[expected, found]: Parameters<typeof auditStock>) =>
  auditStock(expected, found).map((difference) => stockMismatch(difference).message);

it('sums the counters of products over their orders, and reports the products that differ', () => {
  const items = [line('A', 2), line('B', 1), line('A', 3)];
  const expected = sumShardCounters([
    { items, reservation: 'held' },
    { items, reservation: 'handed-over' },
    { items, reservation: 'released' },
    { items },
  ]);
  const right = [
    { productId: 'A', shard: 0, available: 1, reserved: 5, sold: 5 },
    { productId: 'B', shard: 0, available: 0, reserved: 1, sold: 1 },
  ];
  expect(auditStock(expected, right)).toEqual([]);
  const wrong = [{ productId: 'A', shard: 0, available: 1, reserved: 7, sold: 4 }];
  expect(messages(expected, wrong)).toEqual([
    '7 reserved, but its orders hold 5; 4 sold, but its orders took 5',
    'lost, with its available units; its orders hold 1',
  ]);
});

it('compares each shard with the orders that reserved from it', () => {
  const reservedFrom = [
    { productId: 'A', shard: 1, quantity: 2 },
    { productId: 'A', shard: 2, quantity: 1 },
  ];
  const expected = sumShardCounters([
    { items: [line('A', 3), line('B', 1)], reservation: 'held', reservedFrom },
    { items: [line('A', 1)], reservation: 'held' },
  ]);
  const shard = (number: number, reserved: number, available = 5) => ({
    productId: 'A',
    shard: number,
    ...(number === 0 && { shards: 3 }),
    available,
    reserved,
    sold: 0,
  });
  const b = { productId: 'B', shard: 0, available: 0, reserved: 1, sold: 0 };
  expect(messages(expected, [b, shard(0, 1), shard(1, 2), shard(2, 1)])).toEqual([]);
  expect(messages(expected, [b, shard(0, 1), shard(1, 0), shard(2, 1)])).toEqual([
    'shard 1 of 3: 0 reserved, but its orders hold 2 (released twice?)',
  ]);
  expect(messages(expected, [b, shard(0, 1), shard(1, 2)])).toEqual([
    'shard 2 of 3: lost, with its available units; its orders hold 1',
  ]);
  const negative = [b, shard(0, 1), shard(1, 2, -2), shard(2, 1)];
  expect(messages(expected, negative)).toEqual(['shard 1 of 3: -2 available']);
  expect(auditStock(expected, negative).map(stockMismatch)).toMatchObject([{ mends: false }]);
});
