import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { type Order, totalMinor } from '../../../functions/contract/order.ts';
import { triggers } from '../../../functions/contract/triggers.ts';
import { type OrderStatus, statusRank } from '../../../functions/contract/workflow.ts';
import { auditStock, sumShardCounters } from '../../../src/orders/verify/stock.ts';
import { full } from '../../support/full.ts';
import { createRandom, type RandomSource } from '../../support/random.ts';
import type { CheckpointDecision } from '../durable-service.ts';
import type { CheckpointDecisions, RequestDecisions } from './interruptions.ts';
import { type Outcome, undoable } from './order.ts';
import { type OrderRun, startShop, type TestShop } from './shop.ts';

const [batches, batchSize] = full ? [6, 50] : [1, 12];
const concurrency = 10;
const seed = 20_261_125;
const initialStock = 25;

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());

/** Trigger values in a field. */
const valuesOn = (field: 'customerId' | 'productId') =>
  triggers.flatMap(({ on, value }) => (on === field ? [value] : []));
const triggerCustomers = valuesOn('customerId');
const triggerProducts = valuesOn('productId');
const productIds = (batch: number) => ['A', 'B', 'C', 'D'].map((letter) => `${letter}-${batch}`);

/** A random order with random interruptions. */
function randomOrder(random: RandomSource, batch: number, number: number): OrderRun {
  const orderId = `order-${batch}-${number}`;
  const items = Array.from({ length: random.between(1, 4) }, () => ({
    productId: random.pick(random.percent(8) ? triggerProducts : productIds(batch)),
    name: 'Thing',
    quantity: random.between(1, 3),
    price: random.pick([9.99, 120, 700]),
  }));
  const order: Order = {
    customerId: random.percent(20)
      ? random.pick(triggerCustomers)
      : `C-${batch}-${random.between(1, 12)}`,
    customerEmail: 'c@example.com',
    ...(random.percent(50) && { customerPhone: '+1 555 0100' }),
    items: random.percent(2) ? [] : items,
  };
  const ended = random.pick(['STOPPED', 'TIMED_OUT', 'FAILED'] as const);
  return {
    orderId,
    order,
    checkpointDecision: checkpointDecisions(random, orderId),
    requestDecision: requestDecisions(random, random.percent(10) ? random.between(1, 70) : 0),
    recoveries: random.percent(30) ? 2 : 1,
    recoveryCheckpointDecision: crashes(random),
    recoveryRequestDecision: requestDecisions(random, 0),
    ended: () => ended,
    review: random.pick(['approve', 'reject', 'time out'] as const),
  };
}

/** Kills the environment a few times, before or after a checkpoint. */
function crashes(random: RandomSource): CheckpointDecisions {
  let left = random.between(0, 4);
  return () => {
    if (left === 0 || !random.percent(15)) return { next: 'continue' };
    left -= 1;
    return { next: 'die', lost: random.percent(50) };
  };
}

function checkpointDecisions(random: RandomSource, orderId: string): CheckpointDecisions {
  const crash = crashes(random);
  const cancelAt = random.percent(20) ? random.between(1, 32) : 0;
  const endAt = random.percent(20) ? random.between(1, 32) : 0;
  let checkpoints = 0;
  return async (updates): Promise<CheckpointDecision> => {
    checkpoints += 1;
    if (checkpoints === cancelAt && (await shop.cancel(orderId)) === 'stopped') {
      return { next: 'end' };
    }
    if (checkpoints === endAt) return { next: 'end', lost: random.percent(50) };
    return crash(updates);
  };
}

/** Kills the environment a few times, before a request to a table. */
function requestDecisions(random: RandomSource, endAt: number): RequestDecisions {
  let requests = 0;
  let left = random.between(0, 3);
  return () => {
    requests += 1;
    if (requests === endAt) return 'end';
    if (left === 0 || !random.percent(8)) return 'continue';
    left -= 1;
    return 'die';
  };
}

async function runAll(orders: readonly OrderRun[]): Promise<void> {
  const queue = [...orders];
  const work = async () => {
    for (let order = queue.shift(); order; order = queue.shift()) await shop.run(order);
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

/** An order that has ended. */
interface EndedOrder {
  readonly order: Order;
  readonly record: OrderRecord;
  readonly outcome: Outcome;
}

/** Checks what holds for every order, however it ended. */
async function check({ order, record, outcome }: EndedOrder): Promise<void> {
  const { end, undone, remaining, paid, stock, notices, statuses } = outcome;
  const isDelivered = end === 'completed' || end === 'flagged';
  expect(['completed', 'flagged', 'failed', 'cancelled']).toContain(end);
  expect(paid).toBe(isDelivered ? 1 : 0);
  expect(await shop.paidFor(record.orderId)).toBe(isDelivered ? totalMinor(order) : 0);
  expect(remaining).toEqual(isDelivered ? undoable : []);
  expect(new Set(undone).size).toBe(undone.length);
  if (isDelivered || record.handOver) expect(undone).toEqual([]);
  if (!isDelivered) expect(['none', 'released']).toContain(stock);
  if (end === 'completed') expect(stock).toBe('handed-over');
  expect(isForward(statuses)).toBe(true);
  // A customer is not notified both of a failure and of a cancellation or a shipment.
  expect(notices.length).toBeLessThanOrEqual(1);
  if (order.customerId !== 'UNREACHABLE' && end !== 'flagged') {
    expect(notices).toEqual([end === 'completed' ? 'shipped' : end]);
  }
  const channels = order.customerPhone && end !== 'flagged' ? ['email', 'text'] : ['email'];
  const messages = await shop.messagesOf(record.orderId);
  expect(messages).toMatchObject(
    Object.fromEntries(
      notices.flatMap((kind) => channels.map((channel) => [`send-${kind}-${channel}`, 1])),
    ),
  );
  expect(Object.values(messages).every((times) => times === 1)).toBe(true);
}

/** Whether each status ranks above the one before it. */
function isForward(statuses: readonly OrderStatus[]): boolean {
  return statuses.every(
    (status, index) =>
      index === 0 || statusRank(statuses[index - 1] ?? status) < statusRank(status),
  );
}

/** Returns the orders that have ended and checks each. The error of a failed check contains the order. */
async function readEnded(orders: readonly OrderRun[]): Promise<EndedOrder[]> {
  const all: EndedOrder[] = [];
  for (const { orderId, order } of orders) {
    const record = await shop.recordOf(orderId);
    // The execution was ended before its first write.
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

async function checkPoints(ended: readonly EndedOrder[]): Promise<void> {
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

/** Checks that only sold and reserved units are missing from the stock. */
async function checkStock(
  ended: readonly EndedOrder[],
  products: readonly string[],
): Promise<void> {
  for (const product of products) {
    const { available = 0, reserved = 0, sold = 0 } = (await shop.stockOf(product)) ?? {};
    const unitsIn = (stock: Outcome['stock']) =>
      ended
        .filter(({ outcome }) => outcome.stock === stock)
        .flatMap(({ order }) => order.items)
        .filter(({ productId }) => productId === product)
        .reduce((sum, { quantity }) => sum + quantity, 0);
    expect({ product, available, reserved, sold }).toEqual({
      product,
      available: initialStock - unitsIn('handed-over') - unitsIn('held'),
      // Only flagged orders hold stock: they were interrupted during the hand-over.
      reserved: unitsIn('held'),
      sold: unitsIn('handed-over'),
    });
    expect(available).toBeGreaterThanOrEqual(0);
    const held = ended.filter(({ outcome }) => outcome.stock === 'held');
    expect(held.filter(({ record }) => !record.flagged)).toEqual([]);
    const due = sumShardCounters(ended.map(({ record }) => record));
    const ofProduct = [...due].filter(([, { productId }]) => productId === product);
    expect(auditStock(new Map(ofProduct), await shop.shardStockOf(product))).toEqual([]);
  }
}

describe.each(Array.from({ length: batches }, (_, batch) => seed + batch))(
  'orders with seed %i',
  (batchSeed) => {
    it('all end, with consistent stock, payments, messages and points', async () => {
      const batch = batchSeed - seed;
      const random = createRandom(batchSeed);
      for (const product of productIds(batch)) {
        await shop.stock(product, initialStock, random.between(1, 8));
      }
      const orders = Array.from({ length: batchSize }, (_, n) => randomOrder(random, batch, n));
      await runAll(orders);
      const ended = await readEnded(orders);
      await checkPoints(ended);
      await checkStock(ended, productIds(batch));
    });
  },
);

it(`sells ${full ? 15 : 5} units to exactly as many of the concurrent orders`, async () => {
  const [orders, units] = full ? [60, 15] : [10, 5];
  await shop.stock('RARE', units, 4);
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
  const rejected = records.filter(({ failure }) => failure?.code === 'out-of-stock');
  expect([completed.length, rejected.length]).toEqual([units, orders - units]);
  expect(await shop.stockOf('RARE')).toMatchObject({ available: 0, reserved: 0, sold: units });
});
