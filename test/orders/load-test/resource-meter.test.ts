import { createHistogram, type monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, expect, it, vi } from 'vitest';
import { ResourceMeter } from '../../../src/orders/load-test/resource-meter.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('measures CPU time, its share of one core, memory and the delay of timers since its creation', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  let usage = { user: 7e6, system: 1e6 };
  vi.spyOn(process, 'cpuUsage').mockImplementation(({ user, system } = { user: 0, system: 0 }) => ({
    user: usage.user - user,
    system: usage.system - system,
  }));
  const intervals = Object.assign(createHistogram(), { enable: vi.fn(() => true) });
  const meter = new ResourceMeter(intervals as unknown as ReturnType<typeof monitorEventLoopDelay>);
  expect(intervals.enable).toHaveBeenCalledOnce();

  vi.advanceTimersByTime(2000);
  usage = { user: 7.4e6, system: 1.1e6 };
  // A timer of 10 ms fires in time 199 times, and once it fires 150 ms later.
  for (let count = 0; count < 199; count += 1) intervals.record(10e6);
  intervals.record(160e6);
  const { cpuSeconds, cpuShare, peakMemoryBytes, eventLoopDelayMs } = meter.read();
  expect({ cpuSeconds, cpuShare }).toEqual({ cpuSeconds: 0.5, cpuShare: 0.25 });
  expect(eventLoopDelayMs.p99).toBeCloseTo(0, 0);
  expect(eventLoopDelayMs.max).toBeCloseTo(150, 0);
  expect(peakMemoryBytes).toBeGreaterThan(20e6);
});
