import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeError } from '../../../src/cli/command/json-output.ts';
import { buildRerunCommand, parseRate, readLoadOptions } from '../../../src/cli/load-test/flags.ts';
import type { LoadFlags } from '../../../src/cli/load-test/load-flags.ts';
import { UserError } from '../../../src/user-error.ts';

const plain: LoadFlags = { via: 'invoke', until: 'terminal', warmup: 0 };
const read = (more: Partial<LoadFlags> = {}) => readLoadOptions({ ...plain, ...more });
const minute = 60_000;

function writeOrderFile(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'orders-')), 'mine.jsonl');
  writeFileSync(path, text);
  return path;
}
const order = (more = '') =>
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
  [{ file: writeOrderFile(`${order()}\n\n${order()}\n`) }, { count: 2, file: { length: 2 } }],
  [{ file: writeOrderFile(order()), count: 9 }, { count: 9 }],
])('reads %j', (flags, options) => {
  expect(read(flags)).toMatchObject(options);
});

it.each<[Partial<LoadFlags>, string]>([
  [{ rate: 301 }, '--rate 301 exceeds the account quota of 300 execution starts per second.'],
  [{ count: 5, duration: minute }, '--count and --duration cannot be combined.'],
  [{ rate: 5, concurrency: 5 }, '--rate and --concurrency cannot be combined'],
  [{ duration: 0 }, '--duration must be longer than 0s.'],
  [{ ramp: minute }, '--ramp requires --rate.'],
  [{ rate: 5, ramp: 2 * minute, duration: minute }, '--ramp is longer than --duration'],
  [{ mix: 'low', file: 'x' }, '--mix and --file cannot be combined.'],
  [{ rate: 300, duration: 60 * minute }, '--rate and --duration result in 1080000 orders'],
  [{ mix: 'low=0' }, '--mix "low=0" is not a list of samples'],
  [{ mix: 'fraud-review' }, '--mix: orders of the sample "fraud-review" wait for a review.'],
  [{ file: '/nowhere' }, '--file /nowhere cannot be read.'],
  [{ file: writeOrderFile(order(',"colour":"red"')) }, '--file mine.jsonl, line 1 is not an order'],
  [{ threshold: ['p95(e2e)<10'] }, '--threshold "p95(e2e)<10" is not a threshold'],
  [{ threshold: ['p95(e2e)<10s'] }, 'cannot be measured: percentiles require 20 orders.'],
  [{ threshold: ['max(drift)<1s'] }, 'cannot be measured: without --rate there is no schedule.'],
  [{ threshold: ['max(reached)<1s'] }, 'cannot be measured: --until is not a status.'],
  [{ threshold: ['max(shipped)<1s'], until: 'accepted' }, 'watched only until they are accepted.'],
  [{ 'abort-on-threshold': true }, '--abort-on-threshold requires --threshold.'],
  [{ threshold: ['count(lost)==0'], until: 'accepted' }, 'watched only until they are accepted.'],
  [{ threshold: ['rate(completed)>9%'], until: 'shipped' }, 'watched only until they are shipped.'],
  [{ threshold: ['max(e2e)<1s'], until: 'shipped' }, 'watched only until they are shipped.'],
])('rejects %j', (flags, message) => {
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

it.each(['0', '-1', 'fast', '10/h', '10 /s', ''])('rejects the rate "%s"', (text) => {
  expect(() => parseRate(text)).toThrow(`--rate "${text}" is not a rate.`);
});

it('reports an invalid rate without the text that the parser adds', () => {
  const wrapped = (message: string) =>
    new UserError(`Parsing --rate \n\t${message}\nSee more help with --help`, {});
  expect(describeError(wrapped('--rate "x" is not a rate.')).message).toBe(
    '--rate "x" is not a rate.',
  );
  expect(describeError(wrapped('"5" is not a duration.')).message).toBe(
    '--rate: "5" is not a duration.',
  );
});

it('returns the command that submits the same orders again', () => {
  expect(buildRerunCommand({ ...plain, count: 5, seed: 42, mix: 'low', via: 'api' })).toBe(
    'orders load-test --count 5 --seed 42 --mix low --via api',
  );
  const threshold = ['rate(failed)<5%', 'p95(e2e)<10m'];
  expect(buildRerunCommand({ ...plain, count: 5, threshold, 'abort-on-threshold': true })).toBe(
    "orders load-test --count 5 --threshold 'rate(failed)<5%' --threshold 'p95(e2e)<10m' --abort-on-threshold",
  );
  const paced = { ...plain, duration: 2 * minute, rate: 0.5, ramp: 1500, warmup: 3, seed: 1 };
  expect(buildRerunCommand({ ...paced, until: 'shipped' })).toBe(
    'orders load-test --duration 120s --seed 1 --rate 30/m --ramp 1.5s --until shipped --warmup 3',
  );
});
