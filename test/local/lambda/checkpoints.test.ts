import {
  CheckpointDurableExecutionCommand,
  GetDurableExecutionStateCommand,
  type OperationUpdate,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { aLambda, aPlayedHandler } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof aLambda>>;
let handler: Awaited<ReturnType<typeof aPlayedHandler>>;

beforeAll(async () => {
  lambda = await aLambda();
  handler = await aPlayedHandler();
  lambda.put('played', { code: handler.code, durable: 86_400 });
});
afterAll(async () => {
  handler.close();
  await lambda.close();
});

/** An execution whose first invocation is in flight. */
async function inFlight() {
  const { DurableExecutionArn } = await lambda.invoke('played', { InvocationType: 'Event' });
  const { event, answer } = await handler.next();
  const checkpoint = (token: string | undefined, Updates: OperationUpdate[] = [], more = {}) =>
    lambda.client.send(
      new CheckpointDurableExecutionCommand({
        DurableExecutionArn,
        CheckpointToken: token,
        Updates,
        ...more,
      }),
    );
  return { arn: DurableExecutionArn, event, answer, checkpoint };
}

const untilLast = (arn: string | undefined, type: string) =>
  vi.waitUntil(async () => (await lambda.history(arn)).Events?.at(-1)?.EventType === type);

const succeed = (Id: string, Payload = '1'): OperationUpdate[] => [
  { Id, Type: 'STEP', Action: 'START', Name: Id },
  { Id, Type: 'STEP', Action: 'SUCCEED', Name: Id, Payload },
];
const start = (Id: string): OperationUpdate => ({ Id, Type: 'STEP', Action: 'START', Name: Id });
const done = { Status: 'SUCCEEDED', Result: 'null' };

it('answers a repeated request as it did before, and applies it once', async () => {
  const { arn, event, answer, checkpoint } = await inFlight();
  const once = { ClientToken: 'client-1' };
  const first = await checkpoint(event.CheckpointToken, [start('a')], once);
  const again = await checkpoint(event.CheckpointToken, [start('a')], once);
  expect(again.CheckpointToken).toBe(first.CheckpointToken);
  expect(again.NewExecutionState).toEqual(first.NewExecutionState);
  const { Events = [] } = await lambda.history(arn);
  expect(Events.filter(({ EventType }) => EventType === 'StepStarted')).toHaveLength(1);
  answer(done);
});

it('takes a token once, from its own execution, and only while its invocation runs', async () => {
  const one = await inFlight();
  const other = await inFlight();
  await one.checkpoint(one.event.CheckpointToken, [start('a')]);
  for (const token of [one.event.CheckpointToken, other.event.CheckpointToken, 'bm8=']) {
    await expect(one.checkpoint(token, [start('b')])).rejects.toThrow(/^Invalid Checkpoint Token/);
  }
  const { CheckpointToken: last } = await other.checkpoint(other.event.CheckpointToken);
  other.answer(done);
  one.answer(done);
  await untilLast(other.arn, 'ExecutionSucceeded');
  await expect(other.checkpoint(last, [start('late')])).rejects.toThrow(
    /^Invalid Checkpoint Token/,
  );
});

it('applies a batch whole or not at all', async () => {
  const { arn, event, answer, checkpoint } = await inFlight();
  const bad = [...succeed('good'), { Id: 'bad', Type: 'STEP', Action: 'NOPE' } as never];
  await expect(checkpoint(event.CheckpointToken, bad)).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
  });
  expect((await lambda.history(arn)).Events).toHaveLength(1);
  // The token was not used up by what was refused.
  await checkpoint(event.CheckpointToken, succeed('good'));
  answer(done);
});

it('tells an operation once, and the whole state in pages', async () => {
  const { arn, event, answer, checkpoint } = await inFlight();
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
  answer(done);
});

it('leaves the children of a closed context out, unless its body is to run again', async () => {
  const context = (Id: string, more: object): OperationUpdate[] => [
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
    { Id, Type: 'CONTEXT', Action: 'SUCCEED', Name: Id, ...more },
  ];
  const { arn, event, answer, checkpoint } = await inFlight();
  await checkpoint(event.CheckpointToken, [
    ...context('small', { Payload: '1' }),
    ...context('large', { ContextOptions: { ReplayChildren: true } }),
    { Id: 'w', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds: 60 } },
  ]);
  answer({ Status: 'PENDING' });
  await untilLast(arn, 'InvocationCompleted');
  lambda.clock.advance(60_000);
  const next = await handler.next();
  const replayed = next.event.InitialExecutionState.Operations.slice(1).map(({ Id }) => Id);
  expect(replayed).toEqual(['small', 'large', 'large-child', 'w']);
  next.answer(done);
});

it('reads the rest of a state that is too large for an event', async () => {
  const { arn, event, answer, checkpoint } = await inFlight();
  let token: string | undefined = event.CheckpointToken;
  const payload = JSON.stringify('x'.repeat(900_000));
  for (let index = 0; index < 7; index += 1) {
    ({ CheckpointToken: token } = await checkpoint(token, succeed(`big${index}`, payload)));
  }
  await checkpoint(token, [
    { Id: 'w', Type: 'WAIT', Action: 'START', WaitOptions: { WaitSeconds: 60 } },
  ]);
  answer({ Status: 'PENDING' });
  await untilLast(arn, 'InvocationCompleted');
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
  next.answer(done);
});

it.each([
  ['a payload of more than 1 MB', { Payload: 'x'.repeat(1_100_000) }, /payload size/],
  ['a payload on failure', { Action: 'FAIL', Payload: '1' }, /Payload for FAIL/],
  ['an id with a slash', { Id: 'a/b' }, /Invalid operation id/],
  ['a parent that is no context', { ParentId: 'nobody' }, /Invalid parent/],
] as const)('refuses %s', async (_, change, message) => {
  const { event, answer, checkpoint } = await inFlight();
  const update = {
    Id: 'a',
    Type: 'STEP',
    Action: 'SUCCEED',
    Name: 'a',
    ...change,
  } as OperationUpdate;
  await expect(checkpoint(event.CheckpointToken, [update])).rejects.toThrow(message);
  answer(done);
});
