import { expect, it } from 'vitest';
import type { HistoryEvent } from '../../src/workflow/history-event.ts';
import { findPauses, pausedMsBetween } from '../../src/workflow/pauses.ts';
import { buildTimeline } from '../../src/workflow/timeline.ts';
import { summarizeActivity } from '../../src/workflow/work.ts';

const at = (second: number) => `2026-11-22T08:12:${String(second).padStart(2, '0')}.000Z`;
const event = (second: number, type: string, more: Partial<HistoryEvent> = {}): HistoryEvent => ({
  seq: second + 1,
  at: at(second),
  type,
  ...more,
});
const history = [
  event(0, 'ExecutionStarted'),
  event(2, 'ExecutionPaused', { reason: 'outage' }),
  event(3, 'InvocationCompleted', { startedAt: at(0) }),
  event(6, 'ExecutionResumed'),
  event(8, 'ExecutionPaused'),
];

it('finds the pauses of an execution, in either order with the end of the invocation', () => {
  const first = { from: at(2), to: at(6), reason: 'outage' };
  expect(findPauses(history)).toEqual([first, { from: at(8) }]);
  expect(findPauses([...history, event(9, 'ExecutionStopped')])).toEqual([
    first,
    { from: at(8), to: at(9) },
  ]);
  const [started, paused, invocation, ...rest] = history;
  const other = [started, invocation, paused, ...rest].filter((event) => event !== undefined);
  expect(findPauses(other)[0]).toEqual(first);
});

it('adds up the paused time of a period', () => {
  const pauses = findPauses(history);
  const period = (from: number, to: number) => ({
    fromMs: Date.parse(at(from)),
    toMs: Date.parse(at(to)),
  });
  expect(pausedMsBetween(pauses, period(0, 10))).toBe(6000);
  expect(pausedMsBetween(pauses, period(4, 5))).toBe(1000);
  expect(pausedMsBetween(pauses, period(0, 1))).toBe(0);
});

it('adds pauses to the timeline and the activity, only if there are any', () => {
  const now = Date.parse(at(10));
  const pauses = [{ startMs: 2000, endMs: 6000, reason: 'outage' }, { startMs: 8000 }];
  expect(buildTimeline(history, now)).toMatchObject({ state: 'running', totalMs: 10_000, pauses });
  expect(summarizeActivity(history, { now, timeScale: 1 })?.pauses).toEqual(findPauses(history));
  expect(buildTimeline(history.slice(0, 1), now)).not.toHaveProperty('pauses');
});
