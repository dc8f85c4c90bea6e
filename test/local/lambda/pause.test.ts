import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DeleteFunctionCommand,
  GetDurableExecutionCommand,
  SendDurableExecutionCallbackSuccessCommand,
  StopDurableExecutionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/local/store/store.ts';
import { signedFetch } from '../../support/credentials.ts';
import { full } from '../../support/full.ts';
import { bundleHandler } from './bundle-handler.ts';
import { startLambda } from './fixture.ts';

const source = `
  import { appendFileSync, existsSync } from 'node:fs';
  import { withDurableExecution } from '@aws/durable-execution-sdk-js';
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const log = (event, text) => appendFileSync(event.log, text + '\\n');
  const flows = {
    async steps(context, event) {
      for (const name of ['a', 'b', 'c']) {
        await context.step(name, async () => {
          log(event, name);
          while (event.gated && !existsSync(event.log + '-' + name)) await sleep(5);
        });
      }
      return 'done';
    },
    async wait(context, event) {
      await context.wait('pause', { seconds: event.seconds });
      await context.step('after', async () => log(event, 'after'));
      return 'done';
    },
    async callback(context, event) {
      const [answer] = await context.createCallback('approval');
      return await answer;
    },
    async child(context, event) {
      return context.invoke('call', 'flow:1', { ...event, flow: 'wait' });
    },
    async retries(context, event) {
      return context.step('flaky', async (step) => {
        log(event, 'attempt');
        if (!event.ok) { event.ok = true; throw new Error('not yet'); }
        return 'done';
      }, { retryStrategy: (_, attempt) => ({ shouldRetry: attempt < 3, delay: { seconds: 1 } }) });
    },
  };
  export const handler = withDurableExecution((event, context) => flows[event.flow](context, event));
`;

let lambda: Awaited<ReturnType<typeof startLambda>>;
let code: string;
beforeAll(async () => {
  code = await bundleHandler(source);
  lambda = await startLambda({ speed: 60 });
  lambda.put('flow', { code, durable: 900 });
});
afterAll(() => lambda.close());

/** Sends a request that the SDK's client does not know yet. */
async function send(arn: string, action: 'pause' | 'resume' | 'delete', body: object = {}) {
  const path = `/2025-12-01/durable-executions/${encodeURIComponent(arn)}`;
  const response = await signedFetch(
    'lambda',
    `${lambda.config.endpoint}${action === 'delete' ? path : `${path}/${action}`}`,
    {
      method: action === 'delete' ? 'DELETE' : 'POST',
      headers: { 'content-type': 'application/json' },
      ...(action === 'delete' ? {} : { body: JSON.stringify(body) }),
    },
  );
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** Returns the response of GetDurableExecution, with members that the SDK's client does not know yet. */
async function read(arn: string) {
  const path = `/2025-12-01/durable-executions/${encodeURIComponent(arn)}`;
  const response = await signedFetch('lambda', `${lambda.config.endpoint}${path}`);
  return { body: (await response.json()) as Record<string, unknown> };
}

let count = 0;
async function start(flow: string, input: object = {}, name = 'flow') {
  const log = `${lambda.directory}/log-${count++}`;
  const { DurableExecutionArn: arn = '' } = await lambda.invoke(name, {
    InvocationType: 'Event',
    Payload: JSON.stringify({ flow, log, seconds: 60, ...input }),
  });
  const events = async () => (await lambda.history(arn)).Events ?? [];
  return {
    arn,
    /** Lets gated steps end. */
    open: (...steps: string[]) => {
      for (const step of steps) writeFileSync(`${log}-${step}`, '');
    },
    steps: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    events,
    types: async () => (await events()).map(({ EventType = '' }) => EventType),
    until: (type: string) =>
      expect
        .poll(async () => (await events()).map(({ EventType }) => EventType), { timeout: 10_000 })
        .toContain(type),
    status: async () =>
      (await lambda.client.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn })))
        .Status as string,
    untilStatus: (status: string) =>
      expect
        .poll(
          async () =>
            (await lambda.client.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn })))
              .Status as string,
          { timeout: 10_000 },
        )
        .toBe(status),
  };
}

describe('an execution that is paused', () => {
  it('ends its invocation at the next checkpoint and continues with the next step', async () => {
    const execution = await start('steps', { gated: true });
    await expect.poll(execution.steps).toEqual(['a']);
    // The SDK records the start of a step while its body runs already.
    await execution.until('StepStarted');
    expect(await send(execution.arn, 'pause', { Reason: 'maintenance' })).toEqual({
      status: 202,
      body: {},
    });
    expect(await execution.status()).toBe('PAUSING');
    execution.open('a', 'b', 'c');
    await execution.untilStatus('PAUSED');
    await execution.until('InvocationCompleted');
    expect(execution.steps()).not.toContain('c');
    const stepsBefore = execution.steps().length;
    await send(execution.arn, 'resume', { Reason: 'done' });
    await execution.untilStatus('SUCCEEDED');
    const types = await execution.types();
    expect(types.filter((type) => /Paused|Resumed/.test(type))).toEqual([
      'ExecutionPaused',
      'ExecutionResumed',
    ]);
    // The step whose result was refused may run again, and no other.
    expect(new Set(execution.steps())).toEqual(new Set(['a', 'b', 'c']));
    expect(execution.steps().length - stepsBefore).toBeLessThanOrEqual(3);
  });

  it('completes its wait, but is not invoked before it is resumed', async () => {
    const execution = await start('wait', { seconds: 60 });
    await execution.until('InvocationCompleted');
    await send(execution.arn, 'pause');
    await execution.untilStatus('PAUSED');
    await execution.until('WaitSucceeded');
    expect(execution.steps()).toEqual([]);
    expect(await execution.status()).toBe('PAUSED');
    await send(execution.arn, 'resume');
    await execution.untilStatus('SUCCEEDED');
    expect(execution.steps()).toEqual(['after']);
  });

  it.runIf(full)('resumes to wait on if nothing has happened', async () => {
    const execution = await start('wait', { seconds: 240 });
    await execution.until('InvocationCompleted');
    await send(execution.arn, 'pause');
    await execution.untilStatus('PAUSED');
    await send(execution.arn, 'resume');
    await execution.untilStatus('RUNNING');
    expect((await execution.types()).at(-1)).toBe('ExecutionResumed');
    await execution.untilStatus('SUCCEEDED');
  });

  it('accepts the result of a callback', async () => {
    const execution = await start('callback');
    await execution.until('InvocationCompleted');
    const [started] = (await execution.events()).filter((event) => event.CallbackStartedDetails);
    const { CallbackId } = started?.CallbackStartedDetails ?? {};
    await send(execution.arn, 'pause');
    await execution.untilStatus('PAUSED');
    await lambda.client.send(
      new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: Buffer.from('"yes"') }),
    );
    await execution.until('CallbackSucceeded');
    expect(await execution.status()).toBe('PAUSED');
    await send(execution.arn, 'resume');
    await execution.untilStatus('SUCCEEDED');
  });

  it.runIf(full)(
    'is not lost if an SDK that predates pausing starts a callback meanwhile',
    async () => {
      const execution = await start('callback');
      // The first checkpoint of the handler starts the callback.
      await send(execution.arn, 'pause');
      await execution.untilStatus('PAUSED');
      await execution.until('InvocationCompleted');
      const [started] = (await execution.events()).filter((event) => event.CallbackStartedDetails);
      const { CallbackId } = started?.CallbackStartedDetails ?? {};
      await lambda.client.send(
        new SendDurableExecutionCallbackSuccessCommand({
          CallbackId,
          Result: Buffer.from('"yes"'),
        }),
      );
      await send(execution.arn, 'resume');
      await execution.untilStatus('SUCCEEDED');
    },
  );

  it.runIf(full)('receives the result of a child execution, which is not paused', async () => {
    const execution = await start('child', { seconds: 60 });
    await execution.until('InvocationCompleted');
    await send(execution.arn, 'pause');
    await execution.untilStatus('PAUSED');
    await execution.until('ChainedInvokeSucceeded');
    expect(await execution.status()).toBe('PAUSED');
    await send(execution.arn, 'resume');
    await execution.untilStatus('SUCCEEDED');
  });

  it('can be stopped', async () => {
    const execution = await start('wait');
    await execution.until('InvocationCompleted');
    await send(execution.arn, 'pause');
    await execution.untilStatus('PAUSED');
    await lambda.client.send(
      new StopDurableExecutionCommand({ DurableExecutionArn: execution.arn }),
    );
    expect(await execution.status()).toBe('STOPPED');
    expect((await send(execution.arn, 'resume')).status).toBe(409);
  });

  it('is listed as paused, and keeps its version from being deleted', async () => {
    const execution = await start('wait', { seconds: 600 });
    await execution.until('InvocationCompleted');
    await send(execution.arn, 'pause');
    await execution.untilStatus('PAUSED');
    const response = await signedFetch(
      'lambda',
      `${lambda.config.endpoint}/2025-12-01/functions/flow/durable-executions?Statuses=PAUSED`,
    );
    const { DurableExecutions } = (await response.json()) as {
      DurableExecutions: { DurableExecutionArn: string; Status: string }[];
    };
    expect(DurableExecutions).toContainEqual(
      expect.objectContaining({ DurableExecutionArn: execution.arn, Status: 'PAUSED' }),
    );
    await expect(
      lambda.client.send(new DeleteFunctionCommand({ FunctionName: 'flow', Qualifier: '1' })),
    ).rejects.toThrow(/still running/);
    await send(execution.arn, 'resume');
  });
});

describe('the execution timeout', () => {
  it.each([
    [undefined, 'PAUSED'],
    [false, 'TIMED_OUT'],
  ])('stops during a pause unless ExecutionTimeoutPaused is false: %s', async (flag, status) => {
    const execution = await start('wait', { seconds: 600 });
    await execution.until('InvocationCompleted');
    const body = flag === undefined ? {} : { ExecutionTimeoutPaused: flag };
    await send(execution.arn, 'pause', body);
    lambda.clock.advance(600_000);
    await execution.until('WaitSucceeded');
    // The timeout is 900 seconds after the start.
    lambda.clock.advance(600_000);
    await expect.poll(() => execution.status()).toBe(status);
    if (status !== 'PAUSED') return;
    await send(execution.arn, 'resume');
    await execution.untilStatus('SUCCEEDED');
  });

  it('is expected 366 days after the start while it has stopped', async () => {
    const execution = await start('wait', { seconds: 600 });
    await execution.until('InvocationCompleted');
    const expected = async () => {
      const { body } = await read(execution.arn);
      return (Number(body['ExpectedExecutionTimeoutTimestamp']) - Date.now() / 1000) * 60;
    };
    expect(await expected()).toBeLessThan(900);
    await send(execution.arn, 'pause', { Reason: 'why' });
    await execution.untilStatus('PAUSED');
    expect(await expected()).toBeGreaterThan(365 * 86_400);
    expect((await read(execution.arn)).body).toMatchObject({
      DurableConfig: { ExecutionTimeout: 900, RetentionPeriodInDays: 1 },
      PauseDetails: {
        PauseRequestTimestamp: expect.any(Number),
        ExecutionTimeoutPaused: true,
        Reason: 'why',
      },
    });
    await send(execution.arn, 'resume');
    await execution.untilStatus('RUNNING');
    expect(await expected()).toBeLessThan(900);
    expect((await read(execution.arn)).body).not.toHaveProperty('PauseDetails');
  });
});

describe('a request', () => {
  it('is repeated without effect with the same client token, and refused with another one', async () => {
    const execution = await start('wait', { seconds: 600 });
    await execution.until('InvocationCompleted');
    expect((await send(execution.arn, 'resume')).status).toBe(409);
    expect((await send(execution.arn, 'pause', { ClientToken: 'one' })).status).toBe(202);
    await execution.untilStatus('PAUSED');
    expect((await send(execution.arn, 'pause', { ClientToken: 'one' })).status).toBe(202);
    expect((await send(execution.arn, 'pause', { ClientToken: 'two' })).status).toBe(409);
    expect((await send(execution.arn, 'resume', { ClientToken: 'three' })).status).toBe(202);
    await execution.untilStatus('RUNNING');
    expect((await send(execution.arn, 'resume', { ClientToken: 'three' })).status).toBe(202);
    expect((await send(execution.arn, 'resume', { ClientToken: 'four' })).status).toBe(409);
    expect((await execution.types()).filter((type) => type === 'ExecutionPaused')).toHaveLength(1);
  });

  it.each([
    [{ Reason: 'x'.repeat(1025) }, 'reason'],
    [{ ClientToken: 'a b' }, 'clientToken'],
  ])('with an invalid member is refused and names it', async (body, member) => {
    const execution = await start('wait');
    const response = await send(execution.arn, 'pause', body);
    expect(response.status).toBe(400);
    expect(JSON.stringify(response.body)).toContain(member);
  });

  it('for an execution that does not exist is not found', async () => {
    const execution = await start('wait');
    const arn = execution.arn.replace(/[^/]+$/, '00000000-0000-0000-0000-000000000000');
    for (const action of ['pause', 'resume', 'delete'] as const) {
      expect((await send(arn, action)).status).toBe(404);
    }
  });
});

describe('deletion', () => {
  it('is refused while an execution runs, and removes one that has ended', async () => {
    const execution = await start('steps', { gated: true });
    expect((await send(execution.arn, 'delete')).status).toBe(409);
    execution.open('a', 'b', 'c');
    await execution.untilStatus('SUCCEEDED');
    const { status, body } = await send(execution.arn, 'delete');
    expect(status).toBe(202);
    expect(body['DeletionRequestTimestamp']).toEqual(expect.any(Number));
    await expect
      .poll(() => execution.status().catch((error: Error) => error.name))
      .toBe('ResourceNotFoundException');
  });
});

/**
 * Restarts the runtime, at a few of the moments in the short run. `change` sets members of the stored execution, as if the runtime had been killed a moment
 * earlier or later.
 */
async function restart(arn: string, change: Readonly<Record<string, unknown>> = {}) {
  const { directory } = lambda;
  const from = lambda.clock.now();
  await lambda.close({ keep: true });
  const store = openStore(join(directory, 'state.sqlite'));
  store.transact(() => {
    for (const [path, value] of Object.entries(change)) {
      store
        .sql('update lambda_executions set body = json_set(body, ?, json(?)) where arn = ?')
        .run(`$.${path}`, JSON.stringify(value), arn);
    }
  });
  await store.committed();
  store.close();
  lambda = await startLambda({ speed: 60, directory, from });
}

const requestedAt = 1_796_000_000_000;

it.runIf(full)(
  'pauses after a restart if the request was accepted and had not taken effect',
  async () => {
    const execution = await start('wait', { seconds: 600 });
    await execution.until('InvocationCompleted');
    const request = { requestedAt, timeoutPaused: true, reason: 'night' };
    await restart(execution.arn, { pause: { state: 'REQUESTED', request } });
    expect(await execution.status()).toBe('PAUSED');
    expect((await execution.events()).at(-1)).toMatchObject({
      EventType: 'ExecutionPaused',
      EventTimestamp: expect.any(Date),
    });
    await send(execution.arn, 'resume');
    await execution.untilStatus('RUNNING');
    lambda.clock.advance(600_000);
    await execution.untilStatus('SUCCEEDED');
    expect(execution.steps()).toEqual(['after']);
  },
);

it('is paused after a restart if it was pausing, and repeats only the step that was cut off', async () => {
  const execution = await start('steps', { gated: true });
  await expect.poll(execution.steps).toEqual(['a']);
  await execution.until('StepStarted');
  await send(execution.arn, 'pause');
  expect(await execution.status()).toBe('PAUSING');
  await restart(execution.arn);
  expect(await execution.status()).toBe('PAUSED');
  execution.open('a', 'b', 'c');
  const before = await execution.types();
  expect(before.filter((type) => type === 'ExecutionPaused')).toHaveLength(1);
  expect(before.at(-1)).toBe('ExecutionPaused');
  await send(execution.arn, 'resume');
  await execution.untilStatus('SUCCEEDED');
  expect(execution.steps()).toEqual(['a', 'a', 'b', 'c']);
});

it.runIf(full)(
  'continues after a restart if its pause was cancelled while it was pausing',
  async () => {
    const execution = await start('steps', { gated: true });
    await expect.poll(execution.steps).toEqual(['a']);
    await execution.until('StepStarted');
    await send(execution.arn, 'pause');
    expect(await execution.status()).toBe('PAUSING');
    await restart(execution.arn, { 'pause.resume': { requestedAt } });
    expect(await execution.status()).toBe('RUNNING');
    execution.open('a', 'b', 'c');
    await execution.untilStatus('SUCCEEDED');
    expect(execution.steps()).toEqual(['a', 'a', 'b', 'c']);
    expect((await execution.types()).filter((type) => /Paused|Resumed/.test(type))).toEqual([]);
  },
);

it.runIf(full)(
  'is paused after a restart if its token was withheld while a further step was running',
  async () => {
    const execution = await start('steps', { gated: true });
    await expect.poll(execution.steps).toEqual(['a']);
    await execution.until('StepStarted');
    await send(execution.arn, 'pause');
    execution.open('a');
    await execution.untilStatus('PAUSED');
    // This SDK starts the next step in spite of the pause. Its result is lost.
    await expect.poll(execution.steps).toEqual(['a', 'b']);
    await restart(execution.arn);
    expect(await execution.status()).toBe('PAUSED');
    execution.open('b', 'c');
    await send(execution.arn, 'resume');
    await execution.untilStatus('SUCCEEDED');
    expect(execution.steps()).toEqual(['a', 'b', 'b', 'c']);
    expect((await execution.types()).filter((type) => /Paused|Resumed/.test(type))).toEqual([
      'ExecutionPaused',
      'ExecutionResumed',
    ]);
  },
);

it('resumes after a restart if the request was accepted and had not taken effect', async () => {
  const execution = await start('wait', { seconds: 60 });
  await execution.until('InvocationCompleted');
  await send(execution.arn, 'pause');
  await execution.untilStatus('PAUSED');
  await execution.until('WaitSucceeded');
  await restart(execution.arn, { 'pause.resume': { requestedAt } });
  await execution.untilStatus('SUCCEEDED');
  expect(execution.steps()).toEqual(['after']);
  const changes = (await execution.types()).filter((type) => /Paused|Resumed/.test(type));
  expect(changes).toEqual(['ExecutionPaused', 'ExecutionResumed']);
});

it.runIf(full)('completes a deletion after a restart', async () => {
  const execution = await start('steps');
  await execution.untilStatus('SUCCEEDED');
  await restart(execution.arn, { status: 'DELETING' });
  // The status is a column, too.
  lambda.store
    .sql("update lambda_executions set status = 'DELETING' where arn = ?")
    .run(execution.arn);
  await restart(execution.arn);
  await expect(execution.status()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

it.runIf(full)('keeps a pause across a restart of the runtime', async () => {
  const execution = await start('wait', { seconds: 120 });
  await execution.until('InvocationCompleted');
  await send(execution.arn, 'pause', { Reason: 'night' });
  await execution.untilStatus('PAUSED');
  const { directory } = lambda;
  const from = lambda.clock.now();
  await lambda.close({ keep: true });
  lambda = await startLambda({ speed: 60, directory, from });
  await execution.until('WaitSucceeded');
  expect(await execution.status()).toBe('PAUSED');
  expect(execution.steps()).toEqual([]);
  await send(execution.arn, 'resume');
  await execution.untilStatus('SUCCEEDED');
  expect(execution.steps()).toEqual(['after']);
});
