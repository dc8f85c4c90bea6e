import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startClock } from '../../../src/local/shared/clock.ts';

const timers = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const;

beforeEach(() => {
  vi.useFakeTimers({ toFake: [...timers, 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('continues from its start value at the given speed', () => {
  const clock = startClock({ from: 1_000, speed: 60 });
  vi.advanceTimersByTime(5_000);
  expect(clock.now()).toBe(301_000);
});

it('returns real time at any speed, with the jumps of advance', () => {
  const clock = startClock({ from: 0, speed: 60 });
  const started = clock.realNow();
  vi.advanceTimersByTime(5_000);
  clock.advance(300_000);
  expect(clock.realNow() - started).toBe(305_000);
  expect(clock.now()).toBe(600_000);
});

it('fires the alarm when virtual time reaches it, not earlier', () => {
  const onDue = vi.fn();
  const clock = startClock({ from: 0, speed: 60 });
  clock.arm(300_000, onDue);
  vi.advanceTimersByTime(4_990);
  expect(onDue).not.toHaveBeenCalled();
  vi.advanceTimersByTime(10);
  expect(onDue).toHaveBeenCalledOnce();
});

it('calls only the last function of an alarm that is set again for the same time', () => {
  const [first, last] = [vi.fn(), vi.fn()];
  const clock = startClock({ from: 0, speed: 60 });
  clock.arm(300_000, first);
  vi.advanceTimersByTime(4_000);
  clock.arm(300_000, last);
  vi.advanceTimersByTime(1_000);
  expect(first).not.toHaveBeenCalled();
  expect(last).toHaveBeenCalledOnce();
  clock.arm(300_000, last);
  vi.advanceTimersByTime(1);
  expect(last).toHaveBeenCalledTimes(2);
});

it('fires the alarm at once when it is advanced past it', () => {
  const onDue = vi.fn();
  const clock = startClock({ from: 0, speed: 1 });
  clock.arm(300_000, onDue);
  clock.advance(300_000);
  vi.advanceTimersByTime(0);
  expect(onDue).toHaveBeenCalledOnce();
});

it('fires an alarm that is further away than the maximum delay of a timer', () => {
  const onDue = vi.fn();
  const days = 24 * 60 * 60 * 1000;
  const clock = startClock({ from: 0, speed: 1 });
  clock.arm(60 * days, onDue);
  vi.advanceTimersByTime(59 * days);
  expect(onDue).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1 * days);
  expect(onDue).toHaveBeenCalledOnce();
});

it('does not count sleep, even if the monotonic clock runs during sleep', () => {
  const onDue = vi.fn();
  const clock = startClock({ from: 0, speed: 60 });
  clock.arm(600_000, onDue);
  vi.advanceTimersByTime(4_000);
  // No timer fires during sleep. After it, all due timers fire at once.
  const monotonic = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic + 8 * 3_600_000);
  expect(clock.now()).toBeLessThan(600_000);
  expect(clock.realNow()).toBeLessThan(60_000);
  vi.restoreAllMocks();
});

it.each([
  ['ahead', 86_400_000],
  ['back', -86_400_000],
])('is not affected when the wall clock jumps %s', (_, jump) => {
  const onDue = vi.fn();
  const clock = startClock({ from: 0, speed: 60 });
  clock.arm(300_000, onDue);
  vi.advanceTimersByTime(1_000);
  vi.setSystemTime(Date.now() + jump);
  expect(clock.now()).toBe(60_000);
  expect(clock.realNow()).toBe(1_000);
  vi.advanceTimersByTime(3_999);
  expect(onDue).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onDue).toHaveBeenCalledOnce();
});

it('keeps the remaining virtual time of a wait when its speed changes', () => {
  const before = startClock({ from: 0, speed: 60 });
  vi.advanceTimersByTime(2_000);
  const remaining = 300_000 - before.now();
  const after = startClock({ from: before.now(), speed: 1 });
  const onDue = vi.fn();
  after.arm(300_000, onDue);
  vi.advanceTimersByTime(remaining - 1);
  expect(onDue).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onDue).toHaveBeenCalledOnce();
});
