import { expect, it } from 'vitest';
import { PartitionReader, type ReadPage } from '../../../src/orders/lookup/partition-reader.ts';
import type { ListedOrder } from '../../../src/orders/tables/listing-table.ts';

const all = Array.from({ length: 100 }, (_, n) => ({ orderId: `order-${n}` }) as ListedOrder);

/** Reads pages of `all`, and records the limit of each. The page that begins at `failing` fails. */
function recordPages(failing?: number) {
  const limits: number[] = [];
  const read: ReadPage = async ({ limit, start }) => {
    const from = Number(start?.['from'] ?? 0);
    limits.push(limit);
    if (from === failing) throw new Error('the partition cannot be read');
    const to = from + limit;
    return { orders: all.slice(from, to), next: to < all.length ? { from: to } : undefined };
  };
  return { limits, read };
}

async function collect(orders: AsyncIterable<ListedOrder>): Promise<ListedOrder[]> {
  const found: ListedOrder[] = [];
  for await (const order of orders) found.push(order);
  return found;
}

it('yields all orders, in pages that become longer', async () => {
  const { limits, read } = recordPages();
  const found = await collect(new PartitionReader(read, 3).orders());
  expect(found).toEqual(all);
  expect(limits).toEqual([3, 12, 48, 192]);
});

it('reads nothing beyond the page that is used', async () => {
  const { limits, read } = recordPages();
  const orders = new PartitionReader(read, 3).orders();
  for (let count = 0; count < 3; count += 1) await orders.next();
  expect(limits).toEqual([3]);
});

it('requests each page before the one before is used up, when it reads ahead', async () => {
  const { limits, read } = recordPages();
  const reader = new PartitionReader(read, 3);
  const orders = reader.orders();
  await orders.next();
  reader.readAhead();
  expect(limits).toEqual([3, 12]);
  for (let count = 0; count < 3; count += 1) await orders.next();
  expect(limits).toEqual([3, 12, 48]);
  expect(await collect(orders)).toEqual(all.slice(4));
});

it('fails when the orders of a page are needed that could not be read, not before', async () => {
  const { read } = recordPages(3);
  const reader = new PartitionReader(read, 3);
  const orders = reader.orders();
  await orders.next();
  reader.readAhead();
  expect(await orders.next()).toMatchObject({ value: all[1] });
  expect(await orders.next()).toMatchObject({ value: all[2] });
  await expect(orders.next()).rejects.toThrow('the partition cannot be read');
});
