import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startClock } from '../../src/local/clock.ts';

const timers = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const;

beforeEach(() => {
  vi.useFakeTimers({ toFake: [...timers, 'performance', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

it('goes on from where it was, as many times as fast as the wall clock', () => {
  const clock = startClock({ from: 1_000, speed: 60 });
  vi.advanceTimersByTime(5_000);
  expect(clock.now()).toBe(301_000);
});

it('says at which wall-clock instant a virtual one will be', () => {
  const clock = startClock({ from: 0, speed: 60 });
  expect(clock.toWall(300_000) - Date.now()).toBe(5_000);
});

it('rings when virtual time reaches the instant, and not before', () => {
  const rang = vi.fn();
  const clock = startClock({ from: 0, speed: 60 });
  clock.arm(300_000, rang);
  vi.advanceTimersByTime(4_990);
  expect(rang).not.toHaveBeenCalled();
  vi.advanceTimersByTime(10);
  expect(rang).toHaveBeenCalledOnce();
});

it('rings at once when it jumps past the instant', () => {
  const rang = vi.fn();
  const clock = startClock({ from: 0, speed: 1 });
  clock.arm(300_000, rang);
  clock.advance(300_000);
  vi.advanceTimersByTime(0);
  expect(rang).toHaveBeenCalledOnce();
});

it('waits for an instant further away than a timer can be set', () => {
  const rang = vi.fn();
  const days = 24 * 60 * 60 * 1000;
  const clock = startClock({ from: 0, speed: 1 });
  clock.arm(60 * days, rang);
  vi.advanceTimersByTime(59 * days);
  expect(rang).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1 * days);
  expect(rang).toHaveBeenCalledOnce();
});

it('stands still while the machine sleeps, also where the monotonic clock goes on', () => {
  const rang = vi.fn();
  const clock = startClock({ from: 0, speed: 60 });
  clock.arm(600_000, rang);
  vi.advanceTimersByTime(4_000);
  // No timer runs during sleep; all that were due then run at once.
  const monotonic = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => monotonic + 8 * 3_600_000);
  expect(clock.now()).toBeLessThan(600_000);
  expect(clock.toWall(600_000) - Date.now()).toBeGreaterThan(0);
  vi.restoreAllMocks();
});

it.each([
  ['ahead', 86_400_000],
  ['back', -86_400_000],
])('goes on as before when the wall clock jumps %s', (_, jump) => {
  const rang = vi.fn();
  const clock = startClock({ from: 0, speed: 60 });
  clock.arm(300_000, rang);
  vi.advanceTimersByTime(1_000);
  vi.setSystemTime(Date.now() + jump);
  expect(clock.now()).toBe(60_000);
  expect(clock.toWall(300_000) - Date.now()).toBe(4_000);
  vi.advanceTimersByTime(3_999);
  expect(rang).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(rang).toHaveBeenCalledOnce();
});

it('keeps what is left of a wait when its speed changes', () => {
  const before = startClock({ from: 0, speed: 60 });
  vi.advanceTimersByTime(2_000);
  const left = 300_000 - before.now();
  const after = startClock({ from: before.now(), speed: 1 });
  const rang = vi.fn();
  after.arm(300_000, rang);
  vi.advanceTimersByTime(left - 1);
  expect(rang).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(rang).toHaveBeenCalledOnce();
});
