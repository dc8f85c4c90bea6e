import { once } from 'node:events';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { stages } from '../../functions/contract/workflow.ts';
import { loadEstimateSchema } from '../../src/cli/schemas/load-estimate.ts';
import { loadReportSchema } from '../../src/cli/schemas/load-test.ts';
import { prices } from '../../src/orders/cost/prices.ts';
import { expectedOutcome } from '../../src/orders/load-test/expected-outcome.ts';
import { defaultMix, loadableSamples, parseMix } from '../../src/orders/load-test/mix.ts';
import { planOrders } from '../../src/orders/load-test/plan.ts';
import { projectCredentials } from '../support/credentials.ts';
import { startDeployed } from '../support/deployed-project.ts';
import { findFreePort } from '../support/free-port.ts';
import { full } from '../support/full.ts';
import { parseLoadReport } from '../support/load-report.ts';
import { createProject, type Project } from '../support/project.ts';
import { startForTest } from '../support/start-for-test.ts';

/** Samples of the short run: orders that complete, are retried, fail early, and are undone. */
const shortSamples = ['low', 'high', 'payment-transient', 'payment-declined', 'damaged'];

let project: Project;
beforeAll(() => {
  project = createProject();
});
afterAll(() => project.close());

const listIds = async (...argv: string[]) =>
  (await project.runJson(...argv)).map(({ orderId }: { orderId: string }) => orderId);

it('runs three orders in a fresh project and exits 0', async () => {
  const { code, stdout, stderr } = await project.orders('load-test', '--count', '3');
  expect(stdout).not.toContain('✗');
  expect(stdout).toContain('3 submitted = 3 items = 3 executions');
  expect(stdout).toContain('3 completed · 0 failed · 0 infrastructure errors');
  expect(stderr).toMatch(
    /load-test → local \(time ×60\) · 3 orders · 3 in parallel · seed \d+ · low 2 high 1\n/,
  );
  expect(stderr).toMatch(/orders load-test --count 3 --seed \d+\n$/);
  expect(code).toBe(0);
  expect(await project.runJson('list')).toHaveLength(3);
});

it('passes an order of every kind of outcome, through the API', async () => {
  await project.orders('local', 'start', '--time-scale', '200');
  const names = full ? loadableSamples() : shortSamples;
  const mix = names.join();
  // Few orders at the same time need few handler processes.
  const size = ['--count', String(names.length), ...(full ? [] : ['--concurrency', '2'])];
  const argv = ['load-test', '--seed', '7', '--mix', mix, ...size];
  const { code, stdout } = await project.orders(...argv, '--via', 'api', '--json');
  const report = parseLoadReport(stdout);
  expect(report.checks.flatMap(({ faults }) => faults)).toEqual([]);
  expect(report).toMatchObject({ passed: true, round: 1, via: 'api' });
  const completing = names.filter(
    (name) => expectedOutcome(samples[name] as Order).status === 'completed',
  ).length;
  expect(report.outcome).toMatchObject({
    completed: completing,
    failed: names.length - completing,
    running: 0,
  });
  expect(report.times.terminal).toHaveProperty(full ? 'p99' : 'max');
  expect(code).toBe(0);
});

it('writes its report as a page and as JSON, evaluates thresholds, and reuses a seed with new ids', async () => {
  const argv = ['load-test', '--count', '4', '--rate', '20', '--seed', '7'];
  const thresholds = ['count(lost)==0', 'p50(drift)<10s', 'max(e2e)<1ms'];
  const flags = thresholds.flatMap((threshold) => ['--threshold', threshold]);
  const { code, stdout, stderr } = await project.orders(...argv, ...flags);
  expect(code).toBe(99);
  expect(stdout).toMatch(
    /^█ THRESHOLDS\n {2}✗ max\(e2e\)<1ms {2}is .*\n {2}✓ count\(lost\)==0 {2}is 0\n {2}✓ p50\(drift\)<10s {2}is /,
  );
  expect(stdout).toContain('submission delay');
  const [page = ''] = /\.orders\/runs\/\S+-7\.html/.exec(stderr) ?? [];
  expect(readFileSync(join(project.root, page), 'utf8')).toContain('<code>max(e2e)&lt;1ms</code>');
  const json = readFileSync(join(project.root, page.replace('.html', '.json')), 'utf8');
  expect(v.parse(loadReportSchema, JSON.parse(json))).toMatchObject({
    ratePerSecond: 20,
    seed: 7,
    round: 2,
    rate: { peakSent: { orders: 4 } },
    setup: {
      command: `orders load-test --count 4 --seed 7 --rate 20 ${thresholds.map((text) => `--threshold '${text}'`).join(' ')}`,
      environment: 'local',
    },
  });
  const compared = await project.orders('load-test', 'compare', 'latest', 'latest', '--json');
  expect(compared.code).toBe(0);
  expect(JSON.parse(compared.stdout)).toMatchObject({
    ok: true,
    data: { verdict: 'too-few-orders' },
  });
});

it('submits nothing if a threshold or a rate is invalid', async () => {
  const before = await project.runJson('list');
  for (const flags of [
    ['--threshold', 'p95(e2e)<10'],
    ['--rate', '301'],
  ]) {
    const { code, stderr } = await project.orders('load-test', '--count', '2', ...flags);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /is not a threshold|exceeds the account quota of 300 execution starts per second/,
    );
  }
  expect(await project.runJson('list')).toEqual(before);
});

it('stops submitting at the first Ctrl-C and waits until the submitted orders have ended', async () => {
  const test = project.start('load-test', '--count', '90', '--rate', '3', '--seed', '9');
  let stderr = '';
  test.stderr?.on('data', (text) => {
    if (!/ t=/.test(stderr) && / t=/.test(String(text))) test.kill('SIGINT');
    stderr += String(text);
  });
  const [code] = await once(test, 'close');
  expect(stderr).toMatch(/! No more orders are submitted; waiting for \d+ running orders/);
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

it('leaves a partial report when it is killed', async () => {
  const test = project.start('load-test', '--count', '90', '--rate', '3', '--seed', '10', '--json');
  test.stdout?.once('data', () => test.kill('SIGKILL'));
  await once(test, 'close');
  const [kept = ''] = globSync(join(project.root, '.orders/runs/*-10.json'));
  const report = v.parse(loadReportSchema, JSON.parse(readFileSync(kept, 'utf8')));
  expect(report).toMatchObject({ cut: 'killed', outcome: { planned: 90 } });
  expect(readFileSync(kept.replace('.json', '.html'), 'utf8')).toContain(
    'partial: the test was killed',
  );
});

it('fails without confirmation for a protected environment, and names the flag', async () => {
  const { url: endpoint } = await project.runJson('local', 'status');
  const live = { region: 'us-east-2', endpoint, protected: true };
  const config = join(project.root, 'orders.config.json');
  writeFileSync(config, JSON.stringify({ environments: { live } }));
  const { code, stdout, stderr } = await project.orders('load-test', '-e', 'live');
  rmSync(config);
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  expect(stderr).toContain('"live" is protected.\n  --confirm live');
});

it('submits the orders of a file, and rejects an invalid order with its line and field before submitting any', async () => {
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
  expect(parseLoadReport(stdout).orders).toMatchObject([
    { sample: 'file', line: 1 },
    { sample: 'file', line: 1 },
  ]);
});

// The short run measures an order for `orders cost` only; the figures have tests of their own.
it.runIf(full)('estimates a test with --dry-run, and submits nothing', async () => {
  const before = await listIds('list');
  const argv = ['load-test', '--dry-run', '--count', '3000', '--mix', 'low', '--rate', '50'];
  const { code, stdout } = await project.orders(...argv, '--seed', '7', '--json');
  expect(code).toBe(0);
  const waits = stages.filter(({ kind }) => kind === 'wait').length;
  const operations = 1 + stages.length;
  const plan = v.parse(loadEstimateSchema, JSON.parse(stdout).data);
  expect(plan).toMatchObject({ seed: 7, mix: { low: 3000 }, submittingMs: 59_980 });
  expect(plan.work).toMatchObject({
    invocations: 3000 * (1 + waits),
    operations: 3000 * operations,
  });
  expect(plan.cost.orders).toBeGreaterThan(3000 * operations * prices.durableOperation);
  expect(await listIds('list')).toEqual(before);
});

it('lists the quotas for a constant rate without a runtime', async () => {
  const idle = createProject();
  try {
    const { code, stdout, stderr } = await idle.orders('load-test', '--dry-run', '--rate', '1000');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^execution starts\/s +1,000 +300 /m);
    const ramped = await idle.orders('load-test', '--dry-run', '--rate', '1000', '--ramp', '10s');
    expect(ramped.code).toBe(2);
    expect(ramped.stderr).toContain('add --count or --duration');
    expect(existsSync(join(idle.root, '.orders'))).toBe(false);
  } finally {
    await idle.close();
  }
});

// The short run plants the faults in the tests of the checks. Recovery of these orders would change the stock during another load test.
it.runIf(full)('finds faults of running orders, names the orders and exits 99', async () => {
  // At this speed, no order ends its first wait before the last one begins it.
  await project.orders('local', 'start', '--time-scale', '10');
  const { url } = await project.runJson('local', 'status');
  const { outputs } = await project.runJson('deploy');
  const tables = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: url,
      region: 'us-east-2',
      credentials: projectCredentials(project.root),
    }),
  );
  const planned = planOrders({ count: 8, mix: parseMix(defaultMix), seed: 8, round: 1 });
  const [overwritten, back, twice, lost] = planned.map(({ orderId }) => orderId);
  const [oversold = ''] = planned[4]?.order.items.map(({ productId }) => productId) ?? [];
  const TableName = outputs.OrdersTableName;
  const running = project.orders('load-test', '--count', '8', '--seed', '8', '--json');
  const Keys = planned.map(({ orderId }) => ({ orderId }));
  await vi.waitUntil(async () => {
    const RequestItems = { [TableName]: { Keys, ConsistentRead: true } };
    const { Responses } = await tables.send(new BatchGetCommand({ RequestItems }));
    const waiting = Responses?.[TableName]?.filter(({ status }) => status === 'awaiting-warehouse');
    return waiting?.length === planned.length;
  });
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
  const { checks } = parseLoadReport(stdout);
  await project.runJson('inventory', 'set', oversold, '1000000');
  const faults = checks.flatMap(({ id, faults: failures }) =>
    failures.map(({ orderId, productId, message }) => `${id} ${orderId ?? productId} ${message}`),
  );
  const expectFault = (check: string, subject = '', message = '') =>
    expect(faults).toContainEqual(expect.stringContaining(`${check} ${subject} ${message}`));
  expectFault('own-data', overwritten, 'total 0.01, submitted ');
  expectFault('transitions', back, 'went from awaiting-warehouse to validated');
  expectFault('payments', twice, '2 payments are charged');
  expectFault('not-lost', lost, 'has no item');
  expectFault('stock', oversold, 'oversold by ');
  const named = new Set([overwritten, back, twice, lost, oversold]);
  expect(faults.filter((fault) => !named.has(fault.split(' ')[1]))).toEqual([]);
  expect(code).toBe(99);
});

// The short run stops a load test in a terminal only, in another journey.
it.runIf(full)(
  'stops at the second Ctrl-C with a partial report, leaves the orders running and exits 130',
  async () => {
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
    expect(stdout).toContain('█ CHECKS (partial report)');
    expect(stdout).toMatch(/0 completed · 0 failed · 3 running/);
    expect(stderr).toContain('Stopped; 3 running orders continue');
    expect(stderr).toContain('orders list --running');
    const isRunning = async () => (await project.runJson('list', '--running')).length === 3;
    await vi.waitUntil(isRunning);
  },
);

it('exits 124 at --timeout with a partial report', async () => {
  await project.orders('local', 'start', '--time-scale', '1');
  const argv = ['load-test', '--count', '2', '--timeout', '1s', '--json'];
  const { code, stdout } = await project.orders(...argv);
  // A busy machine submits none of the orders within the second.
  const { cut, outcome } = parseLoadReport(stdout);
  expect({ cut, running: outcome.running }).toEqual({ cut: 'timeout', running: outcome.submitted });
  expect(code).toBe(124);
});

it('does not continue with a stack that replaced its own', async () => {
  // The runtime of another test must not take the port meanwhile.
  const port = String(await findFreePort());
  await project.orders('local', 'stop');
  await project.orders('local', 'start', '--port', port, '--time-scale', '1');
  const countRunning = async () => (await project.runJson('list', '--running')).length;
  // The orders that another test has left.
  const before = await countRunning();
  const test = startForTest(project, 'load-test', '--count', '2', '--seed', '11', '--json');
  let stdout = '';
  test.stdout?.on('data', (text) => {
    stdout += String(text);
  });
  const closed = once(test, 'close');
  const [kept] = await vi.waitUntil(
    async () => {
      const running = await countRunning();
      const kept = globSync(join(project.root, '.orders/runs/*-11.json'));
      return running === before + 2 && kept.length > 0 && kept;
    },
    { timeout: 20_000 },
  );
  await project.orders('local', 'reset', '--yes');
  await startDeployed(project, ['--port', port]);
  const [code] = await closed;
  const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(last).toMatchObject({ ok: false, error: { code: 'StackGone', exit: 3 } });
  expect(code).toBe(3);
  expect(await project.runJson('list')).toEqual([]);
  expect(JSON.parse(readFileSync(kept ?? '', 'utf8'))).toMatchObject({ cut: 'killed' });
});
