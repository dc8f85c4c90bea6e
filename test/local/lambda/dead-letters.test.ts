import { StopDurableExecutionCommand } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { aLambda, aPlayedHandler } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof aLambda>>;
let order: Awaited<ReturnType<typeof aPlayedHandler>>;
let sqs: SQSClient;

beforeAll(async () => {
  lambda = await aLambda();
  sqs = new SQSClient(lambda.config);
  lambda.queues.put('letters', {});
  order = await aPlayedHandler();
  const deadLetterArn = lambda.queues.arn('letters');
  lambda.put('order', { code: order.code, durable: 900, deadLetterArn });
  lambda.events.putRule({
    name: 'to-nobody',
    pattern: { detail: { status: ['FAILED'] } },
    targets: ['arn:aws:lambda:us-east-2:000000000000:function:none:1'],
    deadLetters: { 'arn:aws:lambda:us-east-2:000000000000:function:none:1': deadLetterArn },
  });
});
afterAll(async () => {
  order.close();
  sqs.destroy();
  await lambda.close();
});

/** The letters that are there now; they stay. */
async function letters(of = lambda, client = sqs) {
  const QueueUrl = of.queues.url('letters');
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
      MessageAttributeNames: ['All'],
    }),
  );
  return Messages.map(({ Body = '', MessageAttributes = {} }) => ({
    body: JSON.parse(Body),
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]),
    ),
  }));
}

const start = async (name: string, InvocationType: 'Event' | 'RequestResponse' = 'Event') => {
  const Payload = JSON.stringify({ order: name });
  const started = lambda.invoke('order', { InvocationType, DurableExecutionName: name, Payload });
  return { started, invocation: await order.next() };
};

it('are the events of asynchronous executions that did not succeed, with the error', async () => {
  const fine = await start('fine');
  fine.invocation.answer({ Status: 'SUCCEEDED', Result: 'null' });
  const waited = await start('waited-for', 'RequestResponse');
  waited.invocation.answer({ Status: 'FAILED', Error: { ErrorMessage: 'told at once' } });
  await waited.started;
  const failed = await start('failed');
  failed.invocation.answer({
    Status: 'FAILED',
    Error: { ErrorType: 'StockError', ErrorMessage: 'No stock' },
  });
  const stopped = await start('stopped');
  const { DurableExecutionArn } = stopped.invocation.event;
  await lambda.client.send(new StopDurableExecutionCommand({ DurableExecutionArn }));

  const ofOrders = async () => (await letters()).filter(({ body }) => body.order);
  await vi.waitUntil(async () => (await ofOrders()).length === 2, 10_000);
  expect(await ofOrders()).toEqual([
    {
      body: { order: 'failed' },
      attributes: { RequestID: expect.any(String), ErrorCode: '200', ErrorMessage: 'No stock' },
    },
    { body: { order: 'stopped' }, attributes: expect.objectContaining({ ErrorCode: '200' }) },
  ]);
});

it('are events that the target of a rule refused, with the rule and the reason', async () => {
  const { invocation } = await start('undeliverable');
  invocation.answer({ Status: 'FAILED', Error: { ErrorMessage: 'x' } });
  const ofRule = async () =>
    (await letters()).find(({ body }) => body.detail?.durableExecutionName === 'undeliverable');
  await vi.waitUntil(ofRule, 10_000);
  expect(await ofRule()).toMatchObject({
    body: { detail: { status: 'FAILED' } },
    attributes: {
      RULE_ARN: 'arn:aws:events:us-east-2:000000000000:rule/to-nobody',
      TARGET_ARN: 'arn:aws:lambda:us-east-2:000000000000:function:none:1',
      ERROR_CODE: 'ResourceNotFoundException',
    },
  });
});

it('are the events of plain functions that failed three times, and none that succeeded in between', async () => {
  // A minute between two attempts passes in 60 ms.
  const fast = await aLambda({ speed: 1000 });
  const client = new SQSClient(fast.config);
  fast.queues.put('letters', {});
  const deadLetterArn = fast.queues.arn('letters');
  const code = `
    let calls = 0;
    export const handler = async ({ plain, until }) => {
      calls += 1;
      console.log(plain + ' call ' + calls);
      if (calls < until) throw new RangeError('not yet');
    };`;
  fast.put('hopeful', { code, deadLetterArn });
  fast.put('hopeless', { code, deadLetterArn });
  for (const [name, until] of [
    ['hopeful', 3],
    ['hopeless', 9],
  ] as const) {
    const Payload = JSON.stringify({ plain: name, until });
    const { StatusCode } = await fast.invoke(name, { InvocationType: 'Event', Payload });
    expect(StatusCode).toBe(202);
  }
  const ofPlain = async () => letters(fast, client);
  await vi.waitUntil(async () => fast.running() === 0 && (await ofPlain()).length === 1, 10_000);
  expect(await ofPlain()).toMatchObject([
    { body: { plain: 'hopeless' }, attributes: { ErrorCode: '200', ErrorMessage: 'not yet' } },
  ]);
  client.destroy();
  await fast.close();
});

it('are not lost with a runtime that goes down before the event was processed', async () => {
  const first = await aLambda();
  const slow =
    'export const handler = async () => { await new Promise(() => setInterval(() => {}, 1000)); };';
  first.put('slow', { code: slow });
  await first.invoke('slow', { InvocationType: 'Event' });
  expect(first.running()).toBe(1);
  await first.close({ keep: true });
  const second = await aLambda({ directory: first.directory });
  second.put('slow', { code: "export const handler = async () => 'done';" });
  expect(second.running()).toBe(1);
  await second.close();
});
