import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  CheckpointDurableExecutionCommand,
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  StopDurableExecutionCommand,
} from '@aws-sdk/client-lambda';
import { build } from 'esbuild';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLambda } from '../../../src/local/lambda/service.ts';
import { createLogs } from '../../../src/local/logs/service.ts';
import { startClock } from '../../../src/local/shared/clock.ts';
import { openStore } from '../../../src/local/store/store.ts';
import { serve } from '../../../src/local/wire/server.ts';
import { testCredentials, testKeys, testVerifier } from '../../support/credentials.ts';

const directory = mkdtempSync(join(tmpdir(), 'lambda-'));
let runtime: Awaited<ReturnType<typeof open>>;
let client: LambdaClient;
let zip: Buffer;

const source = `
import { existsSync, writeFileSync } from 'node:fs';
import { withDurableExecution } from '@aws/durable-execution-sdk-js';
const cases = {
  stepWait: async (ctx) => { const a = await ctx.step('a', async () => 42); await ctx.wait('w', { seconds: 2 }); return a; },
  twoWaits: async (ctx) => { await ctx.wait({ seconds: 1 }); await ctx.wait({ seconds: 1 }); return 'done'; },
  longWait: async (ctx) => { const a = await ctx.step('a', async () => 'kept'); await ctx.wait('w', { seconds: 3600 }); return a; },
  retry: async (ctx) => ctx.step('r', async () => { throw new Error('no'); },
    { retryStrategy: (_, n) => ({ shouldRetry: n < 4, delay: { seconds: 1 } }) }),
  crash: async (ctx, { marker }) => {
    await ctx.step('first', async () => 1);
    return ctx.step('second', async () => {
      if (!existsSync(marker)) { writeFileSync(marker, ''); process.exit(1); }
      return 'survived';
    });
  },
  crashEach: async (ctx, { marker }) => {
    for (let i = 0; i < 3; i++) {
      await ctx.step('s' + i, async () => i);
      if (!existsSync(marker + i)) { writeFileSync(marker + i, ''); process.kill(process.pid, 'SIGKILL'); await new Promise(() => {}); }
    }
    return 'all';
  },
};
export const handler = withDurableExecution(async (event, ctx) => cases[event.case](ctx, event));
`;

async function open(speed: number) {
  const store = openStore(join(directory, 'state.sqlite'));
  const clock = startClock({ from: 0, speed });
  let url = '';
  const logs = createLogs({ store });
  const lambda = createLambda({
    store,
    clock,
    logs,
    directory,
    endpoint: () => url,
    credentials: testKeys,
  });
  const server = await serve({
    services: [lambda.service],
    store,
    port: 0,
    verifier: testVerifier,
  });
  url = server.url;
  lambda.start();
  const close = async () => {
    await server.close();
    await lambda.close();
    clock.close();
    store.close();
  };
  return { store, clock, lambda, url, close };
}

function connect(): void {
  client = new LambdaClient({
    region: 'us-east-2',
    endpoint: runtime.url,
    credentials: testCredentials,
  });
}

beforeAll(async () => {
  const entry = join(directory, 'handler.mjs');
  writeFileSync(entry, source);
  await build({
    entryPoints: [entry],
    outfile: join(directory, 'index.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    nodePaths: [resolve('node_modules')],
    banner: {
      js: "import{createRequire as $req}from'node:module';const require=$req(import.meta.url);",
    },
  });
  zip = Buffer.from(zipSync({ 'index.mjs': readFileSync(join(directory, 'index.mjs')) }));
  // A wait of a second is longer than the 20 ms in which the SDK continues in the same invocation.
  runtime = await open(3);
  connect();
  const settings = (FunctionName: string, ExecutionTimeout?: number) => ({
    FunctionName,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Role: 'r',
    Timeout: 20,
    MemorySize: 256,
    LoggingConfig: { LogFormat: 'JSON', LogGroup: `/${FunctionName}` },
    ...(ExecutionTimeout ? { DurableConfig: { ExecutionTimeout, RetentionPeriodInDays: 1 } } : {}),
  });
  runtime.lambda.put(settings('flow', 900), zip);
  const FunctionVersion = runtime.lambda.publish('flow').version;
  runtime.lambda.createAlias({ FunctionName: 'flow', Name: 'live', FunctionVersion });
  runtime.lambda.put(settings('long', 86_400), zip);
  const code = Buffer.from(
    zipSync({
      'index.mjs': Buffer.from(
        'export const handler = async (e) => { if (e.fail) throw new TypeError("bad"); console.log("hi"); return { got: e }; }',
      ),
    }),
  );
  runtime.lambda.put(settings('plain'), code);
});

afterAll(async () => {
  await runtime.close();
  rmSync(directory, { recursive: true, force: true });
});

async function run(event: object, name?: string) {
  const response = await client.send(
    new InvokeCommand({
      FunctionName: 'flow:live',
      Payload: JSON.stringify(event),
      ...(name ? { DurableExecutionName: name } : {}),
    }),
  );
  return { ...response, text: Buffer.from(response.Payload ?? []).toString() };
}

async function events(arn: string | undefined) {
  const { Events = [] } = await client.send(
    new GetDurableExecutionHistoryCommand({ DurableExecutionArn: arn }),
  );
  return Events;
}

const types = async (arn: string | undefined) =>
  (await events(arn)).map((event) => event.EventType);

describe('Lambda', () => {
  it('records a step and a wait', async () => {
    const { text, DurableExecutionArn } = await run({ case: 'stepWait' });
    expect(text).toBe('42');
    expect(await types(DurableExecutionArn)).toEqual([
      'ExecutionStarted',
      'StepStarted',
      'StepSucceeded',
      'WaitStarted',
      'InvocationCompleted',
      'WaitSucceeded',
      'InvocationCompleted',
      'ExecutionSucceeded',
    ]);
  });

  it('records two waits', async () => {
    const { DurableExecutionArn } = await run({ case: 'twoWaits' });
    expect((await types(DurableExecutionArn)).slice(1, -1)).toEqual([
      'WaitStarted',
      'InvocationCompleted',
      'WaitSucceeded',
      'WaitStarted',
      'InvocationCompleted',
      'WaitSucceeded',
      'InvocationCompleted',
    ]);
  });

  it('retries a step and fails', async () => {
    const { DurableExecutionArn, FunctionError } = await run({ case: 'retry' });
    expect(FunctionError).toBe('Unhandled');
    const all = await events(DurableExecutionArn);
    const round = ['StepStarted', 'StepFailed', 'InvocationCompleted'];
    expect(all.map((event) => event.EventType)).toEqual([
      'ExecutionStarted',
      ...round,
      ...round,
      ...round,
      ...round,
      'ExecutionFailed',
    ]);
    expect(all[2]?.StepFailedDetails?.RetryDetails).toEqual({
      CurrentAttempt: 1,
      NextAttemptDelaySeconds: 1,
    });
    expect(all[11]?.StepFailedDetails?.RetryDetails).toEqual({ CurrentAttempt: 4 });
  });

  it('returns the same execution for the same name and input', async () => {
    const first = await run({ case: 'stepWait' }, 'once');
    const second = await run({ case: 'stepWait' }, 'once');
    expect(second.DurableExecutionArn).toBe(first.DurableExecutionArn);
    await expect(run({ case: 'twoWaits' }, 'once')).rejects.toMatchObject({
      name: 'DurableExecutionAlreadyStartedException',
    });
  });

  it('rejects invalid requests like Lambda', async () => {
    await expect(client.send(new InvokeCommand({ FunctionName: 'flow' }))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
    });
    const long = new InvokeCommand({ FunctionName: 'long', Qualifier: '$LATEST' });
    await expect(client.send(long)).rejects.toThrow('15 minutes');
    await expect(client.send(new InvokeCommand({ FunctionName: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    const { DurableExecutionArn } = await run({ case: 'stepWait' });
    const stale = new CheckpointDurableExecutionCommand({
      DurableExecutionArn,
      CheckpointToken: 'c3RhbGU=',
    });
    await expect(client.send(stale)).rejects.toThrow(/^Invalid checkpoint token/);
    expect((await fetch(`${runtime.url}/2015-03-31/functions`)).status).toBe(403);
  });

  it('invokes plain functions', async () => {
    const ok = await client.send(new InvokeCommand({ FunctionName: 'plain', Payload: '{"a":1}' }));
    expect(Buffer.from(ok.Payload ?? []).toString()).toBe('{"got":{"a":1}}');
    const bad = await client.send(
      new InvokeCommand({ FunctionName: 'plain', Payload: '{"fail":true}' }),
    );
    expect(bad.FunctionError).toBe('Unhandled');
    expect(JSON.parse(Buffer.from(bad.Payload ?? []).toString())).toMatchObject({
      errorType: 'TypeError',
      errorMessage: 'bad',
    });
  });

  it('invokes again after a crash', async () => {
    const { text, DurableExecutionArn } = await run({
      case: 'crash',
      marker: join(directory, 'crashed'),
    });
    expect(text).toBe('"survived"');
    const all = await events(DurableExecutionArn);
    const ends = all.filter((event) => event.EventType === 'InvocationCompleted');
    expect(ends[0]?.InvocationCompletedDetails?.Error?.Payload?.ErrorType).toBe(
      'Runtime.ExitError',
    );
    expect(ends).toHaveLength(2);
  });

  it('records each step once when killed after every checkpoint', async () => {
    const { text, DurableExecutionArn } = await run({
      case: 'crashEach',
      marker: join(directory, 'killed'),
    });
    expect(text).toBe('"all"');
    const all = await types(DurableExecutionArn);
    expect(all.filter((event) => event === 'StepSucceeded')).toHaveLength(3);
    expect(all.filter((event) => event === 'StepStarted')).toHaveLength(3);
  });

  it('resumes after a restart, and ends a wait when the clock is advanced', async () => {
    const { DurableExecutionArn: arn } = await start('longWait');
    await runtime.close();
    runtime = await open(1);
    connect();
    // The invocation that was in flight is recorded as failed.
    const [, lost] = await events(arn);
    expect(lost?.InvocationCompletedDetails?.Error?.Payload?.ErrorType).toBe('Runtime.ExitError');
    await waitUntil(arn, async () => (await types(arn)).includes('WaitStarted'));
    await waitUntil(arn, async () => (await types(arn)).at(-1) === 'InvocationCompleted');
    runtime.clock.advance(3_600_000);
    await waitUntil(arn, async () => (await status(arn)).Status !== 'RUNNING');
    expect(await status(arn)).toMatchObject({ Status: 'SUCCEEDED', Result: '"kept"' });
    expect((await types(arn)).slice(-4)).toEqual([
      'InvocationCompleted',
      'WaitSucceeded',
      'InvocationCompleted',
      'ExecutionSucceeded',
    ]);
  });

  it('times out and stops executions', async () => {
    const { DurableExecutionArn: arn } = await start('longWait');
    await waitUntil(arn, async () => (await types(arn)).includes('WaitStarted'));
    await client.send(new StopDurableExecutionCommand({ DurableExecutionArn: arn }));
    expect((await types(arn)).at(-1)).toBe('ExecutionStopped');
    const { DurableExecutionArn: other } = await start('longWait', 'flow');
    runtime.clock.advance(900_000);
    await waitUntil(other, async () => (await status(other)).Status !== 'RUNNING');
    expect((await types(other)).at(-1)).toBe('ExecutionTimedOut');
    const { DurableExecutions = [] } = await client.send(
      new ListDurableExecutionsByFunctionCommand({
        FunctionName: 'flow',
        Statuses: ['TIMED_OUT'],
      }),
    );
    expect(DurableExecutions.map((event) => event.DurableExecutionArn)).toEqual([other]);
  });
});

function start(name: string, FunctionName = 'long') {
  return client.send(
    new InvokeCommand({
      FunctionName,
      Qualifier: '$LATEST',
      InvocationType: 'Event',
      Payload: JSON.stringify({ case: name }),
    }),
  );
}

const status = (arn: string | undefined) =>
  client.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn }));

async function waitUntil(_arn: string | undefined, met: () => Promise<boolean>): Promise<void> {
  while (!(await met())) await new Promise((resolve) => setImmediate(resolve));
}
