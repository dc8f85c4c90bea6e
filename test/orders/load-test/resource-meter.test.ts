import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ResourceMeter } from '../../../src/orders/load-test/resource-meter.ts';

it('measures CPU, memory and event loop delay since its creation', async () => {
  const meter = new ResourceMeter();
  await sleep(30);
  const until = process.cpuUsage().user + 150_000;
  while (process.cpuUsage().user < until);
  await sleep(30);
  const { cpuSeconds, cpuShare, peakMemoryBytes, eventLoopDelayMs } = meter.read();
  expect(cpuSeconds).toBeGreaterThanOrEqual(0.15);
  expect(cpuShare).toBeGreaterThan(0);
  expect(peakMemoryBytes).toBeGreaterThan(20e6);
  expect(eventLoopDelayMs.max).toBeGreaterThan(100);
});
