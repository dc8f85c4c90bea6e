import { expect, it } from 'vitest';
import { formatDryRun } from '../../../src/cli/load-test/dry-run-text.ts';
import { costOf } from '../../../src/orders/cost/cost.ts';
import type { Measured } from '../../../src/orders/cost/measure.ts';
import type { DryRun } from '../../../src/orders/load-test/dry-run.ts';
import { type EstimateOptions, estimate, kindsOf } from '../../../src/orders/load-test/estimate.ts';
import { parseMix } from '../../../src/orders/load-test/mix.ts';
import { planOrders } from '../../../src/orders/load-test/plan.ts';

const measured: Measured = {
  operations: 18,
  checkpoints: 31,
  checkpointBytes: 10_000,
  invocations: 3,
  durationMs: 200,
  gigabyteSeconds: 0.1,
  tables: {
    OrdersTable: {
      writes: 15,
      writeUnits: 20,
      indexWrites: 12,
      indexWriteUnits: 12,
      reads: 0,
      readUnits: 0,
    },
  },
  logBytes: 10_000,
};
const options: EstimateOptions = {
  via: 'invoke',
  concurrency: 50,
  until: 'terminal',
  waits: { 'await-warehouse': 5000, 'await-pickup': 3000 },
  timeScale: 60,
};
const kinds = (mix: string, count: number) =>
  kindsOf(planOrders({ mix: parseMix(mix), count, seed: 1, round: 1 }));
const estimated = (count: number, more: Partial<EstimateOptions> = {}) =>
  estimate(kinds('low', count), [measured], { ...options, ...more });
const used = (count: number, more: Partial<EstimateOptions>) =>
  Object.fromEntries(estimated(count, more).quotas.map((each) => [each.id, each.used]));

const about = {
  seed: 7,
  round: 2,
  via: 'api' as const,
  until: 'terminal' as const,
  concurrency: 50,
  ratePerSecond: 0.5,
  rampMs: 30_000,
  warmUp: 3,
  isGuess: false,
  mix: { low: 997 },
  firstIds: Array<string>(5).fill('order-0123456789'),
};

it('takes orders that do the same for one kind', () => {
  const counts = (mix: string) =>
    kinds(mix, 40).map(({ example, count }) => [example.sample, count]);
  expect(counts('low').map(([, count]) => count)).toEqual([40]);
  expect(counts('low,multi,damaged,payment-hiccup')).toHaveLength(4);
});

it('adds up time, work and money', () => {
  expect(estimated(1000, { rate: 10 })).toMatchObject({
    orders: 1000,
    submittingMs: 99_900,
    drainingMs: 8200,
    work: { invocations: 3000, operations: 18_000, writes: 27_000 },
    cost: { simulated: 0, following: 0.060025 },
  });
  // As `orders cost` says, without the API.
  expect(estimated(1000).cost.orders).toBeCloseTo((costOf(measured).perMillion - 3.5) / 1000, 6);
});

it('adds what the API costs to orders that go through it', () => {
  const [api, invoke] = (['api', 'invoke'] as const).map((via) => estimated(1000, { via }));
  expect((api?.cost.orders ?? 0) - (invoke?.cost.orders ?? 0)).toBeCloseTo(0.0035, 6);
});

it('knows what is used of the account at the peak, in the time of AWS', () => {
  expect(used(12_000, { rate: 20 })).toEqual({ starts: 20, concurrency: 4, running: 9605 });
  expect(used(10, { rate: 20 })).toEqual({ starts: 10, concurrency: 2, running: 10 });
  expect(used(5000, {})).toEqual({ starts: 300, concurrency: 60, running: 5000 });
  expect(used(5000, { concurrency: 2 })).toMatchObject({ starts: 40 });
});

it('says when the account runs fewer functions at once than the orders need', () => {
  const { quotas, ...rest } = estimated(1000, { rate: 100, concurrencyLimit: 10 });
  expect(quotas[1]).toMatchObject({ used: 20, limit: 10 });
  const text = formatDryRun(
    { ...rest, quotas, ...about },
    { header: true, stream: process.stdout },
  );
  expect(text).toContain('! functions running at once: the account has 10.');
  expect(text).toMatch(/functions running at once +20 +10 +200%/);
});

it('ends sooner when orders are not followed to their ends', () => {
  const { drainingMs, cost } = estimated(10, { until: 'accepted' });
  expect({ drainingMs, following: cost.following }).toEqual({ drainingMs: 0, following: 0 });
  expect(estimated(10, { until: 'items-picked' }).drainingMs).toBe(5200);
});

it('says it in lines that fit', () => {
  const plan: DryRun = {
    ...estimated(1000, { rate: 0.5 }),
    ...about,
  };
  for (const width of [40, 80]) {
    const text = formatDryRun(plan, { header: true, width, stream: process.stdout });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  }
  const text = formatDryRun(plan, { header: true, stream: process.stdout });
  expect(text).toContain('1,000, 3 of them before the measured ones (low 997)');
  expect(text).toContain('7, used there before: round 2');
  expect(text).toContain('(0.5 a second after 30s, through the API)');
});
