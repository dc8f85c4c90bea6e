import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '../../../functions/contract/order.ts';
import { triggers } from '../../../functions/contract/triggers.ts';
import { type OrderStatus, rank } from '../../../functions/contract/workflow.ts';
import { full } from '../../support/full.ts';
import { type Chance, chanceOf } from '../../support/random.ts';
import type { Fate } from '../durable-service.ts';
import type { Outcome } from './model.ts';
import { type Course, type EffectFates, type Fates, openShop, type Shop } from './shop.ts';

const batches = full ? 40 : 4;
const ordersOfBatch = 50;
const atOnce = 10;
const seed = 20_261_125;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

/** Customers and products at which a service of the sample goes wrong. */
const valuesOn = (on: 'customerId' | 'productId') =>
  triggers.flatMap(({ on: of, value, does }) =>
    of === on && does.kind !== 'doubt' ? [value] : [],
  );
const customers = valuesOn('customerId');
const badProducts = valuesOn('productId');

interface Plan extends Course {
  readonly total: number;
}

/** An order of some lines, and what happens to it on its way. */
function planOf(chance: Chance, batch: number, number: number): Plan {
  const orderId = `order-${batch}-${number}`;
  const products = ['A', 'B', 'C', 'D'].map((letter) => `${letter}-${batch}`);
  const items = Array.from({ length: chance.between(1, 4) }, () => ({
    productId: chance.percent(8) ? chance.pick(badProducts) : chance.pick(products),
    name: 'Thing',
    quantity: chance.between(1, 3),
    price: chance.pick([9.99, 120, 700]),
  }));
  const customerId = chance.percent(20) ? chance.pick(customers) : `C-${batch}-${number}`;
  const order: Order = { customerId, customerEmail: 'c@example.com', items };
  const total = Math.round(items.reduce((sum, each) => sum + each.quantity * each.price * 100, 0));
  return {
    orderId,
    order,
    total,
    fate: fateOf(chance, orderId),
    effectFate: effectFateOf(chance),
    recoveryFate: crashes(chance),
    ended: chance.pick(['STOPPED', 'TIMED_OUT'] as const),
  };
}

/** Dies now and then, before or after a checkpoint; an execution that is replayed goes on in the end. */
function crashes(chance: Chance): Fates {
  let left = chance.between(0, 4);
  return () => {
    if (left === 0 || !chance.percent(15)) return { next: 'go on' };
    left -= 1;
    return { next: 'die', lost: chance.percent(50) };
  };
}

function fateOf(chance: Chance, orderId: string): Fates {
  const crash = crashes(chance);
  const cancelAt = chance.percent(20) ? chance.between(1, 32) : 0;
  const endAt = chance.percent(20) ? chance.between(1, 32) : 0;
  let checkpoints = 0;
  return async (updates): Promise<Fate> => {
    checkpoints += 1;
    if (checkpoints === cancelAt) await shop.cancel(orderId);
    if (checkpoints === endAt) return { next: 'end', lost: chance.percent(50) };
    return crash(updates);
  };
}

/** The same between any two calls of services. */
function effectFateOf(chance: Chance): EffectFates {
  const endAt = chance.percent(10) ? chance.between(1, 40) : 0;
  let calls = 0;
  let crashes = chance.between(0, 3);
  return () => {
    calls += 1;
    if (calls === endAt) return 'end';
    if (crashes === 0 || !chance.percent(10)) return 'go on';
    crashes -= 1;
    return 'die';
  };
}

async function inTurns(plans: readonly Plan[]): Promise<void> {
  const left = [...plans];
  const take = async () => {
    for (let plan = left.shift(); plan; plan = left.shift()) await shop.run(plan);
  };
  await Promise.all(Array.from({ length: atOnce }, take));
}

/** What holds for one order, however it went. */
function check({ end, undone, paid, stock, notices, statuses }: Outcome): void {
  const good = end === 'completed' || end === 'flagged';
  const ends = ['completed', 'flagged', 'failed', 'cancelled'];
  expect(ends).toContain(end);
  expect(paid).toBe(good ? 1 : 0);
  expect(new Set(undone).size).toBe(undone.length);
  if (good) expect(undone).toEqual([]);
  else expect(['none', 'released']).toContain(stock);
  if (end === 'completed') expect(stock).toBe('handed-over');
  expect(new Set(notices).size).toBe(notices.length);
  expect(legal(statuses)).toBe(true);
}

/** Only forward, and none twice. */
function legal(statuses: readonly OrderStatus[]): boolean {
  return statuses.every(
    (each, index) => index === 0 || rank(statuses[index - 1] ?? each) < rank(each),
  );
}

describe.each(Array.from({ length: batches }, (_, batch) => seed + batch))(
  'orders of seed %i',
  (of) => {
    it('all end, and stock, money, messages and points add up', async () => {
      const batch = of - seed;
      const chance = chanceOf(of);
      const initial = 25;
      const products = ['A', 'B', 'C', 'D'].map((letter) => `${letter}-${batch}`);
      for (const product of products) await shop.stock(product, initial);
      const plans = Array.from({ length: ordersOfBatch }, (_, n) => planOf(chance, batch, n));
      await inTurns(plans);

      let sold = 0;
      for (const plan of plans) {
        const record = await shop.recordOf(plan.orderId);
        // One that was ended before its first write is no order yet.
        if (!record) continue;
        const outcome = await shop.outcomeOf(plan.orderId);
        try {
          check(outcome);
          if (record.handOver) expect(outcome.undone).toEqual([]);
          if (/^C-/.test(plan.order.customerId)) {
            const points = outcome.points ? Math.floor(plan.total / 1000) : 0;
            expect(await shop.pointsOf(plan.order.customerId)).toBe(points);
          }
        } catch (error) {
          throw new Error(`${plan.orderId} of seed ${of}: ${JSON.stringify(outcome)}`, {
            cause: error,
          });
        }
        if (outcome.stock === 'handed-over') sold += quantityOf(plan.order, products);
      }
      const stocks = await Promise.all(products.map((product) => shop.stockOf(product)));
      const sum = (key: string) =>
        stocks.reduce((total, each) => total + Number(each?.[key] ?? 0), 0);
      expect(sum('available') + sum('reserved') + sum('sold')).toBe(initial * products.length);
      expect(sum('sold')).toBe(sold);
      for (const each of stocks) expect(Number(each?.['available'])).toBeGreaterThanOrEqual(0);
      expect(sum('reserved')).toBe(await heldByFlagged(plans, products));
    });
  },
);

/** Only what was ended in the middle of its hand-over still holds stock: somebody looks at it. */
async function heldByFlagged(plans: readonly Plan[], products: readonly string[]): Promise<number> {
  let held = 0;
  for (const { orderId, order } of plans) {
    const record = await shop.recordOf(orderId);
    if (record?.flagged && record.reservation === 'held') held += quantityOf(order, products);
  }
  return held;
}

function quantityOf({ items }: Order, products: readonly string[]): number {
  return items
    .filter(({ productId }) => products.includes(productId))
    .reduce((total, { quantity }) => total + quantity, 0);
}

it(`sells ${full ? 50 : 10} pieces to exactly as many of the orders that come at once`, async () => {
  const [orders, pieces] = full ? [200, 50] : [40, 10];
  await shop.stock('RARE', pieces);
  const item = { productId: 'RARE', name: 'Rare', quantity: 1, price: 10 };
  const ids = Array.from({ length: orders }, (_, index) => `rare-${index}`);
  await Promise.all(
    ids.map((orderId) => {
      const order = { customerId: orderId, customerEmail: 'c@example.com', items: [item] };
      return shop.run({ orderId, order });
    }),
  );
  const records = await Promise.all(ids.map((orderId) => shop.recordOf(orderId)));
  const completed = records.filter(({ status }) => status === 'completed');
  const refused = records.filter(({ failure }) => failure?.code === 'out-of-stock');
  expect([completed.length, refused.length]).toEqual([pieces, orders - pieces]);
  expect(await shop.stockOf('RARE')).toMatchObject({ available: 0, reserved: 0, sold: pieces });
});
