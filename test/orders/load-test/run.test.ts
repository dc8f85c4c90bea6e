import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { statuses } from '../../../functions/contract/workflow.ts';
import { createClients } from '../../../src/aws/clients.ts';
import type { Target } from '../../../src/environment/target.ts';
import type { LoadOptions } from '../../../src/orders/load-test/load-options.ts';
import type { LoadProgress } from '../../../src/orders/load-test/load-progress.ts';
import { parseMix } from '../../../src/orders/load-test/mix.ts';
import { planOrders } from '../../../src/orders/load-test/plan.ts';
import type { LoadReport } from '../../../src/orders/load-test/report-types.ts';
import { runLoadTest } from '../../../src/orders/load-test/run.ts';
import { parseThreshold } from '../../../src/orders/load-test/thresholds.ts';
import { type Answer, type Call, fakeAws, xml } from '../../aws/fake-aws.ts';
import { type Orders, outputs, startOrders } from '../orders-table.ts';
import { orderRecord } from '../record.ts';
import { arnOf } from './observed-orders.ts';
import { writeSideEffects } from './write-side-effects.ts';

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
/** Number of statuses of an order whose execution is stopped. */
const stoppedAfter = 2;
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

/** Starts a Lambda that completes every order at once, unless `override` responds. It also lists the executions. */
async function lambda(
  override: (orderId: string) => Answer | 'stopped' | undefined,
  known = planned(3),
) {
  const executions: object[] = [];
  const addExecution = (orderId: string, Status: string) =>
    executions.push({ DurableExecutionArn: arnOf(orderId), DurableExecutionName: orderId, Status });
  const tables = await orders.target.clients.dynamodb();
  return fakeAws(({ name, body }: Call) => {
    if (name === 'Action DescribeStacks') {
      return xml('DescribeStacks', stack);
    }
    if (!name.includes('invocations')) return json({ DurableExecutions: executions });
    const { orderId } = JSON.parse(body);
    const response = override(orderId);
    if (response !== undefined && response !== 'stopped') return response;
    addExecution(orderId, response === 'stopped' ? 'STOPPED' : 'SUCCEEDED');
    const planned = known.find((candidate) => candidate.orderId === orderId);
    if (!planned) throw new Error('not an order of this test');
    const { total, order, expected } = planned;
    const reached =
      response === 'stopped' ? expected.statuses.slice(0, stoppedAfter) : expected.statuses;
    const { customerPhone: _phone, ...rest } = order;
    const record = orderRecord(reached, { ...rest, orderId, total, executionArn: arnOf(orderId) });
    void writeSideEffects(tables, planned, record);
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
  const clients = { ...orders.target.clients, lambda: functions, cloudFormation, dynamodb: tables };
  const stack = { ...outputs, ...tableOutputs, OrderProcessingAliasArn: alias };
  const { signal = new AbortController().signal } = test;
  const options = { count, concurrency, mix, seed, via: 'invoke', signal, ...test.more } as const;
  const running = runLoadTest({ target: { ...orders.target, clients }, outputs: stack }, options);
  for (;;) {
    const next = await running.next();
    if (next.done) return next.value;
    test.onProgress?.(next.value);
  }
}

const failed = ({ checks }: LoadReport) =>
  Object.fromEntries(checks.flatMap(({ id, passed, faults }) => (passed ? [] : [[id, faults]])));

it('passes all checks without faults', async () => {
  using aws = await lambda(() => undefined);
  const report = await run(aws.url);
  expect(failed(report)).toEqual({});
  expect(report.outcome).toMatchObject({ submitted: 3, completed: 3, running: 0 });
});

it('continues when an order cannot be submitted, and names it and the error', async () => {
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
      {
        orderId: victim,
        message: `is ${statuses[stoppedAfter - 1]} and does not end; should be completed`,
      },
    ],
  });
});

it('fails at once without valid credentials', async () => {
  const denied = json({ message: 'bad token' }, 403, 'UnrecognizedClientException');
  using aws = await lambda(() => denied);
  await expect(run(aws.url, { count: 20, concurrency: 1 })).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
  expect(aws.calls.filter(({ name }) => name.includes('invocations'))).toHaveLength(1);
});

it('continues after failed reads, and reports them', async () => {
  using aws = await lambda(() => undefined);
  const real = await orders.target.clients.dynamodb();
  let reads = 0;
  const flaky = async () =>
    Object.assign(Object.create(real), {
      send: (...args: Parameters<typeof real.send>) => {
        reads += 1;
        // The first poll, the last one, and the reads of the final state.
        const isDown = [3, 5, 7, 9].includes(reads);
        const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
        return isDown ? Promise.reject(error) : real.send(...args);
      },
    }) as typeof real;
  const pollErrors: unknown[] = [];
  const report = await run(aws.url, {
    tables: flaky,
    onProgress: ({ pollError }) => pollErrors.push(pollError),
  });
  expect(pollErrors).toContain('connect ECONNREFUSED');
  expect(pollErrors.at(-1)).toBeUndefined();
  expect(failed(report)).toEqual({});
});

it('stops submitting when it is interrupted, and returns a partial report', async () => {
  const interrupt = new AbortController();
  using aws = await lambda(() => {
    interrupt.abort('SIGINT');
    return undefined;
  }, planned(20));
  const report = await run(aws.url, { count: 20, concurrency: 1, signal: interrupt.signal });
  expect(report).toMatchObject({ cut: 'interrupted', outcome: { planned: 20, submitted: 1 } });
  expect(failed(report)).toEqual({});
  const unsubmitted = report.orders.filter(({ status }) => status === 'unsubmitted');
  expect(unsubmitted).toHaveLength(19);
});

it('follows orders only to the status of `until`, and lists the checks that were not made', async () => {
  using aws = await lambda((orderId) =>
    orderId === planned(3)[1]?.orderId ? 'stopped' : undefined,
  );
  const report = await run(aws.url, { more: { until: statuses[stoppedAfter - 1] } });
  expect(report).toMatchObject({ passed: true, until: statuses[stoppedAfter - 1] });
  expect(report.times.reached?.n).toBe(3);
  expect(report.checks.filter(({ notJudged }) => notJudged).map(({ id }) => id)).toContain('ended');
});

it('reads nothing when orders are followed to their acceptance', async () => {
  using aws = await lambda(() => undefined);
  const report = await run(aws.url, { more: { until: 'accepted' } });
  expect(report.checks.flatMap(({ id, passed }) => (passed ? [id] : []))).toEqual(['accepted']);
  expect(aws.calls.some(({ name }) => name.includes('durable-executions'))).toBe(false);
});

it('ends when a threshold is exceeded with `abortOnThreshold`', async () => {
  // Twenty seconds of submissions: even on a busy machine, the check is made long before their end. The rate is low
  // because a busy machine submits all orders that are due before the check.
  const count = 200;
  using aws = await lambda(() => undefined, planned(count));
  const report = await run(aws.url, {
    count,
    more: {
      rate: 10,
      thresholds: [parseThreshold('max(accepted)<0.01ms')],
      abortOnThreshold: true,
    },
  });
  expect(report).toMatchObject({ cut: 'threshold', passed: false });
  expect(report.outcome.submitted).toBeLessThan(count);
});

it('rejects a rate above the limit of the API', async () => {
  using aws = await lambda(() => undefined);
  const test = { more: { via: 'api', rate: 26 } } as const;
  await expect(run(aws.url, test)).rejects.toThrow(
    "exceeds the limit of this stack's API: 25 per second",
  );
  expect(aws.calls.some(({ name }) => name.includes('orders'))).toBe(false);
});

it('excludes warm-up orders from all figures', async () => {
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

it('creates new ids for a seed that was used before in the stack', async () => {
  using aws = await lambda(() => undefined, planned(3, 2));
  const tables = await orders.target.clients.dynamodb();
  const old = orderRecord(['completed'], { orderId: planned(3)[2]?.orderId ?? '' });
  await tables.send(new PutCommand({ TableName: 'OrdersTable', Item: old }));
  const interrupt = new AbortController();
  const report = await run(aws.url, {
    signal: interrupt.signal,
    onProgress: () => interrupt.abort('SIGINT'),
  });
  expect(report.round).toBe(2);
  expect(report.orders.map(({ orderId }) => orderId)).toEqual(
    planned(3, 2).map(({ orderId }) => orderId),
  );
});
