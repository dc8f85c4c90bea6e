import {
  GetDurableExecutionCommand,
  ListDurableExecutionsByFunctionCommand,
  StopDurableExecutionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ExecutionStore } from '../../../src/local/lambda/execution/store.ts';
import { signedFetch } from '../../support/credentials.ts';
import { startLambda, startManualHandler } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof startLambda>>;
let handler: Awaited<ReturnType<typeof startManualHandler>>;
const arns: (string | undefined)[] = [];

beforeAll(async () => {
  lambda = await startLambda();
  handler = await startManualHandler();
  lambda.put('played', { code: handler.code, durable: 86_400 });
  for (let index = 0; index < 5; index += 1) {
    const { DurableExecutionArn } = await lambda.invoke('played', {
      InvocationType: 'Event',
      DurableExecutionName: `order-${index}`,
      Payload: JSON.stringify({ secret: 'input' }),
    });
    arns.push(DurableExecutionArn);
    const { respond } = await handler.next();
    if (index === 4) break;
    respond(
      index === 1
        ? { Status: 'FAILED', Error: { ErrorType: 'Bad', ErrorMessage: 'secret error' } }
        : { Status: 'SUCCEEDED', Result: '"secret result"' },
    );
    await vi.waitUntil(async () => (await list({ Statuses: ['RUNNING'] })).length === 0);
  }
});
afterAll(async () => {
  handler.close();
  await lambda.close();
});

async function list(query: object): Promise<(string | undefined)[]> {
  const { DurableExecutions = [] } = await lambda.client.send(
    new ListDurableExecutionsByFunctionCommand({ FunctionName: 'played', ...query }),
  );
  return DurableExecutions.map(({ DurableExecutionName }) => DurableExecutionName);
}

it('lists executions in pages, newest first', async () => {
  const names: (string | undefined)[] = [];
  let Marker: string | undefined;
  do {
    const page = await lambda.client.send(
      new ListDurableExecutionsByFunctionCommand({ FunctionName: 'played', MaxItems: 2, Marker }),
    );
    names.push(...(page.DurableExecutions ?? []).map((item) => item.DurableExecutionName));
    Marker = page.NextMarker;
  } while (Marker);
  expect(names).toEqual(['order-4', 'order-3', 'order-2', 'order-1', 'order-0']);
  expect((await list({ ReverseOrder: true }))[0]).toBe('order-0');
  await expect(list({ Marker: 'nonsense' })).rejects.toThrow('Invalid Marker');
});

it('filters by status, name, version and time', async () => {
  expect(await list({ Statuses: ['FAILED'] })).toEqual(['order-1']);
  expect(await list({ Statuses: ['FAILED', 'RUNNING'] })).toEqual(['order-4', 'order-1']);
  expect(await list({ DurableExecutionName: 'order-3' })).toEqual(['order-3']);
  expect(await list({ Qualifier: '$LATEST' })).toEqual([]);
  const { StartTimestamp } = await lambda.client.send(
    new GetDurableExecutionCommand({ DurableExecutionArn: arns[3] }),
  );
  expect(await list({ StartedAfter: StartTimestamp })).toEqual(['order-4', 'order-3']);
  expect(await list({ StartedBefore: StartTimestamp })).toHaveLength(4);
});

it('returns a history in pages, in reverse order, and without its data', async () => {
  const first = await lambda.history(arns[0], { MaxItems: 2 });
  const rest = await lambda.history(arns[0], { Marker: first.NextMarker });
  const types = [...(first.Events ?? []), ...(rest.Events ?? [])].map((item) => item.EventType);
  expect(types).toEqual(['ExecutionStarted', 'InvocationCompleted', 'ExecutionSucceeded']);
  expect(rest.NextMarker).toBeUndefined();
  const backwards = await lambda.history(arns[0], { ReverseOrder: true });
  expect(backwards.Events?.map((item) => item.EventType)).toEqual(types.toReversed());
  for (const arn of [arns[0], arns[1]]) {
    const bare = await lambda.history(arn, { IncludeExecutionData: false });
    expect(JSON.stringify(bare.Events)).not.toContain('secret');
    const full = await lambda.history(arn, { IncludeExecutionData: true });
    expect(JSON.stringify(full.Events)).toContain('secret');
  }
});

it('omits input and result of an execution on request', async () => {
  const read = async (query: string) => {
    const arn = encodeURIComponent(arns[0] ?? '');
    const url = `${lambda.config.endpoint}/2025-12-01/durable-executions/${arn}${query}`;
    return (await signedFetch('lambda', url)).json();
  };
  expect(await read('')).toMatchObject({ ExecutionDataIncluded: true, Result: expect.anything() });
  const bare = await read('?IncludeExecutionData=false');
  expect(bare).toMatchObject({ ExecutionDataIncluded: false, Status: 'SUCCEEDED' });
  expect(Object.keys(bare as object)).not.toContain('Result');
  expect(Object.keys(bare as object)).not.toContain('InputPayload');
});

it('stops an execution during an invocation, whose later result changes nothing', async () => {
  const { DurableExecutionArn } = await lambda.invoke('played', { InvocationType: 'Event' });
  const { respond } = await handler.next();
  await lambda.client.send(
    new StopDurableExecutionCommand({
      DurableExecutionArn,
      Error: { ErrorType: 'Operator', ErrorMessage: 'no longer wanted' },
    }),
  );
  respond({ Status: 'SUCCEEDED', Result: '1' });
  const stopped = await lambda.client.send(new GetDurableExecutionCommand({ DurableExecutionArn }));
  expect(stopped).toMatchObject({ Status: 'STOPPED', Error: { ErrorMessage: 'no longer wanted' } });
  const { Events = [] } = await lambda.history(DurableExecutionArn);
  expect(Events.at(-1)?.EventType).toBe('ExecutionStopped');
});

it('accepts a dry run without starting an execution', async () => {
  const { StatusCode } = await lambda.invoke('played', {
    InvocationType: 'DryRun',
    DurableExecutionName: 'never',
  });
  expect(StatusCode).toBe(204);
  expect(await list({ DurableExecutionName: 'never' })).toEqual([]);
});

it.each([
  ['a name with a slash', { DurableExecutionName: 'a/b' }, 'ValidationException'],
  ['a name of 65 letters', { DurableExecutionName: 'x'.repeat(65) }, 'ValidationException'],
  [
    'an event of more than 1 MB',
    { Payload: `"${'x'.repeat(1_100_000)}"` },
    'RequestTooLargeException',
  ],
  ['an event that is not JSON', { Payload: '{' }, 'InvalidRequestContentException'],
])('rejects %s', async (_, change, name) => {
  const refused = lambda.invoke('played', { InvocationType: 'Event', ...change });
  await expect(refused).rejects.toMatchObject({ name });
});

it('retains an ended execution for its retention period, and a running execution without limit', async () => {
  const executions = new ExecutionStore(lambda.store);
  const clear = (days: number) =>
    lambda.store.transact(() => executions.removeExpired(Date.now() + days * 86_400_000, 10));
  clear(0.9);
  expect(await list({ Statuses: ['SUCCEEDED'] })).toHaveLength(3);
  clear(1.1);
  expect(await list({})).toEqual(['order-4']);
  await expect(lambda.history(arns[0])).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

it.each([
  [
    'a negative page size',
    { MaxItems: -1 },
    'ValidationException',
    "1 validation error detected: Value '-1' at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 0",
  ],
  [
    'a page size over the limit',
    { MaxItems: 1001 },
    'ValidationException',
    "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000",
  ],
  [
    'an unknown status',
    { Statuses: ['BOGUS' as 'FAILED'] },
    'ValidationException',
    "Value '[BOGUS]' at 'statuses' failed",
  ],
  [
    'two invalid values',
    { MaxItems: -1, DurableExecutionName: 'a b' },
    'ValidationException',
    '2 validation errors detected: ',
  ],
])('rejects %s, even if the function does not exist', async (_, input, name, message) => {
  const command = new ListDurableExecutionsByFunctionCommand({ FunctionName: 'none', ...input });
  await expect(lambda.client.send(command)).rejects.toMatchObject({
    name,
    message: expect.stringContaining(message),
  });
});

it.each([
  ['MaxItems=x', "'x' can not be converted to Integer"],
  ['StartedAfter=NaN', "'NaN' can not be converted to Date"],
])('rejects %s, which has the wrong type', async (query, message) => {
  const url = `${lambda.config.endpoint}/2025-12-01/functions/none/durable-executions?${query}`;
  const response = await signedFetch('lambda', url);
  expect(response.status).toBe(400);
  expect(response.headers.get('x-amzn-errortype')).toBe('SerializationException');
  expect(await response.text()).toContain(message);
});
