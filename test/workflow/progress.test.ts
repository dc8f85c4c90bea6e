import { expect, it } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { stages, statuses } from '../../functions/contract/workflow.ts';
import { activeStage, countDone, workflowProgress } from '../../src/workflow/progress.ts';
import { orderRecord } from '../orders/record.ts';

const states = (order: OrderRecord | undefined) =>
  Object.fromEntries(
    workflowProgress(order).flatMap((phase) => phase.stages.map(({ id, state }) => [id, state])),
  );
const small = statuses.filter((status) => status !== 'credit-checked');
const until = (last: (typeof small)[number]) => small.slice(0, small.indexOf(last) + 1);

it('shows the first stage of a received order as active', () => {
  expect(activeStage(workflowProgress(undefined))?.id).toBe('validate-order');
  expect(countDone(workflowProgress(undefined))).toEqual({ done: 0, total: stages.length });
});

it('shows exactly one active stage at every status', () => {
  for (const status of small.slice(0, -1)) {
    const active = Object.values(states(orderRecord(until(status)))).filter((s) => s === 'active');
    expect(active, status).toHaveLength(1);
  }
});

it('shows a wait as active once its status is recorded, and the stage before it as done', () => {
  const shown = states(orderRecord(until('awaiting-pickup')));
  expect(shown).toMatchObject({
    'generate-shipping-label': 'done',
    'await-pickup': 'active',
    'ship-order': 'pending',
  });
});

it('shows the credit check of a small order as skipped, and of a large order as active', () => {
  expect(states(orderRecord(until('fraud-checked')))).toMatchObject({
    'credit-check': 'skipped',
    'generate-invoice': 'active',
  });
  expect(states(orderRecord(until('fraud-checked'), { total: 3500 }))).toMatchObject({
    'credit-check': 'active',
    'generate-invoice': 'pending',
  });
});

it('counts all stages of a completed order as done', () => {
  const progress = workflowProgress(orderRecord(small));
  expect(countDone(progress)).toEqual({ done: stages.length, total: stages.length });
  expect(activeStage(progress)).toBeUndefined();
});

it('shows where an order failed and which stages were undone', () => {
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
  const notes = workflowProgress(failed).flatMap((phase) => phase.stages.map(({ note }) => note));
  expect(notes.filter(Boolean)).toEqual(['refund-payment failed: unreachable', 'Flagged']);
});

it('shows no active stage of a cancelled order', () => {
  const cancelled = workflowProgress(orderRecord([...until('validated'), 'cancelled']));
  expect(activeStage(cancelled)).toBeUndefined();
});
