import {
  SendDurableExecutionCallbackFailureCommand,
  SendDurableExecutionCallbackHeartbeatCommand,
  SendDurableExecutionCallbackSuccessCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { full } from '../../../support/full.ts';
import type { CaseName } from './cases.ts';
import { deployCases } from './deployed.ts';

let lambda: Awaited<ReturnType<typeof deployCases>>;

beforeAll(async () => {
  lambda = await deployCases();
});
afterAll(() => lambda.close());

/** Starts an execution that waits for a callback, and returns functions to end the callback. */
async function startCallback(name: CaseName, last = 'InvocationCompleted') {
  const { DurableExecutionArn: arn } = await lambda.invoke('flow', {
    InvocationType: 'Event',
    Payload: Buffer.from(JSON.stringify({ case: name })),
  });
  const events = async () => (await lambda.history(arn)).Events ?? [];
  const until = (type: string) =>
    vi.waitUntil(async () => (await events()).at(-1)?.EventType === type, {
      interval: 10,
      timeout: 10_000,
    });
  await until(last);
  const started = (await events()).find((event) => event.CallbackStartedDetails);
  const CallbackId = started?.CallbackStartedDetails?.CallbackId;
  return {
    events,
    until,
    started: started?.CallbackStartedDetails,
    types: async () => (await events()).map(({ EventType }) => EventType),
    end: async () => {
      await vi.waitUntil(async () => (await events()).at(-1)?.EventType?.startsWith('Execution'), {
        timeout: 10_000,
      });
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
  it('passes its result to the handler', async () => {
    const callback = await startCallback('callback');
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

  it.runIf(full)('succeeds without a result', async () => {
    const callback = await startCallback('callback');
    await callback.succeed();
    expect((await callback.end())?.EventType).toBe('ExecutionSucceeded');
    const succeeded = (await callback.events()).find((event) => event.CallbackSucceededDetails);
    expect(succeeded?.CallbackSucceededDetails?.Result).toEqual({ Truncated: false });
  });

  const refused = { ErrorType: 'Refused', ErrorMessage: 'not today' };
  it.each([
    { error: refused, message: 'not today' },
    ...(full ? [{ error: undefined, message: '' }] : []),
  ])('fails with $error', async ({ error, message }) => {
    const callback = await startCallback('callback');
    await callback.fail(error);
    const failed = (await callback.end())?.ExecutionFailedDetails?.Error?.Payload;
    expect(failed?.ErrorType).toBe('CallbackExternalError');
    expect(failed?.ErrorMessage).toContain(message);
  });

  it('stays open while heartbeats arrive, which write no events', async () => {
    const callback = await startCallback('callbackWithHeartbeat');
    expect(callback.started).toMatchObject({ Timeout: 3600, HeartbeatTimeout: 60 });
    for (let beats = 0; beats < 3; beats += 1) {
      await callback.beat();
      lambda.clock.advance(50_000);
    }
    await callback.beat();
    expect(await callback.types()).toHaveLength(3);
    lambda.clock.advance(60_000);
    expect((await callback.end())?.EventType).toBe('ExecutionFailed');
    const timedOut = (await callback.events()).find((event) => event.CallbackTimedOutDetails);
    expect(timedOut?.CallbackTimedOutDetails?.Error?.Payload?.ErrorType).toBe('Callback.Heartbeat');
  });

  it('wakes its handler even during a wait', async () => {
    const callback = await startCallback('callbackDuringWait');
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

  it.runIf(full)('is submitted in its own context by waitForCallback', async () => {
    const callback = await startCallback('waitForCallback');
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

  it('rejects results and heartbeats after its end', async () => {
    const callback = await startCallback('callback');
    await callback.succeed('1');
    const late = { name: 'CallbackTimeoutException', $metadata: { httpStatusCode: 400 } };
    await expect(callback.succeed('2')).rejects.toMatchObject(late);
    await expect(callback.fail()).rejects.toMatchObject(late);
    await callback.end();
    await expect(callback.beat()).rejects.toMatchObject(late);
    const { length } = (await callback.types()).filter((event) => event === 'CallbackSucceeded');
    expect(length).toBe(1);
  });

  it.each(['bm8=', 'a', `${'A'.repeat(40)}+/`])('rejects the invalid id %s', async (CallbackId) => {
    const sent = lambda.client.send(new SendDurableExecutionCallbackSuccessCommand({ CallbackId }));
    await expect(sent).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Invalid callback id',
    });
  });

  it('rejects a result of more than 1 MB', async () => {
    const callback = await startCallback('callback');
    await expect(callback.succeed('x'.repeat(1024 * 1024 + 1))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
    await callback.succeed('"x"');
    expect((await callback.end())?.EventType).toBe('ExecutionSucceeded');
  });
});

describe('after a restart of the runtime', () => {
  it('callbacks can still end, and called functions return', async () => {
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
      vi.waitUntil(
        async () => (await events(arn)).some(({ EventType }) => EventType === type),
        10_000,
      );
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
    const startCallback = (await events(callback)).find((event) => event.CallbackStartedDetails);
    await last.client.send(
      new SendDurableExecutionCallbackSuccessCommand({
        CallbackId: startCallback?.CallbackStartedDetails?.CallbackId,
        Result: Buffer.from('"after"'),
      }),
    );
    for (const arn of [callback, plain, durable]) await until(arn, 'ExecutionSucceeded');
    await last.close();
  });
});
