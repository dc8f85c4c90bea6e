import { describe, expect, it } from 'vitest';
import {
  loyaltyPointsFor,
  quantityByProduct,
} from '../../../functions/contract/expected-side-effects.ts';
import { toMinor } from '../../../functions/contract/order.ts';
import { paymentKey } from '../../../functions/contract/tables.ts';
import type { ObservedOrder } from '../../../src/orders/load-test/observed-orders.ts';
import { checkSideEffects } from '../../../src/orders/load-test/side-effect-checks.ts';
import type { SideEffectSnapshot } from '../../../src/orders/load-test/side-effects.ts';
import type { ProductCounters } from '../../../src/orders/tables/products-table.ts';
import type { OrderSideEffects } from '../../../src/orders/verify/order-side-effects.ts';
import { correctOrders, withRecord } from './observed-orders.ts';

const at = '2026-11-22T08:12:05.000Z';

/** Two completed orders, a damaged order that was undone, and an order with a failed hand-over. */
const orders = correctOrders('low,high,damaged,carrier-down', 4).map((observed) => {
  const { expected, sample, record } = observed;
  const ended = expected.status === 'completed' ? 'handed-over' : 'released';
  const reservation = sample === 'carrier-down' ? 'held' : ended;
  const flagged = sample === 'carrier-down' ? { flagged: true } : {};
  return { ...observed, record: { ...record, reservation, ...flagged } } as ObservedOrder;
});
const order = (sample: string) =>
  orders.find((observed) => observed.sample === sample) as ObservedOrder;

function sideEffectsOf({ orderId, total, record, sample }: ObservedOrder): OrderSideEffects {
  const isCompleted = record?.status === 'completed';
  const key = paymentKey(orderId);
  const state = isCompleted || sample === 'carrier-down' ? 'charged' : 'refunded';
  const names = ['charge', ...(state === 'refunded' ? ['refund'] : [])];
  return {
    orderId,
    record: record as OrderSideEffects['record'],
    payments: [{ key, state, amountMinor: toMinor(total) }],
    calls: names.map((call) => ({ call, key, at })),
    ...(isCompleted ? { points: loyaltyPointsFor(toMinor(total)) } : {}),
  };
}

/** Creates a snapshot without mismatches. Each product had a thousand units. */
function correctSnapshot(): SideEffectSnapshot {
  const stockAfter = new Map<string, ProductCounters>();
  for (const { order: placed, record } of orders) {
    for (const [productId, quantity] of quantityByProduct(placed)) {
      const { available = 1000, sold, reserved } = stockAfter.get(productId) ?? full;
      const takenUnits = record?.reservation === 'handed-over' ? quantity : 0;
      const heldUnits = record?.reservation === 'held' ? quantity : 0;
      stockAfter.set(productId, {
        available: available - takenUnits - heldUnits,
        sold: sold + takenUnits,
        reserved: reserved + heldUnits,
      });
    }
  }
  return {
    sideEffects: new Map(orders.map((observed) => [observed.orderId, sideEffectsOf(observed)])),
    stockBefore: new Map([...stockAfter.keys()].map((id) => [id, full])),
    stockAfter,
    isExclusive: true,
    keepsPayments: true,
  };
}
const full: ProductCounters = { available: 1000, sold: 0, reserved: 0 };

const findFailures = (snapshot: SideEffectSnapshot, observed: readonly ObservedOrder[] = orders) =>
  Object.fromEntries(
    checkSideEffects(observed, snapshot).flatMap(({ id, passed, notJudged, faults }) =>
      passed || notJudged ? [] : [[id, faults]],
    ),
  );
const withSideEffects = (
  observed: ObservedOrder,
  changes: Partial<OrderSideEffects>,
): SideEffectSnapshot => {
  const snapshot = correctSnapshot();
  const effects = { ...sideEffectsOf(observed), ...changes };
  const sideEffects = new Map(snapshot.sideEffects).set(observed.orderId, effects);
  return { ...snapshot, sideEffects };
};
const product = order('low').order.items[0]?.productId ?? '';
const withStock = (
  change: (stock: ProductCounters) => Partial<ProductCounters>,
  more: Partial<SideEffectSnapshot> = {},
): SideEffectSnapshot => {
  const snapshot = correctSnapshot();
  const stock = snapshot.stockAfter.get(product) ?? full;
  const stockAfter = new Map(snapshot.stockAfter).set(product, { ...stock, ...change(stock) });
  return { ...snapshot, stockAfter, ...more };
};
const productFailure = (message: string) => [
  { productId: product, message: expect.stringContaining(message) as string },
];

it('passes correct side effects, and summarizes them', () => {
  const checks = checkSideEffects(orders, correctSnapshot());
  expect(checks.flatMap(({ faults }) => faults)).toEqual([]);
  expect(checks.map(({ id, detail }) => `${id}: ${detail}`)).toEqual([
    expect.stringMatching(/^payments: 3 charged, \$[\d,]+\.\d\d$/) as string,
    expect.stringMatching(/^stock: \d+ units of \d products sold$/) as string,
    expect.stringMatching(/^points: \d+ credited$/) as string,
  ]);
});

describe('a planted fault fails only its own check, which names the order or the product', () => {
  const low = order('low');
  const { payments, calls } = sideEffectsOf(low);

  it('an order that was charged twice', () => {
    const duplicate = { key: `${low.orderId}/duplicate`, state: 'charged', amountMinor: 1 };
    expect(findFailures(withSideEffects(low, { payments: [...payments, duplicate] }))).toEqual({
      payments: [{ orderId: low.orderId, message: expect.stringMatching(/^2 payments/) as string }],
    });
    expect(
      Object.keys(findFailures(withSideEffects(low, { calls: [...calls, ...calls] }))),
    ).toEqual(['payments']);
  });

  it('a failed order without a refund, and an unpaid order', () => {
    const damaged = order('damaged');
    const charged = sideEffectsOf(damaged).payments.map((payment) => ({
      ...payment,
      state: 'charged',
    }));
    expect(findFailures(withSideEffects(damaged, { payments: charged }))['payments']).toHaveLength(
      1,
    );
    expect(
      findFailures(withSideEffects(low, { payments: [], calls: [] }))['payments'],
    ).toHaveLength(1);
  });

  it('missing points', () => {
    const { points: _, ...effects } = sideEffectsOf(low);
    const snapshot = {
      ...correctSnapshot(),
      sideEffects: new Map([[low.orderId, effects]]),
    };
    expect(Object.keys(findFailures(snapshot))).toEqual(['points']);
  });

  it('stock that stays reserved for a failed order', () => {
    const damaged = order('damaged');
    const record = { ...damaged.record, reservation: 'held' } as OrderSideEffects['record'];
    expect(findFailures(withSideEffects(damaged, { record }))['stock']).toEqual([
      { orderId: damaged.orderId, message: expect.stringContaining('still holds ') as string },
    ]);
  });

  it('an oversold product', () => {
    const snapshot = withStock(() => ({ available: -3 }), { isExclusive: false });
    expect(findFailures(snapshot)).toEqual({ stock: productFailure('oversold by 3 units') });
  });

  it('sold units that are not counted, also if others order the product', () => {
    const lost = withStock(({ sold }) => ({ sold: sold - 1 }), { isExclusive: false });
    expect(findFailures(lost)).toEqual({
      stock: productFailure('counted as sold, but its orders took'),
    });
  });

  it('units that were sold, reserved or removed without an order', () => {
    const more = withStock(({ sold }) => ({ sold: sold + 1 }));
    expect(findFailures(more)['stock']).toHaveLength(2);
    const held = withStock(({ reserved }) => ({ reserved: reserved + 1 }));
    expect(findFailures(held)['stock']).toContainEqual(productFailure('more are reserved, but')[0]);
    const removed = withStock(({ available = 0 }) => ({ available: available - 5 }));
    expect(findFailures(removed)).toEqual({ stock: productFailure('available fell by') });
  });
});

it('ignores orders of others, running orders and payments of an external provider', () => {
  const busy = withStock(
    ({ sold, available = 0 }) => ({ sold: sold + 9, available: available - 20 }),
    {
      isExclusive: false,
    },
  );
  expect(findFailures(busy)).toEqual({});
  const running = withRecord(orders, 0, () => ({ status: 'awaiting-warehouse' }));
  expect(
    findFailures({ ...correctSnapshot(), stockAfter: new Map([[product, full]]) }, running),
  ).toEqual({});
  const external = {
    ...withSideEffects(order('low'), { payments: [], calls: [] }),
    keepsPayments: false,
  };
  expect(findFailures(external)).toEqual({});
  expect(checkSideEffects(orders, external)[0]).toMatchObject({
    passed: false,
    notJudged: 'not checked: an external provider keeps them',
  });
});
