import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  PauseDurableExecutionCommand,
  ResumeDurableExecutionCommand,
} from '../../../src/aws/sdk/lambda-pausing.ts';
import { formatResponse } from '../../../src/cli/orders/callback.ts';
import type { Target } from '../../../src/environment/target.ts';
import {
  type CallbackResponse,
  sendCallbackResponse,
} from '../../../src/orders/actions/callback-response.ts';
import { readPendingCallbacks, respondToCallback } from '../../../src/orders/actions/callbacks.ts';
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

/** Starts the execution of a case and waits until it is suspended. Returns its ARN. */
async function startWaiting(name: CaseName): Promise<string> {
  const { DurableExecutionArn: arn = '' } = await lambda.invoke('flow', {
    InvocationType: 'Event',
    Payload: Buffer.from(JSON.stringify({ case: name })),
  });
  await waitForEvent(arn, 'InvocationCompleted');
  return arn;
}

const waitForEvent = (arn: string, type: string) =>
  vi.waitUntil(async () => (await lastEvent(arn))?.EventType === type, 20_000);

const lastEvent = async (arn: string) => (await lambda.history(arn)).Events?.at(-1);
const pending = (arn: string) => readPendingCallbacks({ target, outputs: {} }, [located(arn)]);
const located = (arn: string) => ({ orderId: 'order-1', executionArn: arn });
const respond = (arn: string, response: CallbackResponse, step?: string) =>
  respondToCallback({ target, outputs: {} }, { found: located(arn), step, response });
const success = { kind: 'succeed', result: '"yes"' } as const;

it('responds to one of several callbacks by its step, and requires a step if there are several', async () => {
  const arn = await startWaiting('twoCallbacks');
  const [stock, approval] = await pending(arn);
  expect(stock).toMatchObject({ step: 'stock', heartbeatSeconds: 3600 });
  expect(stock).not.toHaveProperty('timesOutAt');
  expect(approval?.step).toBe('approval');
  const timeoutMs = Date.parse(approval?.timesOutAt ?? '') - Date.parse(approval?.waitsSince ?? '');
  expect(timeoutMs).toBe(3_600_000 / 5);

  await expect(respond(arn, success)).rejects.toMatchObject({
    exit: 2,
    hints: ['name one of: stock, approval'],
  });
  await expect(respond(arn, success, 'stoc')).rejects.toMatchObject({
    exit: 5,
    hints: ['it waits for: stock, approval'],
  });
  expect(await respond(arn, success, 'stock')).toMatchObject({ step: 'stock', answer: 'succeed' });
  expect((await pending(arn)).map(({ step }) => step)).toEqual(['approval']);
  await respond(arn, success);
  await waitForEvent(arn, 'ExecutionSucceeded');
  await expect(respond(arn, success)).rejects.toMatchObject({
    exit: 5,
    message: /does not wait for a callback/,
  });
});

it('reports that the execution of a completed callback is paused', async () => {
  const arn = await startWaiting('waitForCallback');
  const request = { DurableExecutionArn: arn };
  await lambda.client.send(new PauseDurableExecutionCommand(request));
  await waitForEvent(arn, 'ExecutionPaused');
  const paused = await respond(arn, success);
  expect(paused).toMatchObject({ answer: 'succeed', paused: true });
  expect(formatResponse(paused)).toContain('the order continues when it is resumed');
  await lambda.client.send(new ResumeDurableExecutionCommand(request));
  await waitForEvent(arn, 'ExecutionSucceeded');
});

it('names the callback of a waitForCallback after its context, and passes a failure on', async () => {
  const arn = await startWaiting('waitForCallback');
  expect(await pending(arn)).toMatchObject([{ step: 'wcb' }]);
  await respond(arn, { kind: 'fail', type: 'Refused', message: 'not today' }, 'wcb');
  await waitForEvent(arn, 'ExecutionFailed');
  const { Error: error } = (await lastEvent(arn))?.ExecutionFailedDetails ?? {};
  expect(error?.Payload?.ErrorMessage).toContain('not today');
});

it('keeps a callback alive by heartbeats', async () => {
  const arn = await startWaiting('callbackWithHeartbeat');
  for (let beats = 0; beats < 3; beats += 1) {
    await respond(arn, { kind: 'heartbeat' });
    lambda.clock.advance(50_000);
  }
  expect(await pending(arn)).toHaveLength(1);
  lambda.clock.advance(60_000);
  await waitForEvent(arn, 'ExecutionFailed');
  expect(await pending(arn)).toEqual([]);
});

it('rejects a second response', async () => {
  const arn = await startWaiting('callback');
  const { Events = [] } = await lambda.history(arn);
  const callbackId = Events.flatMap(
    ({ CallbackStartedDetails: started }) => started?.CallbackId ?? [],
  )[0];
  const send = () =>
    sendCallbackResponse(target, {
      orderId: 'order-1',
      callbackId: callbackId ?? '',
      response: success,
    });
  await send();
  await expect(send()).rejects.toMatchObject({ exit: 6, message: /already completed/ });
});
