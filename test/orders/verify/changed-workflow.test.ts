/** Orders of the original workflow, verified after stages were added and removed. */
import { expect, it, vi } from 'vitest';
import type { OrderStatus, Stage } from '../../../functions/contract/workflow.ts';
import { auditStatus } from '../../../src/orders/verify/audit-status.ts';
import { rowFieldsFrom } from '../../../src/orders/verify/rebuild-row.ts';
import type { HistoryEvent } from '../../../src/workflow/history-event.ts';
import { readRecordedOutcome } from '../../../src/workflow/recorded.ts';
import { orderRecord } from '../record.ts';

/** The current workflow: without quality-check, and with a stage between generate-invoice and its wait. */
vi.mock(import('../../../functions/contract/workflow.ts'), async (importOriginal) => {
  const original = await importOriginal();
  const added = { id: 'archive-invoice', kind: 'step', title: '', status: 'invoice-archived' };
  const stages = original.stages
    .filter(({ id }) => id !== 'quality-check')
    .flatMap((stage) =>
      stage.id === 'generate-invoice' ? [stage, added as unknown as Stage] : [stage],
    );
  const statuses = stages.flatMap((stage) => ('status' in stage ? [stage.status] : []));
  const statusRank: typeof original.statusRank = (status) =>
    original.isTerminal(status) ? 99 : statuses.indexOf(status as 'shipped');
  return { ...original, stages, statuses, statusRank };
});

const steps = [
  ['validate-order', 'validated'],
  ['check-inventory', 'inventory-checked'],
  ['process-payment', 'payment-processed'],
  ['reserve-inventory', 'inventory-reserved'],
  ['fraud-check', 'fraud-checked'],
  ['generate-invoice', 'invoice-generated'],
  ['await-warehouse', 'awaiting-warehouse'],
  ['pick-items', 'items-picked'],
  ['quality-check', 'quality-checked'],
  ['package-order', 'packaged'],
] as const;

/** The record of a running order that has reached a status, and the outcome that its history shows. */
function runTo(last: OrderStatus) {
  const index = steps.findIndex(([, status]) => status === last);
  const passed = steps.slice(0, index + 1);
  const record = orderRecord(passed.map(([, status]) => status));
  const events = passed.flatMap(([name], position): HistoryEvent[] => {
    const at = record.transitions[position]?.at ?? '';
    const event = { at, name, seq: 2 * position + 1 };
    if (name === 'await-warehouse') return [{ ...event, type: 'WaitStarted' }];
    return [
      { ...event, type: 'StepStarted' },
      { ...event, seq: event.seq + 1, type: 'StepSucceeded' },
    ];
  });
  return { record, recorded: readRecordedOutcome(events) };
}

it.each(steps.map(([, status]) => [status]))('accepts a running order that is %s', (status) => {
  const { record, recorded } = runTo(status);
  const { orderId, executionArn: arn } = record;
  const execution = { orderId, arn, status: 'RUNNING' } as const;
  expect(auditStatus({ orderId, record, execution, recorded }, { retainedSince: 0 })).toEqual([]);
});

it('keeps a removed status when it restores a record from its history', () => {
  const { record, recorded } = runTo('packaged');
  const restored = rowFieldsFrom(recorded, { ...record, status: 'validated' });
  const statuses = (transitions = record.transitions) => transitions.map(({ status }) => status);
  expect(restored?.status).toBe('packaged');
  expect(statuses(restored?.transitions)).toEqual(statuses());
});
