import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  DeleteFunctionEventInvokeConfigCommand,
  GetFunctionEventInvokeConfigCommand,
  ListFunctionEventInvokeConfigsCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { checkResponses } from '../../support/api-model.ts';
import { startLambda } from './fixture.ts';

const directory = mkdtempSync(join(tmpdir(), 'attempts-'));
const attempts = join(directory, 'attempts');
let lambda: Awaited<ReturnType<typeof startLambda>>;
let sqs: SQSClient;
let faults: string[];

beforeAll(async () => {
  appendFileSync(attempts, '');
  // At this speed, the delay of one minute before the second attempt takes 60 ms.
  lambda = await startLambda({ speed: 1000 });
  faults = checkResponses(lambda.client);
  sqs = new SQSClient(lambda.config);
  lambda.sqs.put('dead-letters', {});
  const deadLetterArn = lambda.sqs.arn('dead-letters');
  const code = `import { appendFileSync } from 'node:fs';
    export const handler = async ({ name }) => {
      appendFileSync(${JSON.stringify(attempts)}, name + '\\n');
      throw new Error('failed ' + name);
    };`;
  lambda.put('plain', { code, deadLetterArn });
  lambda.put('durable', { code, durable: 60 });
  lambda.put('managed', { code });
  lambda.put('bare', { code });
  for (const name of ['plain', 'managed']) {
    const alias = { FunctionName: name, Name: 'live', FunctionVersion: '1' };
    await lambda.client.send(new CreateAliasCommand(alias));
  }
});
afterAll(async () => {
  sqs.destroy();
  await lambda.close();
  rmSync(directory, { recursive: true });
});

const FunctionName = 'plain';

/** Invokes the function and returns the number of its attempts when the event is in the dead-letter queue. */
async function countAttempts(name: string, Qualifier: string): Promise<number> {
  await lambda.invoke(FunctionName, {
    InvocationType: 'Event',
    Qualifier,
    Payload: JSON.stringify({ name }),
  });
  const QueueUrl = lambda.sqs.url('dead-letters');
  const receive = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 0,
    MessageAttributeNames: ['All'],
  });
  await vi.waitUntil(async () => {
    const { Messages = [] } = await sqs.send(receive);
    return Messages.some(
      ({ MessageAttributes }) =>
        MessageAttributes?.['ErrorMessage']?.StringValue === `failed ${name}`,
    );
  }, 10_000);
  return readFileSync(attempts, 'utf8')
    .split('\n')
    .filter((line) => line === name).length;
}

// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html
it('retries the events of a qualifier as often as its configuration says', async () => {
  const put = (Qualifier: string, MaximumRetryAttempts: number) =>
    lambda.client.send(
      new PutFunctionEventInvokeConfigCommand({ FunctionName, Qualifier, MaximumRetryAttempts }),
    );
  await put('live', 0);
  await put('1', 1);
  expect(await countAttempts('never', 'live')).toBe(1);
  expect(await countAttempts('once', '1')).toBe(2);
  expect(await countAttempts('by-default', '$LATEST')).toBe(3);
});

it('discards an event that is too old before its next attempt', async () => {
  const target = { FunctionName, Qualifier: '1' };
  const put = new PutFunctionEventInvokeConfigCommand({ ...target, MaximumEventAgeInSeconds: 60 });
  await lambda.client.send(put);
  expect(await countAttempts('old', '1')).toBe(1);
});

// https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html
it('replaces, changes, lists and removes configurations', async () => {
  const FunctionName = 'managed';
  const target = { FunctionName, Qualifier: 'live' };
  const get = () => lambda.client.send(new GetFunctionEventInvokeConfigCommand(target));
  await lambda.client.send(
    new PutFunctionEventInvokeConfigCommand({ ...target, MaximumEventAgeInSeconds: 100 }),
  );
  const replaced = await get();
  expect(replaced.MaximumEventAgeInSeconds).toBe(100);
  expect(replaced.MaximumRetryAttempts).toBeUndefined();
  expect(replaced.FunctionArn).toMatch(/:function:managed:live$/);
  expect(replaced.DestinationConfig).toEqual({ OnSuccess: {}, OnFailure: {} });
  await lambda.client.send(
    new UpdateFunctionEventInvokeConfigCommand({ ...target, MaximumRetryAttempts: 2 }),
  );
  expect(await get()).toMatchObject({ MaximumEventAgeInSeconds: 100, MaximumRetryAttempts: 2 });
  const first = { FunctionName, Qualifier: '1', MaximumRetryAttempts: 0 };
  await lambda.client.send(new PutFunctionEventInvokeConfigCommand(first));
  const list = () =>
    lambda.client.send(new ListFunctionEventInvokeConfigsCommand({ FunctionName }));
  const { FunctionEventInvokeConfigs: before = [] } = await list();
  expect(before.map(({ FunctionArn = '' }) => FunctionArn.split(':').at(-1))).toEqual([
    '1',
    'live',
  ]);
  await lambda.client.send(new DeleteAliasCommand({ FunctionName, Name: 'live' }));
  expect((await list()).FunctionEventInvokeConfigs).toHaveLength(1);
  expect(faults).toEqual([]);
});

describe('refuses a configuration that is invalid or not served, and names the fault', () => {
  const OnFailure = { Destination: 'arn:aws:sqs:us-east-2:000000000000:q' };
  it.each<[string, object]>([
    ['at least one of error handling or destination setting', {}],
    ["Value '3' at 'maximumRetryAttempts'", { MaximumRetryAttempts: 3 }],
    ["Value '59' at 'maximumEventAgeInSeconds'", { MaximumEventAgeInSeconds: 59 }],
    ["Value '21601' at 'maximumEventAgeInSeconds'", { MaximumEventAgeInSeconds: 21_601 }],
    ['does not implement DestinationConfig.OnFailure', { DestinationConfig: { OnFailure } }],
    ['Function not found', { FunctionName: 'none', MaximumRetryAttempts: 1 }],
    ['Function not found', { Qualifier: 'none', MaximumRetryAttempts: 1 }],
    ['of durable functions', { FunctionName: 'durable', MaximumRetryAttempts: 1 }],
  ])('%s', async (message, input) => {
    const command = new PutFunctionEventInvokeConfigCommand({ FunctionName, ...input });
    await expect(lambda.client.send(command)).rejects.toThrow(message);
  });

  it('no configuration', async () => {
    const FunctionName = 'bare';
    const commands = [
      new GetFunctionEventInvokeConfigCommand({ FunctionName }),
      new DeleteFunctionEventInvokeConfigCommand({ FunctionName }),
      new UpdateFunctionEventInvokeConfigCommand({ FunctionName, MaximumRetryAttempts: 1 }),
    ];
    for (const command of commands) {
      await expect(
        lambda.client.send(command as GetFunctionEventInvokeConfigCommand),
      ).rejects.toThrow("bare:$LATEST doesn't have an EventInvokeConfig");
    }
  });
});
