import { describe, expect, it } from 'vitest';
import { triggers } from '../../../functions/contract/triggers.ts';
import { statuses, statusRank, undosForFailureAt } from '../../../functions/contract/workflow.ts';
import { full } from '../../support/full.ts';
import { failureCases, toConditions } from './failure-cases.ts';
import { type Incident, incidentKinds, simulate } from './model.ts';
import { type OrderConditions, type Outcome, undoable } from './order.ts';

/** Checks what holds for every order, however it ended. */
function check(outcome: Outcome | undefined): void {
  if (!outcome) return;
  const problems = [...findProblems(outcome)];
  if (problems.length > 0) throw new Error(`${problems.join(', ')}: ${JSON.stringify(outcome)}`);
}

function* findProblems(outcome: Outcome): Generator<string> {
  const { end, undone, remaining, paid, stock, notices, points, statuses: reached } = outcome;
  const isDelivered = end === 'completed' || end === 'flagged';
  if (paid !== (isDelivered ? 1 : 0)) yield 'wrong payments';
  if (isDelivered && undone.length > 0) yield 'undone after the hand-over';
  if (isDelivered !== remaining.length > 0) yield 'side effects not undone';
  if (new Set(undone).size !== undone.length) yield 'undone twice';
  if (isDelivered && !['held', 'handed-over'].includes(stock)) yield 'wrong stock';
  if (end === 'completed' && stock !== 'handed-over') yield 'stock not handed over';
  if (!isDelivered && !['none', 'released'].includes(stock)) yield 'stock not released';
  if (notices.length > 1) yield 'two notices';
  if (notices.some((notice) => notice !== (isDelivered ? 'shipped' : end))) yield 'wrong notice';
  if (points && !isDelivered) yield 'wrong points';
  const ranks = reached.map(statusRank);
  if (ranks.some((rank, index) => index > 0 && rank <= (ranks[index - 1] ?? rank))) {
    yield 'status moved backward';
  }
}

/** Every kind of incident at every moment. */
const allIncidents = (conditions: OrderConditions): Incident[] =>
  simulate([], conditions).moments.flatMap((_, index) =>
    incidentKinds.map((kind) => ({ at: index + 1, kind })),
  );

describe('the model', () => {
  it('completes an order without incidents', () => {
    const { outcome } = simulate([]);
    expect(outcome).toEqual({
      end: 'completed',
      undone: [],
      remaining: undoable,
      paid: 1,
      stock: 'handed-over',
      notices: ['shipped'],
      points: true,
      statuses,
    });
  });

  it.each(failureCases)('ends consistently with any incident at any moment: %s', (value) => {
    const conditions = toConditions(value);
    for (const incident of allIncidents(conditions)) {
      check(simulate([incident], conditions).outcome);
    }
  });

  it.each(full ? failureCases : ['PICKING-DOWN'])(
    'ends consistently with any two incidents at any two moments: %s',
    (value) => {
      const conditions = toConditions(value);
      // The short form begins with every 7th incident: this number meets each of the five kinds, and moments of each kind.
      const firsts = allIncidents(conditions).filter((_, index) => full || index % 7 === 0);
      for (const first of firsts) {
        const { moments } = simulate([first], conditions);
        for (let at = first.at + 1; at <= moments.length; at += 1) {
          for (const kind of incidentKinds) {
            check(simulate([first, { at, kind }], conditions).outcome);
          }
        }
      }
    },
  );

  it.each(failureCases)('ends in the same way with a crash at any moment: %s', (value) => {
    const conditions = toConditions(value);
    const { moments, outcome } = simulate([], conditions);
    for (const index of moments.keys()) {
      const crash: Incident = { at: index + 1, kind: 'crash' };
      expect(simulate([crash], conditions).outcome).toEqual(outcome);
    }
  });

  it.each(triggers.filter(({ behavior }) => behavior.kind === 'reject'))(
    'undoes an order that $stage rejects as the contract declares ($value)',
    ({ value, stage }) => {
      const { outcome } = simulate([], toConditions(value));
      expect(outcome?.undone).toEqual(undosForFailureAt(stage, 'rejected'));
    },
  );
});
