import { expect, it } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { stages, statuses } from '../../functions/contract/workflow.ts';
import { activeStage, countDone, progressOf } from '../../src/workflow/progress.ts';
import { orderRecord } from '../orders/record.ts';

const states = (order: OrderRecord | undefined) =>
  Object.fromEntries(
    progressOf(order).flatMap((phase) => phase.stages.map(({ id, state }) => [id, state])),
  );
const small = statuses.filter((status) => status !== 'credit-checked');
const until = (last: (typeof small)[number]) => small.slice(0, small.indexOf(last) + 1);

it('shows a received order at work on its first stage', () => {
  expect(activeStage(progressOf(undefined))?.id).toBe('validate-order');
  expect(countDone(progressOf(undefined))).toEqual({ done: 0, of: 17 });
});

it('has exactly one stage at work at every status on the way', () => {
  for (const status of small.slice(0, -1)) {
    const active = Object.values(states(orderRecord(until(status)))).filter((s) => s === 'active');
    expect(active, status).toHaveLength(1);
  }
});

it('shows a wait at work from when its status is recorded, with the stage before it done', () => {
  const shown = states(orderRecord(until('awaiting-pickup')));
  expect(shown).toMatchObject({
    'generate-shipping-label': 'done',
    'await-pickup': 'active',
    'ship-order': 'pending',
  });
});

it('shows the credit check of a small order as skipped, and that of a large one as at work', () => {
  expect(states(orderRecord(until('fraud-checked')))).toMatchObject({
    'credit-check': 'skipped',
    'generate-invoice': 'active',
  });
  expect(states(orderRecord(until('fraud-checked'), { total: 3500 }))).toMatchObject({
    'credit-check': 'active',
    'generate-invoice': 'pending',
  });
});

it('shows all seventeen stages of a completed order as behind it', () => {
  const progress = progressOf(orderRecord(small));
  expect(countDone(progress)).toEqual({ done: stages.length, of: 17 });
  expect(activeStage(progress)).toBeUndefined();
});

it('shows where an order failed and what was taken back', () => {
  const failed = orderRecord([...until('inventory-reserved'), 'failed'], {
    failure: { stage: 'fraud-check', code: 'fraud-suspected', message: 'Flagged' },
    undos: [
      { undo: 'release-inventory', outcome: 'done' },
      { undo: 'refund-payment', outcome: 'failed', message: 'unreachable' },
    ],
  });
  expect(states(failed)).toMatchObject({
    'validate-order': 'done',
    'process-payment': 'done',
    'reserve-inventory': 'undone',
    'fraud-check': 'failed',
    'credit-check': 'pending',
  });
  const notes = progressOf(failed).flatMap((phase) => phase.stages.map(({ note }) => note));
  expect(notes.filter(Boolean)).toEqual(['refund-payment failed: unreachable', 'Flagged']);
});

it('shows nothing at work once an order is cancelled', () => {
  const cancelled = progressOf(orderRecord([...until('validated'), 'cancelled']));
  expect(activeStage(cancelled)).toBeUndefined();
});
