import { expect, it } from 'vitest';
import { creditCheckCondition } from '../../functions/contract/credit-check.ts';
import { formatTimeline } from '../../src/cli/history/timeline-chart.ts';
import type { HistoryEvent } from '../../src/workflow/history-event.ts';
import { buildTimeline } from '../../src/workflow/timeline.ts';
import { createFakeTerminal } from '../cli/terminal/fake-terminal.ts';

const begin = Date.parse('2026-11-22T08:12:04.000Z');
const at = (ms: number) => new Date(begin + ms).toISOString();

/** Events written as `[ms, type, name, more]`, numbered in their order. */
function history(
  ...events: readonly (readonly [number, string, string?, Partial<HistoryEvent>?])[]
): HistoryEvent[] {
  return events.map(([ms, type, name, more], index) => ({
    seq: index + 1,
    type,
    at: at(ms),
    ...(name ? { name, id: name } : {}),
    ...more,
  }));
}

const step = (name: string, from: number, to: number) =>
  [
    [from, 'StepStarted', name],
    [to, 'StepSucceeded', name, { attempt: 1 }],
  ] as const;
const invocation = (from: number, to: number, more: Partial<HistoryEvent> = {}) =>
  [to, 'InvocationCompleted', '', { startedAt: at(from), ...more }] as const;

const stream = createFakeTerminal(80);
const drawn = (events: readonly HistoryEvent[], more = {}) => {
  const timeline = buildTimeline(events, begin + 1_000_000);
  if (!timeline) throw new Error('no timeline');
  const view = { width: 80, linear: false, timeScale: 1, stream, ...more };
  return `\n${formatTimeline(timeline, view)}`;
};

const completed = history(
  [0, 'ExecutionStarted'],
  ...step('validate-order', 100, 212),
  ...step('process-payment', 212, 700),
  [700, 'WaitStarted', 'await-warehouse', { waitMs: 300_000 }],
  invocation(0, 720),
  [300_700, 'WaitSucceeded', 'await-warehouse'],
  ...step('pick-items', 300_800, 301_000),
  invocation(300_710, 301_200),
  [301_200, 'ExecutionSucceeded'],
);

const waiting = completed.slice(0, 7);

it('draws a completed execution with a break during the wait', () => {
  expect(drawn(completed)).toMatchInlineSnapshot(`
    "
                      0s                          5m 00s
      invocations     ■■■■■■■■■■■■■■■■■■        ╱╱         ■■■■■■■■■■■■    1.21s
    ✓ validate-order    ████                    ╱╱                         112ms
    ✓ process-payment      █████████████        ╱╱                         488ms
    ✓ await-warehouse                  ░░░░░░░░░╱╱░░░░░░░░░               5m 00s
    ✓ pick-items                                ╱╱           ██████        200ms
    █ ran  ▒ backoff  ░ waiting, no compute  ■ invocation  ╱╱ time cut out
    "
  `);
});

it('draws to scale on request, and only names and durations without room', () => {
  expect(drawn(completed, { linear: true })).toMatchInlineSnapshot(`
    "
                      0s
      invocations     ■                                               ■    1.21s
    ✓ validate-order  ▏                                                    112ms
    ✓ process-payment ▏                                                    488ms
    ✓ await-warehouse ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   5m 00s
    ✓ pick-items                                                      ▏    200ms
    █ ran  ▒ backoff  ░ waiting, no compute  ■ invocation
    "
  `);
  expect(drawn(completed, { width: 40 })).toMatchInlineSnapshot(`
    "
      invocations        1.21s  2
    ✓ validate-order     112ms
    ✓ process-payment    488ms
    ✓ await-warehouse   5m 00s
    ✓ pick-items         200ms
    "
  `);
});

it('shows names and durations without bars to a screen reader', () => {
  const text = drawn(completed, { isSpoken: true });
  expect(text).toMatch(/✓ process-payment +488ms\n✓ await-warehouse +5m 00s\n/);
  expect(text).not.toMatch(/[\u2500-\u25ff]/);
});

it('divides the total time into active and waiting time', () => {
  const timeline = buildTimeline(completed, 0);
  expect(timeline).toMatchObject({
    state: 'succeeded',
    totalMs: 301_200,
    activeMs: 720 + 490,
    waitingMs: 301_200 - 720 - 490,
    retries: 0,
    operations: 4,
  });
});

it('draws the attempts and the backoff of a retried step, with its first error', () => {
  const error = { type: 'ProviderUnavailable', message: 'Payment gateway 503' };
  const retried = history(
    [0, 'ExecutionStarted'],
    [10, 'StepStarted', 'process-payment'],
    [110, 'StepFailed', 'process-payment', { attempt: 1, retryInMs: 1000, error }],
    invocation(0, 120),
    [1120, 'StepStarted', 'process-payment'],
    [1300, 'StepSucceeded', 'process-payment', { attempt: 2 }],
    invocation(1110, 1310),
    [1310, 'ExecutionSucceeded'],
  );
  expect(buildTimeline(retried, 0)?.retries).toBe(1);
  expect(drawn(retried)).toMatchInlineSnapshot(`
    "
                         0s
      invocations        ■■■                  ■■■■    320ms  2
    ✓ process-payment ×2 ███▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒████    1.29s  1: Payment gateway 503
    █ ran  ▒ backoff  ░ waiting, no compute  ■ invocation
    "
  `);
});

it('draws a failure with its error and its undo steps', () => {
  const error = { type: 'OrderRejected.damaged', message: 'The items are damaged' };
  const failed = history(
    [0, 'ExecutionStarted'],
    ...step('pick-items', 10, 40),
    [40, 'StepStarted', 'quality-check'],
    [80, 'StepFailed', 'quality-check', { attempt: 1, error }],
    ...step('return-items', 80, 120),
    invocation(0, 130),
    [130, 'ExecutionSucceeded'],
  );
  expect(drawn(failed)).toMatchInlineSnapshot(`
    "
                    0s
      invocations   ■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■■    130ms  1
    ✓ pick-items      ████████                          30ms
    ✗ quality-check          ███████████                40ms  The items are damaged
    ↶ return-items                     ██████████       40ms  undo
    █ ran  ▒ backoff  ░ waiting, no compute  ■ invocation
    "
  `);
});

it('distinguishes a waiting execution from a running one', () => {
  const now = begin + 60_000;
  expect(buildTimeline(waiting, now)).toMatchObject({
    state: 'running',
    totalMs: 60_000,
    activeMs: 720,
    spans: [{}, {}, { name: 'await-warehouse', state: 'waiting' }],
  });
  const working = buildTimeline(
    history([0, 'ExecutionStarted'], [10, 'StepStarted', 'a']),
    begin + 50,
  );
  expect(working?.spans[0]).toEqual({
    name: 'a',
    kind: 'step',
    state: 'running',
    startMs: 10,
    attempts: [{ number: 1, startMs: 10 }],
  });
  expect(working?.invocations).toEqual([{ number: 1, startMs: 0, endMs: 50 }]);
});

it('shows a crashed invocation, and one attempt of a step that two invocations ran', () => {
  const error = { type: 'Runtime.ExitError', message: 'exit status 1' };
  const crashed = history(
    [0, 'ExecutionStarted'],
    [10, 'StepStarted', 'pick-items'],
    invocation(0, 50, { error }),
    [60, 'StepSucceeded', 'pick-items', { attempt: 1 }],
    invocation(51, 70),
    [70, 'ExecutionSucceeded'],
  );
  expect(buildTimeline(crashed, 0)?.spans[0]?.attempts).toEqual([
    { number: 1, startMs: 10, endMs: 60 },
  ]);
  expect(drawn(crashed)).toContain('1: Runtime.ExitError');
});

it('contains the reason of a skipped step, and is undefined without events', () => {
  const payload = JSON.stringify({ skipped: true, reason: creditCheckCondition.skipReason });
  const skipped = history(
    [0, 'ExecutionStarted'],
    [1, 'StepStarted', 'credit-check'],
    [2, 'StepSucceeded', 'credit-check', { attempt: 1, payload }],
  );
  expect(buildTimeline(skipped, begin)?.spans[0]?.skipped).toBe(creditCheckCondition.skipReason);
  expect(buildTimeline([], begin)).toBeUndefined();
});

it('draws only the longest waits as cuts if the chart is narrow', () => {
  const events = history(
    [0, 'ExecutionStarted'],
    ...Array.from({ length: 12 }, (_, index) => {
      const from = index * (100_000 + index * 1000);
      return [...step(`step-${index}`, from, from + 500), invocation(from, from + 500)];
    }).flat(),
    [1_300_000, 'ExecutionSucceeded'],
  );
  const cuts = (width: number) => {
    const row = drawn(events, { width })
      .split('\n')
      .find((line) => line.includes('invocations'));
    return row?.match(/╱╱/g)?.length;
  };
  expect(cuts(200)).toBe(12);
  // Two thirds of the chart's columns are left for the steps.
  expect(cuts(44)).toBe(2);
});
