import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cachePath } from '../../../src/environment/stack-outputs.ts';
import { type ListingRange, listNewestFirst } from '../../../src/orders/lookup/listing-index.ts';
import type { ListedOrder } from '../../../src/orders/tables/orders-table.ts';
import { type Orders, order, outputs, startOrders } from '../orders-table.ts';

let orders: Orders;
const start = Date.parse('2026-11-20T22:00:00.000Z');

/** Three hundred orders over four hours around midnight, several in one millisecond. */
const all = Array.from({ length: 300 }, (_, n) =>
  order(`order-n${n}`, new Date(start + Math.floor(n / 4) * 192_000).toISOString(), {
    customerId: `CUST-${n % 3}`,
    status: n % 10 === 0 ? 'failed' : 'completed',
  }),
);

beforeAll(async () => {
  orders = await startOrders();
  await orders.put(all);
});
afterAll(() => orders.close());

const everything = {
  since: '2026-10-01T00:00:00.000Z',
  until: '2026-11-25T00:00:00.000Z',
  pageSize: 7,
};

async function list(range: Partial<ListingRange> = {}, count = Number.POSITIVE_INFINITY) {
  const found: ListedOrder[] = [];
  for await (const listed of listNewestFirst(
    { target: orders.target, outputs },
    { ...everything, ...range },
  )) {
    found.push(listed);
    if (found.length === count) break;
  }
  return found;
}
const ids = (found: readonly { orderId: string }[]) => found.map(({ orderId }) => orderId);

it('yields every order once, newest first, across pages, shards and days', async () => {
  const found = await list();
  expect(ids(found).sort()).toEqual(ids(all).sort());
  // The newest orders are cached for shell completion.
  const seen = readFileSync(cachePath(orders.target, 'seen'), 'utf8');
  expect(seen.trimEnd().split('\n').at(-1)).toContain(found[0]?.createdAt);
  const times = found.map(({ createdAt }) => createdAt);
  expect(times).toEqual(times.toSorted().reverse());
});

it('lists the same in pages as in one go, even if a page ends within a millisecond', async () => {
  const whole = await list();
  const paged: ListedOrder[] = [];
  for (;;) {
    const page = await list({ after: paged.at(-1) }, 9);
    if (page.length === 0) break;
    paged.push(...page);
  }
  expect(paged).toEqual(whole);
});

it('continues at the same position after newer orders have arrived', async () => {
  const whole = await list();
  const after = whole[49];
  await orders.put([order('order-late', '2026-11-21T23:59:00.000Z')]);
  expect(ids(await list({ after }))).toEqual(ids(whole.slice(50)));
  expect(ids(await list({}, 1))).toEqual(['order-late']);
});

it('includes both bounds of the range', async () => {
  const [first] = all;
  const since = first?.createdAt ?? '';
  expect(ids(await list({ since, until: since })).sort()).toEqual(ids(all.slice(0, 4)).sort());
});

it('filters by status and customer', async () => {
  const found = await list({ statuses: ['failed'], customerId: 'CUST-1' });
  const wanted = all.filter(
    ({ status, customerId }) => status === 'failed' && customerId === 'CUST-1',
  );
  expect(wanted.length).toBeGreaterThan(5);
  expect(ids(found).sort()).toEqual(ids(wanted).sort());
});
