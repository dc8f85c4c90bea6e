import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { startRuntime } from '../../../src/local/runtime/runtime.ts';

const directory = mkdtempSync(join(tmpdir(), 'orders-clock-'));
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true, force: true });
});

it('reports its latest record when the clock is set back, while it runs and after a restart', async () => {
  const start = () => startRuntime({ directory, port: 0, timeScale: 60 });
  const [earlier, later] = ['2026-11-30T10:00:00.000Z', '2026-11-30T12:00:00.000Z'] as const;
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(later) });
  const runtime = await start();
  // An empty commit, in the next turn of the event loop, stores the time.
  runtime.advance(0);
  await nextTurn();
  expect(runtime.latestRecordAt()).toBeUndefined();
  vi.setSystemTime(Date.parse(earlier));
  expect(runtime.latestRecordAt()).toBe(Date.parse(later));
  await runtime.close();
  const restarted = await start();
  expect(restarted.latestRecordAt()).toBe(Date.parse(later));
  vi.setSystemTime(Date.parse(later));
  expect(restarted.latestRecordAt()).toBeUndefined();
  await restarted.close();
});
