import { expect, it } from 'vitest';
import { formatDryRun } from '../../../src/cli/load-test/dry-run-text.ts';
import { calculateCost } from '../../../src/orders/cost/cost.ts';
import type { OrderUsage } from '../../../src/orders/cost/measure.ts';
import { prices } from '../../../src/orders/cost/prices.ts';
import type { DryRun } from '../../../src/orders/load-test/dry-run.ts';
import {
  type EstimateOptions,
  estimate,
  groupByKind,
} from '../../../src/orders/load-test/estimate.ts';
import { parseMix } from '../../../src/orders/load-test/mix.ts';
import { planOrders } from '../../../src/orders/load-test/plan.ts';
import { equalWaits, sumWaits } from '../workflow-waits.ts';

const usage: OrderUsage = {
  operations: 18,
  checkpoints: 31,
  checkpointBytes: 10_000,
  invocations: 3,
  durationMs: 200,
  gigabyteSeconds: 0.1,
  intake: { invocations: 1, durationMs: 20, gigabyteSeconds: 0.005 },
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
  writeRequests: {},
  logBytes: 10_000,
  logEvents: 25,
};
const options: EstimateOptions = {
  via: 'invoke',
  concurrency: 50,
  until: 'terminal',
  waits: equalWaits(4000),
  timeScale: 60,
};
const planKinds = (mix: string, count: number) =>
  groupByKind(planOrders({ mix: parseMix(mix), count, seed: 1, round: 1 }));
/** Time that an order of the sample takes in the target (ms). */
const orderMs = sumWaits(options.waits) + usage.durationMs;
const estimated = (count: number, more: Partial<EstimateOptions> = {}) =>
  estimate(planKinds('low', count), [usage], { ...options, ...more });
const quotaUse = (count: number, more: Partial<EstimateOptions>) =>
  Object.fromEntries(estimated(count, more).quotas.map(({ id, used }) => [id, used]));

const planFields = {
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

it('groups orders that use the same resources', () => {
  const counts = (mix: string) =>
    planKinds(mix, 40).map(({ example, count }) => [example.sample, count]);
  expect(counts('low').map(([, count]) => count)).toEqual([40]);
  expect(counts('low,multi,damaged,payment-transient')).toHaveLength(4);
});

it('estimates time, work and cost', () => {
  // On AWS, the test reads an order about once per second.
  const readSeconds = (sumWaits(options.waits) * options.timeScale + usage.durationMs) / 1000;
  const following = expect.closeTo(1000 * readSeconds * prices.readUnit, 6) as number;
  expect(estimated(1000, { rate: 10 })).toMatchObject({
    orders: 1000,
    submittingMs: 99_900,
    drainingMs: orderMs,
    work: { invocations: 3000, operations: 18_000, writes: 27_000 },
    cost: { simulated: 0, following },
  });
  // `orders cost` includes the API, which these orders do not use.
  const { perMillion, apiPerMillion } = calculateCost(usage);
  expect(estimated(1000).cost.orders).toBeCloseTo((perMillion - apiPerMillion) / 1000, 6);
});

it('adds the cost of the API to orders submitted through it', () => {
  const [api, invoke] = (['api', 'invoke'] as const).map((via) => estimated(1000, { via }));
  expect((api?.cost.orders ?? 0) - (invoke?.cost.orders ?? 0)).toBeCloseTo(0.00377, 6);
});

it('estimates the peak use of quotas, without the time scale', () => {
  const orderOnAwsMs = sumWaits(options.waits) * options.timeScale + usage.durationMs;
  const submittingMs = 11_999 * 50;
  const running = Math.ceil(12_000 * Math.min(1, orderOnAwsMs / submittingMs));
  expect(quotaUse(12_000, { rate: 20 })).toEqual({ starts: 20, concurrency: 4, running });
  expect(quotaUse(10, { rate: 20 })).toEqual({ starts: 10, concurrency: 2, running: 10 });
  expect(quotaUse(5000, {})).toEqual({ starts: 300, concurrency: 60, running: 5000 });
  expect(quotaUse(5000, { concurrency: 2 })).toMatchObject({ starts: 40 });
});

it('warns when the concurrency quota is lower than the orders need', () => {
  const { quotas, ...rest } = estimated(1000, { rate: 100, concurrencyLimit: 10 });
  expect(quotas[1]).toMatchObject({ used: 20, limit: 10 });
  const text = formatDryRun(
    { ...rest, quotas, ...planFields },
    { header: true, stream: process.stdout },
  );
  expect(text).toContain('! concurrent invocations: the account has 10.');
  expect(text).toMatch(/concurrent invocations +20 +10 +200%/);
});

it('estimates an earlier end for orders that are followed only to a status', () => {
  const { drainingMs, cost } = estimated(10, { until: 'accepted' });
  expect({ drainingMs, following: cost.following }).toEqual({ drainingMs: 0, following: 0 });
  expect(estimated(10, { until: 'items-picked' }).drainingMs).toBe(
    sumWaits(options.waits, 'items-picked') + usage.durationMs,
  );
});

it('prints lines that fit the width', () => {
  const plan: DryRun = {
    ...estimated(1000, { rate: 0.5 }),
    ...planFields,
  };
  for (const width of [40, 80]) {
    const text = formatDryRun(plan, { header: true, width, stream: process.stdout });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  }
  const text = formatDryRun(plan, { header: true, stream: process.stdout });
  expect(text).toContain('1,000, 3 of them for warm-up (low 997)');
  expect(text).toContain('7, used before: round 2');
  expect(text).toContain('(0.5 per second after 30s, through the API)');
});
