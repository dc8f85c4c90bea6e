import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeError } from '../../../src/cli/command/json-output.ts';
import {
  type LoadFlags,
  loadOptions,
  parseRate,
  rerunCommand,
} from '../../../src/cli/load-test/flags.ts';
import { UserError } from '../../../src/user-error.ts';

const plain: LoadFlags = { via: 'invoke', until: 'terminal', warmup: 0 };
const read = (more: Partial<LoadFlags> = {}) => loadOptions({ ...plain, ...more });
const minute = 60_000;

function fileOf(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'orders-')), 'mine.jsonl');
  writeFileSync(path, text);
  return path;
}
const own = (more = '') =>
  `{"customerId":"C-1","customerEmail":"a@example.com","items":[{"productId":"P","name":"P","quantity":1,"price":5${more}}]}`;

it.each<[Partial<LoadFlags>, object]>([
  [{}, { count: 5, concurrency: 5, rate: undefined, durationMs: undefined }],
  [{ count: 200 }, { count: 200, concurrency: 50 }],
  [
    { rate: 10, duration: 2 * minute },
    { count: 1200, durationMs: undefined },
  ],
  [
    { rate: 10, duration: 2 * minute, ramp: minute },
    { count: 900, rampMs: minute },
  ],
  [{ duration: minute }, { count: undefined, durationMs: minute, concurrency: 50 }],
  [{ file: fileOf(`${own()}\n\n${own()}\n`) }, { count: 2, file: { length: 2 } }],
  [{ file: fileOf(own()), count: 9 }, { count: 9 }],
])('makes of %j what was meant', (flags, options) => {
  expect(read(flags)).toMatchObject(options);
});

it.each<[Partial<LoadFlags>, string]>([
  [{ rate: 301 }, '--rate 301 is more than an account may start: 300 executions a second.'],
  [{ count: 5, duration: minute }, '--count and --duration both say how many orders.'],
  [{ rate: 5, concurrency: 5 }, '--concurrency has no say.'],
  [{ duration: 0 }, '--duration 0s is no time'],
  [{ ramp: minute }, '--ramp is how long --rate takes to rise'],
  [{ rate: 5, ramp: 2 * minute, duration: minute }, '--ramp is longer than --duration'],
  [{ mix: 'low', file: 'x' }, '--mix and --file both say which orders.'],
  [{ rate: 300, duration: 60 * minute }, '--rate and --duration make 1080000 orders'],
  [{ mix: 'low=0' }, '--mix "low=0" is not a list of samples'],
  [{ mix: 'fraud-review' }, '--mix: an order of the sample "fraud-review" waits for a person\'s'],
  [{ file: '/nowhere' }, '--file /nowhere cannot be read.'],
  [{ file: fileOf(own(',"colour":"red"')) }, '--file mine.jsonl, line 1 is not an order'],
  [{ threshold: ['p95(e2e)<10'] }, '--threshold "p95(e2e)<10" is not a threshold'],
  [{ threshold: ['p95(e2e)<10s'] }, 'cannot be measured: percentiles take 20 orders.'],
  [{ threshold: ['max(drift)<1s'] }, 'cannot be measured: without --rate nothing is due.'],
  [{ threshold: ['max(reached)<1s'] }, 'cannot be measured: --until names no status.'],
  [{ threshold: ['max(shipped)<1s'], until: 'accepted' }, 'followed until they are accepted.'],
  [{ 'abort-on-threshold': true }, '--abort-on-threshold needs a threshold.'],
  [{ threshold: ['count(lost)==0'], until: 'accepted' }, 'followed until they are accepted.'],
  [{ threshold: ['rate(completed)>9%'], until: 'shipped' }, 'followed until they are shipped.'],
  [{ threshold: ['max(e2e)<1s'], until: 'shipped' }, 'followed until they are shipped.'],
])('refuses %j before anything is submitted', (flags, message) => {
  expect(() => read(flags)).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(message),
      exit: 2,
      hints: expect.not.objectContaining({ length: 0 }),
    }),
  );
});

it.each([
  ['10', 10],
  ['10/s', 10],
  ['0.5', 0.5],
  ['30/m', 0.5],
])('reads the rate %s', (text, rate) => {
  expect(parseRate(text)).toBe(rate);
});

it.each(['0', '-1', 'fast', '10/h', '10 /s', ''])('refuses the rate "%s"', (text) => {
  expect(() => parseRate(text)).toThrow(`--rate "${text}" is not a rate.`);
});

it('is told what is wrong with a rate without the words of the parser around it', () => {
  const wrapped = (own: string) =>
    new UserError(`Parsing --rate \n\t${own}\nSee more help with --help`, {});
  expect(describeError(wrapped('--rate "x" is not a rate.')).message).toBe(
    '--rate "x" is not a rate.',
  );
  expect(describeError(wrapped('"5" is not a duration.')).message).toBe(
    '--rate: "5" is not a duration.',
  );
});

it('names the command that makes the same orders again', () => {
  expect(rerunCommand({ ...plain, count: 5, seed: 42, mix: 'low', via: 'api' })).toBe(
    'orders load-test --count 5 --seed 42 --mix low --via api',
  );
  const paced = { ...plain, duration: 2 * minute, rate: 0.5, ramp: 1500, warmup: 3, seed: 1 };
  expect(rerunCommand({ ...paced, until: 'shipped' })).toBe(
    'orders load-test --duration 120s --seed 1 --rate 30/m --ramp 1.5s --until shipped --warmup 3',
  );
});
