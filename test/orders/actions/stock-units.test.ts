import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { divideUnits, parseStockKey, stockKey } from '../../../functions/contract/stock.ts';
import type { Inventory } from '../../../functions/order-workflow/ports.ts';
import { divideStock } from '../../../src/orders/actions/divide-stock.ts';
import { addUnits, setUnits, takeUnits } from '../../../src/orders/actions/stock-units.ts';
import {
  type ProductStock,
  putCountersIf,
  readAllStock,
  readShards,
} from '../../../src/orders/tables/products-table.ts';
import { type Orders, order, startOrders } from '../orders-table.ts';

let orders: Orders;
let stack: Parameters<typeof setUnits>[0];
let inventory: Inventory;

beforeAll(async () => {
  orders = await startOrders();
  stack = { target: orders.target, outputs: { ProductsTableName: 'ProductsTable' } };
  ({ inventory } = await import('../../../functions/order-workflow/services/inventory.ts'));
});
afterAll(() => orders.close());

async function put(TableName: string, Item: Record<string, unknown>) {
  await (await orders.target.clients.dynamodb()).send(new PutCommand({ TableName, Item }));
}

async function stock(productId: string, units: number, shards: number): Promise<void> {
  for (const [shard, available] of divideUnits(units, shards).entries()) {
    const counters = { available, reserved: 0, ...(shard === 0 && shards > 1 && { shards }) };
    await put('ProductsTable', { ...stockKey({ productId, shard }), ...counters });
  }
}

const shardsOf = async (productId: string) =>
  ((await readShards(stack, [productId])).get(productId) ?? []).map(({ available }) => available);
const stockOf = async (productId: string): Promise<ProductStock | undefined> =>
  (await readAllStock(stack)).find((product) => product.productId === productId);

/** Creates the record of an order with one line. */
async function place(orderId: string, line: { productId: string; quantity: number }, fields = {}) {
  const items = [{ ...line, name: 'Thing', price: 1 }];
  const record = order(orderId, '2026-11-22T08:12:05.000Z', { items });
  await put('OrdersTable', { ...record, ...fields });
  const placed = { customerId: 'C', customerEmail: 'c@b.com', items };
  return { orderId, order: placed, totalMinor: 100 };
}

const firstAttempt = (orderId: string) => ({
  key: orderId,
  number: 1,
  record: { statuses: [], calls: [], written: false },
});

/** Reserves units for new orders, all at the same time. Returns how many orders got theirs. */
async function reserveAll(productId: string, quantities: readonly number[]): Promise<number> {
  const results = await Promise.allSettled(
    quantities.map(async (quantity, index) => {
      const orderId = `${productId}-${index}`;
      await inventory.reserve(await place(orderId, { productId, quantity }), firstAttempt(orderId));
    }),
  );
  return results.filter(({ status }) => status === 'fulfilled').length;
}

it('gives every shard a key that no product id can equal, and finds its product', () => {
  const shard = { productId: 'A / shard 2 of the stock', shard: 31 };
  const { productId: key } = stockKey(shard);
  expect(parseStockKey(key)).toEqual(shard);
  expect(stockKey({ productId: 'A', shard: 1 }).productId.length).toBeGreaterThan(64);
  expect(stockKey({ productId: 'A', shard: 0 })).toEqual({ productId: 'A' });
});

it('divides a stock among few shards if it is small, and shows it as one product', async () => {
  const set = (available: number) =>
    setUnits(stack, { productId: 'SET', available, create: true, maxShards: 8 });
  await set(31);
  expect(await shardsOf('SET')).toEqual([31]);
  await set(50);
  expect(await shardsOf('SET')).toEqual([17, 17, 16]);
  await set(1000);
  expect(await shardsOf('SET')).toEqual(Array(8).fill(125));
  await set(3);
  expect(await shardsOf('SET')).toEqual([1, 1, 1, 0, 0, 0, 0, 0]);
  expect(await stockOf('SET')).toEqual({ productId: 'SET', available: 3, reserved: 0, sold: 0 });
});

it('changes only a product that exists, unless it may create one', async () => {
  const change = { productId: 'NONE', maxShards: 8 };
  expect(await setUnits(stack, { ...change, available: 5, create: false })).toBe(false);
  expect(await addUnits(stack, { ...change, units: 5 })).toBe(false);
  expect(await takeUnits(stack, { productId: 'NONE', units: 5 })).toBe('unknown-product');
  expect(await stockOf('NONE')).toBeUndefined();
});

it('adds units to the shards with the fewest, and takes them from all', async () => {
  await stock('ADJUST', 9, 2);
  expect(await addUnits(stack, { productId: 'ADJUST', units: 40, maxShards: 8 })).toBe(true);
  expect(await shardsOf('ADJUST')).toEqual([18, 17, 14]);
  expect(await takeUnits(stack, { productId: 'ADJUST', units: 45 })).toBeUndefined();
  expect((await stockOf('ADJUST'))?.available).toBe(4);
  expect(await takeUnits(stack, { productId: 'ADJUST', units: 5 })).toEqual({ available: 4 });
  expect((await stockOf('ADJUST'))?.available).toBe(4);
});

it('loses no unit while orders reserve and a stock of an earlier version is divided', async () => {
  await stock('BUSY', 100, 1);
  const [reserved] = await Promise.all([
    reserveAll('BUSY', Array(30).fill(2)),
    addUnits(stack, { productId: 'BUSY', units: 60, maxShards: 8 }),
    takeUnits(stack, { productId: 'BUSY', units: 20 }),
  ]);
  expect(reserved).toBe(30);
  expect(await stockOf('BUSY')).toMatchObject({ available: 80, reserved: 60 });
});

it('divides a stock evenly, and gathers it in the item that earlier versions know', async () => {
  await stock('MOVE', 50, 1);
  const move = (maxShards: number) => divideStock(stack, { productId: 'MOVE', maxShards });
  expect(await move(8)).toBe('done');
  expect(await shardsOf('MOVE')).toEqual([17, 17, 16]);
  await put('ProductsTable', { ...stockKey({ productId: 'MOVE', shard: 1 }), available: -2 });
  expect(await move(1)).toBe('done');
  expect(await shardsOf('MOVE')).toEqual([33, -2, 0]);
  expect(await move(2)).toBe('done');
  expect(await shardsOf('MOVE')).toEqual([17, 14, 0]);
  expect(await divideStock(stack, { productId: 'NONE', maxShards: 8 })).toBe('unknown-product');
});

it('loses no unit while orders reserve and a stock is gathered', async () => {
  await stock('GATHER', 120, 6);
  const [reserved] = await Promise.all([
    reserveAll('GATHER', Array(20).fill(2)),
    divideStock(stack, { productId: 'GATHER', maxShards: 1 }),
  ]);
  expect(reserved).toBe(20);
  expect(await stockOf('GATHER')).toMatchObject({ available: 80, reserved: 40 });
  await divideStock(stack, { productId: 'GATHER', maxShards: 1 });
  expect(await shardsOf('GATHER')).toEqual([80, 0, 0, 0, 0, 0]);
});

it('takes the units of an order of an earlier version from the first item, also after the division', async () => {
  await put('ProductsTable', { productId: 'EARLIER', available: 50, reserved: 5 });
  const held = { reservation: 'held' };
  const back = await place('earlier-back', { productId: 'EARLIER', quantity: 2 }, held);
  const sent = await place('earlier-sent', { productId: 'EARLIER', quantity: 3 }, held);
  await divideStock(stack, { productId: 'EARLIER', maxShards: 8 });
  for (let repeat = 0; repeat < 2; repeat += 1) {
    await inventory.release(back, firstAttempt('earlier-back'));
    await inventory.handOver(sent, firstAttempt('earlier-sent'));
  }
  expect(await shardsOf('EARLIER')).toEqual([19, 17, 16]);
  const counters = { available: 52, reserved: 0, sold: 3 };
  expect(await stockOf('EARLIER')).toEqual({ productId: 'EARLIER', ...counters });
});

it('sells the last units of several shards in one order, and no more than there are', async () => {
  await stock('LAST', 10, 5);
  expect(await reserveAll('LAST', [7, 7, 3, 1])).toBeLessThan(4);
  expect(await reserveAll('LAST', [10])).toBe(0);
  const { available = 0, reserved = 0 } = (await stockOf('LAST')) ?? {};
  expect(available + reserved).toBe(10);
  expect(available).toBeLessThan(3);
});

it('gathers units of more shards than a transaction can contain', async () => {
  await stock('MANY', 150, 150);
  expect(await reserveAll('MANY', [149])).toBe(1);
  expect(await stockOf('MANY')).toMatchObject({ available: 1, reserved: 149 });
});

it('creates a lost shard without units, and corrects the counters of a shard that did not change', async () => {
  await stock('RECOUNT', 10, 2);
  const due = { reserved: 2, sold: 1 };
  const lost = { productId: 'RECOUNT', shard: 2 };
  expect(await putCountersIf(stack, { ...lost, found: undefined, due })).toBe(true);
  expect(await putCountersIf(stack, { ...lost, found: undefined, due })).toBe(false);
  const found = { reserved: 0, sold: 0 };
  const wrong = { productId: 'RECOUNT', shard: 1, found, due };
  expect(await putCountersIf(stack, wrong)).toBe(true);
  expect(await putCountersIf(stack, wrong)).toBe(false);
  expect(await shardsOf('RECOUNT')).toEqual([5, 3]);
});
