import { once } from 'node:events';
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Order } from '../../functions/contract/order.ts';
import { samples } from '../../functions/contract/samples.ts';
import { loadEstimateSchema } from '../../src/cli/schemas/load-estimate.ts';
import { loadReportSchema } from '../../src/cli/schemas/load-test.ts';
import { defaultMix, loadableSamples, parseMix } from '../../src/orders/load-test/mix.ts';
import { planOrders } from '../../src/orders/load-test/plan.ts';
import { reportOf } from '../support/load-report.ts';
import { aProject, type Project } from '../support/project.ts';

let project: Project;
beforeAll(() => {
  project = aProject();
});
afterAll(() => project.close());

const idsOf = async (...argv: string[]) =>
  (await project.ask(...argv)).map(({ orderId }: { orderId: string }) => orderId);

it('puts five orders through a fresh project at once, each on its own, and exits 0', async () => {
  const { code, stdout, stderr } = await project.orders('load-test', '--count', '5');
  expect(stdout).not.toContain('✗');
  expect(stdout).toContain('5 submitted = 5 rows = 5 executions');
  expect(stdout).toContain('5 completed · 0 failed · 0 infrastructure errors');
  expect(stderr).toMatch(
    /load-test → local \(time ×60\) · 5 orders · 5 at once · seed \d+ · low 3 high 1 multi 1\n/,
  );
  expect(stderr).toMatch(/orders load-test --count 5 --seed \d+\n$/);
  expect(code).toBe(0);
  expect(await project.ask('list')).toHaveLength(5);
});

it('finds what a stack with bugs does to orders on their way, names them and exits 99', async () => {
  const { url } = await project.ask('local', 'status');
  const { outputs } = await project.ask('deploy');
  const tables = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: url,
      region: 'us-east-2',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
  );
  const planned = planOrders({ count: 8, mix: parseMix(defaultMix), seed: 7, round: 1 });
  const [overwritten, back, twice, lost] = planned.map(({ orderId }) => orderId);
  const [oversold = ''] = planned[4]?.order.items.map(({ productId }) => productId) ?? [];
  const TableName = outputs.OrdersTableName;
  const running = project.orders('load-test', '--count', '8', '--seed', '7', '--json');
  const Keys = planned.map(({ orderId }) => ({ orderId }));
  await vi.waitUntil(async () => {
    const RequestItems = { [TableName]: { Keys, ConsistentRead: true } };
    const { Responses } = await tables.send(new BatchGetCommand({ RequestItems }));
    const waiting = Responses?.[TableName]?.filter(({ status }) => status === 'awaiting-warehouse');
    return waiting?.length === planned.length;
  }, 20_000);
  const change = (
    Key: Record<string, unknown>,
    expression: string,
    values: object,
    table = TableName,
  ) =>
    tables.send(
      new UpdateCommand({
        TableName: table,
        Key,
        UpdateExpression: expression,
        ExpressionAttributeValues: values as Record<string, unknown>,
        ...(expression.includes('#total')
          ? { ExpressionAttributeNames: { '#total': 'total' } }
          : {}),
      }),
    );
  await Promise.all([
    change({ orderId: overwritten }, 'SET #total = :total, customerId = :other', {
      ':total': 0.01,
      ':other': 'CUST-OTHER',
    }),
    change({ orderId: back }, 'SET transitions = list_append(transitions, :earlier)', {
      ':earlier': [{ status: 'validated', at: new Date().toISOString() }],
    }),
    tables.send(
      new PutCommand({
        TableName: outputs.PaymentsTableName,
        Item: { idempotencyKey: `${twice}/once-more`, state: 'charged', amount: 91.98 },
      }),
    ),
    tables.send(new DeleteCommand({ TableName, Key: { orderId: lost } })),
    change(
      { productId: oversold },
      'SET available = :left',
      { ':left': -2 },
      outputs.ProductsTableName,
    ),
  ]);
  const { code, stdout } = await running;
  const { checks } = reportOf(stdout);
  await project.ask('inventory', 'set', oversold, '1000000');
  const faults = checks.flatMap(({ id, faults: each }) =>
    each.map(({ orderId, productId, message }) => `${id} ${orderId ?? productId} ${message}`),
  );
  const found = (check: string, of = '', message = '') =>
    expect(faults).toContainEqual(expect.stringContaining(`${check} ${of} ${message}`));
  found('own-data', overwritten, 'total 0.01, submitted ');
  found('transitions', back, 'went from awaiting-warehouse to validated');
  found('payments', twice, '2 payments stand');
  found('not-lost', lost, 'has no row');
  found('stock', oversold, 'oversold: ');
  const named = new Set([overwritten, back, twice, lost, oversold]);
  expect(faults.filter((fault) => !named.has(fault.split(' ')[1]))).toEqual([]);
  expect(code).toBe(99);
}, 60_000);

it('judges an order of every sample that needs no person right, through the API, and uses a seed again with new ids', async () => {
  await project.orders('local', 'stop');
  await project.orders('local', 'start', '--time-scale', '200');
  const names = loadableSamples();
  const mix = names.join();
  const argv = ['load-test', '--seed', '7', '--mix', mix, '--count', String(names.length)];
  const { code, stdout } = await project.orders(...argv, '--via', 'api', '--json');
  const report = reportOf(stdout);
  expect(report.checks.flatMap(({ faults }) => faults)).toEqual([]);
  expect(report).toMatchObject({ passed: true, round: 2, via: 'api' });
  expect(report.outcome).toMatchObject({ completed: 6, failed: 14, running: 0 });
  expect(report.times.terminal).toHaveProperty('p99');
  expect(code).toBe(0);
}, 60_000);

it('keeps its report as a page and as JSON, and judges it by thresholds', async () => {
  const argv = ['load-test', '--count', '4', '--rate', '20', '--seed', '3'];
  const thresholds = ['count(lost)==0', 'p50(drift)<10s', 'max(e2e)<1ms'];
  const flags = thresholds.flatMap((each) => ['--threshold', each]);
  const { code, stdout, stderr } = await project.orders(...argv, ...flags);
  expect(code).toBe(99);
  expect(stdout).toMatch(
    /✓ count\(lost\)==0 {2}is 0\n {2}✓ p50\(drift\)<10s {2}is .*\n {2}✗ max\(e2e\)<1ms/,
  );
  expect(stdout).toContain('sent after due');
  const [page = ''] = /\.orders\/runs\/\S+-3\.html/.exec(stderr) ?? [];
  expect(readFileSync(join(project.root, page), 'utf8')).toContain('<code>max(e2e)&lt;1ms</code>');
  const json = readFileSync(join(project.root, page.replace('.html', '.json')), 'utf8');
  expect(v.parse(loadReportSchema, JSON.parse(json))).toMatchObject({ ratePerSecond: 20, seed: 3 });
});

it('submits nothing when a threshold or a rate cannot be', async () => {
  const before = await project.ask('list');
  for (const flags of [
    ['--threshold', 'p95(e2e)<10'],
    ['--rate', '301'],
  ]) {
    const { code, stderr } = await project.orders('load-test', '--count', '2', ...flags);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /is not a threshold|more than an account may start: 300 executions a second/,
    );
  }
  expect(await project.ask('list')).toEqual(before);
});

it('stops submitting at the first Ctrl-C and follows what it has submitted to its end', async () => {
  const test = project.start('load-test', '--count', '90', '--rate', '3', '--seed', '9');
  let stderr = '';
  test.stderr?.on('data', (text) => {
    if (!/ t=/.test(stderr) && / t=/.test(String(text))) test.kill('SIGINT');
    stderr += String(text);
  });
  const [code] = await once(test, 'close');
  expect(stderr).toMatch(
    /! Submitting no more orders; \d+ on their way are followed to their ends/,
  );
  expect(stderr).toMatch(/! Stopped; \d+ orders were not submitted\n/);
  const [kept = ''] = globSync(join(project.root, '.orders/runs/*-9.json'));
  const report = v.parse(loadReportSchema, JSON.parse(readFileSync(kept, 'utf8')));
  const { cut, outcome, checks } = report;
  expect(checks.flatMap(({ faults }) => faults)).toEqual([]);
  expect(cut).toBe('stopped');
  expect(outcome.submitted).toBeLessThan(90);
  expect(outcome).toMatchObject({ planned: 90, completed: outcome.submitted, running: 0 });
  expect(code).toBe(130);
});

it('leaves a report behind when it is killed', async () => {
  const test = project.start('load-test', '--count', '90', '--rate', '3', '--seed', '10', '--json');
  test.stdout?.once('data', () => test.kill('SIGKILL'));
  await once(test, 'close');
  const [kept = ''] = globSync(join(project.root, '.orders/runs/*-10.json'));
  const report = v.parse(loadReportSchema, JSON.parse(readFileSync(kept, 'utf8')));
  expect(report).toMatchObject({ cut: 'killed', outcome: { planned: 90 } });
  expect(readFileSync(kept.replace('.json', '.html'), 'utf8')).toContain('partial: it was killed');
});

it('asks for the name of a protected environment, and fails with the flag where nobody can answer', async () => {
  const { url: endpoint } = await project.ask('local', 'status');
  const live = { region: 'us-east-2', endpoint, protected: true };
  const config = join(project.root, 'orders.config.json');
  writeFileSync(config, JSON.stringify({ environments: { live } }));
  const { code, stdout, stderr } = await project.orders('load-test', '-e', 'live');
  rmSync(config);
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  expect(stderr).toContain('live is protected: changing it takes its name.\n  --confirm live');
});

it('takes the orders of a file, and refuses one by its line and field before anything is submitted', async () => {
  const file = join(project.root, 'mine.jsonl');
  const { customerId, customerEmail, items } = samples['low'] as Order;
  const lines = [
    { customerId, customerEmail, items },
    { customerId, customerEmail, items: [{}] },
  ];
  writeFileSync(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  const bad = await project.orders('load-test', '--file', file);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain('--file mine.jsonl, line 2 is not an order: items[0].');
  writeFileSync(file, JSON.stringify(lines.slice(0, 1)));
  const argv = ['load-test', '--file', file, '--count', '2', '--until', 'validated', '--json'];
  const { code, stdout } = await project.orders(...argv);
  expect(code).toBe(0);
  expect(reportOf(stdout).orders).toMatchObject([
    { sample: 'file', line: 1 },
    { sample: 'file', line: 1 },
  ]);
});

it('says what a test would take, and submits nothing', async () => {
  const before = await idsOf('list');
  const argv = ['load-test', '--dry-run', '--count', '3000', '--mix', 'low', '--rate', '50'];
  const { code, stdout } = await project.orders(...argv, '--seed', '7', '--json');
  expect(code).toBe(0);
  const plan = v.parse(loadEstimateSchema, JSON.parse(stdout).data);
  expect(plan).toMatchObject({ seed: 7, mix: { low: 3000 }, submittingMs: 59_980 });
  expect(plan.work).toMatchObject({ invocations: 9000, operations: 54_000 });
  expect(plan.cost.orders).toBeGreaterThan(3000 * 0.000144);
  expect(await idsOf('list')).toEqual(before);
});

it('stops submitting at Ctrl-C, reports what there is, leaves the orders alone and exits 130', async () => {
  await project.orders('local', 'stop');
  await project.orders('local', 'start', '--time-scale', '1');
  const test = project.start('load-test', '--count', '3', '--concurrency', '3');
  let stdout = '';
  let stderr = '';
  test.stdout?.on('data', (text) => {
    stdout += String(text);
  });
  test.stderr?.on('data', (text) => {
    stderr += String(text);
    if (!test.killed && stderr.includes('submitted=3')) test.kill('SIGINT');
  });
  const [code] = await once(test, 'close');
  expect(code).toBe(130);
  expect(stdout).toContain('█ CHECKS of what was seen so far');
  expect(stdout).toMatch(/0 completed · 0 failed · 3 running/);
  expect(stderr).toContain('Stopped; 3 orders go on');
  expect(stderr).toContain('orders list --running');
  await vi.waitUntil(async () => (await project.ask('list', '--running')).length === 3, 10_000);
});

it('ends at --timeout with 124 and what it has seen', async () => {
  const argv = ['load-test', '--count', '2', '--timeout', '1s', '--json'];
  const { code, stdout } = await project.orders(...argv);
  expect(reportOf(stdout)).toMatchObject({ cut: 'timeout', outcome: { running: 2 } });
  expect(code).toBe(124);
});

it('does not begin again with the stack that comes in the place of its own', async () => {
  const test = project.start('load-test', '--count', '2', '--seed', '11', '--json');
  let stdout = '';
  test.stdout?.on('data', (text) => {
    stdout += String(text);
  });
  const over = once(test, 'close');
  const [kept] = await vi.waitUntil(
    async () => {
      const running = await project.ask('list', '--running');
      const kept = globSync(join(project.root, '.orders/runs/*-11.json'));
      return running.length > 0 && kept.length > 0 && kept;
    },
    { timeout: 20_000 },
  );
  await project.orders('local', 'reset', '--yes');
  await project.ask('deploy');
  const [code] = await over;
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(last).toMatchObject({ ok: false, error: { code: 'StackGone', exit: 3 } });
  expect(code).toBe(3);
  expect(await project.ask('list')).toEqual([]);
  expect(JSON.parse(readFileSync(kept ?? '', 'utf8'))).toMatchObject({ cut: 'killed' });
});
