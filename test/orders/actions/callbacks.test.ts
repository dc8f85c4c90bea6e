import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Target } from '../../../src/environment/target.ts';
import { type Answer, sendAnswer } from '../../../src/orders/actions/callback-answer.ts';
import { answerCallback, pendingCallbacks } from '../../../src/orders/actions/callbacks.ts';
import { fakeTarget } from '../../aws/fake-aws.ts';
import type { CaseName } from '../../local/lambda/sdk/cases.ts';
import { deployCases } from '../../local/lambda/sdk/deployed.ts';

let lambda: Awaited<ReturnType<typeof deployCases>>;
let target: Target;
beforeAll(async () => {
  lambda = await deployCases();
  const root = mkdtempSync(join(tmpdir(), 'orders-'));
  const base = fakeTarget('http://127.0.0.1:9', root, { timeScale: 5 });
  target = { ...base, clients: { ...base.clients, lambda: async () => lambda.client } };
});
afterAll(() => lambda.close());

/** The execution of a case that waits now, by its ARN. */
async function waiting(name: CaseName): Promise<string> {
  const { DurableExecutionArn: arn = '' } = await lambda.invoke('flow', {
    InvocationType: 'Event',
    Payload: Buffer.from(JSON.stringify({ case: name })),
  });
  await until(arn, 'InvocationCompleted');
  return arn;
}

const until = (arn: string, type: string) =>
  vi.waitUntil(async () => (await last(arn))?.EventType === type, 20_000);

const last = async (arn: string) => (await lambda.history(arn)).Events?.at(-1);
const pending = (arn: string) => pendingCallbacks(target, {}, [found(arn)]);
const found = (arn: string) => ({ orderId: 'order-1', executionArn: arn });
const answer = (arn: string, given: Answer, step?: string) =>
  answerCallback(target, {}, { found: found(arn), step, answer: given });
const yes = { kind: 'succeed', result: '"yes"' } as const;

it('answers one of several callbacks by its step, asks which where none is named, and is no longer waited for', async () => {
  const arn = await waiting('twoCallbacks');
  const [stock, approval] = await pending(arn);
  expect(stock).toMatchObject({ step: 'stock', heartbeatSeconds: 3600 });
  expect(stock).not.toHaveProperty('timesOutAt');
  expect(approval?.step).toBe('approval');
  const lasts = Date.parse(approval?.timesOutAt ?? '') - Date.parse(approval?.waitsSince ?? '');
  expect(lasts).toBe(3_600_000 / 5);

  await expect(answer(arn, yes)).rejects.toMatchObject({
    exit: 2,
    hints: ['name one of: stock, approval'],
  });
  await expect(answer(arn, yes, 'stoc')).rejects.toMatchObject({
    exit: 5,
    hints: ['it waits for: stock, approval'],
  });
  expect(await answer(arn, yes, 'stock')).toMatchObject({ step: 'stock', answer: 'succeed' });
  expect((await pending(arn)).map(({ step }) => step)).toEqual(['approval']);
  await answer(arn, yes);
  await until(arn, 'ExecutionSucceeded');
  await expect(answer(arn, yes)).rejects.toMatchObject({ exit: 5, message: /no callback/ });
});

it('names the callback of a waitForCallback by its context, and hands a failure on', async () => {
  const arn = await waiting('waitForCallback');
  expect(await pending(arn)).toMatchObject([{ step: 'wcb' }]);
  await answer(arn, { kind: 'fail', type: 'Refused', message: 'not today' }, 'wcb');
  await until(arn, 'ExecutionFailed');
  const { Error: error } = (await last(arn))?.ExecutionFailedDetails ?? {};
  expect(error?.Payload?.ErrorMessage).toContain('not today');
});

it('keeps a callback alive by heartbeats', async () => {
  const arn = await waiting('callbackWithHeartbeat');
  for (let beats = 0; beats < 3; beats += 1) {
    await answer(arn, { kind: 'heartbeat' });
    lambda.clock.advance(50_000);
  }
  expect(await pending(arn)).toHaveLength(1);
  lambda.clock.advance(60_000);
  await until(arn, 'ExecutionFailed');
  expect(await pending(arn)).toEqual([]);
});

it('says when somebody else was faster', async () => {
  const arn = await waiting('callback');
  const { Events = [] } = await lambda.history(arn);
  const callbackId = Events.flatMap(
    ({ CallbackStartedDetails: started }) => started?.CallbackId ?? [],
  )[0];
  const send = () =>
    sendAnswer(target, { orderId: 'order-1', callbackId: callbackId ?? '', answer: yes });
  await send();
  await expect(send()).rejects.toMatchObject({ exit: 6, message: /answered already/ });
});
