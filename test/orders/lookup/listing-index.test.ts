import { readFileSync } from 'node:fs';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StackOutputs } from '../../../src/environment/stack.ts';
import { cachePath } from '../../../src/environment/stack-outputs.ts';
import { type ListingRange, listNewestFirst } from '../../../src/orders/lookup/listing-index.ts';
import type { ListedOrder } from '../../../src/orders/tables/listing-table.ts';
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
  since: '2026-11-15T00:00:00.000Z',
  until: '2026-11-25T00:00:00.000Z',
  pageSize: 7,
};

async function list(
  range: Partial<ListingRange> = {},
  {
    count = Number.POSITIVE_INFINITY,
    using = outputs,
  }: { count?: number; using?: StackOutputs } = {},
) {
  const found: ListedOrder[] = [];
  for await (const listed of listNewestFirst(
    { target: orders.target, outputs: using },
    { ...everything, ...range },
  )) {
    found.push(listed);
    if (found.length === count) break;
  }
  return found;
}

it('lists orders dated in the future without an end, if the clock was set back that far', async () => {
  const hour = 3_600_000;
  const [future = '', far = ''] = [2, 50].map((hours) =>
    new Date(Date.now() + hours * hour).toISOString(),
  );
  const ahead = await startOrders();
  await ahead.put([order('order-future', future), order('order-far', far)]);
  const listFrom = async (latestRecordAt?: number) => {
    const found: string[] = [];
    const stack = { target: { ...ahead.target, latestRecordAt }, outputs };
    const range = { since: new Date(Date.now() - hour).toISOString(), pageSize: 7 };
    for await (const { orderId } of listNewestFirst(stack, range)) found.push(orderId);
    return found;
  };
  expect(await listFrom()).toEqual([]);
  expect(await listFrom(Date.parse(future))).toEqual(['order-future']);
  expect(await listFrom(Date.parse(far))).toEqual(['order-far', 'order-future']);
  await ahead.close();
});

type Send = (request: { input: QueryCommandInput }) => Promise<unknown>;

/** Sends the requests of `work` through `handle`. */
async function handling(handle: (send: Send) => Send, work: () => Promise<unknown>): Promise<void> {
  const client = await orders.target.clients.dynamodb();
  const middleware = <Next>(next: Next): Next => handle(next as Send) as Next;
  client.middlewareStack.add(middleware, { step: 'initialize', name: 'handle' });
  await work();
  client.middlewareStack.remove('handle');
}

/** Returns the queries that are sent while `work` runs. */
async function queriesOf(work: () => Promise<unknown>) {
  const queries: { partition: string; limit: number }[] = [];
  const record =
    (send: Send): Send =>
    (request) => {
      const { ExpressionAttributeValues: values, Limit = 0 } = request.input;
      queries.push({ partition: String(values?.[':listing']), limit: Limit });
      return send(request);
    };
  await handling(record, work);
  return queries;
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
    const page = await list({ after: paged.at(-1) }, { count: 29 });
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
  expect(ids(await list({}, { count: 1 }))).toEqual(['order-late']);
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

describe('with more partitions than some orders were written with', () => {
  const noon = Date.parse('2026-10-05T12:00:00.000Z');
  const counts = [4, 16, 64, 5];
  /** Orders of one day, in turn by versions of the workflow with different numbers, several in one millisecond. */
  const mixed = Array.from({ length: 200 }, (_, n) =>
    order(`order-m${n}`, new Date(noon + Math.floor(n / 3) * 1_000).toISOString(), {
      shards: counts[n % counts.length] as number,
    }),
  );
  const range = { since: '2026-10-05T00:00:00.000Z', until: '2026-10-05T23:59:59.999Z' };
  const wide = { ...outputs, ListingShards: '64' };

  beforeAll(() => orders.put(mixed));

  it('yields every order once, newest first', async () => {
    const found = await list(range, { using: wide });
    expect(ids(found).sort()).toEqual(ids(mixed).sort());
    const times = found.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().reverse());
  });

  it('lists the same in pages as in one go', async () => {
    const whole = await list(range, { using: wide });
    const paged: ListedOrder[] = [];
    for (;;) {
      const after = paged.at(-1);
      const page = await list({ ...range, after, pageSize: 71 }, { using: wide, count: 70 });
      if (page.length === 0) break;
      paged.push(...page);
    }
    expect(paged).toEqual(whole);
  });

  it('reads only the partitions of the stack, which are four without an output', async () => {
    const queried = await queriesOf(() => list(range, { count: 1 }));
    expect(queried.map(({ partition }) => partition).sort()).toEqual(
      [0, 1, 2, 3].map((shard) => `2026-10-05#${shard}`),
    );
  });

  it('reads short pages first: not many more orders than a page needs', async () => {
    const queried = await queriesOf(() =>
      list({ ...range, pageSize: 21 }, { using: wide, count: 21 }),
    );
    expect(new Set(queried.map(({ partition }) => partition)).size).toBe(64);
    expect(queried.length).toBeLessThan(64 * 1.5);
    expect(Math.max(...queried.map(({ limit }) => limit))).toBeLessThan(21);
  });

  it('reads a whole day in few, longer pages', async () => {
    const queried = await queriesOf(() => list({ ...range, pageSize: 21 }, { using: wide }));
    expect(queried.length).toBeLessThan(64 * 3);
  });

  it('does not send more than 32 queries at the same time', async () => {
    let [running, most] = [0, 0];
    const count =
      (send: Send): Send =>
      (request) => {
        running += 1;
        most = Math.max(most, running);
        return send(request).finally(() => {
          running -= 1;
        });
      };
    await handling(count, () => list(range, { using: wide }));
    expect(most).toBe(32);
  });
});
