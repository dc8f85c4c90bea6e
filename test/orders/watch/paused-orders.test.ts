import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, it } from 'vitest';
import { isViewEvent, type WatchEvent } from '../../../src/orders/watch/events.ts';
import { RunningOrders } from '../../../src/orders/watch/running-orders.ts';
import { watchOrder, watchOrders } from '../../../src/orders/watch/watch-orders.ts';
import { type Answer, fakeAws, fakeTarget } from '../../aws/fake-aws.ts';
import { full } from '../../support/full.ts';
import { orderRecord } from '../record.ts';

const outputs = {
  OrdersTableName: 'orders',
  OrderProcessingFunctionArn: 'arn:aws:lambda:us-east-2:000000000000:function:f',
};
const record = orderRecord(['validated']);
const completed = orderRecord(['validated', 'completed']);
const { orderId, executionArn } = record;
const root = () => mkdtempSync(join(tmpdir(), 'orders-'));
const json = (body: object): Answer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const items = (...orders: readonly object[]) =>
  json({ Responses: { orders: orders.map((order) => marshall(order)) } });
const pausedAt = Date.parse(record.updatedAt) + 60_000;
const PauseDetails = { PauseRequestTimestamp: pausedAt / 1000, Reason: 'outage' };

interface Scenario {
  /** Status of the execution. */
  readonly status: string;
  /** After this many polls of the table the order is completed; absent if it does not end. */
  readonly pollsUntilEnd?: number;
  readonly history?: readonly object[];
}

/** Number of polls of the table after the execution was read, before the watch is detached. */
const pollsAfterRead = 20;

/** Watches an order whose execution has a status. An order that does not end is detached a moment after its execution was read twice. */
async function watchWith({ status, pollsUntilEnd, history }: Scenario) {
  const detach = new AbortController();
  let polls = 0;
  let reads = 0;
  let pollsAtRead = 0;
  using aws = await fakeAws(({ name }) => {
    if (name.endsWith('/history')) {
      return history ? json({ Events: history }) : { status: 403, body: '{}' };
    }
    if (!name.startsWith('DynamoDB')) {
      reads += 1;
      pollsAtRead = polls;
      const details = status.startsWith('PAUS') ? { PauseDetails } : {};
      return json({ DurableExecutionArn: executionArn, Status: status, ...details });
    }
    polls += 1;
    if (pollsUntilEnd !== undefined) {
      return items(reads > 0 && polls > pollsUntilEnd ? completed : record);
    }
    if (reads >= 2 && polls > pollsAtRead + pollsAfterRead) detach.abort('SIGINT');
    return items(record);
  });
  const stack = { target: fakeTarget(aws.url, root()), outputs };
  const options = { orderId, executionArn, signal: detach.signal, recoveryMs: 20 };
  const events: WatchEvent[] = [];
  for await (const event of watchOrder(stack, options)) {
    if (!isViewEvent(event)) events.push(event);
  }
  return events;
}

// The short run tests below that the watch of the other orders does not end.
it.each(full ? ['PAUSED', 'PAUSING', 'QUEUED'] : ['PAUSED'])(
  'does not end while the execution is %s, and ends with the order',
  async (status) => {
    const end = (await watchWith({ status, pollsUntilEnd: 40 })).at(-1);
    expect(end).toMatchObject({ type: 'end', ending: 'completed', exitCode: 0 });
    const detached = (await watchWith({ status })).at(-1);
    expect(detached).toMatchObject({ type: 'end', ending: 'detached', exitCode: 130 });
  },
);

it('ends as gone if the execution is being deleted and the order has no terminal status', async () => {
  const events = await watchWith({ status: 'DELETING' });
  expect(events.at(-1)).toMatchObject({ type: 'end', ending: 'gone', exitCode: 5 });
});

it('reports the pause with its reason, without a history', async () => {
  const events = await watchWith({ status: 'PAUSED' });
  expect(events.filter(({ type }) => type === 'paused')).toEqual([
    { type: 'paused', ts: new Date(pausedAt).toISOString(), orderId, reason: 'outage' },
  ]);
});

it.each([
  ['PAUSING', 'with'],
  ['QUEUED', 'without'],
])('reports the status %s as it is, %s a history', async (status, withHistory) => {
  const started = { EventId: 1, EventType: 'ExecutionStarted', EventTimestamp: 1, Id: 'execution' };
  const history = [{ ...started, ExecutionStartedDetails: {} }];
  const events = await watchWith({ status, ...(withHistory === 'with' ? { history } : {}) });
  expect(events.filter(({ type }) => type === 'execution')).toMatchObject([{ orderId, status }]);
  expect(events.at(-1)).toMatchObject({ type: 'end', ending: 'detached', exitCode: 130 });
});

it('reports pauses from the history once, each at its time, with how long it was', async () => {
  const event = (EventId: number, EventType: string, more: object = {}) => ({
    EventId,
    EventType,
    EventTimestamp: pausedAt / 1000 + EventId,
    Id: 'execution',
    ...more,
  });
  const history = [
    event(1, 'ExecutionStarted', { ExecutionStartedDetails: {} }),
    event(2, 'ExecutionPaused', { ExecutionPausedDetails: { Reason: { Payload: 'outage' } } }),
    event(3, 'SomethingNew'),
    event(5, 'ExecutionResumed', { ExecutionResumedDetails: {} }),
    event(6, 'ExecutionSucceeded', { ExecutionSucceededDetails: {} }),
  ];
  const events = await watchWith({ status: 'RUNNING', pollsUntilEnd: 20, history });
  expect(events.filter(({ type }) => /paused|resumed/.test(type))).toEqual([
    { type: 'paused', ts: new Date(pausedAt + 2000).toISOString(), orderId, reason: 'outage' },
    { type: 'resumed', ts: new Date(pausedAt + 5000).toISOString(), orderId, pausedMs: 3000 },
  ]);
});

it('watches paused orders with --all, and reports pause and resume from the lists', async () => {
  const ids = ['order-1111111111', 'order-2222222222'];
  const orders = ids.map((id) => orderRecord(['validated'], { orderId: id }));
  let polls = 0;
  const execution = (id: string, Status: string) => ({
    DurableExecutionArn: `arn:${id}`,
    DurableExecutionName: id,
    Status,
    StartTimestamp: 1,
  });
  const detach = new AbortController();
  using aws = await fakeAws(({ name, query }) => {
    if (name.startsWith('DynamoDB')) {
      polls += 1;
      return items(...orders);
    }
    if (!name.endsWith('/durable-executions')) return json({ Status: 'RUNNING' });
    const all = [execution(ids[0] ?? '', 'PAUSED'), execution(ids[1] ?? '', 'RUNNING')];
    const status = query.get('Statuses');
    return json({
      DurableExecutions: all.filter(({ Status }) => status === null || Status === status),
    });
  });
  const stack = { target: fakeTarget(aws.url, root()), outputs };
  const events: WatchEvent[] = [];
  const running = new RunningOrders(stack, {});
  for await (const event of watchOrders(stack, { orders: [], running, signal: detach.signal })) {
    events.push(event);
    if (polls > 5) detach.abort('SIGINT');
  }
  expect(events.flatMap((event) => (event.type === 'join' ? event.orderId : [])).sort()).toEqual(
    ids,
  );
  expect(events.filter(({ type }) => type === 'paused')).toMatchObject([{ orderId: ids[0] }]);
  expect(running.executionStatus(ids[0] ?? '')?.status).toBe('PAUSED');
});
