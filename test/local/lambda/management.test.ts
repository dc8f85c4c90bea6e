import {
  CreateAliasCommand,
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  InvokeCommand,
  type LambdaClient,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  StopDurableExecutionCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { aLambda, aPlayedHandler } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof aLambda>>;
let client: LambdaClient;

beforeAll(async () => {
  lambda = await aLambda();
  ({ client } = lambda);
});
afterAll(() => lambda.close());

const zip = (code: string) => zipSync({ 'index.mjs': Buffer.from(code) });
const says = (what: string) =>
  zip(`export const handler = async () => process.env.WHO + ' ${what}';`);

const create = (FunctionName: string, more: Partial<CreateFunctionCommandInput> = {}) =>
  client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/r',
      Code: { ZipFile: says('one') },
      Environment: { Variables: { WHO: 'I' } },
      ...more,
    }),
  );

async function call(FunctionName: string, Qualifier?: string): Promise<unknown> {
  const { Payload } = await client.send(new InvokeCommand({ FunctionName, Qualifier }));
  return JSON.parse(Buffer.from(Payload ?? []).toString() || 'null');
}

it('makes a function that runs, with what it was given and the defaults of the rest', async () => {
  const made = await create('made', { Timeout: 7, TracingConfig: { Mode: 'Active' } });
  expect(made).toMatchObject({
    $metadata: { httpStatusCode: 201 },
    FunctionName: 'made',
    Version: '$LATEST',
    Timeout: 7,
    MemorySize: 128,
    TracingConfig: { Mode: 'Active' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/made' },
    State: 'Active',
  });
  await waitUntilFunctionActiveV2({ client, maxWaitTime: 5 }, { FunctionName: 'made' });
  expect(await call('made')).toBe('I one');
});

it('keeps published versions as they were, and moves an alias from one to the next', async () => {
  await create('kept', { Publish: true });
  await client.send(
    new CreateAliasCommand({
      FunctionName: 'kept',
      Name: 'live',
      FunctionVersion: '1',
      Description: 'what runs',
    }),
  );
  await client.send(new UpdateFunctionCodeCommand({ FunctionName: 'kept', ZipFile: says('two') }));
  await client.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: 'kept',
      Environment: { Variables: { WHO: 'You' } },
      Description: 'new',
    }),
  );
  expect([await call('kept'), await call('kept', 'live')]).toEqual(['You two', 'I one']);
  const published = await client.send(new PublishVersionCommand({ FunctionName: 'kept' }));
  expect(published).toMatchObject({ Version: '2', Description: 'new' });
  const again = await client.send(new PublishVersionCommand({ FunctionName: 'kept' }));
  expect(again.Version).toBe('2');
  await client.send(
    new UpdateAliasCommand({ FunctionName: 'kept', Name: 'live', FunctionVersion: '2' }),
  );
  expect(await call('kept', 'live')).toBe('You two');
  expect(
    await client.send(new GetAliasCommand({ FunctionName: 'kept', Name: 'live' })),
  ).toMatchObject({ FunctionVersion: '2', Description: 'what runs' });
});

it('lists functions, versions and aliases in pages', async () => {
  await create('paged', { Publish: true });
  for (const what of ['two', 'three']) {
    const command = new UpdateFunctionCodeCommand({ FunctionName: 'paged', ZipFile: says(what) });
    await client.send(command);
    await client.send(new PublishVersionCommand({ FunctionName: 'paged' }));
  }
  const first = await client.send(
    new ListVersionsByFunctionCommand({ FunctionName: 'paged', MaxItems: 3 }),
  );
  const { NextMarker: Marker } = first;
  const second = await client.send(
    new ListVersionsByFunctionCommand({ FunctionName: 'paged', MaxItems: 3, Marker }),
  );
  const versions = [first, second].flatMap((page) => page.Versions?.map((each) => each.Version));
  expect(versions).toEqual(['$LATEST', '1', '2', '3']);
  expect(second.NextMarker).toBeUndefined();
  const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
  expect(Functions.map((each) => each.FunctionName)).toContain('paged');
  for (const Name of ['a', 'b']) {
    const command = new CreateAliasCommand({ FunctionName: 'paged', Name, FunctionVersion: '1' });
    await client.send(command);
  }
  await client.send(new DeleteAliasCommand({ FunctionName: 'paged', Name: 'a' }));
  const { Aliases } = await client.send(new ListAliasesCommand({ FunctionName: 'paged' }));
  expect(Aliases?.map((each) => each.Name)).toEqual(['b']);
});

it('deletes a version that nothing points to, and a function with all it has', async () => {
  await create('gone', { Publish: true });
  const one = { FunctionName: 'gone', Qualifier: '1' };
  await client.send(
    new CreateAliasCommand({ FunctionName: 'gone', Name: 'live', FunctionVersion: '1' }),
  );
  await expect(client.send(new DeleteFunctionCommand(one))).rejects.toMatchObject({
    name: 'ResourceConflictException',
    message: expect.stringContaining('[live]'),
  });
  await client.send(new DeleteAliasCommand({ FunctionName: 'gone', Name: 'live' }));
  await client.send(new DeleteFunctionCommand(one));
  await client.send(new DeleteFunctionCommand({ FunctionName: 'gone' }));
  await expect(call('gone')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it('deletes a durable function once its executions have ended, and takes nothing new meanwhile', async () => {
  const played = await aPlayedHandler();
  await create('drained', {
    Code: { ZipFile: zip(played.code) },
    DurableConfig: { ExecutionTimeout: 900, RetentionPeriodInDays: 1 },
    Publish: true,
  });
  const started = await lambda.invoke('drained', { InvocationType: 'Event' });
  const running = await played.next();
  await client.send(new DeleteFunctionCommand({ FunctionName: 'drained' }));
  const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: 'drained' }));
  expect(Configuration).toMatchObject({
    State: 'Deleting',
    StateReasonCode: 'DrainingDurableExecutions',
  });
  await expect(lambda.invoke('drained', { InvocationType: 'Event' })).rejects.toMatchObject({
    name: 'ResourceConflictException',
  });
  const { DurableExecutionArn } = started;
  await client.send(new StopDurableExecutionCommand({ DurableExecutionArn }));
  running.answer({ Status: 'PENDING' });
  await vi.waitUntil(async () => {
    const found = client.send(new GetFunctionCommand({ FunctionName: 'drained' }));
    return found.then(
      () => false,
      (error) => error.name === 'ResourceNotFoundException',
    );
  }, 10_000);
  played.close();
});

describe('refuses', () => {
  it.each([
    [
      'what is out of its limits, all of it at once',
      { Timeout: 901, MemorySize: 1 },
      'ValidationException',
      /^2 validation errors detected: Value '901' at 'timeout' failed.+less than or equal to 900; Value '1' at 'memorySize'/,
    ],
    ['a name with a blank', { FunctionName: 'a b' }, 'ValidationException', /functionName/],
    [
      'a runtime that it does not have',
      { Runtime: 'python3.14' as const },
      'InvalidParameterValueException',
      /runs Node.js, not python3.14/,
    ],
    [
      'a durable config out of its limits',
      { DurableConfig: { ExecutionTimeout: 0 } },
      'ValidationException',
      /durableConfig.executionTimeout/,
    ],
    [
      'code that is no zip',
      { Code: { ZipFile: Buffer.from('no') } },
      'InvalidParameterValueException',
      /Could not unzip/,
    ],
    [
      'code that is nowhere',
      { Code: { S3Bucket: 'b', S3Key: 'k' } },
      'InvalidParameterValueException',
      /NoSuchKey/,
    ],
    ['layers', { Layers: ['arn'] }, 'InvalidParameterValueException', /does not implement Layers/],
    [
      'variables of Lambda itself',
      { Environment: { Variables: { AWS_LAMBDA_X: '1' } } },
      'InvalidParameterValueException',
      /AWS_LAMBDA_X/,
    ],
  ])('%s', async (_, more, name, message) => {
    await expect(
      create('refused', more as Partial<CreateFunctionCommandInput>),
    ).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  it('a second function of a name', async () => {
    await create('twice');
    await expect(create('twice')).rejects.toMatchObject({
      name: 'ResourceConflictException',
      $metadata: { httpStatusCode: 409 },
    });
  });

  it('to make a function durable that was not, and a change that others made before', async () => {
    await create('plain');
    const change = (more: object) =>
      client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'plain', ...more }));
    await expect(change({ DurableConfig: { ExecutionTimeout: 60 } })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
    await expect(change({ RevisionId: 'other' })).rejects.toMatchObject({
      name: 'PreconditionFailedException',
    });
    const publish = new PublishVersionCommand({ FunctionName: 'plain', CodeSha256: 'other' });
    await expect(client.send(publish)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
  });
});
