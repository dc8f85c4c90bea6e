import { describe, expect, it } from 'vitest';
import {
  paymentKey,
  pointsFor,
  quantitiesOf,
} from '../../../functions/contract/expected-side-effects.ts';
import { toMinor } from '../../../functions/contract/order.ts';
import type { ObservedOrder } from '../../../src/orders/load-test/observed-orders.ts';
import { judgeLedger } from '../../../src/orders/load-test/side-effect-checks.ts';
import type { Ledger } from '../../../src/orders/load-test/side-effects.ts';
import type { OrderBooks } from '../../../src/orders/verify/order-side-effects.ts';
import type { Stock } from '../../../src/orders/verify/stock.ts';
import { goodOrders, withRecord } from './observed-orders.ts';

const at = '2026-11-22T08:12:05.000Z';

/** Two that completed, one that was damaged and given back, one at which the carrier failed. */
const orders = goodOrders('low,high,damaged,carrier-down', 4).map((each) => {
  const end = each.expected.status === 'completed' ? 'handed-over' : 'released';
  const reservation = each.sample === 'carrier-down' ? 'held' : end;
  const flagged = each.sample === 'carrier-down' ? { flagged: true } : {};
  return { ...each, record: { ...each.record, reservation, ...flagged } } as ObservedOrder;
});
const order = (sample: string) => orders.find((each) => each.sample === sample) as ObservedOrder;

function booksOf({ orderId, total, record, sample }: ObservedOrder): OrderBooks {
  const done = record?.status === 'completed';
  const key = paymentKey(orderId);
  const state = done || sample === 'carrier-down' ? 'charged' : 'refunded';
  const names = ['charge', ...(state === 'refunded' ? ['refund'] : [])];
  return {
    orderId,
    record: record as OrderBooks['record'],
    payments: [{ key, state, amountMinor: toMinor(total) }],
    calls: names.map((call) => ({ call, key, at })),
    ...(done ? { points: pointsFor(toMinor(total)) } : {}),
  };
}

/** A ledger that adds up: each product had a thousand pieces. */
function goodLedger(): Ledger {
  const stockAfter = new Map<string, Stock>();
  for (const { order: placed, record } of orders) {
    for (const [productId, quantity] of quantitiesOf(placed)) {
      const { available = 1000, sold, reserved } = stockAfter.get(productId) ?? full;
      const [taken, held] = ['handed-over', 'held'].map((each) =>
        record?.reservation === each ? quantity : 0,
      );
      stockAfter.set(productId, {
        available: available - (taken ?? 0) - (held ?? 0),
        sold: sold + (taken ?? 0),
        reserved: reserved + (held ?? 0),
      });
    }
  }
  return {
    books: new Map(orders.map((each) => [each.orderId, booksOf(each)])),
    stockBefore: new Map([...stockAfter.keys()].map((id) => [id, full])),
    stockAfter,
    isAlone: true,
    keepsPayments: true,
  };
}
const full: Stock = { available: 1000, sold: 0, reserved: 0 };

const faultsOf = (ledger: Ledger, all: readonly ObservedOrder[] = orders) =>
  Object.fromEntries(
    judgeLedger(all, ledger).flatMap(({ id, passed, notJudged, faults }) =>
      passed || notJudged ? [] : [[id, faults]],
    ),
  );
const withBooks = (of: ObservedOrder, change: Partial<OrderBooks>): Ledger => {
  const ledger = goodLedger();
  const books = new Map(ledger.books).set(of.orderId, { ...booksOf(of), ...change });
  return { ...ledger, books };
};
const product = order('low').order.items[0]?.productId ?? '';
const withStock = (
  change: (stock: Stock) => Partial<Stock>,
  more: Partial<Ledger> = {},
): Ledger => {
  const ledger = goodLedger();
  const stock = ledger.stockAfter.get(product) ?? full;
  const stockAfter = new Map(ledger.stockAfter).set(product, { ...stock, ...change(stock) });
  return { ...ledger, stockAfter, ...more };
};
const says = (message: string) => [
  { productId: product, message: expect.stringContaining(message) as string },
];

it('finds nothing wrong in books that add up, and says what is in them', () => {
  const checks = judgeLedger(orders, goodLedger());
  expect(checks.flatMap(({ faults }) => faults)).toEqual([]);
  expect(checks.map(({ id, detail }) => `${id}: ${detail}`)).toEqual([
    expect.stringMatching(/^payments: 3 charged, \$\d+\.\d\d$/) as string,
    expect.stringMatching(/^stock: \d+ pieces of \d products sold$/) as string,
    expect.stringMatching(/^points: \d+ credited$/) as string,
  ]);
});

describe('a planted fault fails its own check and names the order or the product', () => {
  const low = order('low');
  const { payments, calls } = booksOf(low);

  it('an order that was charged twice', () => {
    const again = { key: `${low.orderId}/again`, state: 'charged', amountMinor: 1 };
    expect(faultsOf(withBooks(low, { payments: [...payments, again] }))).toEqual({
      payments: [{ orderId: low.orderId, message: expect.stringMatching(/^2 payments/) as string }],
    });
    expect(Object.keys(faultsOf(withBooks(low, { calls: [...calls, ...calls] })))).toEqual([
      'payments',
    ]);
  });

  it('one that failed and keeps its payment, and one that was not paid for', () => {
    const damaged = order('damaged');
    const kept = booksOf(damaged).payments.map((each) => ({ ...each, state: 'charged' }));
    expect(faultsOf(withBooks(damaged, { payments: kept }))['payments']).toHaveLength(1);
    expect(faultsOf(withBooks(low, { payments: [], calls: [] }))['payments']).toHaveLength(1);
  });

  it('points that are missing', () => {
    const { points: _, ...books } = booksOf(low);
    const ledger = { ...goodLedger(), books: new Map([[low.orderId, books]]) };
    expect(Object.keys(faultsOf(ledger))).toEqual(['points']);
  });

  it('stock that is still reserved for an order that failed', () => {
    const damaged = order('damaged');
    const record = { ...damaged.record, reservation: 'held' } as OrderBooks['record'];
    expect(faultsOf(withBooks(damaged, { record }))['stock']).toEqual([
      { orderId: damaged.orderId, message: expect.stringContaining('still holds ') as string },
    ]);
  });

  it('a product of which more was sold than there was', () => {
    const ledger = withStock(() => ({ available: -3 }), { isAlone: false });
    expect(faultsOf(ledger)).toEqual({ stock: says('oversold: 3 pieces more than there were') });
  });

  it('a product that was sold and is counted as not sold, whoever else orders it', () => {
    const lost = withStock(({ sold }) => ({ sold: sold - 1 }), { isAlone: false });
    expect(faultsOf(lost)).toEqual({ stock: says('counted as sold, while its orders took') });
  });

  it('pieces that were sold, reserved or gone without an order', () => {
    const more = withStock(({ sold }) => ({ sold: sold + 1 }));
    expect(faultsOf(more)['stock']).toHaveLength(2);
    const held = withStock(({ reserved }) => ({ reserved: reserved + 1 }));
    expect(faultsOf(held)['stock']).toContainEqual(says('more are reserved, while')[0]);
    const gone = withStock(({ available = 0 }) => ({ available: available - 5 }));
    expect(faultsOf(gone)).toEqual({ stock: says('gone from the shelf') });
  });
});

it("holds neither other people's orders, nor orders on their way, nor another provider against it", () => {
  const busy = withStock(
    ({ sold, available = 0 }) => ({ sold: sold + 9, available: available - 20 }),
    {
      isAlone: false,
    },
  );
  expect(faultsOf(busy)).toEqual({});
  const begun = withRecord(orders, 0, () => ({ status: 'awaiting-warehouse' }));
  expect(faultsOf({ ...goodLedger(), stockAfter: new Map([[product, full]]) }, begun)).toEqual({});
  const outside = { ...withBooks(order('low'), { payments: [], calls: [] }), keepsPayments: false };
  expect(faultsOf(outside)).toEqual({});
  expect(judgeLedger(orders, outside)[0]).toMatchObject({
    passed: false,
    notJudged: 'not judged: their provider is outside',
  });
});
