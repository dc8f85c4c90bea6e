import {
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackHeartbeatCommand,
  SendDurableExecutionCallbackSuccessCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CaseName } from './cases.ts';
import { deployCases } from './deployed.ts';

let lambda: Awaited<ReturnType<typeof deployCases>>;

beforeAll(async () => {
  lambda = await deployCases();
});
afterAll(() => lambda.close());

/** An execution that waits for its callback, and what ends that. */
async function waiting(name: CaseName, last = 'InvocationCompleted') {
  const { DurableExecutionArn: arn } = await lambda.invoke('flow', {
    InvocationType: 'Event',
    Payload: Buffer.from(JSON.stringify({ case: name })),
  });
  const events = async () => (await lambda.history(arn)).Events ?? [];
  const until = (type: string) =>
    vi.waitUntil(async () => (await events()).at(-1)?.EventType === type, { interval: 10 });
  await until(last);
  const started = (await events()).find((each) => each.CallbackStartedDetails);
  const CallbackId = started?.CallbackStartedDetails?.CallbackId;
  return {
    events,
    until,
    started: started?.CallbackStartedDetails,
    types: async () => (await events()).map(({ EventType }) => EventType),
    end: async () => {
      await vi.waitUntil(async () => (await events()).at(-1)?.EventType?.startsWith('Execution'));
      return (await events()).at(-1);
    },
    succeed: (result?: string) =>
      lambda.client.send(
        new SendDurableExecutionCallbackSuccessCommand({
          CallbackId,
          ...(result === undefined ? {} : { Result: Buffer.from(result) }),
        }),
      ),
    fail: (error?: { ErrorType?: string; ErrorMessage?: string }) =>
      lambda.client.send(
        new SendDurableExecutionCallbackFailureCommand({ CallbackId, Error: error }),
      ),
    beat: () =>
      lambda.client.send(new SendDurableExecutionCallbackHeartbeatCommand({ CallbackId })),
  };
}

describe('a callback', () => {
  it('hands what it was sent to the handler', async () => {
    const callback = await waiting('callback');
    expect(callback.started).toMatchObject({ Timeout: 3600 });
    expect(callback.started).not.toHaveProperty('HeartbeatTimeout');
    await callback.succeed('"yes"');
    expect((await callback.end())?.ExecutionSucceededDetails?.Result?.Payload).toBe('"\\"yes\\""');
    expect(await callback.types()).toEqual([
      'ExecutionStarted',
      'CallbackStarted',
      'InvocationCompleted',
      'CallbackSucceeded',
      'InvocationCompleted',
      'ExecutionSucceeded',
    ]);
  });

  it('succeeds with nothing', async () => {
    const callback = await waiting('callback');
    await callback.succeed();
    expect((await callback.end())?.EventType).toBe('ExecutionSucceeded');
    const succeeded = (await callback.events()).find((each) => each.CallbackSucceededDetails);
    expect(succeeded?.CallbackSucceededDetails?.Result).toEqual({ Truncated: false });
  });

  it.each([
    [{ ErrorType: 'Refused', ErrorMessage: 'not today' }, 'not today'],
    [undefined, ''],
  ])('fails with %j', async (error, message) => {
    const callback = await waiting('callback');
    await callback.fail(error);
    const failed = (await callback.end())?.ExecutionFailedDetails?.Error?.Payload;
    expect(failed?.ErrorType).toBe('CallbackExternalError');
    expect(failed?.ErrorMessage).toContain(message);
  });

  it('lives as long as its heart beats, and its heart leaves no trace', async () => {
    const callback = await waiting('callbackWithHeartbeat');
    expect(callback.started).toMatchObject({ Timeout: 3600, HeartbeatTimeout: 60 });
    for (let beats = 0; beats < 3; beats += 1) {
      await callback.beat();
      lambda.clock.advance(50_000);
    }
    await callback.beat();
    expect(await callback.types()).toHaveLength(3);
    lambda.clock.advance(60_000);
    expect((await callback.end())?.EventType).toBe('ExecutionFailed');
    const timedOut = (await callback.events()).find((each) => each.CallbackTimedOutDetails);
    expect(timedOut?.CallbackTimedOutDetails?.Error?.Payload?.ErrorType).toBe('Callback.Heartbeat');
  });

  it('has its handler invoked also when that waits for something else', async () => {
    const callback = await waiting('callbackDuringWait');
    await callback.succeed('1');
    await callback.until('InvocationCompleted');
    lambda.clock.advance(600_000);
    await callback.end();
    expect(await callback.types()).toEqual([
      'ExecutionStarted',
      'CallbackStarted',
      'WaitStarted',
      'InvocationCompleted',
      'CallbackSucceeded',
      'InvocationCompleted',
      'WaitSucceeded',
      'InvocationCompleted',
      'ExecutionSucceeded',
    ]);
  });

  it('is submitted within a context of its own by waitForCallback', async () => {
    const callback = await waiting('waitForCallback');
    await callback.succeed('"done"');
    await callback.end();
    expect(await callback.types()).toEqual([
      'ExecutionStarted',
      'ContextStarted',
      'CallbackStarted',
      'StepStarted',
      'StepSucceeded',
      'InvocationCompleted',
      'CallbackSucceeded',
      'ContextSucceeded',
      'InvocationCompleted',
      'ExecutionSucceeded',
    ]);
  });

  it('is over once it has ended, and says so to whoever comes late', async () => {
    const callback = await waiting('callback');
    await callback.succeed('1');
    const late = { name: 'CallbackTimeoutException', $metadata: { httpStatusCode: 400 } };
    await expect(callback.succeed('2')).rejects.toMatchObject(late);
    await expect(callback.fail()).rejects.toMatchObject(late);
    await callback.end();
    await expect(callback.beat()).rejects.toMatchObject(late);
    const { length } = (await callback.types()).filter((each) => each === 'CallbackSucceeded');
    expect(length).toBe(1);
  });

  it.each(['bm8=', 'a', `${'A'.repeat(40)}+/`])('is not found by %s', async (CallbackId) => {
    const sent = lambda.client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId }));
    await expect(sent).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Invalid callback id',
    });
  });

  it('takes no more than a megabyte', async () => {
    const callback = await waiting('callback');
    await expect(callback.succeed('x'.repeat(1024 * 1024 + 1))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
    await callback.succeed('"x"');
    expect((await callback.end())?.EventType).toBe('ExecutionSucceeded');
  });
});

describe('after a restart of the runtime', () => {
  it('callbacks are still waited for, and functions that were called answer', async () => {
    let last = await deployCases();
    const start = async (name: CaseName) => {
      const payload = Buffer.from(JSON.stringify({ case: name }));
      const { DurableExecutionArn } = await last.invoke('flow', {
        InvocationType: 'Event',
        Payload: payload,
      });
      return DurableExecutionArn;
    };
    const events = async (arn: string | undefined) => (await last.history(arn)).Events ?? [];
    const until = (arn: string | undefined, type: string) =>
      vi.waitUntil(async () => (await events(arn)).some(({ EventType }) => EventType === type));
    const [callback, plain, durable] = [
      await start('callback'),
      await start('invokeSlow'),
      await start('invokeDurable'),
    ];
    await until(callback, 'InvocationCompleted');
    await until(plain, 'InvocationCompleted');
    await until(durable, 'ChainedInvokeStarted');
    await last.close({ keep: true });
    last = await deployCases(last.directory);
    const waiting = (await events(callback)).find((each) => each.CallbackStartedDetails);
    await last.client.send(
      new SendDurableExecutionCallbackSuccessCommand({
        CallbackId: waiting?.CallbackStartedDetails?.CallbackId,
        Result: Buffer.from('"after"'),
      }),
    );
    for (const arn of [callback, plain, durable]) await until(arn, 'ExecutionSucceeded');
    await last.close();
  });
});
