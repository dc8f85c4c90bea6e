import { describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { CheckId } from '../../../src/orders/load-test/check-result.ts';
import { judge } from '../../../src/orders/load-test/checks.ts';
import { loadableSamples } from '../../../src/orders/load-test/mix.ts';
import type { ObservedOrder } from '../../../src/orders/load-test/observed-orders.ts';
import { arnOf, goodOrders, withRecord } from './observed-orders.ts';

const five = goodOrders('low,high,damaged,payment-down,unreachable', 5);
const place = (sample: string) => five.findIndex((each) => each.sample === sample);
const low = place('low');
const id = five[low]?.orderId ?? '';

/** The faults of the checks that failed, by check. */
function faults(orders: readonly ObservedOrder[], isPartial = false) {
  const failed = judge(orders, { isPartial }).filter(
    ({ passed, notJudged }) => !passed && !notJudged,
  );
  return Object.fromEntries(failed.map((each) => [each.id, each.faults])) as Partial<
    Record<CheckId, unknown>
  >;
}
const changed = (change: Partial<ObservedOrder>) =>
  five.map((each, index) => (index === low ? { ...each, ...change } : each));
const recorded = (change: (record: OrderRecord) => Partial<OrderRecord> | undefined) =>
  withRecord(five, low, change);
const says = (message: string) => [{ orderId: id, message }];

it('finds nothing wrong with orders of every sample that end as their payload asks for', () => {
  const names = loadableSamples();
  const checks = judge(goodOrders(names.join(), names.length), { isPartial: false });
  expect(checks.flatMap((each) => each.faults)).toEqual([]);
  const unjudged = checks.filter(({ notJudged }) => notJudged);
  expect(unjudged.map(({ id }) => id)).toEqual(['payments', 'stock', 'points']);
  expect(checks.every(({ passed, notJudged }) => passed !== Boolean(notJudged))).toBe(true);
  expect(checks.map(({ detail }) => detail)).toContain('6 completed, 14 failed where they must');
});

describe('a planted fault fails its own check and names the order', () => {
  it('an order that was not accepted', () => {
    const { acceptedMs: _, record: __, ...order } = five[low] as ObservedOrder;
    const error = { name: 'ThrottlingException', message: 'Rate exceeded' };
    const orders = five.map((each, index) => (index === low ? { ...order, error } : each));
    expect(faults(orders)).toEqual({ accepted: says('ThrottlingException: Rate exceeded') });
  });

  it('an order that failed and should not have', () => {
    const failure = { stage: 'fraud-check', code: 'fraud-suspected', message: 'x' } as const;
    const found = faults(
      recorded(({ transitions }) => {
        const failed = [...transitions.slice(0, 4), { status: 'failed', at: '2027' } as const];
        return { status: 'failed', failure, transitions: failed };
      }),
    );
    expect(found).toEqual({
      ended: says('is failed at fraud-check (fraud-suspected); should be completed'),
    });
  });

  it('an order that completed and should not have', () => {
    const damaged = place('damaged');
    const orders = withRecord(five, damaged, ({ transitions }) => ({
      status: 'completed',
      transitions: [...transitions.slice(0, -1), { status: 'completed', at: '2027' }],
    })).map((each, index) => {
      if (index !== damaged) return each;
      const { failure: _, ...record } = each.record ?? {};
      return { ...each, record };
    });
    expect(faults(orders)).toEqual({
      ended: [
        {
          orderId: five[damaged]?.orderId,
          message: 'is completed; should be failed at quality-check (damaged)',
        },
      ],
    });
  });

  it('an order that does not end', () => {
    const found = faults(
      recorded(({ transitions }) => ({
        status: 'awaiting-warehouse',
        transitions: transitions.slice(0, 7),
      })),
    );
    expect(found).toEqual({
      ended: says('is awaiting-warehouse and does not end; should be completed'),
    });
  });

  it('an order that completed without the warning its sample asks for', () => {
    const index = place('unreachable');
    const orders = withRecord(five, index, () => ({ warnings: [] }));
    expect(faults(orders)).toEqual({
      ended: [
        {
          orderId: five[index]?.orderId,
          message: 'completed without the warning of send-notifications',
        },
      ],
    });
  });

  it('an execution that ended otherwise than its order', () => {
    const executions = [{ orderId: id, arn: arnOf(id), status: 'STOPPED' as const }];
    expect(faults(changed({ executions }))).toEqual({
      ended: says('completed, while its execution is STOPPED'),
    });
  });

  it('an order whose row or execution is lost', () => {
    expect(faults(recorded(() => undefined))['not-lost']).toEqual(says('has no row'));
    expect(faults(changed({ executions: [] }))['not-lost']).toEqual(says('has no execution'));
    expect(faults(changed({ executions: [], record: undefined }))['not-lost']).toEqual(
      says('has neither row nor execution'),
    );
  });

  it('an order that ran twice', () => {
    const twice = ['1', '2'].map((n) => ({
      orderId: id,
      arn: `${arnOf(id)}${n}`,
      status: 'SUCCEEDED' as const,
    }));
    expect(faults(changed({ executions: twice }))).toEqual({
      'not-doubled': says('has 2 executions'),
    });
  });

  it('two orders of one id, and two of one execution', () => {
    const order = five[low] as ObservedOrder;
    expect(faults([...five, order])['not-doubled']).toEqual(says('is the id of two orders'));
    const other = five[place('high')];
    const found = faults(changed({ executions: other?.executions ?? [], record: other?.record }))[
      'not-doubled'
    ] as unknown[];
    expect(found).toHaveLength(1);
  });

  it.each([
    ['total', { total: 1 }, 'total 1, submitted '],
    ['customer', { customerId: 'CUST-999' }, 'customer CUST-999, submitted '],
    ['lines', { items: [] }, 'other lines than submitted'],
  ])("an order with another's %s", (_what, change, message) => {
    const found = faults(recorded(() => change));
    expect(Object.keys(found)).toEqual(['own-data']);
    expect(found['own-data']).toEqual([
      { orderId: id, message: expect.stringContaining(message) as string },
    ]);
  });

  it('an order with another e-mail address, without telling it', () => {
    const found = faults(recorded(() => ({ customerEmail: 'secret@example.com' })));
    expect(found).toEqual({ 'own-data': says('another e-mail address') });
  });

  it('an order that went back, or skipped a status', () => {
    const swap = recorded(({ transitions }) => {
      const [first, second, ...rest] = transitions;
      return { transitions: [second, first, ...rest].flatMap((each) => each ?? []) };
    });
    expect(faults(swap)).toEqual({
      transitions: says('went from inventory-checked to validated'),
    });
    const skip = recorded(({ transitions }) => ({ transitions: transitions.toSpliced(2, 1) }));
    expect(faults(skip)).toEqual({
      transitions: says('is completed and was never payment-processed'),
    });
  });

  it("an order that was written by another's execution", () => {
    const arn = arnOf('order-other');
    const executions = [{ orderId: id, arn, status: 'SUCCEEDED' as const }];
    const orders = changed({ executions, record: { ...five[low]?.record, executionArn: arn } });
    expect(faults(orders)).toEqual({
      transitions: says('was written by the execution of another'),
    });
  });

  it('an order whose status is not its last transition, or that has none', () => {
    expect(faults(recorded(() => ({ transitions: [] }))).transitions).toEqual(
      says('is completed, while its last transition is missing'),
    );
  });

  it('a credit check that is missing, and one too many', () => {
    const high = place('high');
    const without = withRecord(five, high, ({ transitions }) => ({
      transitions: transitions.filter(({ status }) => status !== 'credit-checked'),
    }));
    expect(faults(without)['credit-check']).toHaveLength(1);
    const extra = recorded(({ transitions }) => {
      const at = transitions.findIndex(({ status }) => status === 'fraud-checked');
      const checked = { status: 'credit-checked', at: transitions[at]?.at ?? '' } as const;
      return { transitions: transitions.toSpliced(at + 1, 0, checked) };
    });
    expect(faults(extra)['credit-check']).toEqual(says(`${five[low]?.total} was credit-checked`));
  });
});

it('does not hold against an order that the test was cut short', () => {
  const begun = recorded(({ transitions }) => ({
    status: 'awaiting-warehouse',
    transitions: transitions.slice(0, 7),
  })).map((each, index) =>
    index === low
      ? { ...each, executions: [{ orderId: id, arn: arnOf(id), status: 'RUNNING' as const }] }
      : each,
  );
  expect(faults(begun, true)).toEqual({});
  const { record: _, ...unwritten } = begun[low] as ObservedOrder;
  expect(faults(begun.with(low, unwritten), true)).toEqual({});
  const { submittedAt: __, acceptedMs: ___, ...unsubmitted } = unwritten;
  expect(faults(begun.with(low, unsubmitted), true)).toEqual({});
});

it('survives a row that is hardly one', () => {
  const orders = changed({ record: { orderId: id } });
  expect(Object.keys(faults(orders))).toEqual(['ended', 'own-data', 'transitions']);
});
