import { describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Order } from '../../../functions/contract/order.ts';
import type { ProviderWait } from '../../../functions/contract/providers.ts';
import { samples } from '../../../functions/contract/samples.ts';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import type { CheckId } from '../../../src/orders/load-test/check-result.ts';
import { runChecks } from '../../../src/orders/load-test/checks.ts';
import { expectedOutcome } from '../../../src/orders/load-test/expected-outcome.ts';
import { loadableSamples } from '../../../src/orders/load-test/mix.ts';
import type { ObservedOrder } from '../../../src/orders/load-test/observed-orders.ts';
import { arnOf, correctOrders, withRecord } from './observed-orders.ts';

const orders = correctOrders('low,high,damaged,payment-down,unreachable', 5);
const indexOf = (sample: string) => orders.findIndex((order) => order.sample === sample);
const low = indexOf('low');
const id = orders[low]?.orderId ?? '';
const lowStatuses = orders[low]?.expected.statuses ?? [];

type Transitions = OrderRecord['transitions'];
const positionOf = (transitions: Transitions, status: OrderStatus) =>
  transitions.findIndex((transition) => transition.status === status);
const before = (transitions: Transitions, status: OrderStatus) =>
  transitions.slice(0, positionOf(transitions, status));
const upTo = (transitions: Transitions, status: OrderStatus) =>
  transitions.slice(0, positionOf(transitions, status) + 1);

/** Returns the failures of each failed check. */
function findFailures(observed: readonly ObservedOrder[], isPartial = false) {
  const failed = runChecks(observed, { isPartial }).filter(
    ({ passed, notJudged }) => !passed && !notJudged,
  );
  return Object.fromEntries(failed.map((check) => [check.id, check.faults])) as Partial<
    Record<CheckId, unknown>
  >;
}
const withChanges = (changes: Partial<ObservedOrder>) =>
  orders.map((order, index) => (index === low ? { ...order, ...changes } : order));
const withChangedRecord = (change: (record: OrderRecord) => Partial<OrderRecord> | undefined) =>
  withRecord(orders, low, change);
const failure = (message: string) => [{ orderId: id, message }];

it('passes orders of every sample that end as expected', () => {
  const names = loadableSamples();
  const checks = runChecks(correctOrders(names.join(), names.length), { isPartial: false });
  expect(checks.flatMap(({ faults }) => faults)).toEqual([]);
  const notMade = checks.filter(({ notJudged }) => notJudged);
  expect(notMade.map(({ id }) => id)).toEqual(['payments', 'stock', 'points']);
  expect(checks.every(({ passed, notJudged }) => passed !== Boolean(notJudged))).toBe(true);
  const completing = names.filter(
    (name) => expectedOutcome(samples[name] as Order).status === 'completed',
  ).length;
  expect(checks.map(({ detail }) => detail)).toContain(
    `${completing} completed, ${names.length - completing} failed as expected`,
  );
});

describe('a planted fault fails only its own check, which names the order', () => {
  it('an order that was not accepted', () => {
    const { acceptedMs: _, record: __, ...refused } = orders[low] as ObservedOrder;
    const error = { name: 'ThrottlingException', message: 'Rate exceeded' };
    const observed = orders.map((order, index) => (index === low ? { ...refused, error } : order));
    expect(findFailures(observed)).toEqual({
      accepted: failure('ThrottlingException: Rate exceeded'),
    });
  });

  it('an order that failed instead of completing', () => {
    const fraud = { stage: 'fraud-check', code: 'fraud-suspected', message: 'x' } as const;
    const found = findFailures(
      withChangedRecord(({ transitions }) => {
        const failed = [
          ...before(transitions, 'fraud-checked'),
          { status: 'failed', at: '2027' } as const,
        ];
        return { status: 'failed', failure: fraud, transitions: failed };
      }),
    );
    expect(found).toEqual({
      ended: failure('is failed at fraud-check (fraud-suspected); should be completed'),
    });
  });

  it('an order that completed instead of failing', () => {
    const damaged = indexOf('damaged');
    const observed = withRecord(orders, damaged, ({ transitions }) => ({
      status: 'completed',
      transitions: [...transitions.slice(0, -1), { status: 'completed', at: '2027' }],
    })).map((order, index) => {
      if (index !== damaged) return order;
      const { failure: _, ...record } = order.record ?? {};
      return { ...order, record };
    });
    expect(findFailures(observed)).toEqual({
      ended: [
        {
          orderId: orders[damaged]?.orderId,
          message: 'is completed; should be failed at quality-check (damaged)',
        },
      ],
    });
  });

  it('an order that does not end', () => {
    const found = findFailures(
      withChangedRecord(({ transitions }) => ({
        status: 'awaiting-warehouse',
        transitions: upTo(transitions, 'awaiting-warehouse'),
      })),
    );
    expect(found).toEqual({
      ended: failure('is awaiting-warehouse and does not end; should be completed'),
    });
  });

  it('an order that completed without the warning that its sample triggers', () => {
    const index = indexOf('unreachable');
    const observed = withRecord(orders, index, () => ({ warnings: [] }));
    expect(findFailures(observed)).toEqual({
      ended: [
        {
          orderId: orders[index]?.orderId,
          message: 'completed without the warning about send-notifications',
        },
      ],
    });
  });

  it('an execution with a different ending than its order', () => {
    const executions = [{ orderId: id, arn: arnOf(id), status: 'STOPPED' as const }];
    expect(findFailures(withChanges({ executions }))).toEqual({
      ended: failure('completed, but its execution is STOPPED'),
    });
  });

  it('an order whose item or execution is lost', () => {
    expect(findFailures(withChangedRecord(() => undefined))['not-lost']).toEqual(
      failure('has no item'),
    );
    expect(findFailures(withChanges({ executions: [] }))['not-lost']).toEqual(
      failure('has no execution'),
    );
    expect(findFailures(withChanges({ executions: [], record: undefined }))['not-lost']).toEqual(
      failure('has neither item nor execution'),
    );
  });

  it('an order that ran twice', () => {
    const twice = ['1', '2'].map((n) => ({
      orderId: id,
      arn: `${arnOf(id)}${n}`,
      status: 'SUCCEEDED' as const,
    }));
    expect(findFailures(withChanges({ executions: twice }))).toEqual({
      'not-doubled': failure('has 2 executions'),
    });
  });

  it('two orders with the same id, and two with the same execution', () => {
    const order = orders[low] as ObservedOrder;
    expect(findFailures([...orders, order])['not-doubled']).toEqual(
      failure('is the id of two orders'),
    );
    const other = orders[indexOf('high')];
    const found = findFailures(
      withChanges({ executions: other?.executions ?? [], record: other?.record }),
    )['not-doubled'] as unknown[];
    expect(found).toHaveLength(1);
  });

  it.each([
    ['total', { total: 1 }, 'total 1, submitted '],
    ['customer', { customerId: 'CUST-999' }, 'customer CUST-999, submitted '],
    ['lines', { items: [] }, 'other lines than submitted'],
  ])("an order with another's %s", (_what, change, message) => {
    const found = findFailures(withChangedRecord(() => change));
    expect(Object.keys(found)).toEqual(['own-data']);
    expect(found['own-data']).toEqual([
      { orderId: id, message: expect.stringContaining(message) as string },
    ]);
  });

  it('an order with another e-mail address, without revealing it', () => {
    const found = findFailures(withChangedRecord(() => ({ customerEmail: 'secret@example.com' })));
    expect(found).toEqual({ 'own-data': failure('another e-mail address') });
  });

  it('an order that went back or skipped a status', () => {
    const swap = withChangedRecord(({ transitions }) => {
      const [first, second, ...rest] = transitions;
      return { transitions: [second, first, ...rest].filter((entry) => entry !== undefined) };
    });
    expect(findFailures(swap)).toEqual({
      transitions: failure(`went from ${lowStatuses[1]} to ${lowStatuses[0]}`),
    });
    const skip = withChangedRecord(({ transitions }) => ({
      transitions: transitions.toSpliced(2, 1),
    }));
    expect(findFailures(skip)).toEqual({
      transitions: failure(`is completed and was never ${lowStatuses[2]}`),
    });
  });

  it("an order that was written by another's execution", () => {
    const arn = arnOf('order-other');
    const executions = [{ orderId: id, arn, status: 'SUCCEEDED' as const }];
    const observed = withChanges({
      executions,
      record: { ...orders[low]?.record, executionArn: arn },
    });
    expect(findFailures(observed)).toEqual({
      transitions: failure('was written by the execution of another order'),
    });
  });

  it('an order without transitions', () => {
    expect(findFailures(withChangedRecord(() => ({ transitions: [] }))).transitions).toEqual(
      failure('is completed, while its last transition is missing'),
    );
  });

  it('a missing credit check, and an unnecessary one', () => {
    const high = indexOf('high');
    const without = withRecord(orders, high, ({ transitions }) => ({
      transitions: transitions.filter(({ status }) => status !== 'credit-checked'),
    }));
    expect(findFailures(without)['credit-check']).toHaveLength(1);
    const extra = withChangedRecord(({ transitions }) => {
      const index = transitions.findIndex(({ status }) => status === 'fraud-checked');
      const checked = { status: 'credit-checked', at: transitions[index]?.at ?? '' } as const;
      return { transitions: transitions.toSpliced(index + 1, 0, checked) };
    });
    expect(findFailures(extra)['credit-check']).toEqual(
      failure(`${orders[low]?.total} was credit-checked`),
    );
  });
});

it('accepts running orders in a partial report', () => {
  const running = withChangedRecord(({ transitions }) => ({
    status: 'awaiting-warehouse',
    transitions: upTo(transitions, 'awaiting-warehouse'),
  })).map((order, index) =>
    index === low
      ? { ...order, executions: [{ orderId: id, arn: arnOf(id), status: 'RUNNING' as const }] }
      : order,
  );
  expect(findFailures(running, true)).toEqual({});
  const { record: _, ...unwritten } = running[low] as ObservedOrder;
  expect(findFailures(running.with(low, unwritten), true)).toEqual({});
  const { submittedAt: __, acceptedMs: ___, ...unsubmitted } = unwritten;
  expect(findFailures(running.with(low, unsubmitted), true)).toEqual({});
});

it('reports an item that lacks nearly all fields', () => {
  const observed = withChanges({ record: { orderId: id } });
  expect(Object.keys(findFailures(observed))).toEqual(['ended', 'own-data', 'transitions']);
});

it('counts the orders that still wait for a provider, which are neither lost nor failed', () => {
  const waitingFor: ProviderWait = {
    ...({ provider: 'payments', stage: 'process-payment', attempt: 7 } as const),
    ...{ failedAt: '2026-11-22T08:00:00.000Z', delaySeconds: 600 },
  };
  const observed = withChangedRecord(({ transitions }) => ({
    status: 'inventory-checked',
    transitions: upTo(transitions, 'inventory-checked'),
    waitingFor,
  })).map((order, index) => {
    const [execution] = order.executions;
    if (index !== low || !execution) return order;
    return { ...order, executions: [{ ...execution, status: 'RUNNING' as const }] };
  });
  const checks = runChecks(observed, { isPartial: true });
  expect(checks.flatMap(({ faults }) => faults)).toEqual([]);
  expect(checks.find(({ id: check }) => check === 'ended')?.detail).toMatch(
    /, 1 still running, 1 of them waiting for payments$/,
  );
});
