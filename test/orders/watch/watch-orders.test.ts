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
  exitOf,
  type FollowEvent,
  isInner,
  summarize,
} from '../../../src/orders/watch/events.ts';
import { RunningOrders } from '../../../src/orders/watch/running-orders.ts';
import { followOrder, followOrders } from '../../../src/orders/watch/watch-orders.ts';
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

/** Answers looks at the table with one answer after the other, the last for ever. */
function tableOf(answers: readonly Answer[], status = 'RUNNING') {
  let look = 0;
  return (call: Call) => {
    if (!call.name.startsWith('DynamoDB')) return execution(status);
    look += 1;
    return answers[Math.min(look, answers.length) - 1] as Answer;
  };
}

interface Followed {
  readonly reason?: unknown;
  readonly heartbeatMs?: number;
  readonly recoveryMs?: number;
  /** Stops looking when this is told. */
  readonly enough?: (event: FollowEvent) => boolean;
}

async function all(url: string, { reason = 'SIGINT', enough, ...more }: Followed = {}) {
  const controller = new AbortController();
  const { signal } = controller;
  const found = { orderId, executionArn, signal, ...more };
  const events: FollowEvent[] = [];
  for await (const event of followOrder(fakeTarget(url, root()), outputs, found)) {
    if (!isInner(event)) events.push(event);
    if (enough?.(event)) controller.abort(reason);
  }
  return events;
}
const told = (events: FollowEvent[]) =>
  events.map((event) => (event.type === 'status' ? event.to : event.type));

it('tells every transition once, also those it missed, and ends with the order', async () => {
  const later = orderRecord(['validated', 'inventory-checked', 'payment-processed', 'completed']);
  using aws = await fakeAws(tableOf([item(undefined), item(record), item(record), item(later)]));
  const events = await all(aws.url);
  expect(told(events)).toEqual([
    'validated',
    'inventory-checked',
    'payment-processed',
    'completed',
    'end',
  ]);
  expect(events.at(-1)).toMatchObject({ ending: 'completed', exitCode: 0, elapsedMs: 4000 });
});

it('ends 10 with the reason when the order failed', async () => {
  const failure = { stage: 'check-inventory', code: 'out-of-stock', message: 'None' } as const;
  using aws = await fakeAws(tableOf([item(orderRecord(['validated', 'failed'], { failure }))]));
  expect((await all(aws.url)).at(-1)).toMatchObject({ exitCode: 10, failure });
});

it('survives throttling and goes on where it was', async () => {
  const done = orderRecord(['validated', 'completed']);
  const burst = Array.from({ length: 3 }, () => throttled);
  using aws = await fakeAws(tableOf([item(record), ...burst, item(done)]));
  expect(told(await all(aws.url))).toEqual(['validated', 'gap', 'gap-end', 'completed', 'end']);
});

it.each([
  ['TIMED_OUT', 11],
  ['STOPPED', 12],
  ['FAILED', 10],
])('ends when the execution is %s and the order never reached an end', async (status, exitCode) => {
  using aws = await fakeAws(tableOf([item(record)], status));
  const events = await all(aws.url, { recoveryMs: 100 });
  expect(events.at(-1)).toMatchObject({ type: 'end', exitCode });
});

it('ends 124 when the time is up and 130 when the person has seen enough; the order goes on', async () => {
  using aws = await fakeAws(tableOf([item(record)]));
  const enough = ({ type }: FollowEvent) => type === 'snapshot';
  const late = await all(aws.url, { enough, reason: new DOMException('', 'TimeoutError') });
  expect(late.at(-1)).toMatchObject({ ending: 'timeout', exitCode: 124, status: 'validated' });
  const left = await all(aws.url, { enough });
  expect(left.at(-1)).toMatchObject({ ending: 'detached', exitCode: 130 });
});

it('shows a sign of life when nothing happens for long, one for all orders', async () => {
  using aws = await fakeAws(tableOf([item(record)]));
  const isBeat = ({ type }: FollowEvent) => type === 'heartbeat';
  const events = await all(aws.url, { heartbeatMs: 20, enough: isBeat });
  expect(told(events)).toEqual(['validated', 'heartbeat', 'end']);
  const enough = new AbortController();
  const orders = [{ orderId }, { orderId: 'order-2' }, { orderId: 'order-3' }];
  const options = { orders, signal: enough.signal, heartbeatMs: 40 };
  const beats = [];
  for await (const event of followOrders(fakeTarget(aws.url, root()), outputs, options)) {
    if (event.type === 'heartbeat') beats.push(event);
    if (beats.length === 2) enough.abort('SIGINT');
  }
  expect(beats).toMatchObject([{ running: 3 }, { running: 3 }]);
});

it('says once that the credentials expired, and goes on when there are new ones', async () => {
  const signIn = (accessKeyId: string) =>
    writeFileSync(file, `[dev]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=s\n`);
  const directory = root();
  const file = join(directory, 'credentials');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file);
  vi.stubEnv('AWS_CONFIG_FILE', join(directory, 'none'));
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
  signIn('old');
  let looks = 0;
  const table = tableOf([item(record), item(orderRecord(['validated', 'completed']))]);
  using aws = await fakeAws((call) => {
    looks += 1;
    if (looks === 1 || call.accessKeyId === 'new') return table(call);
    if (looks === 4) signIn('new');
    return expired;
  });
  const clients = createClients({ region: 'us-east-2', endpoint: aws.url, profile: 'dev' });
  const target = fakeTarget(aws.url, directory, { clients });
  const { signal } = new AbortController();
  const events: FollowEvent[] = [];
  for await (const event of followOrder(target, outputs, { orderId, executionArn, signal })) {
    if (!isInner(event)) events.push(event);
  }
  vi.unstubAllEnvs();
  expect(told(events)).toEqual(['validated', 'gap', 'gap-end', 'completed', 'end']);
  expect(events[1]).toMatchObject({ reason: expect.stringMatching(/expired.*aws sso login/) });
});

it('does not begin to watch with credentials that never worked', async () => {
  using aws = await fakeAws(() => expired);
  await expect(all(aws.url)).rejects.toMatchObject({ name: 'ExpiredTokenException' });
});

const at = (seconds: number) => Date.parse('2026-11-22T08:12:04.000Z') / 1000 + seconds;
const happened = (EventType: string, EventId: number, more: object = {}) => ({
  EventType,
  EventId,
  Id: `id-${EventId}`,
  EventTimestamp: at(EventId),
  ...more,
});
const stepFailed = (EventId: number, CurrentAttempt: number, more = {}) =>
  happened('StepFailed', EventId, {
    Id: 'step',
    Name: 'check-inventory',
    StepFailedDetails: {
      Error: { Payload: { ErrorType: 'ProviderUnavailable', ErrorMessage: '503' } },
      RetryDetails: { CurrentAttempt, ...more },
    },
  });

it('tells every failed attempt once, where it belongs among the statuses, with the time to the next', async () => {
  const started = happened('ExecutionStarted', 0);
  const first = stepFailed(1, 1, { NextAttemptDelaySeconds: 60 });
  let asked = 0;
  const look = tableOf([item(orderRecord(['validated', 'inventory-checked']))]);
  using aws = await fakeAws((call) => {
    if (!call.name.endsWith('/history')) return look(call);
    asked += 1;
    return json({ Events: asked === 1 ? [started, first] : [started, first, stepFailed(2, 2)] });
  });
  const enough = (event: FollowEvent) => event.type === 'step' && event.attempt === 2;
  const events = await all(aws.url, { enough });
  expect(told(events)).toEqual(['step', 'validated', 'inventory-checked', 'step', 'end']);
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
  // Scarce: about once a second, however often the item is looked at.
  expect(asked).toBe(2);
});

it('shows an order that has ended as if it had been watched, with what its execution took', async () => {
  const done = orderRecord(['validated', 'completed']);
  const invocation = happened('InvocationCompleted', 4, {
    InvocationCompletedDetails: { StartTimestamp: at(0), EndTimestamp: at(4), RequestId: 'r' },
  });
  const history = [
    happened('ExecutionStarted', 0),
    happened('StepStarted', 1, { Id: 'step', Name: 'check-inventory' }),
    stepFailed(2, 1, { NextAttemptDelaySeconds: 1 }),
    happened('StepSucceeded', 3, { Id: 'step', Name: 'check-inventory' }),
    invocation,
    happened('ExecutionSucceeded', 5),
  ];
  const look = tableOf([item(done)]);
  let asked = 0;
  using aws = await fakeAws((call) => {
    if (!call.name.endsWith('/history')) return look(call);
    asked += 1;
    // The execution's end comes a moment after the order's.
    return json({ Events: asked === 1 ? history.slice(0, 4) : history });
  });
  const events = await all(aws.url);
  expect(told(events)).toEqual(['validated', 'step', 'completed', 'end']);
  expect(events.at(-1)).toMatchObject({
    activeMs: 4000,
    waitMs: 1000,
    invocations: 1,
    attempts: { 'check-inventory': 2 },
  });
});

it('tells in detail what goes well, too', async () => {
  const history = [
    happened('ExecutionStarted', 0),
    happened('StepSucceeded', 1, { Name: 'validate-order' }),
    happened('WaitStarted', 2, {
      Id: 'wait',
      Name: 'await-warehouse',
      WaitStartedDetails: { Duration: 300 },
    }),
    happened('InvocationCompleted', 3, {
      InvocationCompletedDetails: { StartTimestamp: at(0), EndTimestamp: at(3), RequestId: 'a' },
    }),
    happened('WaitSucceeded', 4, { Id: 'wait', Name: 'await-warehouse' }),
    happened('InvocationCompleted', 5, {
      InvocationCompletedDetails: { StartTimestamp: at(4), EndTimestamp: at(5), RequestId: 'b' },
    }),
    happened('ExecutionSucceeded', 6),
  ];
  const look = tableOf([item(orderRecord(['completed']))]);
  using aws = await fakeAws((call) =>
    call.name.endsWith('/history') ? json({ Events: history }) : look(call),
  );
  const { signal } = new AbortController();
  const stream = followOrder(fakeTarget(aws.url, root()), outputs, {
    orderId,
    executionArn,
    signal,
    detail: true,
  });
  const events: FollowEvent[] = [];
  for await (const event of stream) if (!isInner(event)) events.push(event);
  expect(events.filter(({ type }) => type !== 'status' && type !== 'end')).toMatchObject([
    { type: 'step', step: 'validate-order', state: 'succeeded' },
    { type: 'wait', state: 'started', until: '2026-11-22T08:12:11.000Z' },
    { type: 'invocation', n: 1, replayed: 0, tookMs: 3000, requestId: 'a' },
    { type: 'wait', state: 'ended' },
    { type: 'invocation', n: 2, replayed: 1, tookMs: 1000, requestId: 'b' },
  ]);
});

it('says once for each that invocations end one after the other without a new checkpoint', async () => {
  const begin = (EventId: number) =>
    happened('StepStarted', EventId, { Id: 'step', Name: 'process-payment' });
  const timedOut = (EventId: number) =>
    happened('InvocationCompleted', EventId, {
      InvocationCompletedDetails: {
        StartTimestamp: at(EventId - 1),
        EndTimestamp: at(EventId),
        RequestId: `r${EventId}`,
        Error: { Payload: { ErrorType: 'Sandbox.Timedout', ErrorMessage: 'Task timed out' } },
      },
    });
  const history = [
    happened('ExecutionStarted', 0),
    begin(1),
    timedOut(2),
    begin(3),
    timedOut(4),
    begin(5),
    timedOut(6),
  ];
  let asked = 0;
  const look = tableOf([item(record)]);
  using aws = await fakeAws((call) => {
    if (!call.name.endsWith('/history')) return look(call);
    asked += 1;
    return json({ Events: history.slice(0, asked === 1 ? 5 : 7) });
  });
  const enough = (event: FollowEvent) => event.type === 'stuck' && event.invocations === 3;
  const events = await all(aws.url, { enough });
  expect(events.filter(({ type }) => type === 'stuck')).toMatchObject([
    { invocations: 2, since: '2026-11-22T08:12:05.000Z', step: 'process-payment' },
    { invocations: 3, error: { type: 'Sandbox.Timedout', message: 'Task timed out' } },
  ]);
  expect(events.filter(({ type }) => type === 'invocation')).toHaveLength(3);
});

it('waits for an order to be recovered when its execution was stopped', async () => {
  const undone = orderRecord(['validated', 'cancelled']);
  let asked = 0;
  let looks = 0;
  using aws = await fakeAws((call) => {
    if (call.name.startsWith('DynamoDB')) {
      looks += asked > 0 ? 1 : 0;
      return item(looks < 8 ? record : undone);
    }
    if (!call.name.endsWith('/history')) asked += 1;
    return execution('STOPPED');
  });
  const events = await all(aws.url);
  expect(told(events)).toEqual(['validated', 'cancelled', 'end']);
  expect(events.at(-1)).toMatchObject({ ending: 'cancelled', exitCode: 12 });
});

it('looks no further than the status that is asked for', async () => {
  const past = orderRecord(['validated', 'inventory-checked', 'payment-processed']);
  using aws = await fakeAws(tableOf([item(record), item(past)]));
  const { signal } = new AbortController();
  const target = fakeTarget(aws.url, root());
  const follow = async (until: 'inventory-checked' | 'shipped') => {
    const events: FollowEvent[] = [];
    const options = { orderId, executionArn, signal, until };
    for await (const event of followOrder(target, outputs, options)) events.push(event);
    return events.at(-1);
  };
  expect(await follow('inventory-checked')).toMatchObject({
    ending: 'reached',
    exitCode: 0,
    status: 'inventory-checked',
    elapsedMs: 2000,
  });
  const failed = orderRecord(['validated', 'failed']);
  using other = await fakeAws(tableOf([item(failed)]));
  const stream = followOrder(fakeTarget(other.url, root()), outputs, {
    orderId,
    signal,
    until: 'shipped',
  });
  const ends = [];
  for await (const event of stream) if (event.type === 'end') ends.push(event);
  expect(ends).toMatchObject([{ ending: 'failed', exitCode: 10 }]);
});

it('leaves the others when one ends badly and that is asked for', async () => {
  const failed = orderRecord(['validated', 'failed'], { orderId: 'order-2' });
  using aws = await fakeAws(tableOf([items([record, failed])]));
  const { signal } = new AbortController();
  const orders = [{ orderId }, { orderId: 'order-2' }];
  const options = { orders, signal, failFast: true };
  const ends: EndEvent[] = [];
  for await (const event of followOrders(fakeTarget(aws.url, root()), outputs, options)) {
    if (event.type === 'end') ends.push(event);
  }
  expect(ends.map(({ ending }) => ending)).toEqual(['failed', 'detached']);
  expect(summarize(ends, { failFast: true }).exitCode).toBe(10);
});

it('says that the machine slept, and how much happened meanwhile', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(record.updatedAt) });
  const done = orderRecord(['validated', 'inventory-checked', 'completed']);
  let looks = 0;
  using aws = await fakeAws((call) => {
    if (!call.name.startsWith('DynamoDB')) return execution('RUNNING');
    looks += 1;
    return item(looks === 1 ? record : done);
  });
  // In the pause after the first look.
  const sleep = () => setImmediate(() => vi.setSystemTime(Date.parse(done.updatedAt) + 60_000));
  const target = fakeTarget(aws.url, root(), { pollMs: 300 });
  const { signal } = new AbortController();
  const events: FollowEvent[] = [];
  try {
    for await (const event of followOrder(target, outputs, { orderId, executionArn, signal })) {
      if (!isInner(event)) events.push(event);
      if (looks === 1 && event.type === 'snapshot') sleep();
    }
  } finally {
    vi.useRealTimers();
  }
  expect(told(events)).toEqual([
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

/** Lists executions: those that are running, or those that began lately. */
const listed = (...executions: readonly [id: string, status: string, startedAt: number][]) =>
  json({
    DurableExecutions: executions.map(([id, Status, seconds]) => ({
      DurableExecutionArn: `arn:${id}`,
      DurableExecutionName: id,
      Status,
      StartTimestamp: at(seconds),
    })),
  });

async function followRunning(target: Target, running = new RunningOrders(target, outputs, {})) {
  const { signal } = new AbortController();
  const events: FollowEvent[] = [];
  for await (const event of followOrders(target, outputs, { orders: [], running, signal })) {
    events.push(event);
  }
  return events;
}
const comings = (events: readonly FollowEvent[]) =>
  events.flatMap((event) =>
    event.type === 'join' || event.type === 'end' ? [`${event.type} ${event.orderId}`] : [],
  );

it('follows the orders on their way, and those that begin meanwhile however short they are, until none is left', async () => {
  const second = orderRecord(['validated', 'failed'], { orderId: 'order-2' });
  const done = orderRecord(['validated', 'completed']);
  let listings = 0;
  using aws = await fakeAws((call) => {
    if (call.name.startsWith('DynamoDB'))
      return items(call.body.includes('order-2') ? [second] : [done]);
    listings += 1;
    if (listings === 1) return listed([orderId, 'RUNNING', 1]);
    if (call.query.has('Statuses')) return listed();
    return listed(
      ['order-old', 'SUCCEEDED', 0],
      [orderId, 'SUCCEEDED', 1],
      ['order-2', 'FAILED', 2],
    );
  });
  expect(comings(await followRunning(fakeTarget(aws.url, root())))).toEqual([
    `join ${orderId}`,
    `end ${orderId}`,
    'join order-2',
    'end order-2',
  ]);
});

it('goes on looking at orders while it cannot be listed which there are', async () => {
  const done = orderRecord(['validated', 'completed']);
  let looks = 0;
  let refused = 0;
  class Throttled extends RunningOrders {
    override async newcomers() {
      if (looks === 0) return [{ orderId, executionArn }];
      if (refused === 3) return [];
      refused += 1;
      throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    }
  }
  using aws = await fakeAws(() => {
    looks += 1;
    return item(looks < 3 ? record : done);
  });
  const target = fakeTarget(aws.url, root());
  const events = await followRunning(target, new Throttled(target, outputs, {}));
  // Only when there is nothing else to look at, it matters.
  expect(events.filter((event) => !isInner(event)).map(({ type }) => type)).toEqual([
    'status',
    'status',
    'end',
    'gap',
    'gap-end',
  ]);
});

it('tells what one call answered when the next one fails, and the rest when that can be seen again', async () => {
  const ids = Array.from({ length: 150 }, (_, index) => `order-${index}`);
  let calls = 0;
  using aws = await fakeAws(({ body }) => {
    calls += 1;
    if (calls === 2) return throttled;
    const { Keys } = JSON.parse(body).RequestItems.orders as { Keys: { orderId: { S: string } }[] };
    return items(Keys.map(({ orderId: { S } }) => orderRecord(['completed'], { orderId: S })));
  });
  const orders = ids.map((each) => ({ orderId: each }));
  const { signal } = new AbortController();
  const events: FollowEvent[] = [];
  const stream = followOrders(fakeTarget(aws.url, root()), outputs, { orders, signal });
  for await (const event of stream) if (!isInner(event)) events.push(event);
  const counts = (of: readonly FollowEvent[]) => of.filter(({ type }) => type === 'status').length;
  const gap = events.findIndex(({ type }) => type === 'gap');
  expect(counts(events.slice(0, gap))).toBe(100);
  expect(events[gap + 1]).toMatchObject({ type: 'gap-end' });
  expect(counts(events.slice(gap))).toBe(50);
});

it('asks one list about many orders that stand still, and further only about those that it lacks', async () => {
  const ids = Array.from({ length: 25 }, (_, index) => `order-${index}`);
  const still = ids.map((each) => orderRecord(['validated'], { orderId: each }));
  let lists = 0;
  let gets = 0;
  using aws = await fakeAws((call) => {
    if (call.name.startsWith('DynamoDB')) return items(still);
    if (call.query.has('Statuses')) {
      lists += 1;
      return listed(...ids.slice(1).map((each): [string, string, number] => [each, 'RUNNING', 1]));
    }
    gets += 1;
    return json({ Status: 'STOPPED', EndTimestamp: Date.now() / 1000 - 3600 });
  });
  const enough = new AbortController();
  const orders = ids.map((each) => ({ orderId: each, executionArn: `arn:${each}` }));
  const options = { orders, signal: enough.signal };
  const ends: EndEvent[] = [];
  for await (const event of followOrders(fakeTarget(aws.url, root()), outputs, options)) {
    if (event.type !== 'end') continue;
    ends.push(event);
    enough.abort('SIGINT');
  }
  expect(ends[0]).toMatchObject({ orderId: 'order-0', ending: 'stopped' });
  expect({ lists, gets }).toEqual({ lists: 1, gets: 1 });
});

it('ends 5 when the stack is destroyed under it', async () => {
  const gone: Answer = {
    status: 400,
    headers: { 'content-type': 'application/x-amz-json-1.0' },
    body: '{"__type":"ResourceNotFoundException","message":"Table orders not found"}',
  };
  using aws = await fakeAws(tableOf([item(record), gone]));
  expect((await all(aws.url)).at(-1)).toMatchObject({ ending: 'gone', exitCode: 5 });
});

it('believes at once that an execution ended long ago, and tells its end as of then', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: at(3600) * 1000 });
  const EndTimestamp = at(60);
  let asked = 0;
  using aws = await fakeAws((call) => {
    if (call.name.startsWith('DynamoDB')) return item(record);
    if (!call.name.endsWith('/history')) {
      asked += 1;
      return json({ Status: 'TIMED_OUT', EndTimestamp });
    }
    return json({ Events: [happened('ExecutionStarted', 0), happened('ExecutionTimedOut', 60)] });
  });
  const events = await all(aws.url).finally(() => vi.useRealTimers());
  expect(events.at(-1)).toMatchObject({
    exitCode: 11,
    ts: '2026-11-22T08:13:04.000Z',
    elapsedMs: 60_000,
  });
  expect(asked).toBe(1);
});

it('ends 5 when there is neither an item nor an execution any more', async () => {
  using aws = await fakeAws((call) =>
    call.name.startsWith('DynamoDB') ? item(undefined) : { ...notFound, status: 404 },
  );
  expect((await all(aws.url)).at(-1)).toMatchObject({ ending: 'gone', exitCode: 5 });
});

it('follows several through one batch a look, without their histories, each to its own end', async () => {
  const done = orderRecord(['validated', 'completed'], { orderId: 'order-done' });
  const failed = orderRecord(['validated', 'failed'], { orderId: 'order-failed' });
  let look = 0;
  using aws = await fakeAws(({ name }) => {
    if (!name.startsWith('DynamoDB')) return execution('RUNNING');
    look += 1;
    return items(look < 3 ? [done] : [failed]);
  });
  const orders = [{ orderId: 'order-done' }, { orderId: 'order-failed' }];
  const { signal } = new AbortController();
  const stream = followOrders(fakeTarget(aws.url, root()), outputs, { orders, signal });
  const events: FollowEvent[] = [];
  for (;;) {
    const next = await stream.next();
    if (!next.done) events.push(next.value);
    else {
      expect(next.value.map(({ exitCode }) => exitCode)).toEqual([0, 10]);
      break;
    }
  }
  const ends = events.filter(({ type }) => type === 'end');
  expect(ends.map((each) => 'orderId' in each && each.orderId)).toEqual([
    'order-done',
    'order-failed',
  ]);
  const keys = aws.calls.map(({ body }) => JSON.parse(body).RequestItems.orders.Keys.length);
  expect(keys).toEqual([2, 1, 1]);
});

it('gives several the code that they have in common, 13 if none, and that of leaving before either', () => {
  const end = (ending: Ending): EndEvent => ({
    type: 'end',
    ts: '',
    orderId,
    status: 'validated',
    ending,
    exitCode: exitOf(ending),
    elapsedMs: 0,
  });
  const together = (...endings: Ending[]) => summarize(endings.map(end)).exitCode;
  expect(together('completed', 'completed')).toBe(0);
  expect(together('failed', 'failed')).toBe(10);
  expect(together('cancelled', 'stopped')).toBe(12);
  expect(together('completed', 'failed')).toBe(13);
  expect(together('completed', 'detached')).toBe(130);
  expect(together('failed', 'timeout')).toBe(124);
  expect(
    summarize(['completed', 'failed', 'completed'].map((each) => end(each as Ending))),
  ).toMatchObject({
    orders: 3,
    endings: { completed: 2, failed: 1 },
  });
});

it('starts an order under its id with the canonical bytes, and calls another order by that id a conflict', async () => {
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
  const submitted = await submitOrder(target, outputs, { event, via: 'invoke' });
  expect(submitted).toMatchObject({ orderId, total: 91.98, executionArn });
  expect(JSON.parse(aws.calls[0]?.body ?? '')).toEqual(event);
  status = 409;
  const again = submitOrder(target, outputs, { event, via: 'invoke' });
  await expect(again).rejects.toMatchObject({ exit: 6, code: 'Conflict' });
});
