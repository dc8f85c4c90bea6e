import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { full } from '../../support/full.ts';
import { createRandom } from '../../support/random.ts';
import { failureCases, orderFor, toConditions } from './failure-cases.ts';
import type { AtMoment } from './interruptions.ts';
import { type Incident, type IncidentKind, incidentKinds, simulate } from './model.ts';
import type { Outcome } from './order.ts';
import { startShop, type TestShop } from './shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.close());

let orders = 0;

const toExecutionStatus = (kind: IncidentKind | undefined) =>
  kind === 'time out' ? 'TIMED_OUT' : kind === 'fail' ? 'FAILED' : 'STOPPED';

interface Case {
  readonly incidents: readonly Incident[];
  /** See `failureCases`. */
  readonly failureCase: string;
}

/** Runs a real order with the incidents, and compares it with the model. */
async function compare({ incidents, failureCase }: Case): Promise<void> {
  orders += 1;
  const orderId = `boundary-${orders}`;
  const moments: string[] = [];
  let ended: IncidentKind | undefined;
  const atMoment: AtMoment = async (moment) => {
    moments.push(moment);
    const kind = incidents.find(({ at }) => at === moments.length)?.kind;
    if (kind === undefined) return 'continue';
    if (kind === 'crash') return 'die';
    const stops = kind !== 'cancel' || (await shop.cancel(orderId)) === 'stopped';
    // Only executions of the workflow are ended; the recovery is not.
    if (!stops || moments.includes('in let-it-settle')) return 'continue';
    ended = kind;
    return 'end';
  };
  const order = orderFor(failureCase, `C-${orders}`);
  const { review } = toConditions(failureCase);
  await shop.run({ orderId, order, review, atMoment, ended: () => toExecutionStatus(ended) });
  const record = await shop.recordOf(orderId);
  const real = { moments, outcome: record && (await shop.outcomeOf(orderId)) };
  expect({ failureCase, incidents, ...real }).toEqual({
    failureCase,
    incidents,
    ...simulate(incidents, toConditions(failureCase)),
  });
}

/** Runs several cases at the same time; there is enough stock for all. */
async function compareAll(cases: readonly Case[]): Promise<void> {
  const queue = [...cases];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await compare(next);
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

const momentNumbers = (failureCase: string) =>
  simulate([], toConditions(failureCase)).moments.map((_, index) => index + 1);

/**
 * The short form tests every n-th moment. Moments before, at and after an operation alternate, so an odd number meets all of them. The
 * kinds that end the execution differ only in the reason that is recorded.
 */
const strides: Readonly<Record<IncidentKind, number>> = {
  crash: 11,
  cancel: 11,
  stop: 13,
  'time out': 29,
  fail: 31,
};

/**
 * Returns the incidents of the long form in a failure case: every kind at every moment that no earlier case has, and at every 13th of the others.
 * These begin at another moment in each case, because cases share most of their moments.
 */
function chooseIncidents(failureCase: string): Incident[] {
  const index = failureCases.indexOf(failureCase);
  const momentsOf = (name: string) => simulate([], toConditions(name)).moments;
  const earlier = new Set(failureCases.slice(0, index).flatMap(momentsOf));
  return momentsOf(failureCase).flatMap((moment, before) =>
    incidentKinds.flatMap((kind, kindIndex) => {
      const isChosen = !earlier.has(moment) || (before + index + 3 * kindIndex) % 13 === 0;
      return isChosen ? [{ at: before + 1, kind }] : [];
    }),
  );
}

describe('an order matches the model, call by call', () => {
  it('without incidents, in every failure case', () =>
    compareAll(failureCases.map((failureCase) => ({ incidents: [], failureCase }))));

  it.each(incidentKinds)('with one incident at any moment: %s', (kind) => {
    const stride = full ? 1 : strides[kind];
    const moments = momentNumbers('none').filter((at) => at % stride === 0);
    return compareAll(moments.map((at) => ({ incidents: [{ at, kind }], failureCase: 'none' })));
  });

  it.each(full ? failureCases.slice(1) : ['PICKING-DOWN', 'FRAUD-REVIEW: approve'])(
    'in the case %s with one incident',
    (failureCase) => {
      if (full) {
        const incidents = chooseIncidents(failureCase);
        return compareAll(incidents.map((incident) => ({ incidents: [incident], failureCase })));
      }
      const numbers = momentNumbers(failureCase);
      const { moments } = simulate([], toConditions(failureCase));
      const special = numbers.filter((at) =>
        /[rR]eview|Decision|refund|notify-customer|recordFailure|fail/.test(moments[at - 1] ?? ''),
      );
      const kinds = ['crash', 'stop', 'cancel'] as const;
      // Moments before, at and after an operation alternate: each of these meets every kind in the course of the operations.
      const cases = special.map((at, index) => {
        const kind = kinds[(index + Math.floor(index / 3)) % 3] ?? 'crash';
        return { incidents: [{ at, kind }], failureCase };
      });
      return compareAll(cases);
    },
  );

  it('with two incidents, drawn at random', async () => {
    const random = createRandom(20_261_125);
    const cases = Array.from({ length: full ? 300 : 10 }, () => {
      const failureCase = random.pick(failureCases);
      const conditions = toConditions(failureCase);
      const at = random.pick(momentNumbers(failureCase));
      const first = { at, kind: random.pick(incidentKinds) };
      const { moments } = simulate([first], conditions);
      const second = {
        at: random.between(1, moments.length),
        kind: random.pick(incidentKinds),
      };
      return { incidents: second.at === first.at ? [first] : [first, second], failureCase };
    });
    await compareAll(cases);
  });
});

/** How executions are interrupted, and the first request before which one is. */
const interruptions = [
  ['end', 1],
  ['die', 2],
] as const;

describe.each(interruptions.slice(0, full ? 2 : 1))(
  'an execution that is interrupted (%s)',
  (how, first) => {
    it('between two requests of services is undone completely, or not at all after the hand-over', async () => {
      for (let at = first; ; at += full ? 3 : 7) {
        const orderId = `between-${how}-${at}`;
        const order = { ...(samples['high'] as Order), customerId: orderId };
        let requests = 0;
        await shop.run({
          orderId,
          order,
          requestDecision() {
            requests += 1;
            return requests === at ? how : 'continue';
          },
        });
        const record = await shop.recordOf(orderId);
        if (!record) continue;
        const { end, undone, paid, notices } = await shop.outcomeOf(orderId);
        const isUndone = record.handOver === undefined;
        expect([orderId, end, paid]).toEqual([
          orderId,
          expectedEnd(how, record, isUndone),
          isUndone ? 0 : 1,
        ]);
        if (!isUndone) expect(undone).toEqual([]);
        expect(notices.filter((kind) => kind !== 'shipped')).toEqual(isUndone ? [end] : []);
        if (requests < at) break;
      }
    });
  },
);

/** How an order ends. If only the environment dies, the order completes. */
function expectedEnd(
  how: 'end' | 'die',
  { status }: OrderRecord,
  isUndone: boolean,
): Outcome['end'] {
  if (how === 'die' || status === 'completed') return 'completed';
  return isUndone ? 'failed' : 'flagged';
}
