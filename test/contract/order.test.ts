import { describe, expect, it } from 'vitest';
import {
  canonicalEvent,
  limits,
  parseOrder,
  parseOrderEvent,
  totalMinor,
} from '../../functions/contract/order.ts';
import { samples } from '../../functions/contract/samples.ts';

const item = { productId: 'BOOK-001', name: 'Book', quantity: 2, price: 45.99 };
const order = { customerId: 'CUST-001', customerEmail: 'a@example.com', items: [item] };
const withItem = (change: object) => ({ ...order, items: [{ ...item, ...change }] });

it.each(Object.entries(samples))('accepts the shape of the sample %s', (_name, sample) => {
  expect(parseOrder(sample)).toEqual({ ok: true, value: sample });
});

it('sums the lines in minor units', () => {
  expect(totalMinor(samples['low'] ?? order)).toBe(9198);
  expect(totalMinor(samples['multi'] ?? order)).toBe(150996);
  expect(totalMinor({ items: [] })).toBe(0);
});

describe('names the invalid field', () => {
  it.each([
    ['a line without a price', withItem({ price: undefined }), 'items[0].price'],
    ['a price as text', withItem({ price: 'x' }), 'items[0].price'],
    ['a negative price', withItem({ price: -5 }), 'items[0].price'],
    ['NaN as a price', withItem({ price: Number.NaN }), 'items[0].price'],
    ['a price with three decimals', withItem({ price: 1.005 }), 'items[0].price'],
    ['a quantity of zero', withItem({ quantity: 0 }), 'items[0].quantity'],
    ['a quantity of a thousand million', withItem({ quantity: 1e9 }), 'items[0].quantity'],
    ['half an item', withItem({ quantity: 0.5 }), 'items[0].quantity'],
    ['ten thousand lines', { ...order, items: Array(10_000).fill(item) }, 'items'],
    ['a field that orders do not have', { ...order, coupon: 'X' }, 'coupon'],
    ['a field that lines do not have', withItem({ colour: 'red' }), 'items[0].colour'],
    ['no customer', { ...order, customerId: undefined }, 'customerId'],
    ['an e-mail address without an at sign', { ...order, customerEmail: 'a' }, 'customerEmail'],
    ['a list instead of an order', [order], 'order'],
    ['nothing', null, 'order'],
  ])('%s', (_description, input, field) => {
    const parsed = parseOrder(input);
    expect(parsed.ok).toBe(false);
    expect(!parsed.ok && parsed.problems.map((problem) => problem.field)).toContain(field);
  });

  it('lists at most twenty problems', () => {
    const parsed = parseOrder({ ...order, items: Array(limits.items).fill({}) });
    expect(!parsed.ok && parsed.problems.length).toBe(20);
  });
});

it.each(['a/b', 'x'.repeat(65), ''])('rejects the order id %j', (orderId) => {
  expect(parseOrderEvent({ orderId, order }).ok).toBe(false);
});

it('serializes the same order to the same bytes, in any order of its fields', () => {
  const reordered = {
    items: order.items,
    customerEmail: order.customerEmail,
    customerId: 'CUST-001',
  };
  expect(canonicalEvent({ orderId: 'a', order: reordered })).toBe(
    canonicalEvent({ orderId: 'a', order }),
  );
});
