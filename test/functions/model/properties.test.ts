import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { type Order, totalMinor } from '../../../functions/contract/order.ts';
import { triggers } from '../../../functions/contract/triggers.ts';
import { type OrderStatus, rank } from '../../../functions/contract/workflow.ts';
import { full } from '../../support/full.ts';
import { type Chance, chanceOf } from '../../support/random.ts';
import type { Fate } from '../durable-service.ts';
import type { Fates, RequestFates } from './interruptions.ts';
import { type Outcome, undoable } from './order.ts';
import { type Course, openShop, type Shop } from './shop.ts';

const batches = full ? 60 : 4;
const ordersOfBatch = 50;
const atOnce = 10;
const seed = 20_261_125;
const initial = 25;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

/** Customers and products at which a service of the sample goes wrong. */
const valuesOn = (on: 'customerId' | 'productId') =>
  triggers.flatMap(({ on: of, value }) => (of === on ? [value] : []));
const troubledCustomers = valuesOn('customerId');
const troubledProducts = valuesOn('productId');
const productsOf = (batch: number) => ['A', 'B', 'C', 'D'].map((letter) => `${letter}-${batch}`);

/** An order of some lines, and what happens to it on its way. */
function courseOf(chance: Chance, batch: number, number: number): Course {
  const orderId = `order-${batch}-${number}`;
  const items = Array.from({ length: chance.between(1, 4) }, () => ({
    productId: chance.pick(chance.percent(8) ? troubledProducts : productsOf(batch)),
    name: 'Thing',
    quantity: chance.between(1, 3),
    price: chance.pick([9.99, 120, 700]),
  }));
  const order: Order = {
    customerId: chance.percent(20)
      ? chance.pick(troubledCustomers)
      : `C-${batch}-${chance.between(1, 12)}`,
    customerEmail: 'c@example.com',
    ...(chance.percent(50) && { customerPhone: '+1 555 0100' }),
    items: chance.percent(2) ? [] : items,
  };
  const ended = chance.pick(['STOPPED', 'TIMED_OUT', 'FAILED'] as const);
  return {
    orderId,
    order,
    fate: fateOf(chance, orderId),
    requestFate: requestFateOf(chance, chance.percent(10) ? chance.between(1, 70) : 0),
    recoveries: chance.percent(30) ? 2 : 1,
    recoveryFate: crashes(chance),
    recoveryRequestFate: requestFateOf(chance, 0),
    ended: () => ended,
    review: chance.pick(['approve', 'reject', 'time out'] as const),
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
    if (checkpoints === cancelAt && (await shop.cancel(orderId)) === 'stopped') {
      return { next: 'end' };
    }
    if (checkpoints === endAt) return { next: 'end', lost: chance.percent(50) };
    return crash(updates);
  };
}

/** The same between any two requests of services. */
function requestFateOf(chance: Chance, endAt: number): RequestFates {
  let requests = 0;
  let left = chance.between(0, 3);
  return () => {
    requests += 1;
    if (requests === endAt) return 'end';
    if (left === 0 || !chance.percent(8)) return 'go on';
    left -= 1;
    return 'die';
  };
}

async function inTurns(courses: readonly Course[]): Promise<void> {
  const left = [...courses];
  const take = async () => {
    for (let course = left.shift(); course; course = left.shift()) await shop.run(course);
  };
  await Promise.all(Array.from({ length: atOnce }, take));
}

/** An order that has ended, and how. */
interface Ended {
  readonly order: Order;
  readonly record: OrderRecord;
  readonly outcome: Outcome;
}

/** What holds for one order, however it went. */
async function check({ order, record, outcome }: Ended): Promise<void> {
  const { end, undone, standing, paid, stock, notices, statuses } = outcome;
  const good = end === 'completed' || end === 'flagged';
  expect(['completed', 'flagged', 'failed', 'cancelled']).toContain(end);
  expect(paid).toBe(good ? 1 : 0);
  expect(await shop.paidFor(record.orderId)).toBe(good ? totalMinor(order) : 0);
  expect(standing).toEqual(good ? undoable : []);
  expect(new Set(undone).size).toBe(undone.length);
  if (good || record.handOver) expect(undone).toEqual([]);
  if (!good) expect(['none', 'released']).toContain(stock);
  if (end === 'completed') expect(stock).toBe('handed-over');
  expect(legal(statuses)).toBe(true);
  // Who reads that an order failed does not read as well that it was cancelled, or is on its way.
  expect(notices.length).toBeLessThanOrEqual(1);
  if (order.customerId !== 'UNREACHABLE' && end !== 'flagged') {
    expect(notices).toEqual([end === 'completed' ? 'shipped' : end]);
  }
  const channels = order.customerPhone && end !== 'flagged' ? ['email', 'text'] : ['email'];
  const messages = await shop.messagesOf(record.orderId);
  expect(messages).toMatchObject(
    Object.fromEntries(
      notices.flatMap((kind) => channels.map((each) => [`send-${kind}-${each}`, 1])),
    ),
  );
  expect(Object.values(messages).every((times) => times === 1)).toBe(true);
}

/** Only forward, and none twice. */
function legal(statuses: readonly OrderStatus[]): boolean {
  return statuses.every(
    (each, index) => index === 0 || rank(statuses[index - 1] ?? each) < rank(each),
  );
}

/** The orders that have ended, each as it should be; fails with the order and what became of it. */
async function endedOf(courses: readonly Course[]): Promise<Ended[]> {
  const all: Ended[] = [];
  for (const { orderId, order } of courses) {
    const record = await shop.recordOf(orderId);
    // One that was ended before its first write is no order yet.
    if (!record) continue;
    const ended = { order, record, outcome: await shop.outcomeOf(orderId) };
    try {
      await check(ended);
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`${message}\n${JSON.stringify({ orderId, ...ended }, null, 2)}`, {
        cause: error,
      });
    }
    all.push(ended);
  }
  return all;
}

async function checkPoints(ended: readonly Ended[]): Promise<void> {
  const credited = new Map<string, number>();
  for (const { order, outcome } of ended) {
    if (!order.customerId.startsWith('C-')) continue;
    const points = outcome.points ? Math.floor(totalMinor(order) / 1000) : 0;
    credited.set(order.customerId, (credited.get(order.customerId) ?? 0) + points);
  }
  for (const [customer, points] of credited) {
    expect([customer, await shop.pointsOf(customer)]).toEqual([customer, points]);
  }
}

/** Of every product nothing came and nothing went but what was sold. */
async function checkStock(ended: readonly Ended[], products: readonly string[]): Promise<void> {
  for (const product of products) {
    const { available = 0, reserved = 0, sold = 0 } = (await shop.stockOf(product)) ?? {};
    const of = (stock: Outcome['stock']) =>
      ended
        .filter(({ outcome }) => outcome.stock === stock)
        .flatMap(({ order }) => order.items)
        .filter(({ productId }) => productId === product)
        .reduce((sum, { quantity }) => sum + quantity, 0);
    expect({ product, available, reserved, sold }).toEqual({
      product,
      available: initial - of('handed-over') - of('held'),
      // Only what was ended in the middle of its hand-over still holds stock: somebody looks at it.
      reserved: of('held'),
      sold: of('handed-over'),
    });
    expect(available).toBeGreaterThanOrEqual(0);
    const held = ended.filter(({ outcome }) => outcome.stock === 'held');
    expect(held.filter(({ record }) => !record.flagged)).toEqual([]);
  }
}

describe.each(Array.from({ length: batches }, (_, batch) => seed + batch))(
  'orders of seed %i',
  (of) => {
    it('all end, and stock, money, messages and points add up', async () => {
      const batch = of - seed;
      const chance = chanceOf(of);
      for (const product of productsOf(batch)) await shop.stock(product, initial);
      const courses = Array.from({ length: ordersOfBatch }, (_, n) => courseOf(chance, batch, n));
      await inTurns(courses);
      const ended = await endedOf(courses);
      await checkPoints(ended);
      await checkStock(ended, productsOf(batch));
    });
  },
);

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
