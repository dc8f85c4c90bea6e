import { expect, it } from 'vitest';
import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { statuses } from '../../../functions/contract/workflow.ts';
import { expectedEnd } from '../../../src/orders/load-test/expected-outcome.ts';
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

it('makes the same orders of the same seed, and others of another', () => {
  expect(plan()).toEqual(plan());
  expect(ids(plan())).not.toEqual(ids(plan({ seed: 43 })));
});

it('gives the orders of a seed that is used again new ids and nothing else', () => {
  const without = (orders: ReturnType<typeof planOrders>) =>
    orders.map((each) => ({ ...each, orderId: '' }));
  const again = plan({ round: 2 });
  expect(without(again)).toEqual(without(plan()));
  expect(ids(again).filter((id) => ids(plan()).includes(id))).toEqual([]);
});

it('has an id and a customer of its own for every order', () => {
  const orders = plan({ count: 1000 });
  expect(new Set(ids(orders)).size).toBe(1000);
  expect(new Set(orders.map(({ order }) => order.customerId)).size).toBe(1000);
  for (const id of ids(orders)) expect(id).toMatch(/^order-[0-9a-hjkmnp-tv-z]{10}$/);
});

it('goes on without an end in the proportions of the mix, each id once', () => {
  const mix = parseMix('low=70,high=20,multi=10');
  const endless = endlessOrders({ mix, seed: 42, round: 1 });
  const orders = Array.from({ length: 200 }, () => endless.next().value as PlannedOrder);
  expect(new Set(ids(orders)).size).toBe(200);
  const count = (name: string) => orders.filter(({ sample }) => sample === name).length;
  expect(['low', 'high', 'multi'].map(count)).toEqual([140, 40, 20]);
});

it('takes the orders of a file in turn, as they are, and expects of them what they ask for', () => {
  const file = [samples['low'], samples['damaged']].map((order, index) => ({
    line: 3 + index,
    order: order as Order,
  }));
  const orders = plan({ count: 5, file });
  expect(orders.map(({ line }) => line)).toEqual([3, 4, 3, 4, 3]);
  expect(orders.map(({ order }) => order)).toEqual([0, 1, 0, 1, 0].map((at) => file[at]?.order));
  expect(orders[1]).toMatchObject({ sample: 'file', expected: { code: 'damaged' } });
  expect(new Set(ids(orders)).size).toBe(5);
});

it('hands out whole orders as near to the shares as they can be', () => {
  const parts = (text: string, count: number) =>
    Object.fromEntries(apportion(parseMix(text), count));
  expect(parts('low=70,high=20,multi=10', 10)).toEqual({ low: 7, high: 2, multi: 1 });
  expect(parts('low=70,high=20,multi=10', 5)).toEqual({ low: 4, high: 1 });
  expect(parts('low,damaged', 3)).toEqual({ low: 2, damaged: 1 });
});

it.each(['low=', 'low=0', 'low=x', 'low=1=2', 'low,low'])('refuses the mix %s', (text) => {
  expect(() => parseMix(text)).toThrow('is not a list of samples');
});

it('refuses a sample whose orders wait for a person', () => {
  expect(() => parseMix('low=9,fraud-review=1')).toThrow(/waits for a person/);
});

it('names the samples when a mix has one that does not exist', () => {
  expect(() => parseMix('low=1,lower=2')).toThrow('--mix: there is no sample "lower"');
});

it('expects of every sample what its trigger asks for, in whatever quantity', () => {
  const wanted = (name: string) => {
    const { status, stage, code, warnings } = expectedEnd(samples[name] as never);
    return { status, stage, code, warnings };
  };
  const completes = { status: 'completed', stage: undefined, code: undefined, warnings: [] };
  expect(wanted('low')).toEqual(completes);
  expect(wanted('payment-hiccup')).toEqual(completes);
  expect(wanted('unreachable')).toEqual({ ...completes, warnings: ['send-notifications'] });
  expect(wanted('invalid')).toMatchObject({ stage: 'validate-order', code: 'no-items' });
  expect(wanted('damaged')).toMatchObject({ stage: 'quality-check', code: 'damaged' });
  expect(wanted('carrier-down')).toMatchObject({ stage: 'ship-order', code: 'technical-failure' });
  const mix = parseMix(loadableSamples().join());
  for (const { sample, expected } of plan({ count: 200, mix })) {
    expect(expected).toEqual(expectedEnd(samples[sample] as never));
  }
});

it('expects a credit check of the orders over $1000 that get as far', () => {
  const checked = (name: string) => expectedEnd(samples[name] as never).creditChecked;
  expect(['low', 'fraud-suspect', 'credit-refused'].map(checked)).toEqual([false, false, false]);
  expect(['high', 'multi', 'damaged', 'invoice-down'].map(checked)).toEqual(Array(4).fill(true));
  expect(expectedEnd(samples['high'] as never).statuses).toEqual(statuses);
});
