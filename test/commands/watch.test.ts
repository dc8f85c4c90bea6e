import { afterAll, beforeAll, expect, it } from 'vitest';
import Watch from '../../commands/watch.ts';
import { type Orders, order, startOrders } from '../orders/orders-table.ts';
import { runCommand } from './run.ts';

let orders: Orders;
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

beforeAll(async () => {
  orders = await startOrders();
  await orders.put([
    order('order-done', ago(2), { status: 'completed' }),
    order('order-lost', ago(1), { status: 'cancelled' }),
  ]);
});
afterAll(() => orders.close());

const watch = (...argv: string[]) => runCommand(Watch, argv, orders.target);

it('requires an order if stdout is not a terminal', async () => {
  const { stdout, stderr, exitCode } = await watch();
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
  expect(stderr).toContain('orders watch latest');
});

it('exits at once with the outcome of an ended order', async () => {
  const done = await watch('order-done');
  expect(done.exitCode).toBe(0);
  expect(done.stdout).toMatch(/order-done end status=completed elapsed=\S+ exit=0\n$/);
  expect((await watch('latest')).exitCode).toBe(12);
});

it('exits with 13 for different outcomes, and counts an order that is named twice once', async () => {
  const { stdout, exitCode } = await watch('order-done', 'latest', 'order-done');
  expect(exitCode).toBe(13);
  expect(stdout).toMatch(/\* end orders=2 completed=1 cancelled=1 exit=13\n$/);
  expect((await watch('order-done', '@-2')).stdout).toMatch(/order-done end .* exit=0\n$/);
});

it('rejects a mix of named and selected orders', async () => {
  const { stderr, exitCode } = await watch('--all', 'order-done');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('orders watch --all');
});
