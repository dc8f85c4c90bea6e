import { StopDurableExecutionCommand } from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startLambda, startManualHandler } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof startLambda>>;
let order: Awaited<ReturnType<typeof startManualHandler>>;
let sqs: SQSClient;

beforeAll(async () => {
  lambda = await startLambda();
  sqs = new SQSClient(lambda.config);
  lambda.sqs.put('dead-letters', {});
  order = await startManualHandler();
  const deadLetterArn = lambda.sqs.arn('dead-letters');
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

/** Returns the messages of the dead-letter queue and keeps them in it. */
async function readDeadLetters(of = lambda, client = sqs) {
  const QueueUrl = of.sqs.url('dead-letters');
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

it('sends the events of asynchronous executions that did not succeed, with the error', async () => {
  const fine = await start('fine');
  fine.invocation.respond({ Status: 'SUCCEEDED', Result: 'null' });
  const waited = await start('waited-for', 'RequestResponse');
  waited.invocation.respond({
    Status: 'FAILED',
    Error: { ErrorMessage: 'returned to the caller' },
  });
  await waited.started;
  const failed = await start('failed');
  failed.invocation.respond({
    Status: 'FAILED',
    Error: { ErrorType: 'StockError', ErrorMessage: 'No stock' },
  });
  const stopped = await start('stopped');
  const { DurableExecutionArn } = stopped.invocation.event;
  await lambda.client.send(new StopDurableExecutionCommand({ DurableExecutionArn }));

  const readOrderEvents = async () => (await readDeadLetters()).filter(({ body }) => body.order);
  await vi.waitUntil(async () => (await readOrderEvents()).length === 2, 10_000);
  expect(await readOrderEvents()).toEqual([
    {
      body: { order: 'failed' },
      attributes: { RequestID: expect.any(String), ErrorCode: '200', ErrorMessage: 'No stock' },
    },
    { body: { order: 'stopped' }, attributes: expect.objectContaining({ ErrorCode: '200' }) },
  ]);
});

it('sends events that the target of a rule refused, with the rule and the reason', async () => {
  const { invocation } = await start('undeliverable');
  invocation.respond({ Status: 'FAILED', Error: { ErrorMessage: 'x' } });
  const findRuleEvent = async () =>
    (await readDeadLetters()).find(
      ({ body }) => body.detail?.durableExecutionName === 'undeliverable',
    );
  await vi.waitUntil(findRuleEvent, 10_000);
  expect(await findRuleEvent()).toMatchObject({
    body: { detail: { status: 'FAILED' } },
    attributes: {
      RULE_ARN: 'arn:aws:events:us-east-2:000000000000:rule/to-nobody',
      TARGET_ARN: 'arn:aws:lambda:us-east-2:000000000000:function:none:1',
      ERROR_CODE: 'ResourceNotFoundException',
    },
  });
});

it('sends the events of plain functions that failed three times, but not if an attempt succeeded', async () => {
  // At this speed, the delay of one minute between two attempts takes 60 ms.
  const fast = await startLambda({ speed: 1000 });
  const client = new SQSClient(fast.config);
  fast.sqs.put('dead-letters', {});
  const deadLetterArn = fast.sqs.arn('dead-letters');
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
  const readPlainEvents = async () => readDeadLetters(fast, client);
  await vi.waitUntil(
    async () => fast.running() === 0 && (await readPlainEvents()).length === 1,
    10_000,
  );
  expect(await readPlainEvents()).toMatchObject([
    { body: { plain: 'hopeless' }, attributes: { ErrorCode: '200', ErrorMessage: 'not yet' } },
  ]);
  client.destroy();
  await fast.close();
});

it('keeps an unprocessed event across a restart', async () => {
  const first = await startLambda();
  const slow =
    'export const handler = async () => { await new Promise(() => setInterval(() => {}, 1000)); };';
  first.put('slow', { code: slow });
  await first.invoke('slow', { InvocationType: 'Event' });
  expect(first.running()).toBe(1);
  await first.close({ keep: true });
  const second = await startLambda({ directory: first.directory });
  second.put('slow', { code: "export const handler = async () => 'done';" });
  expect(second.running()).toBe(1);
  await second.close();
});
