import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, it, vi } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { createClients } from '../../../src/aws/clients.ts';
import { readOrderInput } from '../../../src/cli/orders/order-input.ts';
import type { Target } from '../../../src/environment/target.ts';
import { submitOrder } from '../../../src/orders/actions/submit.ts';
import {
  type EndEvent,
  type Ending,
  exitCodeFor,
  isViewEvent,
  summarize,
  type WatchEvent,
} from '../../../src/orders/watch/events.ts';
import { RunningOrders } from '../../../src/orders/watch/running-orders.ts';
import { watchOrder, watchOrders } from '../../../src/orders/watch/watch-orders.ts';
import { type Answer, type Call, fakeAws, fakeTarget } from '../../aws/fake-aws.ts';
import { orderRecord } from '../record.ts';

const outputs = {
  OrdersTableName: 'orders',
  OrderProcessingFunctionArn: 'arn:aws:lambda:us-east-2:000000000000:function:f',
  OrderProcessingAliasArn: 'arn:aws:lambda:us-east-2:000000000000:function:f:live',
};
const record = orderRecord(['validated']);
const { orderId, executionArn } = record;
const root = () => mkdtempSync(join(tmpdir(), 'orders-'));

const json = (body: object): Answer => ({
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(body),
});
const items = (orders: readonly OrderRecord[]) =>
  json({ Responses: { orders: orders.map((order) => marshall(order)) } });
const item = (order: OrderRecord | undefined) => items(order ? [order] : []);
const expired: Answer = {
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: '{"__type":"ExpiredTokenException","message":"The security token is expired"}',
};
const notFound: Answer = {
  headers: { 'x-amzn-errortype': 'ResourceNotFoundException' },
  body: '{"Message":"Durable execution not found"}',
};
const throttled: Answer = {
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: '{"__type":"ThrottlingException","message":"Rate exceeded"}',
};
const execution = (Status: string): Answer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ DurableExecutionArn: executionArn, Status }),
});

/** Responds to polls of the table with the responses in sequence, and repeats the last one. */
function fakeTable(responses: readonly Answer[], status = 'RUNNING') {
  let polls = 0;
  return (call: Call) => {
    if (!call.name.startsWith('DynamoDB')) return execution(status);
    polls += 1;
    return responses[Math.min(polls, responses.length) - 1] as Answer;
  };
}

interface WatchSettings {
  readonly reason?: unknown;
  readonly heartbeatMs?: number;
  readonly recoveryMs?: number;
  /** Aborts the watch after an event for which this returns true. */
  readonly isLast?: (event: WatchEvent) => boolean;
}

async function watchToEnd(url: string, { reason = 'SIGINT', isLast, ...more }: WatchSettings = {}) {
  const controller = new AbortController();
  const { signal } = controller;
  const options = { orderId, executionArn, signal, ...more };
  const events: WatchEvent[] = [];
  for await (const event of watchOrder({ target: fakeTarget(url, root()), outputs }, options)) {
    if (!isViewEvent(event)) events.push(event);
    if (isLast?.(event)) controller.abort(reason);
  }
  return events;
}
const summarizeTypes = (events: WatchEvent[]) =>
  events.map((event) => (event.type === 'status' ? event.to : event.type));

it('reports every transition once, including missed ones, and ends with the order', async () => {
  const later = orderRecord(['validated', 'inventory-checked', 'payment-processed', 'completed']);
  using aws = await fakeAws(fakeTable([item(undefined), item(record), item(record), item(later)]));
  const events = await watchToEnd(aws.url);
  expect(summarizeTypes(events)).toEqual([
    'validated',
    'inventory-checked',
    'payment-processed',
    'completed',
    'end',
  ]);
  expect(events.at(-1)).toMatchObject({ ending: 'completed', exitCode: 0, elapsedMs: 4000 });
});

it('exits 10 with the failure of a failed order', async () => {
  const failure = { stage: 'check-inventory', code: 'out-of-stock', message: 'None' } as const;
  using aws = await fakeAws(fakeTable([item(orderRecord(['validated', 'failed'], { failure }))]));
  expect((await watchToEnd(aws.url)).at(-1)).toMatchObject({ exitCode: 10, failure });
});

it('continues after throttling', async () => {
  const done = orderRecord(['validated', 'completed']);
  const burst = Array.from({ length: 3 }, () => throttled);
  using aws = await fakeAws(fakeTable([item(record), ...burst, item(done)]));
  expect(summarizeTypes(await watchToEnd(aws.url))).toEqual([
    'validated',
    'gap',
    'gap-end',
    'completed',
    'end',
  ]);
});

it.each([
  ['TIMED_OUT', 11],
  ['STOPPED', 12],
  ['FAILED', 10],
])(
  'ends when the execution is %s and the order has no terminal status',
  async (status, exitCode) => {
    using aws = await fakeAws(fakeTable([item(record)], status));
    const events = await watchToEnd(aws.url, { recoveryMs: 100 });
    expect(events.at(-1)).toMatchObject({ type: 'end', exitCode });
  },
);

it('exits 124 at the timeout and 130 when the user detaches', async () => {
  using aws = await fakeAws(fakeTable([item(record)]));
  const isLast = ({ type }: WatchEvent) => type === 'snapshot';
  const timedOut = await watchToEnd(aws.url, {
    isLast,
    reason: new DOMException('', 'TimeoutError'),
  });
  expect(timedOut.at(-1)).toMatchObject({ ending: 'timeout', exitCode: 124, status: 'validated' });
  const detached = await watchToEnd(aws.url, { isLast });
  expect(detached.at(-1)).toMatchObject({ ending: 'detached', exitCode: 130 });
});

it('reports a heartbeat without other events, one for all orders', async () => {
  using aws = await fakeAws(fakeTable([item(record)]));
  const isHeartbeat = ({ type }: WatchEvent) => type === 'heartbeat';
  const events = await watchToEnd(aws.url, { heartbeatMs: 20, isLast: isHeartbeat });
  expect(summarizeTypes(events)).toEqual(['validated', 'heartbeat', 'end']);
  const detach = new AbortController();
  const orders = [{ orderId }, { orderId: 'order-2' }, { orderId: 'order-3' }];
  const options = { orders, signal: detach.signal, heartbeatMs: 40 };
  const heartbeats = [];
  for await (const event of watchOrders(
    { target: fakeTarget(aws.url, root()), outputs },
    options,
  )) {
    if (event.type === 'heartbeat') heartbeats.push(event);
    if (heartbeats.length === 2) detach.abort('SIGINT');
  }
  expect(heartbeats).toMatchObject([{ running: 3 }, { running: 3 }]);
});

it('reports expired credentials once, and continues with new ones', async () => {
  const signIn = (accessKeyId: string) =>
    writeFileSync(file, `[dev]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=s\n`);
  const directory = root();
  const file = join(directory, 'credentials');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
  vi.stubEnv('AWS_CONFIG_FILE', join(directory, 'none'));
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
  signIn('old');
  let polls = 0;
  const table = fakeTable([item(record), item(orderRecord(['validated', 'completed']))]);
  using aws = await fakeAws((call) => {
    polls += 1;
    if (polls === 1 || call.accessKeyId === 'new') return table(call);
    if (polls === 4) signIn('new');
    return expired;
  });
  const clients = createClients({ region: 'us-east-2', endpoint: aws.url, profile: 'dev' });
  const target = fakeTarget(aws.url, directory, { clients });
  const { signal } = new AbortController();
  const events: WatchEvent[] = [];
  for await (const event of watchOrder({ target, outputs }, { orderId, executionArn, signal })) {
    if (!isViewEvent(event)) events.push(event);
  }
  vi.unstubAllEnvs();
  expect(summarizeTypes(events)).toEqual(['validated', 'gap', 'gap-end', 'completed', 'end']);
  expect(events[1]).toMatchObject({ reason: expect.stringMatching(/expired.*orders local env/) });
});

it('does not start with credentials that never worked', async () => {
  using aws = await fakeAws(() => expired);
  await expect(watchToEnd(aws.url)).rejects.toMatchObject({ name: 'ExpiredTokenException' });
});

const at = (seconds: number) => Date.parse('2026-11-22T08:12:04.000Z') / 1000 + seconds;
const historyEvent = (EventType: string, EventId: number, more: object = {}) => ({
  EventType,
  EventId,
  Id: `id-${EventId}`,
  EventTimestamp: at(EventId),
  ...more,
});
const stepFailed = (EventId: number, CurrentAttempt: number, more = {}) =>
  historyEvent('StepFailed', EventId, {
    Id: 'step',
    Name: 'check-inventory',
    StepFailedDetails: {
      Error: { Payload: { ErrorType: 'ProviderUnavailable', ErrorMessage: '503' } },
      RetryDetails: { CurrentAttempt, ...more },
    },
  });

it('reports every failed attempt once, at its place among the statuses, with the time to the next', async () => {
  const started = historyEvent('ExecutionStarted', 0);
  const first = stepFailed(1, 1, { NextAttemptDelaySeconds: 60 });
  let reads = 0;
  const respond = fakeTable([item(orderRecord(['validated', 'inventory-checked']))]);
  using aws = await fakeAws((call) => {
    if (!call.name.endsWith('/history')) return respond(call);
    reads += 1;
    return json({ Events: reads === 1 ? [started, first] : [started, first, stepFailed(2, 2)] });
  });
  const isLast = (event: WatchEvent) => event.type === 'step' && event.attempt === 2;
  const events = await watchToEnd(aws.url, { isLast });
  expect(summarizeTypes(events)).toEqual(['step', 'validated', 'inventory-checked', 'step', 'end']);
  expect(events.filter(({ type }) => type === 'step')).toEqual([
    {
      type: 'step',
      ts: '2026-11-22T08:12:05.000Z',
      orderId,
      step: 'check-inventory',
      state: 'failed',
      attempt: 1,
      retryInMs: 1000,
      error: { type: 'ProviderUnavailable', message: '503' },
    },
    expect.not.objectContaining({ retryInMs: expect.anything() }),
  ]);
  // The quota allows about one history read per second, however often the item is polled.
  expect(reads).toBe(2);
});

it('replays the events of an ended order, with the times of its execution', async () => {
  const done = orderRecord(['validated', 'completed']);
  const invocation = historyEvent('InvocationCompleted', 4, {
    InvocationCompletedDetails: { StartTimestamp: at(0), EndTimestamp: at(4), RequestId: 'r' },
  });
  const history = [
    historyEvent('ExecutionStarted', 0),
    historyEvent('StepStarted', 1, { Id: 'step', Name: 'check-inventory' }),
    stepFailed(2, 1, { NextAttemptDelaySeconds: 1 }),
    historyEvent('StepSucceeded', 3, { Id: 'step', Name: 'check-inventory' }),
    invocation,
    historyEvent('ExecutionSucceeded', 5),
  ];
  const respond = fakeTable([item(done)]);
  let reads = 0;
  using aws = await fakeAws((call) => {
    if (!call.name.endsWith('/history')) return respond(call);
    reads += 1;
    // The execution ends a moment after the order.
    return json({ Events: reads === 1 ? history.slice(0, 4) : history });
  });
  const events = await watchToEnd(aws.url);
  expect(summarizeTypes(events)).toEqual(['validated', 'step', 'completed', 'end']);
  expect(events.at(-1)).toMatchObject({
    activeMs: 4000,
    waitMs: 1000,
    invocations: 1,
    attempts: { 'check-inventory': 2 },
  });
});

it('reports successful operations with `detail`', async () => {
  const history = [
    historyEvent('ExecutionStarted', 0),
    historyEvent('StepSucceeded', 1, { Name: 'validate-order' }),
    historyEvent('WaitStarted', 2, {
      Id: 'wait',
      Name: 'await-warehouse',
      WaitStartedDetails: { Duration: 300 },
    }),
    historyEvent('InvocationCompleted', 3, {
      InvocationCompletedDetails: { StartTimestamp: at(0), EndTimestamp: at(3), RequestId: 'a' },
    }),
    historyEvent('WaitSucceeded', 4, { Id: 'wait', Name: 'await-warehouse' }),
    historyEvent('InvocationCompleted', 5, {
      InvocationCompletedDetails: { StartTimestamp: at(4), EndTimestamp: at(5), RequestId: 'b' },
    }),
    historyEvent('ExecutionSucceeded', 6),
  ];
  const respond = fakeTable([item(orderRecord(['completed']))]);
  using aws = await fakeAws((call) =>
    call.name.endsWith('/history') ? json({ Events: history }) : respond(call),
  );
  const { signal } = new AbortController();
  const stream = watchOrder(
    { target: fakeTarget(aws.url, root()), outputs },
    {
      orderId,
      executionArn,
      signal,
      detail: true,
    },
  );
  const events: WatchEvent[] = [];
  for await (const event of stream) if (!isViewEvent(event)) events.push(event);
  expect(events.filter(({ type }) => type !== 'status' && type !== 'end')).toMatchObject([
    { type: 'step', step: 'validate-order', state: 'succeeded' },
    { type: 'wait', state: 'started', until: '2026-11-22T08:12:11.000Z' },
    { type: 'invocation', n: 1, replayed: 0, tookMs: 3000, requestId: 'a' },
    { type: 'wait', state: 'ended' },
    { type: 'invocation', n: 2, replayed: 1, tookMs: 1000, requestId: 'b' },
  ]);
});

it('reports each further invocation that ends without a new checkpoint', async () => {
  const started = (EventId: number) =>
    historyEvent('StepStarted', EventId, { Id: 'step', Name: 'process-payment' });
  const timedOut = (EventId: number) =>
    historyEvent('InvocationCompleted', EventId, {
      InvocationCompletedDetails: {
        StartTimestamp: at(EventId - 1),
        EndTimestamp: at(EventId),
        RequestId: `r${EventId}`,
        Error: { Payload: { ErrorType: 'Sandbox.Timedout', ErrorMessage: 'Task timed out' } },
      },
    });
  const history = [
    historyEvent('ExecutionStarted', 0),
    started(1),
    timedOut(2),
    started(3),
    timedOut(4),
    started(5),
    timedOut(6),
  ];
  let reads = 0;
  const respond = fakeTable([item(record)]);
  using aws = await fakeAws((call) => {
    if (!call.name.endsWith('/history')) return respond(call);
    reads += 1;
    return json({ Events: history.slice(0, reads === 1 ? 5 : 7) });
  });
  const isLast = (event: WatchEvent) => event.type === 'stuck' && event.invocations === 3;
  const events = await watchToEnd(aws.url, { isLast });
  expect(events.filter(({ type }) => type === 'stuck')).toMatchObject([
    { invocations: 2, since: '2026-11-22T08:12:05.000Z', step: 'process-payment' },
    { invocations: 3, error: { type: 'Sandbox.Timedout', message: 'Task timed out' } },
  ]);
  expect(events.filter(({ type }) => type === 'invocation')).toHaveLength(3);
});

it('waits for the recovery of an order whose execution was stopped', async () => {
  const undone = orderRecord(['validated', 'cancelled']);
  let reads = 0;
  let polls = 0;
  using aws = await fakeAws((call) => {
    if (call.name.startsWith('DynamoDB')) {
      polls += reads > 0 ? 1 : 0;
      return item(polls < 8 ? record : undone);
    }
    if (!call.name.endsWith('/history')) reads += 1;
    return execution('STOPPED');
  });
  const events = await watchToEnd(aws.url);
  expect(summarizeTypes(events)).toEqual(['validated', 'cancelled', 'end']);
  expect(events.at(-1)).toMatchObject({ ending: 'cancelled', exitCode: 12 });
});

it('ends at the status of `until`', async () => {
  const past = orderRecord(['validated', 'inventory-checked', 'payment-processed']);
  using aws = await fakeAws(fakeTable([item(record), item(past)]));
  const { signal } = new AbortController();
  const target = fakeTarget(aws.url, root());
  const watchUntil = async (until: 'inventory-checked' | 'shipped') => {
    const events: WatchEvent[] = [];
    const options = { orderId, executionArn, signal, until };
    for await (const event of watchOrder({ target, outputs }, options)) events.push(event);
    return events.at(-1);
  };
  expect(await watchUntil('inventory-checked')).toMatchObject({
    ending: 'reached',
    exitCode: 0,
    status: 'inventory-checked',
    elapsedMs: 2000,
  });
  const failed = orderRecord(['validated', 'failed']);
  using other = await fakeAws(fakeTable([item(failed)]));
  const stream = watchOrder(
    { target: fakeTarget(other.url, root()), outputs },
    {
      orderId,
      signal,
      until: 'shipped',
    },
  );
  const ends = [];
  for await (const event of stream) if (event.type === 'end') ends.push(event);
  expect(ends).toMatchObject([{ ending: 'failed', exitCode: 10 }]);
});

it('detaches from the others with `failFast` when an order ends badly', async () => {
  const failed = orderRecord(['validated', 'failed'], { orderId: 'order-2' });
  using aws = await fakeAws(fakeTable([items([record, failed])]));
  const { signal } = new AbortController();
  const orders = [{ orderId }, { orderId: 'order-2' }];
  const options = { orders, signal, failFast: true };
  const ends: EndEvent[] = [];
  for await (const event of watchOrders(
    { target: fakeTarget(aws.url, root()), outputs },
    options,
  )) {
    if (event.type === 'end') ends.push(event);
  }
  expect(ends.map(({ ending }) => ending)).toEqual(['failed', 'detached']);
  expect(summarize(ends, { failFast: true }).exitCode).toBe(10);
});

it('reports that the machine was asleep, and the number of missed transitions', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(record.updatedAt) });
  const done = orderRecord(['validated', 'inventory-checked', 'completed']);
  let polls = 0;
  using aws = await fakeAws((call) => {
    if (!call.name.startsWith('DynamoDB')) return execution('RUNNING');
    polls += 1;
    return item(polls === 1 ? record : done);
  });
  // Sleeps during the pause after the first poll.
  const sleep = () => setImmediate(() => vi.setSystemTime(Date.parse(done.updatedAt) + 60_000));
  const target = fakeTarget(aws.url, root(), { pollMs: 300 });
  const { signal } = new AbortController();
  const events: WatchEvent[] = [];
  try {
    for await (const event of watchOrder({ target, outputs }, { orderId, executionArn, signal })) {
      if (!isViewEvent(event)) events.push(event);
      if (polls === 1 && event.type === 'snapshot') sleep();
    }
  } finally {
    vi.useRealTimers();
  }
  expect(summarizeTypes(events)).toEqual([
    'validated',
    'gap',
    'gap-end',
    'inventory-checked',
    'completed',
    'end',
  ]);
  expect(events[1]).toMatchObject({ reason: 'this machine was asleep' });
  expect(events[2]).toMatchObject({ missed: 2 });
});

/** Responds to a list of executions. */
const executionList = (...executions: readonly [id: string, status: string, startedAt: number][]) =>
  json({
    DurableExecutions: executions.map(([id, Status, seconds]) => ({
      DurableExecutionArn: `arn:${id}`,
      DurableExecutionName: id,
      Status,
      StartTimestamp: at(seconds),
    })),
  });

async function watchRunning(target: Target, running = new RunningOrders({ target, outputs }, {})) {
  const { signal } = new AbortController();
  const events: WatchEvent[] = [];
  for await (const event of watchOrders({ target, outputs }, { orders: [], running, signal })) {
    events.push(event);
  }
  return events;
}
const listJoinsAndEnds = (events: readonly WatchEvent[]) =>
  events.flatMap((event) =>
    event.type === 'join' || event.type === 'end' ? [`${event.type} ${event.orderId}`] : [],
  );

it('watches running orders, and orders that start meanwhile, even short ones, until all have ended', async () => {
  const second = orderRecord(['validated', 'failed'], { orderId: 'order-2' });
  const done = orderRecord(['validated', 'completed']);
  let listings = 0;
  using aws = await fakeAws((call) => {
    if (call.name.startsWith('DynamoDB'))
      return items(call.body.includes('order-2') ? [second] : [done]);
    listings += 1;
    if (listings === 1) return executionList([orderId, 'RUNNING', 1]);
    if (call.query.has('Statuses')) return executionList();
    return executionList(
      ['order-old', 'SUCCEEDED', 0],
      [orderId, 'SUCCEEDED', 1],
      ['order-2', 'FAILED', 2],
    );
  });
  expect(listJoinsAndEnds(await watchRunning(fakeTarget(aws.url, root())))).toEqual([
    `join ${orderId}`,
    `end ${orderId}`,
    'join order-2',
    'end order-2',
  ]);
});

it('continues to poll orders while listing running orders fails', async () => {
  const done = orderRecord(['validated', 'completed']);
  let polls = 0;
  let refused = 0;
  class Throttled extends RunningOrders {
    override async listNewOrders() {
      if (polls === 0) return [{ orderId, executionArn }];
      if (refused === 3) return [];
      refused += 1;
      throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    }
  }
  using aws = await fakeAws(() => {
    polls += 1;
    return item(polls < 3 ? record : done);
  });
  const target = fakeTarget(aws.url, root());
  const events = await watchRunning(target, new Throttled({ target, outputs }, {}));
  // The failure is a gap only when no other orders are polled.
  expect(events.filter((event) => !isViewEvent(event)).map(({ type }) => type)).toEqual([
    'status',
    'status',
    'end',
    'gap',
    'gap-end',
  ]);
});

it('reports the events of a batch if the next one fails, and the rest after the gap', async () => {
  const ids = Array.from({ length: 150 }, (_, index) => `order-${index}`);
  let calls = 0;
  using aws = await fakeAws(({ body }) => {
    calls += 1;
    if (calls === 2) return throttled;
    const { Keys } = JSON.parse(body).RequestItems.orders as { Keys: { orderId: { S: string } }[] };
    return items(Keys.map(({ orderId: { S } }) => orderRecord(['completed'], { orderId: S })));
  });
  const orders = ids.map((id) => ({ orderId: id }));
  const { signal } = new AbortController();
  const events: WatchEvent[] = [];
  const stream = watchOrders({ target: fakeTarget(aws.url, root()), outputs }, { orders, signal });
  for await (const event of stream) if (!isViewEvent(event)) events.push(event);
  const countStatuses = (part: readonly WatchEvent[]) =>
    part.filter(({ type }) => type === 'status').length;
  const gap = events.findIndex(({ type }) => type === 'gap');
  expect(countStatuses(events.slice(0, gap))).toBe(100);
  expect(events[gap + 1]).toMatchObject({ type: 'gap-end' });
  expect(countStatuses(events.slice(gap))).toBe(50);
});

it('reads one list for many idle orders, and only the executions missing from it', async () => {
  const ids = Array.from({ length: 25 }, (_, index) => `order-${index}`);
  const idle = ids.map((id) => orderRecord(['validated'], { orderId: id }));
  let lists = 0;
  let gets = 0;
  using aws = await fakeAws((call) => {
    if (call.name.startsWith('DynamoDB')) return items(idle);
    if (call.query.has('Statuses')) {
      if (call.query.get('Statuses') !== 'RUNNING') return executionList();
      lists += 1;
      return executionList(
        ...ids.slice(1).map((id): [string, string, number] => [id, 'RUNNING', 1]),
      );
    }
    gets += 1;
    return json({ Status: 'STOPPED', EndTimestamp: Date.now() / 1000 - 3600 });
  });
  const detach = new AbortController();
  const orders = ids.map((id) => ({ orderId: id, executionArn: `arn:${id}` }));
  const options = { orders, signal: detach.signal };
  const ends: EndEvent[] = [];
  for await (const event of watchOrders(
    { target: fakeTarget(aws.url, root()), outputs },
    options,
  )) {
    if (event.type !== 'end') continue;
    ends.push(event);
    detach.abort('SIGINT');
  }
  expect(ends[0]).toMatchObject({ orderId: 'order-0', ending: 'stopped' });
  expect({ lists, gets }).toEqual({ lists: 1, gets: 1 });
});

it('exits 5 when the stack is destroyed', async () => {
  const gone: Answer = {
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: '{"__type":"ResourceNotFoundException","message":"Table orders not found"}',
  };
  using aws = await fakeAws(fakeTable([item(record), gone]));
  expect((await watchToEnd(aws.url)).at(-1)).toMatchObject({ ending: 'gone', exitCode: 5 });
});

it('ends an order at once whose execution ended long ago, with the time of that end', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: at(3600) * 1000 });
  const EndTimestamp = at(60);
  let reads = 0;
  using aws = await fakeAws((call) => {
    if (call.name.startsWith('DynamoDB')) return item(record);
    if (!call.name.endsWith('/history')) {
      reads += 1;
      return json({ Status: 'TIMED_OUT', EndTimestamp });
    }
    return json({
      Events: [historyEvent('ExecutionStarted', 0), historyEvent('ExecutionTimedOut', 60)],
    });
  });
  const events = await watchToEnd(aws.url).finally(() => vi.useRealTimers());
  expect(events.at(-1)).toMatchObject({
    exitCode: 11,
    ts: '2026-11-22T08:13:04.000Z',
    elapsedMs: 60_000,
  });
  expect(reads).toBe(1);
});

it('exits 5 when neither the item nor the execution exists', async () => {
  using aws = await fakeAws((call) =>
    call.name.startsWith('DynamoDB') ? item(undefined) : { ...notFound, status: 404 },
  );
  expect((await watchToEnd(aws.url)).at(-1)).toMatchObject({ ending: 'gone', exitCode: 5 });
});

it('polls several orders in one batch, without their histories, each to its own end', async () => {
  const done = orderRecord(['validated', 'completed'], { orderId: 'order-done' });
  const failed = orderRecord(['validated', 'failed'], { orderId: 'order-failed' });
  let polls = 0;
  using aws = await fakeAws(({ name }) => {
    if (!name.startsWith('DynamoDB')) return execution('RUNNING');
    polls += 1;
    return items(polls < 3 ? [done] : [failed]);
  });
  const orders = [{ orderId: 'order-done' }, { orderId: 'order-failed' }];
  const { signal } = new AbortController();
  const stream = watchOrders({ target: fakeTarget(aws.url, root()), outputs }, { orders, signal });
  const events: WatchEvent[] = [];
  for (;;) {
    const next = await stream.next();
    if (!next.done) events.push(next.value);
    else {
      expect(next.value.map(({ exitCode }) => exitCode)).toEqual([0, 10]);
      break;
    }
  }
  const ends = events.filter(({ type }) => type === 'end');
  expect(ends.map((end) => 'orderId' in end && end.orderId)).toEqual([
    'order-done',
    'order-failed',
  ]);
  const keys = aws.calls.map(({ body }) => JSON.parse(body).RequestItems.orders.Keys.length);
  expect(keys).toEqual([2, 1, 1]);
});

it('summarizes several orders by their common exit code, 13 if they differ, and the code of detaching first', () => {
  const end = (ending: Ending): EndEvent => ({
    type: 'end',
    ts: '',
    orderId,
    status: 'validated',
    ending,
    exitCode: exitCodeFor(ending),
    elapsedMs: 0,
  });
  const exitCodeOf = (...endings: Ending[]) => summarize(endings.map(end)).exitCode;
  expect(exitCodeOf('completed', 'completed')).toBe(0);
  expect(exitCodeOf('failed', 'failed')).toBe(10);
  expect(exitCodeOf('cancelled', 'stopped')).toBe(12);
  expect(exitCodeOf('completed', 'failed')).toBe(13);
  expect(exitCodeOf('completed', 'detached')).toBe(130);
  expect(exitCodeOf('failed', 'timeout')).toBe(124);
  expect(
    summarize(['completed', 'failed', 'completed'].map((ending) => end(ending as Ending))),
  ).toMatchObject({
    orders: 3,
    endings: { completed: 2, failed: 1 },
  });
});

it('starts an order under its id with the canonical bytes, and rejects a different order with that id', async () => {
  let status = 202;
  const type = 'DurableExecutionAlreadyStartedException';
  using aws = await fakeAws(() => ({
    status,
    headers:
      status === 202
        ? { 'x-amz-durable-execution-arn': executionArn }
        : { 'x-amzn-errortype': type },
    body: status === 202 ? '' : '{"message":"exists"}',
  }));
  const target = fakeTarget(aws.url, root());
  const event = { orderId, order: readOrderInput({ sample: 'low' }) };
  const submitted = await submitOrder({ target, outputs }, { event, via: 'invoke' });
  expect(submitted).toMatchObject({ orderId, total: 91.98, executionArn });
  expect(JSON.parse(aws.calls[0]?.body ?? '')).toEqual(event);
  status = 409;
  const second = submitOrder({ target, outputs }, { event, via: 'invoke' });
  await expect(second).rejects.toMatchObject({ exit: 6, code: 'Conflict' });
});
