import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import List from '../../commands/list.ts';
import { listColumnsSchema, listSchema } from '../../src/cli/schemas/list.ts';
import { type Orders, order, startOrders } from '../orders/orders-table.ts';
import { runCommand } from './run.ts';

let orders: Orders;
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

beforeAll(async () => {
  orders = await startOrders();
  const failure = {
    stage: 'process-payment',
    code: 'payment-declined',
    message: 'Declined',
  } as const;
  await orders.put([
    order('order-new', ago(1)),
    order('web-5512', ago(2), { status: 'failed', failure, customerId: 'ACME, "Inc"' }),
    order('order-old', ago(3), { status: 'completed' }),
    order('order-ancient', ago(14_400), { status: 'completed' }),
  ]);
});
afterAll(() => orders.close());

/** Bounds the list to the partitions of a short time, where the default of 7 days does not matter. */
const recent = ['--since', '1h'];
const list = (...argv: string[]) => runCommand(List, argv, orders.target);

async function readDocument(...argv: string[]) {
  const { stdout } = await list(...argv, '--json');
  const { data, meta } = JSON.parse(stdout);
  return { orders: v.parse(listSchema, data), meta };
}

it('lists the orders of the last 7 days, newest first, and prints their counts to stderr', async () => {
  const { stdout, stderr, exitCode } = await list();
  expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual([
    'order-new',
    'web-5512',
    'order-old',
    '',
  ]);
  expect(stdout).toContain('stage=process-payment code=payment-declined message="Declined"');
  expect(stderr).toContain('3 orders · 1 running · 1 completed · 1 failed · since ');
  expect(exitCode).toBe(0);
});

it('lists older orders with --since', async () => {
  expect((await list('--since', '30d', '-o', 'id')).stdout).toContain('order-ancient\n');
});

it('exits with 0 for an empty list, without data on stdout and with a note on stderr', async () => {
  const empty = await list('--customer', 'nobody', ...recent);
  expect(empty).toMatchObject({ stdout: '', exitCode: 0 });
  expect(empty.stderr).toContain('No orders match.');
  expect((await readDocument('--customer', 'nobody', ...recent)).orders).toEqual([]);
  expect((await list('--customer', 'nobody', '-o', 'csv', ...recent)).stdout).toMatch(
    /^order,status,.*\r\n$/,
  );
});

it('prints the command for the next page, whose cursor excludes newer orders', async () => {
  const { stdout, stderr } = await list('-o', 'id', '--limit', '2');
  expect(stdout).toBe('order-new\nweb-5512\n');
  const cursor = /more: orders list -o id --limit 2 --env fake --cursor (\S+)/.exec(stderr)?.[1];
  await orders.put([order('order-newer', ago(0))]);
  const rest = await list('-o', 'id', '--limit', '2', '--cursor', cursor ?? '');
  expect(rest).toMatchObject({ stdout: 'order-old\n', stderr: '' });
  expect((await readDocument('--limit', '1')).meta.cursor).toEqual(expect.any(String));
  expect((await readDocument('--all')).meta.cursor).toBeUndefined();
});

it('filters by status', async () => {
  expect((await list('--failed', '-o', 'id', ...recent)).stdout).toBe('web-5512\n');
  expect((await list('--running', '-o', 'id', ...recent)).stdout).toContain('order-new\n');
  const both = await list('--status', 'failed,completed', '-o', 'id', ...recent);
  expect(both.stdout).toBe('web-5512\norder-old\n');
});

it('writes CSV for spreadsheets: with quotes if necessary and CRLF line ends', async () => {
  const { stdout } = await list('--failed', '-o', 'csv', '--no-header', ...recent);
  expect(stdout).toMatch(
    /^web-5512,failed,91\.98,"ACME, ""Inc""",[^,]+,[^,]+,process-payment,Declined\r\n$/,
  );
});

it('prints the same document with --json, -o json and -o yaml, and its orders line by line with -o jsonl', async () => {
  const { orders: expected } = await readDocument(...recent);
  const { data, ok } = JSON.parse((await list('-o', 'json', ...recent)).stdout);
  expect({ data, ok }).toEqual({ data: expected, ok: true });
  const { parse } = await import('yaml');
  expect(parse((await list('-o', 'yaml', ...recent)).stdout).data).toEqual(expected);
  const lines = (await list('-o', 'jsonl', ...recent)).stdout.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(expected);
});

it('reports an error of -o json as a document', async () => {
  const { stdout, stderr } = await list('-o', 'json', '--since', 'tomorrow');
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { exit: 2 } });
  expect(stderr).toBe('');
});

it('shows e-mail addresses only in a column that is named', async () => {
  for (const format of ['table', 'wide', 'csv', 'json', 'jsonl', 'yaml']) {
    expect((await list('-o', format, ...recent)).stdout).not.toContain('@');
  }
  const argv = ['--columns', 'order,email', '--failed', ...recent];
  expect((await list(...argv, '-o', 'csv')).stdout).toMatch(
    /^order,email\r\nweb-5512,\S+@\S+\r\n$/,
  );
  const document = JSON.parse((await list(...argv, '-o', 'json')).stdout);
  const [failed] = v.parse(listColumnsSchema, document.data);
  expect(Object.keys(failed ?? {})).toEqual(['orderId', 'customerEmail']);
});

it('sorts the listed orders, and says that only they are sorted', async () => {
  const { stdout, stderr } = await list('-o', 'id', '--sort', 'created', '--limit', '2');
  const newest = (await list('-o', 'id', '--limit', '2')).stdout.trim().split('\n');
  expect(stdout.trim().split('\n')).toEqual(newest.toReversed());
  expect(stderr).toContain('only these 2 are sorted; all of them: --all');
});

it.each([
  [['--json', '-o', 'csv'], '--json and -o csv exclude each other'],
  [['-o', 'id', '--columns', 'order'], '-o id has fixed columns'],
  [['--verify', '-o', 'yaml'], '--verify does not support -o yaml'],
  [['--watch', '-o', 'csv'], '--watch does not support -o csv'],
  [['--watch', '--sort', 'total'], '--watch supports --sort only on a terminal'],
])('refuses %j', async (argv, message) => {
  const { stdout, stderr, exitCode } = await list(...argv);
  expect(stdout + stderr).toContain(message);
  expect(exitCode).toBe(2);
});

it.each([
  [['--cursor', 'bogus'], 'not a cursor'],
  [['--cursor', Buffer.from('zz.zz').toString('base64url')], 'not a cursor'],
  [['--since', 'tomorrow'], 'neither a duration nor a time'],
  [['--since', '1h', '--until', '2h'], '--until is before --since'],
  [['--status', 'lost'], '--status=lost'],
  [['--limit', '0'], '--limit'],
])('rejects %j as a usage error', async (argv, message) => {
  const { stdout, stderr, exitCode } = await list(...argv);
  expect(stderr).toContain(message);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
});
