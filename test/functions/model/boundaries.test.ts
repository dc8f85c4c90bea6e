import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { full } from '../../support/full.ts';
import { chanceOf } from '../../support/random.ts';
import type { AtMoment } from './interruptions.ts';
import { follow, type Incident, type What, whats } from './model.ts';
import type { Outcome } from './order.ts';
import { openShop, type Shop } from './shop.ts';
import { givenOf, orderWith, troubles } from './troubles.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

let orders = 0;

const endedBy = (what: What | undefined) =>
  what === 'time out' ? 'TIMED_OUT' : what === 'fail' ? 'FAILED' : 'STOPPED';

/** What happens to an order, and the trouble that it meets (see `troubles`). */
interface Case {
  readonly incidents: readonly Incident[];
  readonly trouble: string;
}

/** Lets the incidents happen to a real order, and expects of it what the model says. */
async function compare({ incidents, trouble }: Case): Promise<void> {
  orders += 1;
  const orderId = `boundary-${orders}`;
  const moments: string[] = [];
  let ended: What | undefined;
  const atMoment: AtMoment = async (moment) => {
    moments.push(moment);
    const what = incidents.find(({ at }) => at === moments.length)?.what;
    if (what === undefined) return 'go on';
    if (what === 'crash') return 'die';
    const stops = what !== 'cancel' || (await shop.cancel(orderId)) === 'stopped';
    // Recovery is nobody's to end.
    if (!stops || moments.includes('in let-it-settle')) return 'go on';
    ended = what;
    return 'end';
  };
  const order = orderWith(trouble, `C-${orders}`);
  const { review } = givenOf(trouble);
  await shop.run({ orderId, order, review, atMoment, ended: () => endedBy(ended) });
  const record = await shop.recordOf(orderId);
  const real = { moments, outcome: record && (await shop.outcomeOf(orderId)) };
  expect({ trouble, incidents, ...real }).toEqual({
    trouble,
    incidents,
    ...follow(incidents, givenOf(trouble)),
  });
}

/** Many at a time: of every product there is enough for all. */
async function compareAll(cases: readonly Case[]): Promise<void> {
  const left = [...cases];
  const take = async () => {
    for (let each = left.shift(); each; each = left.shift()) await compare(each);
  };
  await Promise.all(Array.from({ length: 8 }, take));
}

const momentsOf = (trouble: string) =>
  follow([], givenOf(trouble)).moments.map((_, index) => index + 1);

/** Of so many moments the quick suite takes one: how an execution was ended changes only the reason that is given. */
const strides: Readonly<Record<What, number>> = {
  crash: 3,
  cancel: 2,
  stop: 2,
  'time out': 6,
  fail: 6,
};

describe('as the model says, to the call, goes an order', () => {
  it('to which nothing happens, whatever trouble it meets', () =>
    compareAll(troubles.map((trouble) => ({ incidents: [], trouble }))));

  it.each(whats)(
    'to which one thing happens at any moment: %s',
    (what) => {
      const moments = momentsOf('none').filter((at) => at % (full ? 1 : strides[what]) === 0);
      return compareAll(moments.map((at) => ({ incidents: [{ at, what }], trouble: 'none' })));
    },
    120_000,
  );

  it.each(full ? troubles.slice(1) : ['DAMAGED', 'PICKING-DOWN', 'FRAUD-REVIEW: approve'])(
    'that meets %s and to which one thing happens',
    (trouble) => {
      const some = full ? whats : (['crash', 'stop', 'cancel'] as const);
      const { moments } = follow([], givenOf(trouble));
      const cases = moments.flatMap((moment, index) =>
        full || /review|refund|notify-customer|keepFailure|fail/.test(moment)
          ? some.map((what) => ({ incidents: [{ at: index + 1, what }], trouble }))
          : [],
      );
      return compareAll(cases);
    },
    120_000,
  );

  it('to which two things happen, drawn from all that can', async () => {
    const chance = chanceOf(20_261_125);
    const cases = Array.from({ length: full ? 2000 : 40 }, () => {
      const trouble = chance.pick(troubles);
      const first = { at: chance.pick(momentsOf(trouble)), what: chance.pick(whats) };
      const { moments } = follow([first], givenOf(trouble));
      const second = { at: chance.between(1, moments.length), what: chance.pick(whats) };
      return { incidents: second.at === first.at ? [first] : [first, second], trouble };
    });
    await compareAll(cases);
  }, 240_000);
});

describe.each(full ? (['end', 'die'] as const) : (['end'] as const))(
  'an execution that meets its %s',
  (how) => {
    it('between any two requests of services takes nothing back that is with the carrier, and all else', async () => {
      for (let at = 1; ; at += 1) {
        const orderId = `between-${how}-${at}`;
        const order = { ...(samples['high'] as Order), customerId: orderId };
        let requests = 0;
        await shop.run({
          orderId,
          order,
          requestFate() {
            requests += 1;
            return requests === at ? how : 'go on';
          },
        });
        const record = await shop.recordOf(orderId);
        if (!record) continue;
        const { end, undone, paid, notices } = await shop.outcomeOf(orderId);
        const taken = record.handOver === undefined;
        expect([orderId, end, paid]).toEqual([orderId, endOf(how, record, taken), taken ? 0 : 1]);
        if (!taken) expect(undone).toEqual([]);
        expect(notices.filter((kind) => kind !== 'shipped')).toEqual(taken ? [end] : []);
        if (requests < at) break;
      }
    });
  },
);

/** What becomes of an order in the end: one whose environment only dies completes. */
function endOf(how: 'end' | 'die', { status }: OrderRecord, taken: boolean): Outcome['end'] {
  if (how === 'die' || status === 'completed') return 'completed';
  return taken ? 'failed' : 'flagged';
}
