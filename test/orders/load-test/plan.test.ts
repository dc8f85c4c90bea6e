import { expect, it } from 'vitest';
import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { statuses } from '../../../functions/contract/workflow.ts';
import { expectedOutcome } from '../../../src/orders/load-test/expected-outcome.ts';
import {
  apportion,
  defaultMix,
  loadableSamples,
  parseMix,
} from '../../../src/orders/load-test/mix.ts';
import {
  endlessOrders,
  type PlannedOrder,
  planOrders,
} from '../../../src/orders/load-test/plan.ts';

const plan = (more: Partial<Parameters<typeof planOrders>[0]> = {}) =>
  planOrders({ count: 30, mix: parseMix(defaultMix), seed: 42, round: 1, ...more });
const ids = (orders: ReturnType<typeof planOrders>) => orders.map(({ orderId }) => orderId);

it('plans the same orders for the same seed, and different ones for another', () => {
  expect(plan()).toEqual(plan());
  expect(ids(plan())).not.toEqual(ids(plan({ seed: 43 })));
});

it('changes only the ids when a seed is used again', () => {
  const withoutIds = (orders: ReturnType<typeof planOrders>) =>
    orders.map((order) => ({ ...order, orderId: '' }));
  const again = plan({ round: 2 });
  expect(withoutIds(again)).toEqual(withoutIds(plan()));
  expect(ids(again).filter((id) => ids(plan()).includes(id))).toEqual([]);
});

it('gives every order its own id and customer', () => {
  const orders = plan({ count: 1000 });
  expect(new Set(ids(orders)).size).toBe(1000);
  expect(new Set(orders.map(({ order }) => order.customerId)).size).toBe(1000);
  for (const id of ids(orders)) expect(id).toMatch(/^order-[0-9a-hjkmnp-tv-z]{10}$/);
});

it('plans endless orders in the proportions of the mix, with unique ids', () => {
  const mix = parseMix('low=70,high=20,multi=10');
  const endless = endlessOrders({ mix, seed: 42, round: 1 });
  const orders = Array.from({ length: 200 }, () => endless.next().value as PlannedOrder);
  expect(new Set(ids(orders)).size).toBe(200);
  const count = (name: string) => orders.filter(({ sample }) => sample === name).length;
  expect(['low', 'high', 'multi'].map(count)).toEqual([140, 40, 20]);
});

it('uses the orders of a file in rotation, unchanged, with their expected outcome', () => {
  const file = [samples['low'], samples['damaged']].map((order, index) => ({
    line: 3 + index,
    order: order as Order,
  }));
  const orders = plan({ count: 5, file });
  expect(orders.map(({ line }) => line)).toEqual([3, 4, 3, 4, 3]);
  expect(orders.map(({ order }) => order)).toEqual(
    [0, 1, 0, 1, 0].map((index) => file[index]?.order),
  );
  expect(orders[1]).toMatchObject({ sample: 'file', expected: { code: 'damaged' } });
  expect(new Set(ids(orders)).size).toBe(5);
});

it('distributes whole orders as close to the shares as possible', () => {
  const apportioned = (text: string, count: number) =>
    Object.fromEntries(apportion(parseMix(text), count));
  expect(apportioned('low=70,high=20,multi=10', 10)).toEqual({ low: 7, high: 2, multi: 1 });
  expect(apportioned('low=70,high=20,multi=10', 5)).toEqual({ low: 4, high: 1 });
  expect(apportioned('low,damaged', 3)).toEqual({ low: 2, damaged: 1 });
});

it.each(['low=', 'low=0', 'low=x', 'low=1=2', 'low,low'])('rejects the mix %s', (text) => {
  expect(() => parseMix(text)).toThrow('is not a list of samples');
});

it('rejects a sample whose orders wait for a review', () => {
  expect(() => parseMix('low=9,fraud-review=1')).toThrow(/wait for a review/);
});

it('rejects an unknown sample', () => {
  expect(() => parseMix('low=1,lower=2')).toThrow('--mix: unknown sample "lower"');
});

it('expects the outcome that the trigger of a sample causes, for any quantity', () => {
  const outcomeOf = (name: string) => {
    const { status, stage, code, warnings } = expectedOutcome(samples[name] as never);
    return { status, stage, code, warnings };
  };
  const completes = { status: 'completed', stage: undefined, code: undefined, warnings: [] };
  expect(outcomeOf('low')).toEqual(completes);
  expect(outcomeOf('payment-transient')).toEqual(completes);
  expect(outcomeOf('unreachable')).toEqual({ ...completes, warnings: ['send-notifications'] });
  expect(outcomeOf('invalid')).toMatchObject({ stage: 'validate-order', code: 'no-items' });
  expect(outcomeOf('damaged')).toMatchObject({ stage: 'quality-check', code: 'damaged' });
  expect(outcomeOf('carrier-down')).toMatchObject({
    stage: 'ship-order',
    code: 'technical-failure',
  });
  const mix = parseMix(loadableSamples().join());
  for (const { sample, expected } of plan({ count: 200, mix })) {
    expect(expected).toEqual(expectedOutcome(samples[sample] as never));
  }
});

it('expects a credit check of orders over the limit that reach it', () => {
  const checked = (name: string) => expectedOutcome(samples[name] as never).creditChecked;
  expect(['low', 'fraud-suspect', 'credit-refused'].map(checked)).toEqual([false, false, false]);
  expect(['high', 'multi', 'damaged', 'invoice-down'].map(checked)).toEqual(Array(4).fill(true));
  expect(expectedOutcome(samples['high'] as never).statuses).toEqual(statuses);
});
