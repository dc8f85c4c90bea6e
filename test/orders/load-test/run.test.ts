import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createClients } from '../../../src/aws/clients.ts';
import type { Target } from '../../../src/environment/target.ts';
import { parseMix } from '../../../src/orders/load-test/mix.ts';
import { planOrders } from '../../../src/orders/load-test/plan.ts';
import type { LoadReport } from '../../../src/orders/load-test/report-types.ts';
import {
  type LoadOptions,
  type LoadProgress,
  runLoadTest,
} from '../../../src/orders/load-test/run.ts';
import { parseThreshold } from '../../../src/orders/load-test/thresholds.ts';
import { type Answer, type Call, fakeAws, xml } from '../../aws/fake-aws.ts';
import { type Orders, outputs, startOrders } from '../orders-table.ts';
import { orderRecord } from '../record.ts';
import { arnOf } from './observed-orders.ts';
import { leave } from './write-side-effects.ts';

let orders: Orders;
let seed = 0;
beforeAll(async () => {
  orders = await startOrders();
});
afterAll(() => orders.close());
beforeEach(() => {
  seed += 1;
});

const mix = parseMix('low');
const tableOutputs = {
  ProductsTableName: 'ProductsTable',
  PaymentsTableName: 'PaymentsTable',
  LoyaltyTableName: 'LoyaltyTable',
  ProviderCallsTableName: 'ProviderCallsTable',
};
const alias = 'arn:aws:lambda:us-east-2:000000000000:function:f:live';
const planned = (count: number, round = 1) => planOrders({ count, mix, seed, round });
const json = (body: unknown, status = 200, type = ''): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...(type ? { 'x-amzn-errortype': type } : {}) },
  body: JSON.stringify(body),
});

const stack = `<Stacks><member><StackName>s</StackName><Parameters><member><ParameterKey>ApiRateLimit</ParameterKey>
  <ParameterValue>25</ParameterValue></member></Parameters></member></Stacks>`;

/** A Lambda that completes every order it is given at once, unless `instead` answers; and that lists the executions. */
async function lambda(
  instead: (orderId: string) => Answer | 'stopped' | undefined,
  known = planned(3),
) {
  const executions: object[] = [];
  const begin = (orderId: string, Status: string) =>
    executions.push({ DurableExecutionArn: arnOf(orderId), DurableExecutionName: orderId, Status });
  const tables = await orders.target.clients.dynamodb();
  return fakeAws(({ name, body }: Call) => {
    if (name === 'Action DescribeStacks') {
      return xml('DescribeStacks', stack);
    }
    if (!name.includes('invocations')) return json({ DurableExecutions: executions });
    const { orderId } = JSON.parse(body);
    const answer = instead(orderId);
    if (answer !== undefined && answer !== 'stopped') return answer;
    begin(orderId, answer === 'stopped' ? 'STOPPED' : 'SUCCEEDED');
    const each = known.find((one) => one.orderId === orderId);
    if (!each) throw new Error('no order of this test');
    const { total, order, expected } = each;
    const reached = answer === 'stopped' ? expected.statuses.slice(0, 2) : expected.statuses;
    const { customerPhone: _phone, ...rest } = order;
    const record = orderRecord(reached, { ...rest, orderId, total, executionArn: arnOf(orderId) });
    void leave(tables, each, record);
    return { status: 202, headers: { 'x-amz-durable-execution-arn': arnOf(orderId) }, body: '' };
  });
}

interface Test {
  readonly count?: number;
  readonly signal?: AbortSignal;
  readonly concurrency?: number;
  readonly tables?: Target['clients']['dynamodb'];
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly more?: Partial<LoadOptions>;
}

async function run(url: string, test: Test = {}): Promise<LoadReport> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const { lambda: functions, cloudFormation } = createClients({
    region: 'us-east-2',
    endpoint: url,
    credentials,
    maxAttempts: 1,
  });
  const { tables = orders.target.clients.dynamodb, count = 3, concurrency = 3 } = test;
  const clients = { ...orders.target.clients, lambda: functions, cloudFormation, tables };
  const stack = { ...outputs, ...tableOutputs, OrderProcessingAliasArn: alias };
  const { signal = new AbortController().signal } = test;
  const options = { count, concurrency, mix, seed, via: 'invoke', signal, ...test.more } as const;
  const running = runLoadTest({ ...orders.target, clients }, stack, options);
  for (;;) {
    const next = await running.next();
    if (next.done) return next.value;
    test.onProgress?.(next.value);
  }
}

const failed = ({ checks }: LoadReport) =>
  Object.fromEntries(checks.flatMap(({ id, passed, faults }) => (passed ? [] : [[id, faults]])));

it('finds nothing wrong where nothing is', async () => {
  using aws = await lambda(() => undefined);
  const report = await run(aws.url);
  expect(failed(report)).toEqual({});
  expect(report.outcome).toMatchObject({ submitted: 3, completed: 3, running: 0 });
});

it('goes on when an order cannot be submitted, and names it and the error', async () => {
  const victim = planned(3)[1]?.orderId;
  const throttled = json({ message: 'Rate exceeded' }, 429, 'TooManyRequestsException');
  using aws = await lambda((orderId) => (orderId === victim ? throttled : undefined));
  const report = await run(aws.url);
  expect(failed(report)).toEqual({
    accepted: [
      { orderId: victim, message: expect.stringContaining('TooManyRequestsException') as string },
    ],
  });
  expect(report.outcome).toMatchObject({
    submitted: 3,
    completed: 2,
    errors: { TooManyRequestsException: 1 },
    throttled: 1,
  });
});

it('does not wait for an order whose execution was stopped', async () => {
  const victim = planned(3)[0]?.orderId;
  using aws = await lambda((orderId) => (orderId === victim ? 'stopped' : undefined));
  const report = await run(aws.url);
  expect(failed(report)).toEqual({
    ended: [
      { orderId: victim, message: 'is inventory-checked and does not end; should be completed' },
    ],
  });
});

it('gives up at once when nobody is signed in', async () => {
  const refused = json({ message: 'bad token' }, 403, 'UnrecognizedClientException');
  using aws = await lambda(() => refused);
  await expect(run(aws.url, { count: 20, concurrency: 1 })).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
  expect(aws.calls.filter(({ name }) => name.includes('invocations'))).toHaveLength(1);
});

it('outlives a table that does not answer for a while, and says so', async () => {
  using aws = await lambda(() => undefined);
  const real = await orders.target.clients.dynamodb();
  let reads = 0;
  const flaky = async () =>
    Object.assign(Object.create(real), {
      send: (...args: Parameters<typeof real.send>) => {
        reads += 1;
        // The first look, the last one, and what is read when all have ended.
        const isDown = [3, 5, 7, 9].includes(reads);
        const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        return isDown ? Promise.reject(error) : real.send(...args);
      },
    }) as typeof real;
  const troubles: unknown[] = [];
  const report = await run(aws.url, {
    tables: flaky,
    onProgress: ({ trouble }) => troubles.push(trouble),
  });
  expect(troubles).toContain('connect ECONNREFUSED');
  expect(troubles.at(-1)).toBeUndefined();
  expect(failed(report)).toEqual({});
});

it('submits nothing more when it is cut short, and reports what is there', async () => {
  const cut = new AbortController();
  using aws = await lambda(() => {
    cut.abort('SIGINT');
    return undefined;
  }, planned(20));
  const report = await run(aws.url, { count: 20, concurrency: 1, signal: cut.signal });
  expect(report).toMatchObject({ cut: 'interrupted', outcome: { planned: 20, submitted: 1 } });
  expect(failed(report)).toEqual({});
  const unsubmitted = report.orders.filter(({ status }) => status === 'unsubmitted');
  expect(unsubmitted).toHaveLength(19);
});

it('follows orders no further than it is told to, and says what that leaves unjudged', async () => {
  using aws = await lambda((orderId) =>
    orderId === planned(3)[1]?.orderId ? 'stopped' : undefined,
  );
  const report = await run(aws.url, { more: { until: 'inventory-checked' } });
  expect(report).toMatchObject({ passed: true, until: 'inventory-checked' });
  expect(report.times.reached?.n).toBe(3);
  expect(report.checks.filter(({ notJudged }) => notJudged).map(({ id }) => id)).toContain('ended');
});

it('looks at nothing when orders are followed to their acceptance', async () => {
  using aws = await lambda(() => undefined);
  const report = await run(aws.url, { more: { until: 'accepted' } });
  expect(report.checks.flatMap(({ id, passed }) => (passed ? [id] : []))).toEqual(['accepted']);
  expect(aws.calls.some(({ name }) => name.includes('durable-executions'))).toBe(false);
});

it('ends as soon as a threshold is broken, when it is asked to', async () => {
  using aws = await lambda(() => undefined, planned(400));
  const report = await run(aws.url, {
    count: 400,
    more: {
      rate: 100,
      thresholds: [parseThreshold('max(accepted)<0.01ms')],
      abortOnThreshold: true,
    },
  });
  expect(report).toMatchObject({ cut: 'threshold', passed: false });
  expect(report.outcome.submitted).toBeLessThan(300);
});

it('does not ask more of an API than it takes', async () => {
  using aws = await lambda(() => undefined);
  const test = { more: { via: 'api', rate: 26 } } as const;
  await expect(run(aws.url, test)).rejects.toThrow('than the API of this stack takes: 25 a second');
  expect(aws.calls.some(({ name }) => name.includes('orders'))).toBe(false);
});

it('keeps the orders of a warm-up out of every figure', async () => {
  const options = { count: 2, mix, seed, round: 1 };
  const warm = planOrders({ ...options, kind: 'warm-up' });
  using aws = await lambda(() => undefined, [...warm, ...planned(3)]);
  const phases = new Set<string>();
  const report = await run(aws.url, {
    more: { warmup: 2 },
    onProgress: ({ phase }) => phases.add(phase),
  });
  expect([...phases][0]).toBe('warm-up');
  expect(report.outcome).toMatchObject({ planned: 3, submitted: 3, completed: 3 });
  expect(report.warmUp).toMatchObject({ submitted: 2, completed: 2, failed: 0 });
  const measured = report.orders.map(({ orderId }) => orderId);
  expect(warm.some(({ orderId }) => measured.includes(orderId))).toBe(false);
});

it('gives a seed that was used there before new ids', async () => {
  using aws = await lambda(() => undefined, planned(3, 2));
  const tables = await orders.target.clients.dynamodb();
  const old = orderRecord(['completed'], { orderId: planned(3)[2]?.orderId ?? '' });
  await tables.send(new PutCommand({ TableName: 'OrdersTable', Item: old }));
  const cut = new AbortController();
  const report = await run(aws.url, { signal: cut.signal, onProgress: () => cut.abort('SIGINT') });
  expect(report.round).toBe(2);
  expect(report.orders.map(({ orderId }) => orderId)).toEqual(
    planned(3, 2).map(({ orderId }) => orderId),
  );
});
