import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Target } from '../../../src/environment/target.ts';
import { OrderWindow } from '../../../src/orders/metrics/window.ts';
import { type Orders, order, outputs, startOrders } from '../orders-table.ts';

let orders: Orders;
let target: Target;
/** What was asked of the tables, by the names of the commands. */
let asked: { name: string; keys: number }[] = [];
let denied = false;

beforeAll(async () => {
  orders = await startOrders();
  const tables = await orders.target.clients.dynamodb();
  tables.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { RequestItems = {} } = args.input as { RequestItems?: Record<string, object> };
        const keys = (RequestItems['OrdersTable'] as { Keys?: unknown[] } | undefined)?.Keys;
        asked.push({ name: commandName ?? '', keys: keys?.length ?? 0 });
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
  asked = [];
  denied = false;
});

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const read = () =>
  asked.filter(({ name }) => name === 'BatchGetItemCommand').map(({ keys }) => keys);

it('reads orders in batches, and when it looks again only those that have changed', async () => {
  const many = Array.from({ length: 230 }, (_, n) => order(`order-many${n}`, ago(1 + n / 10)));
  await orders.put([...many, order('order-old', ago(120))]);
  const window = new OrderWindow(target, outputs);
  const first = await window.look(ago(60));
  expect(first).toMatchObject({ isCut: false, hasItems: true });
  expect(first.orders).toHaveLength(230);
  expect(first.orders[0]?.transitions).toHaveLength(1);
  expect(read()).toEqual([100, 100, 30]);

  asked = [];
  await window.look(ago(60));
  expect(read()).toEqual([]);

  await orders.put([
    order('order-many7', ago(1.7), { status: 'completed', updatedAt: ago(0) }),
    order('order-new', ago(0.5)),
  ]);
  const again = await window.look(ago(60));
  expect(read()).toEqual([2]);
  expect(again.orders.find(({ orderId }) => orderId === 'order-many7')?.status).toBe('completed');
});

it('looks at the newest orders only where there are too many, and says so', async () => {
  const window = new OrderWindow(target, outputs, 50);
  const { orders: seen, isCut } = await window.look(ago(60));
  expect(isCut).toBe(true);
  expect(seen).toHaveLength(50);
  expect(seen[0]?.orderId).toBe('order-new');
  expect((await new OrderWindow(target, outputs, 231).look(ago(60))).isCut).toBe(false);
});

it('makes do with the index where orders may not be read, and does not ask again', async () => {
  denied = true;
  const window = new OrderWindow(target, outputs);
  const { orders: seen, hasItems } = await window.look(ago(60));
  expect(hasItems).toBe(false);
  expect(seen).toHaveLength(231);
  expect(seen[0]).not.toHaveProperty('transitions');
  await window.look(ago(60));
  expect(read()).toHaveLength(1);
});
