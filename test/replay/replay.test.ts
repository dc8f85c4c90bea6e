import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  GetDurableExecutionCommand,
  GetDurableExecutionHistoryCommand,
  InvokeCommand,
  SendDurableExecutionCallbackSuccessCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { assumeResults } from '../../src/replay/alternative.ts';
import { copyCode } from '../../src/replay/code.ts';
import type { RecordedEvent, Recording } from '../../src/replay/recording.ts';
import { describeFinding } from '../../src/replay/summary.ts';
import type { Verdict } from '../../src/replay/verdict.ts';
import { ReplayProcess } from '../../src/replay/workers.ts';
import { bundleHandler } from '../local/lambda/bundle-handler.ts';
import { startLambda } from '../local/lambda/fixture.ts';
import { shopSource } from './shop.ts';

const waitOptions = { timeout: 20_000, interval: 50 };

let lambda: Awaited<ReturnType<typeof startLambda>>;
let directory: string;
const sdkName = '@aws/durable-execution-sdk-js';
/** The SDK as one file, so that a changed function need not be bundled. */
let sdk: string;
/** Recordings of an approved order, a refused order, and an order that waits for its approval. */
let approved: Recording;
let refused: Recording;
let waiting: Recording;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'replay-'));
  sdk = await bundleHandler(`export { withDurableExecution } from '${sdkName}'`);
  lambda = await startLambda({ speed: 20 });
  const code = { 'sdk.mjs': sdk, 'index.mjs': shopSource.replace(sdkName, './sdk.mjs') };
  lambda.put('shop', { code, durable: 900 });
  lambda.put('mail', { code: 'export const handler = async (event) => ({ sent: event.total });' });
  const arns = await Promise.all(['approved', 'refused', 'waiting'].map(startOrder));
  const callbacks = await Promise.all(arns.map(findCallback));
  waiting = await record(arns[2] ?? '');
  await Promise.all(['"yes"', '"no"'].map((answer, index) => complete(callbacks[index], answer)));
  await Promise.all(arns.slice(0, 2).map(waitForEnd));
  approved = await record(arns[0] ?? '');
  refused = await record(arns[1] ?? '');
});

afterAll(async () => {
  await lambda.close();
  rmSync(directory, { recursive: true });
});

async function startOrder(name: string): Promise<string> {
  const response = await lambda.client.send(
    new InvokeCommand({
      FunctionName: 'shop:1',
      InvocationType: 'Event',
      DurableExecutionName: name,
      Payload: JSON.stringify({ target: 'mail:1' }),
    }),
  );
  return response.DurableExecutionArn ?? '';
}

async function readEvents(arn: string): Promise<RecordedEvent[]> {
  const { Events } = await lambda.client.send(
    new GetDurableExecutionHistoryCommand({
      DurableExecutionArn: arn,
      IncludeExecutionData: true,
      MaxItems: 1000,
    }),
  );
  return JSON.parse(JSON.stringify(Events)) as RecordedEvent[];
}

/** Waits until an order is suspended at its callback, and returns the id of the callback. */
async function findCallback(arn: string): Promise<string> {
  const find = async () => {
    const events = await readEvents(arn);
    const started = events.find(({ EventType }) => EventType === 'CallbackStarted');
    expect(started).toBeDefined();
    expect(events.at(-1)?.EventType).toBe('InvocationCompleted');
    const details = started?.['CallbackStartedDetails'] as { CallbackId: string } | undefined;
    return details?.CallbackId ?? '';
  };
  return vi.waitFor(find, waitOptions);
}

async function complete(CallbackId: string | undefined, result: string): Promise<void> {
  await lambda.client.send(
    new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: result }),
  );
}

async function waitForEnd(arn: string): Promise<void> {
  const read = () =>
    lambda.client.send(new GetDurableExecutionCommand({ DurableExecutionArn: arn }));
  await vi.waitFor(async () => expect((await read()).Status).toBe('SUCCEEDED'), waitOptions);
}

async function record(arn: string): Promise<Recording> {
  const events = await readEvents(arn);
  const status = String(events.at(-1)?.EventType);
  const input = JSON.stringify({ target: 'mail:1' });
  return { arn, name: arn.split('/').at(-2) ?? '', status, input, environment: {}, events };
}

/** Replays recordings with a changed source of the function. */
async function replayWith(
  source: string,
  recordings: readonly Recording[],
  { isThorough = false, assumed = {} } = {},
): Promise<Verdict[]> {
  const folder = mkdtempSync(join(directory, 'code-'));
  writeFileSync(join(folder, 'sdk.mjs'), sdk);
  writeFileSync(join(folder, 'index.mjs'), source.replace(sdkName, './sdk.mjs'));
  const code = copyCode(folder, { handler: 'index.handler', build: resolve('dist') });
  const replayProcess = new ReplayProcess(code, {});
  try {
    const verdicts: Verdict[] = [];
    for (const recording of recordings) {
      verdicts.push(await replayProcess.replay({ recording, isThorough, assumed }));
    }
    return verdicts;
  } finally {
    replayProcess.stop();
    code.dispose();
  }
}

function change(from: string, to: string): string {
  expect(shopSource).toContain(from);
  return shopSource.replace(from, to);
}

it('finds unchanged code identical, and names what an order in flight waits for', async () => {
  const verdicts = await replayWith(shopSource, [approved, refused, waiting], { isThorough: true });
  expect(verdicts).toEqual([
    { verdict: 'identical' },
    { verdict: 'identical' },
    { verdict: 'continues', operations: [expect.objectContaining({ type: 'CALLBACK' })] },
  ]);
});

it('finds a refactoring identical', async () => {
  const source = change(
    "await context.wait('pause', { seconds: 5 });",
    'const seconds = 2 + 3; const pause = () => context.wait("pause", { seconds }); await pause();',
  );
  expect(await replayWith(source, [approved])).toEqual([{ verdict: 'identical' }]);
});

/** Changes of the code, and the difference that a replay reports. */
const mutants: readonly (readonly [name: string, from: string, to: string, difference: string])[] =
  [
    [
      'an inserted step',
      "await context.wait('pause'",
      "await context.step('extra', async () => 1);\n  await context.wait('pause'",
      'pause: type is "STEP" instead of "WAIT"',
    ],
    [
      'a dropped wait',
      "await context.wait('pause', { seconds: 5 });",
      '',
      'pause: type is "CONTEXT" instead of "WAIT"',
    ],
    ['a renamed step', "'charge'", "'pay'", 'charge: name is "pay" instead of "charge"'],
    ['a changed wait', 'seconds: 5 }', 'seconds: 6 }', 'pause: wait length is 6 instead of 5'],
    [
      'a step that becomes a child context',
      "await context.step('charge', async (step) => flaky(step), { retryStrategy });",
      "await context.runInChildContext('charge', (child) => child.step(async () => 'charged'));",
      'charge: type is "CONTEXT" instead of "STEP"',
    ],
    [
      'another retry strategy',
      'delay: { seconds: 2 }',
      'delay: { seconds: 4 }',
      'charge: retry delay is 4 instead of 2',
    ],
    [
      'fewer attempts',
      'attempt < 3',
      'attempt < 1',
      'charge: change is "Failed" instead of "Retry"',
    ],
    [
      'another order of parallel branches',
      `async (branch) => branch.step('check-stock', async () => 'in stock'),
    async (branch) => branch.step('check-credit', async () => 'good'),`,
      `async (branch) => branch.step('check-credit', async () => 'good'),
    async (branch) => branch.step('check-stock', async () => 'in stock'),`,
      'check-stock: name is "check-credit" instead of "check-stock"',
    ],
    [
      'another target of a call',
      'event.target, { total: order.total }',
      "event.target + '1', { total: order.total }",
      'notify: called function is "mail:11" instead of "mail:1"',
    ],
    [
      'another input of a call',
      '{ total: order.total }',
      '{ total: order.total + 1 }',
      'notify: input of the call is "{\\"total\\":21}" instead of "{\\"total\\":20}"',
    ],
    [
      'another callback timeout',
      'minutes: 5',
      'minutes: 6',
      'CALLBACK: callback timeout is 360 instead of 300',
    ],
    [
      'another polling interval',
      'delay: { seconds: 3 }',
      'delay: { seconds: 9 }',
      'poll: retry delay is 9 instead of 3',
    ],
    [
      'another result of a child context',
      '{ label: number.number }',
      '{ label: number.number + 1 }',
      'ship: result is "{\\"label\\":8}" instead of "{\\"label\\":7}"',
    ],
    [
      'another outcome',
      'return { payment,',
      "return { payment: payment + '!',",
      'the execution: result is',
    ],
  ];

describe('a changed function', () => {
  it.each(mutants)('is reported for %s', async (_, from, to, difference) => {
    const [verdict] = await replayWith(change(from, to), [approved]);
    expect(verdict?.verdict).toBe('diverges');
    if (verdict?.verdict === 'diverges') {
      expect(describeFinding(verdict.finding)).toContain(difference);
    }
  });

  it('diverges only for the orders that reach a dropped undo', async () => {
    const source = change("await context.step('refund', async () => 'refunded');", '{}');
    const [first, second] = await replayWith(source, [approved, refused]);
    expect(first).toEqual({ verdict: 'identical' });
    expect(second).toMatchObject({
      verdict: 'diverges',
      finding: { kind: 'missing', operation: { name: 'refund' } },
    });
  });

  it('is reported for a branch on the clock', async () => {
    const source = change(
      "await context.wait('pause'",
      "if (new Date().getUTCHours() < 12) await context.step('morning', async () => 1);\n  await context.wait('pause'",
    );
    const [verdict] = await replayWith(source, [approved], { isThorough: true });
    expect(verdict?.verdict).toBe('diverges');
  });

  it('is broken if it uses a result that no longer exists', async () => {
    const source = change('order.items,', 'order.lines.all,');
    expect(await replayWith(source, [approved])).toEqual([
      {
        verdict: 'broken',
        reason: expect.stringMatching(/^The handler fails with TypeError: Cannot read properties/),
      },
    ]);
  });

  it('is broken if it calls another server outside a step', async () => {
    const source = change(
      "await context.wait('pause'",
      "await fetch('http://prices.example/today').catch(() => {});\n  await context.wait('pause'",
    );
    expect(await replayWith(source, [approved])).toEqual([
      { verdict: 'broken', reason: expect.stringContaining('http://prices.example/today') },
    ]);
  });

  it('cannot write files or start processes', async () => {
    const file = join(directory, 'written');
    const source = change(
      "await context.wait('pause'",
      `await import('node:fs').then((fs) => fs.writeFileSync(${JSON.stringify(file)}, ''));\n  await context.wait('pause'`,
    );
    const [verdict] = await replayWith(source, [approved]);
    expect(verdict).toMatchObject({ verdict: 'broken', reason: expect.stringContaining('Access') });
  });

  it('names the next operations for an assumed result', async () => {
    const source = change(
      "await context.wait('pause'",
      "if (order.total > 100) await context.step('check-limit', async () => 1);\n  await context.wait('pause'",
    );
    const { recording, assumed } = assumeResults(approved, {
      'read-order': '{"total":200,"items":[]}',
    });
    const [verdict] = await replayWith(source, [recording], { assumed });
    expect(verdict).toMatchObject({
      verdict: 'continues',
      operations: [{ name: 'charge' }, { name: 'check-limit' }],
    });
  });
});

it('rejects code whose SDK cannot keep the bodies of steps from running', () => {
  const folder = mkdtempSync(join(directory, 'old-'));
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => {};');
  expect(() => copyCode(folder, { handler: 'index.handler', build: resolve('dist') })).toThrow(
    /has no durable execution SDK from version 2\.4\.0 on/,
  );
});
