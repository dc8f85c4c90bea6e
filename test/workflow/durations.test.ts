import { expect, it } from 'vitest';
import { type OrderStatus, reviewedStage, stages } from '../../functions/contract/workflow.ts';
import { measureStages, timedStages } from '../../src/workflow/durations.ts';

const waits = { 'await-warehouse': 5000, 'await-pickup': 3000 };
/** Measures an order that reached these statuses at these times (ms). */
const measure = (...reached: [OrderStatus, number][]) => {
  const transitions = reached.map(([status, ms]) => ({ status, at: new Date(ms).toISOString() }));
  const { stages, ...sums } = measureStages({ transitions }, waits);
  return { ...sums, stages: Object.fromEntries(stages) };
};

it('separates work from waits, and adds a stage without a status to the next recorded stage', () => {
  expect(
    measure(
      ['validated', 0],
      ['inventory-checked', 100],
      ['payment-processed', 300],
      ['inventory-reserved', 310],
      ['fraud-checked', 330],
      ['invoice-generated', 400],
      ['awaiting-warehouse', 400],
      ['items-picked', 5450],
      ['quality-checked', 5460],
      ['packaged', 5470],
      ['awaiting-pickup', 5500],
      ['shipped', 8600],
      ['completed', 8700],
    ),
  ).toEqual({
    totalMs: 8700,
    waitedMs: 8000,
    stages: {
      'check-inventory': 100,
      'process-payment': 200,
      'reserve-inventory': 10,
      'fraud-check': 20,
      'generate-invoice': 70,
      'await-warehouse': 5000,
      'pick-items': 50,
      'quality-check': 10,
      'package-order': 10,
      'generate-shipping-label': 30,
      'await-pickup': 3000,
      'ship-order': 100,
      'complete-order': 100,
    },
  });
});

it('counts a review as a wait, and the check before it as work', () => {
  expect(
    measure(
      ['inventory-reserved', 0],
      ['awaiting-review', 40],
      ['fraud-checked', 90_040],
      ['credit-checked', 90_060],
    ),
  ).toEqual({
    totalMs: 90_060,
    waitedMs: 90_000,
    stages: { 'fraud-check': 40, review: 90_000, 'credit-check': 20 },
  });
});

it('assigns the time of a failure to no stage, and measures an interrupted wait', () => {
  expect(measure(['awaiting-warehouse', 0], ['cancelled', 2000])).toEqual({
    totalMs: 2000,
    waitedMs: 2000,
    stages: { 'await-warehouse': 2000 },
  });
  expect(measure(['validated', 0], ['failed', 50])).toEqual({
    totalMs: 50,
    waitedMs: 0,
    stages: {},
  });
  expect(measure()).toEqual({ totalMs: 0, waitedMs: 0, stages: {} });
});

it('lists the stages in their order, with the review after the reviewed stage', () => {
  expect(timedStages.filter((id) => id !== 'review')).toEqual(stages.map(({ id }) => id));
  expect(timedStages.indexOf('review')).toBe(timedStages.indexOf(reviewedStage) + 1);
});
