import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadFlags } from '../../../src/cli/load-test/load-flags.ts';
import { readScalePlan } from '../../../src/cli/load-test/scale-plan.ts';
import { formatScalePlan } from '../../../src/cli/load-test/scale-text.ts';
import { scalePlanSchema } from '../../../src/cli/schemas/scale-plan.ts';
import { createFakeTerminal } from '../terminal/fake-terminal.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'orders-scale-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const flags: LoadFlags = { rate: 1_000, via: 'invoke', until: 'terminal', warmup: 0 };
const read = (more: Partial<LoadFlags & { env: string }> = {}) =>
  readScalePlan({ ...flags, ...more }, { cwd, variables: {} });

describe('the plan of a rate', () => {
  it.each([80, 60, 40, 30])('fits into a terminal with %d columns', (width) => {
    const stream = createFakeTerminal(width);
    for (const rate of [0.5, 1_000, 1_000_000]) {
      const text = formatScalePlan(read({ rate, via: 'api' }), { header: true, width, stream });
      const lines = stripVTControlCharacters(text).split('\n');
      expect(lines.filter((line) => line.length > width)).toEqual([]);
      expect(text).toContain('VERDICT');
    }
  });

  it('fits into 80 columns without a terminal, and has no styles there', () => {
    const plan = read({ rate: 10_000, via: 'api' });
    const text = formatScalePlan(plan, { header: true, stream: process.stdout });
    expect(text).toBe(stripVTControlCharacters(text));
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('shows need, default, adjustability and verdict of each quota, the first limit and the cost', () => {
    const text = formatScalePlan(read(), { header: true, stream: process.stdout });
    expect(text).toMatch(/^QUOTA +NEEDED +DEFAULT +ADJUSTABLE +VERDICT$/m);
    expect(text).toMatch(/^execution starts\/s +1,000 +300 +ask +ask for 1,000$/m);
    expect(text).toMatch(/^listing shards, units\/s .* ListingShards=\d+$/m);
    expect(text).toMatch(/^first limit +.*, at \d+ orders\/s$/m);
    expect(text).toMatch(/^cost a day +\$[\d,]+$/m);
    expect(text).toMatch(/^ *10,000 .*\d$/m);
  });

  it('matches the schema of its JSON', () => {
    expect(v.parse(scalePlanSchema, read({ via: 'api' }))).toEqual(read({ via: 'api' }));
  });

  it('has the Region and the parameters of the environment', () => {
    const prod = { region: 'us-east-1', parameters: { ListingShards: '16' } };
    writeFileSync(join(cwd, 'orders.config.json'), JSON.stringify({ environments: { prod } }));
    const plan = read({ env: 'prod' });
    expect(plan.region).toBe('us-east-1');
    expect(plan.requirements.find(({ id }) => id === 'listing')).toMatchObject({
      limit: 16_000,
      verdict: 'within',
    });
    expect(() => read({ env: 'nope' })).toThrow('nope');
  });
});

it('names a parameter of the environment that is not a number', () => {
  const prod = { region: 'us-east-1', parameters: { ListingShards: 'many' } };
  writeFileSync(join(cwd, 'orders.config.json'), JSON.stringify({ environments: { prod } }));
  expect(() => read({ env: 'prod' })).toThrow(
    'Parameter ListingShards of "prod" is not a positive integer: many.',
  );
});

it.each([
  [{ mix: 'low' }, 'mix'],
  [{ seed: 1 }, 'seed'],
  [{ ramp: 1_000 }, 'ramp'],
  [{ warmup: 3 }, 'warmup'],
  [{ until: 'shipped' }, 'until'],
  [{ concurrency: 2 }, 'concurrency'],
  [{ threshold: ['count(lost)==0'] }, 'threshold'],
] satisfies [Partial<LoadFlags>, string][])(
  'refuses %j, which concerns only a test',
  (more, name) => {
    expect(() => read(more)).toThrow(`--${name} has no effect on an estimate of a constant rate.`);
  },
);

it('refuses a rate above the maximum', () => {
  expect(() => read({ rate: 1_000_001 })).toThrow('--rate 1000001 exceeds the maximum');
});
