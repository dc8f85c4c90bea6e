import { expect, it } from 'vitest';
import { phases, rank, stages, statuses, undosAfter } from '../../functions/contract/workflow.ts';

it('has seventeen stages in five phases: fifteen steps and two waits', () => {
  expect(phases).toHaveLength(5);
  expect(stages).toHaveLength(17);
  expect(stages.filter((each) => each.kind === 'wait').map((each) => each.id)).toEqual([
    'await-warehouse',
    'await-pickup',
  ]);
});

it('ranks the statuses in the order in which a completed order records them', () => {
  const ranks = statuses.map(rank);
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  expect(rank('failed')).toBeGreaterThan(rank('completed'));
});

it('undoes nothing when the validation rejects an order', () => {
  expect(undosAfter('validate-order', 'rejected')).toEqual([]);
});

it('undoes the latest first, and its own work only when the stage broke', () => {
  expect(undosAfter('generate-invoice', 'rejected')).toEqual([
    'release-inventory',
    'refund-payment',
  ]);
  expect(undosAfter('generate-invoice', 'broken')).toEqual([
    'void-invoice',
    'release-inventory',
    'refund-payment',
  ]);
});

it.each(stages.slice(stages.findIndex((each) => each.id === 'ship-order')))(
  'undoes nothing from $id on',
  ({ id }) => {
    expect(undosAfter(id, 'broken')).toEqual([]);
  },
);
