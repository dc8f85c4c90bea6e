import {
  CheckpointDurableExecutionCommand,
  GetDurableExecutionCommand,
  GetDurableExecutionStateCommand,
  type OperationUpdate,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { PauseDurableExecutionCommand } from '../../../src/aws/sdk/lambda-pausing.ts';
import { findExceededLimit } from '../../../src/local/lambda/execution/limits.ts';
import { ExecutionStore } from '../../../src/local/lambda/execution/store.ts';
import { startLambda, startManualHandler } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof startLambda>>;
let handler: Awaited<ReturnType<typeof startManualHandler>>;

beforeAll(async () => {
  lambda = await startLambda();
  handler = await startManualHandler();
  lambda.put('played', { code: handler.code, durable: 86_400 });
});
afterAll(async () => {
  handler.close();
  await lambda.close();
});

/** Starts an execution and returns it with its first invocation in flight. */
async function startInFlight() {
  const { DurableExecutionArn } = await lambda.invoke('played', { InvocationType: 'Event' });
  const { event, respond } = await handler.next();
  const checkpoint = (token: string | undefined, Updates: OperationUpdate[] = [], options = {}) =>
    lambda.client.send(
      new CheckpointDurableExecutionCommand({
        DurableExecutionArn,
        CheckpointToken: token,
        Updates,
        ...options,
      }),
    );
  return { arn: DurableExecutionArn, event, respond, checkpoint };
}

const waitForLastEvent = (arn: string | undefined, type: string) =>
  vi.waitUntil(async () => (await lambda.history(arn)).Events?.at(-1)?.EventType === type);

const succeed = (Id: string, Payload = '1'): OperationUpdate[] => [
  { Id, Type: 'STEP', Action: 'START', Name: Id },
  { Id, Type: 'STEP', Action: 'SUCCEED', Name: Id, Payload },
];
const start = (Id: string): OperationUpdate => ({ Id, Type: 'STEP', Action: 'START', Name: Id });
const done = { Status: 'SUCCEEDED', Result: 'null' };

it('returns the same response for a repeated request, and applies it once', async () => {
  const { arn, event, respond, checkpoint } = await startInFlight();
  const once = { ClientToken: 'client-1' };
  const first = await checkpoint(event.CheckpointToken, [start('a')], once);
  const repeated = await checkpoint(event.CheckpointToken, [start('a')], once);
  expect(repeated.CheckpointToken).toBe(first.CheckpointToken);
  expect(repeated.NewExecutionState).toEqual(first.NewExecutionState);
  const { Events = [] } = await lambda.history(arn);
  expect(Events.filter(({ EventType }) => EventType === 'StepStarted')).toHaveLength(1);
  respond(done);
});

it('accepts a token once, from its own execution, during its invocation', async () => {
  const one = await startInFlight();
  const other = await startInFlight();
  await one.checkpoint(one.event.CheckpointToken, [start('a')]);
  for (const token of [one.event.CheckpointToken, other.event.CheckpointToken, 'bm8=']) {
    await expect(one.checkpoint(token, [start('b')])).rejects.toThrow(/^Invalid checkpoint token/);
  }
  const { CheckpointToken: last } = await other.checkpoint(other.event.CheckpointToken);
  other.respond(done);
  one.respond(done);
  await waitForLastEvent(other.arn, 'ExecutionSucceeded');
  await expect(other.checkpoint(last, [start('late')])).rejects.toThrow(
    /^Invalid checkpoint token/,
  );
});

it('applies a batch completely or not at all', async () => {
  const { arn, event, respond, checkpoint } = await startInFlight();
  const bad = [...succeed('good'), { Id: 'bad', Type: 'STEP', Action: 'NOPE' } as never];
  await expect(checkpoint(event.CheckpointToken, bad)).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
  });
  expect((await lambda.history(arn)).Events).toHaveLength(1);
  // A rejected batch does not use up the token.
  await checkpoint(event.CheckpointToken, succeed('good'));
  respond(done);
});

it('returns an updated operation once, and the whole state in pages', async () => {
  const { arn, event, respond, checkpoint } = await startInFlight();
  const ids = Array.from({ length: 12 }, (_, index) => `s${index}`);
  const { CheckpointToken, NewExecutionState } = await checkpoint(
    event.CheckpointToken,
    ids.flatMap((id) => succeed(id)),
  );
  expect(NewExecutionState?.Operations?.map(({ Id }) => Id)).toEqual(ids);
  const second = await checkpoint(CheckpointToken);
  expect(second.NewExecutionState?.Operations).toEqual([]);
  const read: (string | undefined)[] = [];
  let Marker: string | undefined;
  do {
    const page = await lambda.client.send(
      new GetDurableExecutionStateCommand({
        DurableExecutionArn: arn,
        CheckpointToken: second.CheckpointToken,
        MaxItems: 5,
        Marker,
      }),
    );
    read.push(...(page.Operations ?? []).map(({ Id }) => Id));
    Marker = page.NextMarker;
  } while (Marker);
  expect(read).toEqual(ids);
  respond(done);
});

it('omits the children of an ended context, unless its body runs again', async () => {
  const context = (Id: string, options: object): OperationUpdate[] => [
    { Id, Type: 'CONTEXT', Action: 'START', Name: Id },
    { Id: `${Id}-child`, ParentId: Id, Type: 'STEP', Action: 'START', Name: 'child' },
    {
      Id: `${Id}-child`,
      ParentId: Id,
      Type: 'STEP',
      Action: 'SUCCEED',
      Name: 'child',
      Payload: '1',
    },
    { Id, Type: 'CONTEXT', Action: 'SUCCEED', Name: Id, ...options },
  ];
  const { arn, event, respond, checkpoint } = await startInFlight();
  await checkpoint(event.CheckpointToken, [
    ...context('small', { Payload: '1' }),
    ...context('large', { ContextOptions: { ReplayChildren: true } }),
    { Id: 'w', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds: 60 } },
  ]);
  respond({ Status: 'PENDING' });
  await waitForLastEvent(arn, 'InvocationCompleted');
  lambda.clock.advance(60_000);
  const next = await handler.next();
  const replayed = next.event.InitialExecutionState.Operations.slice(1).map(({ Id }) => Id);
  expect(replayed).toEqual(['small', 'large', 'large-child', 'w']);
  next.respond(done);
});

it('returns the rest of a state that is too large for an event', async () => {
  const { arn, event, respond, checkpoint } = await startInFlight();
  let token: string | undefined = event.CheckpointToken;
  const payload = JSON.stringify('x'.repeat(900_000));
  for (let index = 0; index < 7; index += 1) {
    ({ CheckpointToken: token } = await checkpoint(token, succeed(`big${index}`, payload)));
  }
  await checkpoint(token, [
    { Id: 'w', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds: 60 } },
  ]);
  respond({ Status: 'PENDING' });
  await waitForLastEvent(arn, 'InvocationCompleted');
  lambda.clock.advance(60_000);
  const next = await handler.next();
  const { Operations, NextMarker } = next.event.InitialExecutionState;
  expect(Operations.length).toBeLessThan(9);
  const { Operations: rest = [] } = await lambda.client.send(
    new GetDurableExecutionStateCommand({
      DurableExecutionArn: arn,
      CheckpointToken: next.event.CheckpointToken,
      Marker: NextMarker,
    }),
  );
  const all = [...Operations.slice(1), ...rest].map(({ Id }) => Id);
  expect(all).toEqual([...Array.from({ length: 7 }, (_, index) => `big${index}`), 'w']);
  next.respond(done);
});

it.each([
  ['a payload of more than 1 MB', { Payload: 'x'.repeat(1_100_000) }, /payload size/],
  ['a payload on failure', { Action: 'FAIL', Payload: '1' }, /Payload for FAIL/],
  ['an id with a slash', { Id: 'a/b' }, /Invalid operation id/],
  ['a parent that is not a context', { ParentId: 'nobody' }, /Invalid parent/],
] as const)('rejects %s', async (_, change, message) => {
  const { event, respond, checkpoint } = await startInFlight();
  const update = {
    Id: 'a',
    Type: 'STEP',
    Action: 'SUCCEED',
    Name: 'a',
    ...change,
  } as OperationUpdate;
  await expect(checkpoint(event.CheckpointToken, [update])).rejects.toThrow(message);
  respond(done);
});

const startWaits = (prefix: string, count: number): OperationUpdate[] =>
  Array.from({ length: count }, (_, index) => ({
    Id: `${prefix}${index}`,
    Type: 'WAIT',
    Action: 'START',
    WaitOptions: { WaitSeconds: 600 },
  }));

it('fails the execution at its 3,001st operation, and returns no further token', async () => {
  const { arn, event, respond, checkpoint } = await startInFlight();
  // The EXECUTION operation counts as well.
  const full = await checkpoint(event.CheckpointToken, startWaits('w', 2999));
  const { CheckpointToken = '' } = full;
  expect(CheckpointToken).not.toBe('');
  const exceeded = await checkpoint(CheckpointToken, startWaits('more', 1));
  expect(exceeded.CheckpointToken).toBeUndefined();
  expect(exceeded.NewExecutionState?.Operations).toEqual([]);
  const { Status, Error: error } = await lambda.client.send(
    new GetDurableExecutionCommand({ DurableExecutionArn: arn }),
  );
  expect({ Status, error }).toMatchObject({
    Status: 'FAILED',
    error: { ErrorMessage: 'The execution has more than 3000 operations.' },
  });
  await expect(checkpoint(CheckpointToken)).rejects.toThrow(/^Invalid checkpoint token/);
  respond(done);
  const { Events = [] } = await lambda.history(arn, { ReverseOrder: true, MaxItems: 2 });
  expect(Events.map(({ EventType, Id }) => (EventType === 'WaitStarted' ? Id : EventType))).toEqual(
    ['ExecutionFailed', 'w2998'],
  );
});

it('fails an execution whose first batch has too many operations, also while it is pausing', async () => {
  const { arn, event, respond, checkpoint } = await startInFlight();
  await lambda.client.send(new PauseDurableExecutionCommand({ DurableExecutionArn: arn ?? '' }));
  const { CheckpointToken } = await checkpoint(event.CheckpointToken, startWaits('w', 3000));
  expect(CheckpointToken).toBeUndefined();
  const { Events = [] } = await lambda.history(arn);
  expect(Events.map(({ EventType }) => EventType)).toEqual(['ExecutionStarted', 'ExecutionFailed']);
  respond(done);
});

it('limits the data that an execution may store in all its events', () => {
  const data = (bytes: number) => ({ Result: { Payload: 'x'.repeat(bytes), Truncated: false } });
  const stores = (stored: number, ...sizes: number[]) =>
    findExceededLimit(
      { operations: new Map(), storedBytes: stored },
      {
        operations: new Map(),
        events: sizes.map((size) => ({
          EventType: 'StepSucceeded',
          EventTimestamp: 1,
          StepSucceededDetails: data(size),
        })),
      },
    )?.ErrorMessage;
  const limit = 104_857_600;
  expect(stores(limit - 100, 50, 50)).toBeUndefined();
  expect(stores(limit - 100, 50, 51)).toBe('The execution has stored more than 104857600 bytes.');
});

it('counts the data of an execution, also after it is loaded again', async () => {
  const { arn, event, respond, checkpoint } = await startInFlight();
  const { CheckpointToken } = await checkpoint(event.CheckpointToken, succeed('a', '"12345678"'));
  await checkpoint(CheckpointToken, [
    ...succeed('b', '"1"'),
    { Id: 'w', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds: 60 } },
  ]);
  const id = arn?.split('/').at(-1) ?? '';
  const executions = new ExecutionStore(lambda.store);
  expect(executions.load(id)).toMatchObject({ storedBytes: 13, events: 6 });
  respond({ Status: 'PENDING' });
  await waitForLastEvent(arn, 'InvocationCompleted');
  expect(executions.load(id)).toMatchObject({ storedBytes: 13, events: 7 });
});

it('allows any number of updates of 2,999 operations', async () => {
  const { event, respond, checkpoint } = await startInFlight();
  const { CheckpointToken: second } = await checkpoint(event.CheckpointToken, [
    ...startWaits('w', 2998),
    start('a'),
  ]);
  const { CheckpointToken: third } = await checkpoint(second, [
    { Id: 'a', Type: 'STEP', Action: 'SUCCEED', Name: 'a', Payload: '1' },
  ]);
  expect(third).toEqual(expect.any(String));
  respond(done);
});
