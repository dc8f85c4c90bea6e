import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Target } from '../../../src/environment/target.ts';
import { OrderWindow } from '../../../src/orders/metrics/window.ts';
import { type Orders, order, outputs, startOrders } from '../orders-table.ts';

let orders: Orders;
let target: Target;
/** Commands sent to the tables, with their number of keys. */
let commands: { name: string; keys: number }[] = [];
let denied = false;

beforeAll(async () => {
  orders = await startOrders();
  const tables = await orders.target.clients.dynamodb();
  tables.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { RequestItems = {} } = args.input as { RequestItems?: Record<string, object> };
        const keys = (RequestItems['OrdersTable'] as { Keys?: unknown[] } | undefined)?.Keys;
        commands.push({ name: commandName ?? '', keys: keys?.length ?? 0 });
        if (denied && commandName === 'BatchGetItemCommand') {
          throw Object.assign(new Error('not allowed'), { name: 'AccessDeniedException' });
        }
        return next(args);
      },
    { step: 'initialize' },
  );
  target = orders.target;
});
afterAll(() => orders.close());
beforeEach(() => {
  commands = [];
  denied = false;
});

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const listBatchSizes = () =>
  commands.filter(({ name }) => name === 'BatchGetItemCommand').map(({ keys }) => keys);

it('reads orders in batches, and later only changed ones', async () => {
  const many = Array.from({ length: 230 }, (_, n) => order(`order-many${n}`, ago(1 + n / 10)));
  await orders.put([...many, order('order-old', ago(120))]);
  const window = new OrderWindow({ target, outputs });
  const first = await window.read(ago(60));
  expect(first).toMatchObject({ isTruncated: false, hasItems: true });
  expect(first.orders).toHaveLength(230);
  expect(first.orders[0]?.transitions).toHaveLength(1);
  expect(listBatchSizes()).toEqual([100, 100, 30]);

  commands = [];
  await window.read(ago(60));
  expect(listBatchSizes()).toEqual([]);

  await orders.put([
    order('order-many7', ago(1.7), { status: 'completed', updatedAt: ago(0) }),
    order('order-new', ago(0.5)),
  ]);
  const again = await window.read(ago(60));
  expect(listBatchSizes()).toEqual([2]);
  expect(again.orders.find(({ orderId }) => orderId === 'order-many7')?.status).toBe('completed');
});

it('reads each order once if two reads overlap', async () => {
  const window = new OrderWindow({ target, outputs });
  const reads = await Promise.all([window.read(ago(60)), window.read(ago(60))]);
  for (const { orders: read } of reads) {
    expect(read.filter(({ transitions }) => transitions)).toHaveLength(231);
  }
  expect(listBatchSizes()).toEqual([100, 100, 31]);
});

it('reads only the newest orders if there are too many, and reports that', async () => {
  const window = new OrderWindow({ target, outputs }, 50);
  const { orders: read, isTruncated } = await window.read(ago(60));
  expect(isTruncated).toBe(true);
  expect(read).toHaveLength(50);
  expect(read[0]?.orderId).toBe('order-new');
  expect((await new OrderWindow({ target, outputs }, 231).read(ago(60))).isTruncated).toBe(false);
});

it('uses only the index if reading orders is denied, and does not try again', async () => {
  denied = true;
  const window = new OrderWindow({ target, outputs });
  const { orders: read, hasItems } = await window.read(ago(60));
  expect(hasItems).toBe(false);
  expect(read).toHaveLength(231);
  expect(read[0]).not.toHaveProperty('transitions');
  await window.read(ago(60));
  expect(listBatchSizes()).toHaveLength(1);
});
