import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../bench/scale/event-queue.ts';
import { awsSystem, buildWork, localSystem } from '../../bench/scale/model.ts';
import { Processors } from '../../bench/scale/processors.ts';
import { type SimulationOptions, simulate } from '../../bench/scale/simulate.ts';
import { orderUse } from '../../src/orders/scale/order-use.ts';
import { quotasOf } from '../../src/orders/scale/quotas.ts';
import { readRateSettings } from '../../src/orders/scale/rate-settings.ts';

/** Work of an order that needs 100 ms of a processor. */
const work = buildWork(orderUse.usage, {
  times: { cpuMs: 100, idleMs: 0 },
  settings: readRateSettings(),
  waitMs: 1000,
});
const region = 'us-east-2';

function run(options: Partial<SimulationOptions>) {
  const defaults = { rate: 5, orders: 100, work, system: localSystem(2, 6), factors: [1] };
  const result = simulate({ ...defaults, ...options });
  const { completedAtMs } = result;
  return { ...result, perSecond: (result.completed * 1000) / Math.max(...completedAtMs) };
}

it('runs events by their time, and events of the same time in sequence', () => {
  const events = new EventQueue();
  const ran: string[] = [];
  for (const [delayMs, name] of [
    [3, 'c'],
    [1, 'a'],
    [3, 'd'],
    [2, 'b'],
    [0, '-'],
  ] as const) {
    events.after(delayMs, () => ran.push(`${name}${events.now}`));
  }
  events.runAll();
  expect(ran).toEqual(['-0', 'a1', 'b2', 'c3', 'd3']);
});

describe('processors', () => {
  it.each([
    [2, [10, 10, 10, 10], [20, 20, 20, 20]],
    [2, [10], [10]],
    [0.5, [10], [20]],
    // The short job leaves its half to the other one.
    [1, [10, 30], [20, 40]],
    [Number.POSITIVE_INFINITY, [10, 30], [10, 30]],
  ])('divide %d processors equally among jobs of %j ms', (count, jobs, expected) => {
    const events = new EventQueue();
    const processors = new Processors(events, count);
    const ends: number[] = [];
    for (const workMs of jobs) processors.run(workMs, () => ends.push(Math.round(events.now)));
    events.runAll();
    expect(ends).toEqual(expected);
  });
});

describe('a simulated machine', () => {
  it('completes orders at the rate at which they arrive, as long as it has processors', () => {
    const { perSecond, completed, activeMs } = run({ rate: 5 });
    expect(completed).toBe(100);
    expect(perSecond).toBeGreaterThan(4.5);
    expect(activeMs.at(-1)).toBeCloseTo(100);
  });

  it('completes no more orders than its processors can, and makes the others wait', () => {
    const { perSecond, activeMs, maxQueued } = run({ rate: 50, orders: 500 });
    expect(perSecond).toBeGreaterThan(18);
    expect(perSecond).toBeLessThanOrEqual(20);
    expect(activeMs.at(-1)).toBeGreaterThan(5_000);
    expect(maxQueued).toBeGreaterThan(50);
  });

  it('completes no more orders than its environments can', () => {
    const slow = buildWork(orderUse.usage, {
      times: { cpuMs: 0, idleMs: 1_000 },
      settings: readRateSettings(),
      waitMs: 1000,
    });
    const { perSecond } = run({ rate: 50, orders: 300, work: slow, system: localSystem(8, 6) });
    expect(perSecond).toBeGreaterThan(5);
    expect(perSecond).toBeLessThanOrEqual(6);
  });
});

describe('a simulated account', () => {
  const account = awsSystem(region, undefined);

  it('refuses no order below its quotas', () => {
    const result = run({ rate: 100, orders: 300, system: account });
    expect(result).toMatchObject({ completed: 300, refused: 0, throttled: {} });
  });

  it('starts no more orders per second than its quota', () => {
    const result = run({ rate: 1_000, orders: 5_000, system: account });
    const { limit } = quotasOf(region).executionStarts;
    expect(result.throttled['starts']).toBeGreaterThan(0);
    expect(result.completed + result.refused).toBe(5_000);
    expect(result.perSecond).toBeLessThanOrEqual(limit);
  });

  it.each([
    ['checkpoints', quotasOf(region).checkpoints.limit / orderUse.usage.checkpoints],
    [
      'listing shards',
      (quotasOf(region).partitionWriteUnits.limit * readRateSettings().listing.shards) /
        (orderUse.usage.tables['OrdersTable']?.indexWriteUnits ?? 1),
    ],
  ])('completes no more orders than its %s allow', (limit, maxRate) => {
    const { starts: _starts, ...limits } = account.limits;
    const system = { ...account, limits: { [limit]: limits[limit] ?? 0 } };
    const { throttled, perSecond } = run({ rate: 2 * maxRate, orders: 2_000, system });
    expect(throttled[limit]).toBeGreaterThan(0);
    // The units of the first second may be used at once.
    expect(perSecond).toBeLessThanOrEqual(1.3 * maxRate);
    expect(perSecond).toBeGreaterThan(0.4 * maxRate);
  });

  it('adds environments no faster than Lambda', () => {
    const slow = buildWork(orderUse.usage, {
      times: { cpuMs: 30_000, idleMs: 0 },
      settings: readRateSettings(),
      waitMs: 1000,
    });
    const system = { ...account, environments: 10_000, limits: {} };
    const { maxQueued } = run({ rate: 2_000, orders: 2_000, work: slow, system });
    // 1,000 at once, and about a hundred in the second of the submissions.
    expect(maxQueued).toBeGreaterThan(850);
  });
});

it('repeats the same simulation with the same seed', () => {
  const options = { rate: 600, orders: 1_200, system: awsSystem(region, undefined), seed: 7 };
  expect(run(options)).toEqual(run(options));
  expect(run(options)).not.toEqual(run({ ...options, seed: 8 }));
});
