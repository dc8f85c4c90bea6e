import { expect, it } from 'vitest';
import { type StageId, stage, stages } from '../../functions/contract/workflow.ts';
import { estimateEnd } from '../../src/workflow/eta.ts';
import { orderRecord } from '../orders/record.ts';

const now = Date.parse('2026-11-22T08:12:06.000Z');
const eta = (order: ReturnType<typeof orderRecord>, timeScale = 60) =>
  estimateEnd(order, { now, timeScale });

/** The duration of all stages after a stage (ms), with steps of one second each. */
function remainingMs(after: StageId, timeScale: number): number {
  const rest = stages.slice(stages.findIndex(({ id }) => id === after) + 1);
  return rest.reduce(
    (sum, next) => sum + (next.kind === 'wait' ? (next.seconds * 1000) / timeScale : 1000),
    0,
  );
}

it('adds the remaining waits, and the median duration of a step for each remaining step', () => {
  const order = orderRecord(['validated', 'inventory-checked']);
  // The step after the last status is running.
  expect(eta(order)).toBe(now + remainingMs('check-inventory', 60));
  expect(eta(order, 1)).toBe(now + remainingMs('check-inventory', 1));
});

it('adds only the remaining part of the current wait', () => {
  const order = orderRecord(['validated', 'awaiting-warehouse']);
  const waitEnd = Date.parse(order.updatedAt) + (stage('await-warehouse').seconds * 1000) / 60;
  expect(eta(order)).toBe(waitEnd + remainingMs('await-warehouse', 60));
});

it('is undefined for an order that has ended, is being undone or waits for a review', () => {
  expect(eta(orderRecord(['validated', 'completed']))).toBeUndefined();
  expect(eta(orderRecord(['fraud-checked', 'awaiting-review']))).toBeUndefined();
  const cancelRequested = { at: '2026-11-22T08:12:06.000Z' };
  expect(eta(orderRecord(['validated'], { cancelRequested }))).toBeUndefined();
});

it('does not count paused time as the duration of a step, and is undefined during a pause', () => {
  const order = orderRecord(['validated', 'inventory-checked']);
  const [first, second] = order.transitions;
  const at = (ms: number) => new Date(Date.parse(first?.at ?? '') + ms).toISOString();
  // The step took a second, of which the order was paused for half a second.
  const pause = { from: at(250), to: at(750) };
  expect(second?.at).toBe(at(1000));
  const paused = estimateEnd(order, { now, timeScale: 60, pauses: [pause] });
  const steps = stages.slice(stages.findIndex(({ id }) => id === 'check-inventory') + 1);
  const stepCount = steps.filter(({ kind }) => kind === 'step').length;
  expect(paused).toBe(now + remainingMs('check-inventory', 60) - stepCount * 500);
  const open = { from: at(250) };
  expect(estimateEnd(order, { now, timeScale: 60, pauses: [open] })).toBeUndefined();
});
