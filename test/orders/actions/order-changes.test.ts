import { expect, it } from 'vitest';
import { samples } from '../../../functions/contract/samples.ts';
import { parseSetting } from '../../../src/cli/orders/set-flag.ts';
import { checkOrder } from '../../../src/orders/actions/check-order.ts';
import { applySettings, diffOrders } from '../../../src/orders/actions/order-changes.ts';
import { possibleOriginalIds, retryId } from '../../../src/orders/lookup/retry-id.ts';

const low = { ...samples['low'], customerPhone: '+15550100' };
const set = (...texts: string[]) => applySettings(low, texts.map(parseSetting));
const change = (...texts: string[]) => diffOrders(low, checkOrder(set(...texts)));
const line = '{"productId":"A","name":"a=b","quantity":1,"price":2.5}';

it('sets fields of the order and of a line, a whole line, and all lines', () => {
  expect(set('customerId=CUST-2', 'items[0].quantity=3', 'items[0].name=a=b')).toEqual({
    ...low,
    customerId: 'CUST-2',
    items: [{ ...low.items?.[0], quantity: 3, name: 'a=b' }],
  });
  expect(set(`items[1]=${line}`)).toMatchObject({ items: [low.items?.[0], JSON.parse(line)] });
  expect(set(`items[0]=${line}`)).toMatchObject({ items: [JSON.parse(line)] });
  expect(set('items=[]')).toMatchObject({ items: [] });
  expect(set('customerPhone=')).not.toHaveProperty('customerPhone');
  expect(low.customerPhone).toBe('+15550100');
});

it.each([
  ['quantity', 'is not PATH=VALUE'],
  ['cusomerId=1', 'no field "cusomerId"'],
  ['__proto__=1', 'no field'],
  ['items[0].__proto__=1', 'no field'],
  ['items[0].total=1', 'no field'],
  ['items[0].quantity=two', 'must be a number, not "two"'],
  ['items[0].price=', 'must be a number'],
  ['items={', 'must be valid JSON'],
  ['items[1].quantity=1', 'the order has 1 line, numbered from 0'],
  [`items[2]=${line}`, 'There is no items[2]'],
])('rejects --set %s', (text, message) => {
  expect(() => set(text)).toThrow(message);
});

it.each([
  ['items[0].price=1.005', 'at most two decimals'],
  ['items[0].quantity=0', 'at least 1'],
  ['items[0].quantity=1.5', 'a whole number'],
  ['customerEmail=nobody', 'must be an e-mail address'],
  ['customerEmail=', 'must be an e-mail address'],
  ['items[0]={"productId":"A"}', 'is required'],
])('validates the order after --set %s', (text, message) => {
  expect(() => checkOrder(set(text))).toThrow(message);
});

it('lists the changed fields, without the old value of personal data', () => {
  expect(change('customerId=CUST-001')).toEqual([]);
  expect(change('customerEmail=b@example.com', 'items[0].quantity=3')).toEqual([
    { field: 'customerEmail', to: 'b@example.com' },
    { field: 'items[0].quantity', from: 2, to: 3 },
  ]);
  expect(change('customerPhone=')).toEqual([{ field: 'customerPhone' }]);
  expect(change('items=[]').map(({ field, to }) => [field, to])).toEqual([
    ['items[0].productId', undefined],
    ['items[0].name', undefined],
    ['items[0].quantity', undefined],
    ['items[0].price', undefined],
  ]);
  expect(diffOrders('no order', checkOrder(low))).toHaveLength(7);
});

it('derives the id of a retry, and truncates an id that would be too long', () => {
  expect(retryId('order-1')).toBe('order-1-r2');
  expect(retryId('order-1', 3)).toBe('order-1-r5');
  expect(retryId('order-1-r9')).toBe('order-1-r10');
  expect(retryId('order-1-r0')).toBe('order-1-r2');
  expect(retryId('-r7')).toBe('-r7-r2');
  expect(retryId('x'.repeat(64))).toBe(`${'x'.repeat(61)}-r2`);
});

it('lists the possible ids of the original, nearest number first', () => {
  expect(possibleOriginalIds('order-1')).toEqual([]);
  expect(possibleOriginalIds('order-1-r2')).toEqual(['order-1']);
  expect(possibleOriginalIds('order-1-r4')).toEqual(['order-1-r3', 'order-1-r2', 'order-1']);
  expect(possibleOriginalIds('order-1-r999')).toHaveLength(99);
});
