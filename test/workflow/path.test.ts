import { describe, expect, it, vi } from 'vitest';
import type { Transition } from '../../functions/contract/api.ts';
import type { Stage } from '../../functions/contract/workflow.ts';
import { findBackwardTransition, findSkippedStatus } from '../../src/workflow/path.ts';
import { orderRecord } from '../orders/record.ts';

/** The workflow after three changes: quality-check is removed, a stage and a conditional stage are added. */
vi.mock(import('../../functions/contract/workflow.ts'), async (importOriginal) => {
  const original = await importOriginal();
  const added = [
    { id: 'added-stage', kind: 'step', title: 'Added stage', status: 'added' },
    {
      id: 'conditional-stage',
      kind: 'step',
      title: 'Conditional stage',
      status: 'conditionally-added',
      when: { text: '', skipReason: '', appliesTo: (total: number) => total > 500 },
    },
  ] as unknown as Stage[];
  const stages = original.stages
    .filter(({ id }) => id !== 'quality-check')
    .flatMap((stage) => (stage.id === 'ship-order' ? [...added, stage] : [stage]));
  const statuses = stages.flatMap((stage) => ('status' in stage ? [stage.status] : []));
  const statusRank: typeof original.statusRank = (status) =>
    status === 'failed' || status === 'cancelled' ? 99 : statuses.indexOf(status as 'shipped');
  return { ...original, stages, statuses, statusRank };
});

const { pathToStore } = await import('../../functions/contract/path.ts');

type Statuses = readonly Transition['status'][];

const originalPath = [
  'validated',
  'inventory-checked',
  'payment-processed',
  'inventory-reserved',
  'fraud-checked',
  'invoice-generated',
  'awaiting-warehouse',
  'items-picked',
  'quality-checked',
  'packaged',
  'awaiting-pickup',
  'shipped',
  'completed',
] as const;

/** Returns the error in the path of an order with these statuses; undefined if there is none. */
function pathError(statuses: Statuses, path?: readonly string[], total = 91.98) {
  const order = { ...orderRecord(statuses, { total }), ...(path && { path }) };
  return findBackwardTransition(order) ?? findSkippedStatus(order);
}

describe('an order of the original workflow', () => {
  it('is not expected to pass a stage that was added after it', () => {
    expect(pathError(originalPath)).toBeUndefined();
    expect(pathError(originalPath.slice(0, -3))).toBeUndefined();
  });

  it('may have a status that was removed after it', () => {
    expect(pathError(originalPath.slice(0, 9))).toBeUndefined();
    expect(pathError([...originalPath.slice(0, 9), 'failed'])).toBeUndefined();
  });

  it.each(originalPath.slice(0, -1).map((skipped) => [skipped]))(
    'is reported if it skipped %s',
    (skipped) => {
      const statuses = originalPath.filter((status) => status !== skipped);
      expect(pathError(statuses)).toBe(`is completed and was never ${skipped}`);
    },
  );

  it('is reported if it moved back to a status that was removed after it', () => {
    const statuses = [...originalPath.slice(0, 8), 'packaged', 'quality-checked'] as const;
    expect(pathError(statuses)).toBe('went from packaged to quality-checked');
  });

  it('is reported if two statuses are in the wrong order, whatever their times', () => {
    const swapped = [...originalPath.slice(0, 3), 'fraud-checked', 'inventory-reserved'] as const;
    expect(pathError(swapped)).toBe('went from fraud-checked to inventory-reserved');
  });

  it('is reported if it has a status twice, or another one after its end', () => {
    const path = originalPath.slice(0, 3);
    expect(pathError([...path, 'payment-processed'])).toBe(
      'went from payment-processed to payment-processed',
    );
    expect(pathError([...path, 'failed', 'shipped'])).toBe('went from failed to shipped');
  });
});

it('does not report an order during which the clock was set back', () => {
  const order = orderRecord(originalPath);
  const transitions = order.transitions.map((transition, index) =>
    index < 7 ? transition : { ...transition, at: '2026-11-22T06:12:00.000Z' },
  );
  expect(findBackwardTransition({ ...order, transitions })).toBeUndefined();
});

describe('an order of the changed workflow', () => {
  const path = pathToStore(91.98) ?? [];
  const statuses = path as Statuses;

  it('stores its path', () => {
    expect(path).toContain('added');
    expect(path).not.toContain('quality-checked');
    expect(path).not.toContain('conditionally-added');
  });

  it('is expected to pass the added stage and not the removed one', () => {
    expect(pathError(statuses, path)).toBeUndefined();
    const skipped = statuses.filter((status: string) => status !== 'added');
    expect(pathError(skipped, path)).toBe('is completed and was never added');
  });

  it('is expected to pass a conditional stage only if the condition applied', () => {
    const conditional = pathToStore(600) ?? [];
    expect(conditional).toContain('conditionally-added');
    expect(pathError(conditional as Statuses, conditional, 600)).toBeUndefined();
    expect(pathError(statuses, conditional, 600)).toBe(
      'is completed and was never conditionally-added',
    );
  });
});
