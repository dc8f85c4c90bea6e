import { mkdtempSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assumeResults } from '../../src/replay/alternative.ts';
import { copyCode } from '../../src/replay/code.ts';
import { describeFinding } from '../../src/replay/describe-finding.ts';
import { readRecordingFiles } from '../../src/replay/read-recordings.ts';
import type { Recording } from '../../src/replay/recording.ts';
import type { Verdict } from '../../src/replay/verdict.ts';
import { chooseCases } from '../support/full.ts';
import { createReplayer, type Replay, startRecorder } from './recorder.ts';
import { bulkSource, shopSource } from './shop.ts';

let recorder: Awaited<ReturnType<typeof startRecorder>>;
let replayer: Awaited<ReturnType<typeof createReplayer>>;
/** Recordings of an approved order, a refused order, and an order that waits for its approval. */
let approved: Recording;
let refused: Recording;
let waiting: Recording;
/** Recording of a function with flat maps and large results. */
let bulk: Recording;
/** Recordings of the shop with earlier versions of the SDK. */
const older = readRecordingFiles(join(import.meta.dirname, 'recordings'));

/** Verdicts of changed functions by their names. Their replays share a process, because its start takes longer than most of them. */
let verdicts: ReadonlyMap<string, Verdict>;

const input = { target: 'mail:1' };

beforeAll(async () => {
  replayer = await createReplayer();
  recorder = await startRecorder();
  const { lambda, start, findCallback, complete, waitForEnd, record } = recorder;
  lambda.put('shop', { code: replayer.filesOf(shopSource), durable: 900 });
  lambda.put('bulk', { code: replayer.filesOf(bulkSource), durable: 900 });
  lambda.put('mail', { code: 'export const handler = async (event) => ({ sent: event.total });' });
  const bulkArn = await start('bulk:1', 'bulk', {});
  const arns = await Promise.all(
    ['approved', 'refused', 'waiting'].map((name) => start('shop:1', name, input)),
  );
  const callbacks = await Promise.all(arns.map(findCallback));
  waiting = await record(arns[2] ?? '', input);
  await Promise.all(['"yes"', '"no"'].map((answer, index) => complete(callbacks[index], answer)));
  await Promise.all([bulkArn, ...arns.slice(0, 2)].map(waitForEnd));
  approved = await record(arns[0] ?? '', input);
  refused = await record(arns[1] ?? '', input);
  bulk = await record(bulkArn, {});
  const replays = listReplays();
  const found = await replayer.replayEach(replays.map(([, replay]) => replay));
  verdicts = new Map(replays.map(([name], index) => [name, found[index] as Verdict]));
});

afterAll(async () => {
  await recorder.lambda.close();
  replayer.remove();
});

const replayWith = (...parameters: Parameters<typeof replayer.replayWith>) =>
  replayer.replayWith(...parameters);

function change(from: string, to: string): string {
  return changeIn(shopSource, from, to);
}

function changeIn(source: string, from: string, to: string): string {
  expect(source).toContain(from);
  return source.replace(from, to);
}

type Change = readonly [name: string, from: string, to: string];
type Mutant = readonly [...Change, difference: string];

const beforePause = (statement: string) =>
  change("await context.wait('pause'", `${statement}\n  await context.wait('pause'`);

/** Returns what is replayed in one process, by name. */
function listReplays(): readonly (readonly [name: string, replay: Replay])[] {
  const undone = change("await context.step('refund', async () => 'refunded');", '{}');
  const morning =
    "if (new Date().getUTCHours() < 12) await context.step('morning', async () => 1);";
  const file = JSON.stringify(join(replayer.directory, 'written'));
  const writing = `await import('node:fs').then((fs) => fs.writeFileSync(${file}, ''));`;
  const limited = beforePause(
    "if (order.total > 100) await context.step('check-limit', async () => 1);",
  );
  return [
    ...[...mutants, refactored, ...broken].map(
      ([name, from, to]) => [name, { source: change(from, to), recording: approved }] as const,
    ),
    ...bulkMutants.map(
      ([name, from, to]) =>
        [name, { source: changeIn(bulkSource, from, to), recording: bulk }] as const,
    ),
    ['a dropped undo of an approved order', { source: undone, recording: approved }],
    ['a dropped undo of a refused order', { source: undone, recording: refused }],
    ['the clock', { source: beforePause(morning), recording: approved, isThorough: true }],
    ['a file', { source: beforePause(writing), recording: approved }],
    [
      'an assumed result',
      {
        source: limited,
        ...assumeResults(approved, { 'read-order': '{"total":200,"items":[]}' }),
      },
    ],
    ['nothing', { source: bulkSource, recording: bulk, isThorough: true }],
  ];
}

function describeDivergence(verdict: Verdict | undefined): string {
  return verdict?.verdict === 'diverges' ? describeFinding(verdict.finding) : `${verdict?.verdict}`;
}

it('finds unchanged code identical, also for earlier versions of the SDK, and names what an order in flight waits for', async () => {
  const found = await replayWith(shopSource, [approved, refused, waiting, ...older], {
    isThorough: true,
  });
  expect(found.slice(0, 3)).toEqual([
    { verdict: 'identical' },
    { verdict: 'identical' },
    { verdict: 'continues', operations: [expect.objectContaining({ type: 'CALLBACK' })] },
  ]);
  expect(older.map(({ name }, index) => [name, found[index + 3]])).toEqual([
    ['sdk-1.0.2', { verdict: 'identical' }],
    ['sdk-2.0.0', { verdict: 'identical' }],
  ]);
});

it('finds flat maps, delays with jitter, and results that are too large to store identical', () => {
  const started = bulk.events.filter(({ EventType }) => EventType === 'ContextStarted');
  expect(started.map(({ Name }) => Name)).not.toContain('pack-a');
  expect(verdicts.get('nothing')).toEqual({ verdict: 'identical' });
});

/** Changes of the function with flat maps and large results, and the difference that a replay reports. */
const allBulkMutants: readonly Mutant[] = [
  ['a step in a flat map', "'box-'", "'case-'", 'box-a: name is "case-a" instead of "box-a"'],
  ['the nesting', "nesting: 'FLAT'", "nesting: 'NESTED'", 'the recorded order has no such'],
  ['a wait in a flat map', 'seconds: 3', 'seconds: 4', 'dry-a: wait length is 4 instead of 3'],
  ['another range of jitter', '2 + Math', '9 + Math', 'box-b: retry delay is 9 instead of'],
  ['a step of a large child context', "'size'", "'length'", 'size: name is "length"'],
  [
    'a step of a map with large results',
    "item.step('page-'",
    "item.step('sheet-'",
    'page-1: name is "sheet-1"',
  ],
  ['the size of a large result', "'x'.repeat(size)", "'x'.repeat(size / 2)", 'catalogue: '],
];

/** The changes of the short run: a flat map, its jitter, and both kinds of large results. */
const bulkMutants = chooseCases(allBulkMutants, [
  'a step in a flat map',
  'another range of jitter',
  'a step of a map with large results',
  'the size of a large result',
]);

describe('a changed function with flat maps and large results', () => {
  it.each(bulkMutants)('is reported for %s', (name, _from, _to, difference) => {
    expect(describeDivergence(verdicts.get(name))).toContain(difference);
  });
});

/** Changes of the code, and the difference that a replay reports. */
const allMutants: readonly Mutant[] = [
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
  [
    'a dropped step',
    "const order = await context.step('read-order', async () => ({ total: 20, items: ['a', 'b'] }));",
    "const order = { total: 20, items: ['a', 'b'] };",
    'read-order: name is "charge" instead of "read-order"',
  ],
  [
    'two swapped steps',
    `const order = await context.step('read-order', async () => ({ total: 20, items: ['a', 'b'] }));
  const payment = await context.step('charge', async (step) => flaky(step), { retryStrategy });`,
    `const payment = await context.step('charge', async (step) => flaky(step), { retryStrategy });
  const order = await context.step('read-order', async () => ({ total: 20, items: ['a', 'b'] }));`,
    'read-order: name is "charge" instead of "read-order"',
  ],
  [
    'a step that moves behind a wait',
    `const payment = await context.step('charge', async (step) => flaky(step), { retryStrategy });
  await context.wait('pause', { seconds: 5 });`,
    `await context.wait('pause', { seconds: 5 });
  const payment = await context.step('charge', async (step) => flaky(step), { retryStrategy });`,
    'charge: type is "WAIT" instead of "STEP"',
  ],
  [
    'a step that moves into a child context',
    `const order = await context.step('read-order', async () => ({ total: 20, items: ['a', 'b'] }));`,
    `const order = await context.runInChildContext('read-order', (child) =>
    child.step('read-order', async () => ({ total: 20, items: ['a', 'b'] })));`,
    'read-order: type is "CONTEXT" instead of "STEP"',
  ],
  [
    'a wait that becomes a step',
    "await context.wait('pause', { seconds: 5 });",
    "await context.step('pause', async () => 1);",
    'pause: type is "STEP" instead of "WAIT"',
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
    'a retry strategy with shorter delays',
    'delay: { seconds: 2 }',
    'delay: { seconds: 1 }',
    'charge: retry delay is 1 instead of 2',
  ],
  ['fewer attempts', 'attempt < 3', 'attempt < 1', 'charge: change is "Failed" instead of "Retry"'],
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
    'approval: callback timeout is 360 instead of 300',
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

/** The changes of the short run: each kind of difference. */
const mutants = chooseCases(allMutants, [
  'an inserted step',
  'a renamed step',
  'a changed wait',
  'a step that becomes a child context',
  'another retry strategy',
  'fewer attempts',
  'another order of parallel branches',
  'another target of a call',
  'another input of a call',
  'another callback timeout',
  'another result of a child context',
  'another outcome',
]);

/** A change that makes no difference. */
const refactored: Change = [
  'a refactoring',
  "await context.wait('pause', { seconds: 5 });",
  'const seconds = 2 + 3; const pause = () => context.wait("pause", { seconds }); await pause();',
];

/** Changes that a replay cannot follow. */
const broken: readonly Change[] = [
  ['a result that no longer exists', 'order.items,', 'order.lines.all,'],
  [
    'a server',
    "await context.wait('pause'",
    "await fetch('http://prices.example/today').catch(() => {});\n  await context.wait('pause'",
  ],
];

describe('a changed function', () => {
  it.each(mutants)('is reported for %s', (name, _from, _to, difference) => {
    expect(describeDivergence(verdicts.get(name))).toContain(difference);
  });

  it('is identical after a refactoring', () => {
    expect(verdicts.get('a refactoring')).toEqual({ verdict: 'identical' });
  });

  it('is reported with the place of a step, a wait, a call or a child context in the source', async () => {
    const changes = [
      ["'charge'", "'pay'"],
      ['seconds: 5 }', 'seconds: 6 }'],
      ["'notify'", "'inform'"],
      ["'ship'", "'send'"],
    ] as const;
    const sources = changes.map(([from, to]) => change(from, to));
    const found = await replayer.replayEach(
      sources.map((source) => ({ source, recording: approved })),
    );
    const lines = changes.map(([, to], index) => sources[index]?.split(to)[0]?.split('\n').length);
    expect(found).toMatchObject(
      lines.map((line, index) => ({
        finding: {
          source: expect.stringMatching(new RegExp(`/variant-${index}\\.mjs:${line}:\\d+$`)),
        },
      })),
    );
  });

  it('diverges only for the orders that reach a dropped undo', () => {
    expect(verdicts.get('a dropped undo of an approved order')).toEqual({ verdict: 'identical' });
    expect(verdicts.get('a dropped undo of a refused order')).toMatchObject({
      verdict: 'diverges',
      finding: { kind: 'missing', operation: { name: 'refund' } },
    });
  });

  it('is reported for a branch on the clock', () => {
    expect(describeDivergence(verdicts.get('the clock'))).toBe(
      'pause: type is "STEP" instead of "WAIT"',
    );
  });

  it('is broken if it uses a result that no longer exists', () => {
    expect(verdicts.get('a result that no longer exists')).toEqual({
      verdict: 'broken',
      reason: expect.stringMatching(/^The handler fails with TypeError: Cannot read properties/),
    });
  });

  it('is broken if it calls another server outside a step', () => {
    expect(verdicts.get('a server')).toEqual({
      verdict: 'broken',
      reason: expect.stringContaining('http://prices.example/today'),
    });
  });

  it('cannot write files or start processes', () => {
    expect(verdicts.get('a file')).toMatchObject({
      verdict: 'broken',
      reason: expect.stringContaining('Access'),
    });
  });

  it('names the next operations for an assumed result', () => {
    expect(verdicts.get('an assumed result')).toMatchObject({
      verdict: 'continues',
      operations: [{ name: 'charge' }, { name: 'check-limit' }],
    });
  });
});

it('rejects code whose SDK cannot keep the bodies of steps from running', () => {
  const folder = mkdtempSync(join(replayer.directory, 'old-'));
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => {};');
  expect(() => copyCode(folder, { handler: 'index.handler', build: resolve('dist') })).toThrow(
    /has no durable execution SDK from version 2\.4\.0 on/,
  );
});
