import { expect, it } from 'vitest';
import {
  isOptional,
  phases,
  pointOfNoReturn,
  type Stage,
  stages,
  statuses,
  statusesRecordedBy,
  statusRank,
  undosForFailureAt,
} from '../../functions/contract/workflow.ts';

/** The stages of the original sample, by phase. Further stages may be added between them. */
const originalStages = [
  ['validate-order', 'check-inventory', 'process-payment'],
  ['reserve-inventory', 'fraud-check', 'credit-check'],
  ['generate-invoice'],
  ['await-warehouse', 'pick-items', 'quality-check', 'package-order', 'generate-shipping-label'],
  ['await-pickup', 'ship-order', 'send-notifications', 'update-loyalty-points', 'complete-order'],
];

it('contains the stages of the original sample in their phases and order', () => {
  const known = new Set(originalStages.flat());
  const found = phases.map((phase) =>
    phase.stages.flatMap(({ id }) => (known.has(id) ? [id as string] : [])),
  );
  expect(found).toEqual(originalStages);
  const waits = stages.filter(({ id, kind }) => kind === 'wait' && known.has(id));
  expect(waits.map(({ id }) => id)).toEqual(['await-warehouse', 'await-pickup']);
});

it('uses every id, status and undo name once', () => {
  const names = stages.flatMap((stage) => [
    stage.id,
    ...('status' in stage ? [stage.status] : []),
    ...('undo' in stage ? [stage.undo] : []),
  ]);
  expect(new Set<string>(names).size).toBe(names.length);
});

it('makes only steps optional that have no status and no undo', () => {
  const optional: readonly Stage[] = stages.filter(({ id }) => isOptional(id));
  expect(optional.map(({ id }) => id)).toEqual(['send-notifications', 'update-loyalty-points']);
  for (const stage of optional) {
    expect(Object.keys(stage)).not.toContain('status');
    expect(Object.keys(stage)).not.toContain('undo');
  }
});

it('records the status of a wait together with that of the step before it', () => {
  expect(statusesRecordedBy('generate-invoice')).toEqual([
    'invoice-generated',
    'awaiting-warehouse',
  ]);
  expect(statusesRecordedBy('generate-shipping-label')).toEqual(['awaiting-pickup']);
  expect(statusesRecordedBy('await-pickup')).toEqual([]);
});

it('ranks the statuses in the order in which a completed order records them', () => {
  const ranks = statuses.map(statusRank);
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  expect(statusRank('failed')).toBeGreaterThan(statusRank('completed'));
});

it('undoes nothing if the validation rejects an order', () => {
  expect(undosForFailureAt('validate-order', 'rejected')).toEqual([]);
});

it('undoes the latest stage first, and the failed stage only after a technical failure', () => {
  expect(undosForFailureAt('generate-invoice', 'rejected')).toEqual([
    'release-inventory',
    'refund-payment',
  ]);
  expect(undosForFailureAt('generate-invoice', 'technical')).toEqual([
    'void-invoice',
    'release-inventory',
    'refund-payment',
  ]);
});

it.each(stages.slice(stages.findIndex(({ id }) => id === pointOfNoReturn)))(
  'undoes nothing from $id on',
  ({ id }) => {
    expect(undosForFailureAt(id, 'technical')).toEqual([]);
  },
);
