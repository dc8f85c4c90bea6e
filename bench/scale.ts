/**
 * `npm run bench -- scale` compares the simulation of orders with real load tests on this machine, and prints the simulated
 * curve of an AWS account up to 10,000 orders per second. All service times are measured in the same run.
 */
import { availableParallelism } from 'node:os';
import { orderUse } from '../src/orders/scale/order-use.ts';
import { readRateSettings } from '../src/orders/scale/rate-settings.ts';
import { overviewRates, summarize } from '../src/orders/scale/scale-plan.ts';
import { type Bench, waitSeconds } from './project.ts';
import { type LoadRun, localEnvironments, runLoadTest, timeSpan } from './scale/load-run.ts';
import { awsSystem, buildWork, localSystem } from './scale/model.ts';
import { simulate } from './scale/simulate.ts';
import { median, percentile } from './statistics.ts';

/** Rates of the real load tests (orders per second). The last one is more than two processors can do. */
const realRates = [2, 5, 10, 15, 25] as const;
const realSeconds = 10;
/** Number of orders of the load test that measures the work of an order. */
const calibrationOrders = 40;
const region = 'us-east-2';
/** Simulated time in which orders are submitted, and its beginning, which the throughput leaves out (s). */
const curveSeconds = 20;
const curveStartSeconds = 5;
/** Waits of an order in the curves (ms). A waiting order uses nothing, so their true length does not matter. */
const curveWaitMs = 1_000;
/** Quotas of the second curve, relative to the needs. */
const reserve = 1.2;

/** Simulated accounts. `cold`: no environment exists at the beginning, and Lambda adds them at a limited rate. */
const accounts = ['default quotas', 'raised quotas, cold', 'raised quotas, warm'] as const;

/** Prints the comparison and the curves. The short form runs small load tests and fewer rates. */
export async function benchScale(bench: Bench, isShort = false): Promise<void> {
  await runLoadTest(bench, ['--count', isShort ? '10' : '150']);
  console.log('real load tests and their simulation; processors: what other processes left');
  console.log('  rate  processors  orders/s real, simulated  p99 (ms) real, simulated');
  for (const rate of isShort ? [5] : realRates) await compare(bench, rate, isShort);
  const quiet = await runLoadTest(bench, ['--rate', '1', '--count', isShort ? '3' : '15']);
  const durations = quiet.report.orders.flatMap(({ activeMs }) => activeMs ?? []);
  console.log(`\nan order alone takes ${median(durations)} ms without its waits (median)`);
  const rates = overviewRates.filter((rate) => !isShort || rate <= 500);
  for (const account of accounts) printCurve(durations, rates, account);
}

/** Runs a load test and its simulation, with the work of an order as measured before and after the test. */
async function compare(bench: Bench, rate: number, isShort: boolean): Promise<void> {
  const calibration = ['--count', String(isShort ? 10 : calibrationOrders)];
  const before = await runLoadTest(bench, calibration);
  const count = rate * (isShort ? 2 : realSeconds);
  const run = await runLoadTest(bench, ['--rate', String(rate), '--count', String(count)]);
  const after = await runLoadTest(bench, calibration);
  const cpuMs = (before.cpuMsPerOrder + after.cpuMsPerOrder) / 2;
  const processors = Math.max(0.1, availableParallelism() - run.otherProcessors);
  const simulated = simulate({
    rate,
    orders: count,
    work: buildWork(orderUse.usage, {
      times: { cpuMs, idleMs: 0 },
      settings: readRateSettings(),
      waitMs: (waitSeconds * 1000) / bench.status().timeScale,
    }),
    system: localSystem(processors, localEnvironments),
    factors: [1],
  });
  const real = measureThroughput(run.report);
  const predicted = (simulated.completed * 1000) / Math.max(...simulated.completedAtMs);
  const difference = `${predicted > real ? '+' : ''}${((predicted / real - 1) * 100).toFixed(1)} %`;
  const durations = run.report.orders.flatMap(({ activeMs }) => activeMs ?? []);
  const p99 = [durations, simulated.activeMs].map((values) => percentile(values, 99));
  console.log(
    `  ${String(rate).padStart(4)}  ${processors.toFixed(2).padStart(10)}  ${real.toFixed(2)}, ${predicted.toFixed(2)} (${difference})  ${p99.map((ms) => ms.toFixed(0)).join(', ')}; processor time of an order ${cpuMs.toFixed(0)} ms before and after, ${run.cpuMsPerOrder.toFixed(0)} ms in the test`,
  );
}

/** Returns the completed orders per second between the first submission and the last completion. */
function measureThroughput(report: LoadRun['report']): number {
  const { firstAt, lastAt } = timeSpan(report);
  return (report.outcome.completed * 1000) / (lastAt - firstAt);
}

/** Prints throughput, refusals and durations by rate, in an account with default quotas or with the quotas that the rate needs. */
function printCurve(
  durations: readonly number[],
  rates: readonly number[],
  account: (typeof accounts)[number],
): void {
  const typicalMs = median(durations);
  console.log(`\nsimulated AWS account in ${region}, ${account}`);
  console.log('    rate  orders/s  refused   queued  p99 (ms)  throttled requests');
  for (const rate of rates) {
    const isRaised = account !== 'default quotas';
    const settings = readRateSettings();
    const options = { rate, region, via: 'invoke', settings } as const;
    const need = summarize(orderUse, options);
    const listing = { ...settings.listing, shards: Math.ceil(need.listingShards * reserve) };
    const raised = {
      isWarm: account === 'raised quotas, warm',
      environments: Math.ceil(rate * (Math.max(...durations) / 1000) * reserve),
      limits: {
        starts: rate * reserve,
        checkpoints: need.checkpoints * reserve,
        'table writes': need.tableWrites * reserve,
      },
    };
    const result = simulate({
      rate,
      orders: rate * curveSeconds,
      work: buildWork(orderUse.usage, {
        times: { cpuMs: typicalMs, idleMs: 0 },
        settings: isRaised ? { ...settings, listing } : settings,
        waitMs: curveWaitMs,
      }),
      system: awsSystem(region, isRaised ? raised : undefined),
      factors: durations.map((ms) => ms / typicalMs),
    });
    const inWindow = result.completedAtMs.filter(
      (ms) => ms > curveStartSeconds * 1000 && ms <= curveSeconds * 1000,
    );
    const throttled = Object.entries(result.throttled).map(([name, count]) => `${name} ${count}`);
    const columns = [
      String(rate).padStart(6),
      (inWindow.length / (curveSeconds - curveStartSeconds)).toFixed(0).padStart(8),
      String(result.refused).padStart(7),
      String(result.maxQueued).padStart(7),
      percentile(result.activeMs, 99).toFixed(0).padStart(8),
      throttled.join(', ') || 'none',
    ];
    console.log(`  ${columns.join('  ')}`);
  }
}
