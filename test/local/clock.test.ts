import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startClock } from '../../src/local/clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
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
