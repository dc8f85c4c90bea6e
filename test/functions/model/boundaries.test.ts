import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { stages } from '../../../functions/contract/workflow.ts';
import { full } from '../../support/full.ts';
import { dies, goesOn } from '../durable-service.ts';
import { follow, type Incident, type Outcome, type Point, type What } from './model.ts';
import { type Fates, openShop, type Shop } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

let orders = 0;

/** Lets an incident happen, once, when the checkpoint of its stage comes. */
function fateOf({ at, what }: Incident, orderId: string): Fates {
  const isWait = stages.some(({ id, kind }) => id === at.stage && kind === 'wait');
  let happened = false;
  return async (updates) => {
    const comes = updates.some(
      ({ Name, Action }) => Name === at.stage && Action === (isWait ? 'START' : 'SUCCEED'),
    );
    if (!comes || happened) return goesOn;
    happened = true;
    const lost = !at.checkpointed;
    if (what === 'crash') return { ...dies, lost };
    if (what !== 'cancel') return { next: 'end', lost };
    const taken = await shop.cancel(orderId);
    // A wait notices nothing: `orders cancel` stops the execution as well.
    return taken && isWait ? { next: 'end' } : goesOn;
  };
}

const points: readonly Point[] = stages.flatMap(({ id, kind }) =>
  (kind === 'wait' || !full ? [true] : [false, true]).map(
    (checkpointed) => ({ stage: id, checkpointed }) as Point,
  ),
);
const whats: readonly What[] = full ? ['crash', 'cancel', 'stop', 'time out'] : ['cancel', 'stop'];

describe.each(whats)('%s', (what) => {
  it.each(points)('at $stage (checkpointed: $checkpointed) ends as the model says', async (at) => {
    orders += 1;
    const orderId = `boundary-${orders}`;
    const order = { ...(samples['high'] as Order), customerId: `C-${orders}` };
    await shop.run({
      orderId,
      order,
      fate: fateOf({ at, what }, orderId),
      ended: what === 'time out' ? 'TIMED_OUT' : 'STOPPED',
    });
    expect(await shop.outcomeOf(orderId)).toEqual(follow([{ at, what }]));
  });
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
