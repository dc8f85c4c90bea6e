import { describe, expect, it } from 'vitest';
import { rank, type StepId, stages, undosAfter } from '../../../functions/contract/workflow.ts';
import {
  follow,
  type Incident,
  type Outcome,
  type Point,
  type Refusal,
  type What,
} from './model.ts';

const points: readonly Point[] = stages.flatMap(({ id, kind }) =>
  (kind === 'wait' ? [true] : [false, true]).map(
    (checkpointed) => ({ stage: id, checkpointed }) as Point,
  ),
);
const whats: readonly What[] = ['crash', 'cancel', 'stop', 'time out'];
const single: readonly Incident[] = points.flatMap((at) => whats.map((what) => ({ at, what })));
const refusals: readonly (Refusal | undefined)[] = [
  undefined,
  ...stages.flatMap(({ id, kind }) =>
    kind === 'step' && id !== 'complete-order'
      ? (['rejected', 'broken'] as const).map((how) => ({ stage: id as StepId, how }))
      : [],
  ),
].filter((each) => each === undefined || isBeforeHandOver(each.stage));

function isBeforeHandOver(stage: StepId): boolean {
  const position = stages.findIndex(({ id }) => id === stage);
  return position < stages.findIndex(({ id }) => id === 'ship-order');
}

/** What holds for every order, however it went. */
function check(outcome: Outcome): void {
  const { end, undone, paid, stock, notices, points: credited, statuses } = outcome;
  const good = end === 'completed' || end === 'flagged';
  expect(paid).toBe(good ? 1 : 0);
  expect(new Set(undone).size).toBe(undone.length);
  if (good) expect(undone).toEqual([]);
  if (good) expect(stock).toBe('handed-over');
  else expect(['none', 'released']).toContain(stock);
  expect(new Set(notices).size).toBe(notices.length);
  if (!good) expect(notices).toEqual([end]);
  if (end === 'completed') expect([notices, credited]).toEqual([['shipped'], true]);
  const ranks = statuses.map(rank);
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
}

describe('in the model', () => {
  it('every order ends well, with one thing happening at any point', () => {
    for (const incident of single) {
      for (const refusal of refusals) check(follow([incident], refusal));
    }
    expect(single.length * refusals.length).toBeGreaterThan(2000);
  });

  it('every order ends well, with two things happening at any two points', () => {
    for (const first of single) for (const second of single) check(follow([first, second]));
  });

  it('a crash changes nothing, wherever it comes', () => {
    for (const refusal of refusals) {
      for (const at of points) {
        expect(follow([{ at, what: 'crash' }], refusal)).toEqual(follow([], refusal));
      }
    }
  });

  it.each(refusals.flatMap((each) => (each ? [each] : [])))(
    'an order that is $how in $stage is taken back as the contract says',
    (refusal) => {
      const done = undosAfter(refusal.stage, 'rejected');
      expect(follow([], refusal).undone).toEqual(done);
    },
  );

  it.each(points.filter(({ stage }) => isBeforeHandOver(stage as StepId)))(
    'stopping takes everything back up to $stage (checkpointed: $checkpointed)',
    (at) => {
      const { end, undone } = follow([{ at, what: 'stop' }]);
      expect(end).toBe('failed');
      expect(undone).toEqual(undosAfter(at.stage, 'broken'));
    },
  );
});
