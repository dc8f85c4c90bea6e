import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, it } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { readOrderInput } from '../../src/cli/order-input.ts';
import type { FollowEvent } from '../../src/orders/events.ts';
import { followOrder } from '../../src/orders/follow.ts';
import { submitOrder } from '../../src/orders/submit.ts';
import { type Answer, type Call, fakeAws, fakeTarget } from '../target/fake-aws.ts';
import { orderRecord } from './record.ts';

const outputs = {
  OrdersTableName: 'orders',
  OrderProcessingFunctionArn: 'arn:aws:lambda:us-east-2:000000000000:function:f',
  OrderProcessingAliasArn: 'arn:aws:lambda:us-east-2:000000000000:function:f:live',
};
const record = orderRecord(['validated']);
const { orderId, executionArn } = record;
const root = () => mkdtempSync(join(tmpdir(), 'orders-'));

const item = (order: OrderRecord | undefined): Answer => ({
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify(order ? { Item: marshall(order, { removeUndefinedValues: true }) } : {}),
});
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

async function all(url: string, signal = new AbortController().signal, heartbeatMs = 60_000) {
  const found = { orderId, executionArn, signal, heartbeatMs };
  const events: FollowEvent[] = [];
  for await (const event of followOrder(fakeTarget(url, root()), outputs, found)) {
    if (event.type !== 'snapshot') events.push(event);
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
  expect(told(await all(aws.url))).toEqual(['validated', 'gap', 'completed', 'end']);
});

it.each([
  ['TIMED_OUT', 11],
  ['STOPPED', 12],
  ['FAILED', 10],
])('ends when the execution is %s and the order never reached an end', async (status, exitCode) => {
  using aws = await fakeAws(tableOf([item(record)], status));
  expect((await all(aws.url)).at(-1)).toMatchObject({ type: 'end', exitCode });
});

it('ends 124 when the time is up and 130 when the person has seen enough; the order goes on', async () => {
  using aws = await fakeAws(tableOf([item(record)]));
  const late = await all(aws.url, AbortSignal.timeout(50));
  expect(late.at(-1)).toMatchObject({ ending: 'timeout', exitCode: 124, status: 'validated' });
  const left = await all(aws.url, AbortSignal.abort('SIGINT'));
  expect(left.at(-1)).toMatchObject({ ending: 'detached', exitCode: 130 });
});

it('shows a sign of life when nothing happens for long', async () => {
  using aws = await fakeAws(tableOf([item(record)]));
  const events = await all(aws.url, AbortSignal.timeout(100), 20);
  expect(told(events)).toContain('heartbeat');
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
