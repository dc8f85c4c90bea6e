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
import { startLambda, startManualHandler } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof startLambda>>;
let client: LambdaClient;

beforeAll(async () => {
  lambda = await startLambda();
  ({ client } = lambda);
});
afterAll(() => lambda.close());

const zip = (code: string) => zipSync({ 'index.mjs': Buffer.from(code) });
const codeSaying = (text: string) =>
  zip(`export const handler = async () => process.env.WHO + ' ${text}';`);

const create = (FunctionName: string, changes: Partial<CreateFunctionCommandInput> = {}) =>
  client.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/r',
      Code: { ZipFile: codeSaying('one') },
      Environment: { Variables: { WHO: 'I' } },
      ...changes,
    }),
  );

async function invoke(FunctionName: string, Qualifier?: string): Promise<unknown> {
  const { Payload } = await client.send(new InvokeCommand({ FunctionName, Qualifier }));
  return JSON.parse(Buffer.from(Payload ?? []).toString() || 'null');
}

it('creates a function that runs, with the given settings and defaults for the others', async () => {
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
  expect(await invoke('made')).toBe('I one');
});

it('keeps published versions unchanged, and moves an alias to a new version', async () => {
  await create('kept', { Publish: true });
  await client.send(
    new CreateAliasCommand({
      FunctionName: 'kept',
      Name: 'live',
      FunctionVersion: '1',
      Description: 'current version',
    }),
  );
  await client.send(
    new UpdateFunctionCodeCommand({ FunctionName: 'kept', ZipFile: codeSaying('two') }),
  );
  await client.send(
    new UpdateFunctionConfigurationCommand({
      FunctionName: 'kept',
      Environment: { Variables: { WHO: 'You' } },
      Description: 'new',
    }),
  );
  expect([await invoke('kept'), await invoke('kept', 'live')]).toEqual(['You two', 'I one']);
  const published = await client.send(new PublishVersionCommand({ FunctionName: 'kept' }));
  expect(published).toMatchObject({ Version: '2', Description: 'new' });
  const republished = await client.send(new PublishVersionCommand({ FunctionName: 'kept' }));
  expect(republished.Version).toBe('2');
  await client.send(
    new UpdateAliasCommand({ FunctionName: 'kept', Name: 'live', FunctionVersion: '2' }),
  );
  expect(await invoke('kept', 'live')).toBe('You two');
  expect(
    await client.send(new GetAliasCommand({ FunctionName: 'kept', Name: 'live' })),
  ).toMatchObject({ FunctionVersion: '2', Description: 'current version' });
});

it('lists functions, versions and aliases in pages', async () => {
  await create('paged', { Publish: true });
  for (const text of ['two', 'three']) {
    const command = new UpdateFunctionCodeCommand({
      FunctionName: 'paged',
      ZipFile: codeSaying(text),
    });
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
  const versions = [first, second].flatMap((page) => page.Versions?.map((item) => item.Version));
  expect(versions).toEqual(['$LATEST', '1', '2', '3']);
  expect(second.NextMarker).toBeUndefined();
  const { Functions = [] } = await client.send(new ListFunctionsCommand({}));
  expect(Functions.map((item) => item.FunctionName)).toContain('paged');
  for (const Name of ['a', 'b']) {
    const command = new CreateAliasCommand({ FunctionName: 'paged', Name, FunctionVersion: '1' });
    await client.send(command);
  }
  await client.send(new DeleteAliasCommand({ FunctionName: 'paged', Name: 'a' }));
  const { Aliases } = await client.send(new ListAliasesCommand({ FunctionName: 'paged' }));
  expect(Aliases?.map((item) => item.Name)).toEqual(['b']);
});

it('deletes a version without aliases, and a whole function', async () => {
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
  await expect(invoke('gone')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it('deletes a durable function when its executions have ended, and rejects invocations meanwhile', async () => {
  const handler = await startManualHandler();
  await create('drained', {
    Code: { ZipFile: zip(handler.code) },
    DurableConfig: { ExecutionTimeout: 900, RetentionPeriodInDays: 1 },
    Publish: true,
  });
  const started = await lambda.invoke('drained', { InvocationType: 'Event' });
  const running = await handler.next();
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
  running.respond({ Status: 'PENDING' });
  await vi.waitUntil(async () => {
    const found = client.send(new GetFunctionCommand({ FunctionName: 'drained' }));
    return found.then(
      () => false,
      (error) => error.name === 'ResourceNotFoundException',
    );
  }, 10_000);
  handler.close();
});

describe('rejects', () => {
  it.each([
    [
      'all values that exceed a limit, in one error',
      { Timeout: 901, MemorySize: 1 },
      'ValidationException',
      /^2 validation errors detected: Value '901' at 'timeout' failed.+less than or equal to 900; Value '1' at 'memorySize'/,
    ],
    ['a name with a space', { FunctionName: 'a b' }, 'ValidationException', /functionName/],
    [
      'an unsupported runtime',
      { Runtime: 'python3.14' as const },
      'InvalidParameterValueException',
      /runs Node.js, not python3.14/,
    ],
    [
      'a durable configuration that exceeds a limit',
      { DurableConfig: { ExecutionTimeout: 0 } },
      'ValidationException',
      /durableConfig.executionTimeout/,
    ],
    [
      'code that is not a zip file',
      { Code: { ZipFile: Buffer.from('no') } },
      'InvalidParameterValueException',
      /Could not unzip/,
    ],
    [
      'code that does not exist',
      { Code: { S3Bucket: 'b', S3Key: 'k' } },
      'InvalidParameterValueException',
      /NoSuchKey/,
    ],
    [
      'layers',
      { Layers: ['arn'] },
      'InvalidParameterValueException',
      /does not implement the parameter Layers/,
    ],
    [
      'reserved environment variables',
      { Environment: { Variables: { AWS_LAMBDA_FUNCTION_NAME: 'x' } } },
      'InvalidParameterValueException',
      /AWS_LAMBDA_FUNCTION_NAME/,
    ],
  ])('%s', async (_, changes, name, message) => {
    await expect(
      create('rejected', changes as Partial<CreateFunctionCommandInput>),
    ).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  it('a second function with the same name', async () => {
    await create('twice');
    await expect(create('twice')).rejects.toMatchObject({
      name: 'ResourceConflictException',
      $metadata: { httpStatusCode: 409 },
    });
  });

  it('making an existing function durable, and a change of an outdated revision', async () => {
    await create('plain');
    const change = (changes: object) =>
      client.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'plain', ...changes }));
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
