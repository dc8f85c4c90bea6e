import { describe, expect, it } from 'vitest';
import { triggers } from '../../../functions/contract/triggers.ts';
import { rank, statuses, undosAfter } from '../../../functions/contract/workflow.ts';
import { full } from '../../support/full.ts';
import { follow, type Incident, whats } from './model.ts';
import { type Given, type Outcome, undoable } from './order.ts';
import { givenOf, troubles } from './troubles.ts';

/** What holds for every order, however it went. */
function check(outcome: Outcome | undefined): void {
  if (!outcome) return;
  const problems = [...problemsOf(outcome)];
  if (problems.length > 0) throw new Error(`${problems.join(', ')}: ${JSON.stringify(outcome)}`);
}

function* problemsOf(outcome: Outcome): Generator<string> {
  const { end, undone, standing, paid, stock, notices, points, statuses: reached } = outcome;
  const good = end === 'completed' || end === 'flagged';
  if (paid !== (good ? 1 : 0)) yield 'paid wrongly';
  if (good && undone.length > 0) yield 'taken back from the carrier';
  if (good !== standing.length > 0) yield 'left standing';
  if (new Set(undone).size !== undone.length) yield 'undone twice';
  if (good && !['held', 'handed-over'].includes(stock)) yield 'stock wrong';
  if (end === 'completed' && stock !== 'handed-over') yield 'stock not handed over';
  if (!good && !['none', 'released'].includes(stock)) yield 'stock kept';
  if (notices.length > 1) yield 'told two things';
  if (notices.some((each) => each !== (good ? 'shipped' : end))) yield 'told wrongly';
  if (points && !good) yield 'credited wrongly';
  const ranks = reached.map(rank);
  if (ranks.some((each, index) => index > 0 && each <= (ranks[index - 1] ?? each))) {
    yield 'moved back';
  }
}

/** Every single thing that can happen to an order. */
const singles = (given: Given): Incident[] =>
  follow([], given).moments.flatMap((_, index) => whats.map((what) => ({ at: index + 1, what })));

describe('in the model', () => {
  it('an order to which nothing happens completes', () => {
    const { outcome } = follow([]);
    expect(outcome).toEqual({
      end: 'completed',
      undone: [],
      standing: undoable,
      paid: 1,
      stock: 'handed-over',
      notices: ['shipped'],
      points: true,
      statuses,
    });
  });

  it.each(troubles)('an order ends well with anything happening at any moment: %s', (value) => {
    const given = givenOf(value);
    for (const incident of singles(given)) check(follow([incident], given).outcome);
  });

  it.each(full ? troubles : ['none', 'PICKING-DOWN'])(
    'an order ends well with any two things happening at any two moments: %s',
    (value) => {
      const given = givenOf(value);
      for (const first of singles(given)) {
        const { moments } = follow([first], given);
        for (let at = first.at + 1; at <= moments.length; at += 1) {
          for (const what of whats) check(follow([first, { at, what }], given).outcome);
        }
      }
    },
    120_000,
  );

  it.each(troubles)('a crash changes nothing, whenever it comes: %s', (value) => {
    const given = givenOf(value);
    const { moments, outcome } = follow([], given);
    for (const index of moments.keys()) {
      expect(follow([{ at: index + 1, what: 'crash' }], given).outcome).toEqual(outcome);
    }
  });

  it.each(triggers.filter(({ does }) => does.kind === 'reject'))(
    'an order refused in $stage ($value) is taken back as the contract says',
    ({ value, stage }) => {
      const { outcome } = follow([], givenOf(value));
      expect(outcome?.undone).toEqual(undosAfter(stage, 'rejected'));
    },
  );
});
