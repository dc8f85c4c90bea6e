import { expect, it } from 'vitest';
import { checkOrderId, parseItem, readOrderInput } from '../../../src/cli/orders/order-input.ts';
import { parseSetting } from '../../../src/cli/orders/set-flag.ts';
import { parseDuration } from '../../../src/cli/terminal/format-time.ts';

it('reads an item with and without a name, and lets the name hold colons', () => {
  expect(parseItem('BOOK-001:2:45.99')).toEqual({
    productId: 'BOOK-001',
    name: 'BOOK-001',
    quantity: 2,
    price: 45.99,
  });
  expect(parseItem('B:1:5:Dune: Part Two').name).toBe('Dune: Part Two');
});

it.each(['', 'BOOK', 'BOOK:2', ':1:5', 'BOOK::5', 'BOOK:1:'])(
  'refuses %j as an item and says what one looks like',
  (text) => {
    expect(() => parseItem(text)).toThrow('SKU:QTY:PRICE');
  },
);

it('says which part of an item is no number', () => {
  expect(() => parseItem('BOOK:two:5')).toThrow('a quantity that is no number: two');
  expect(() => parseItem('BOOK:2:NaN')).toThrow('a price that is no number: NaN');
});

it('names the field of an order that is not valid', () => {
  const input = { customer: 'C', email: 'a@b', item: ['BOOK:0:5'] };
  expect(() => readOrderInput(input)).toThrow('quantity must be at least 1');
  expect(() => readOrderInput({ item: ['BOOK:1:5'], email: 'a@b' })).toThrow('customerId');
});

it('takes an order from one source, and lets flags change the customer of a sample', () => {
  expect(() => readOrderInput({})).toThrow('An order is required');
  expect(() => readOrderInput({ sample: 'low', item: ['A:1:1'] })).toThrow('not several');
  expect(readOrderInput({ sample: 'low', customer: 'CUST-9' }).customerId).toBe('CUST-9');
  expect(() => readOrderInput({ sample: 'constructor' })).toThrow('no sample');
});

it('changes fields of an order that comes from anywhere, after the flags about its customer', () => {
  const settings = ['items[0].quantity=3', 'customerId=CUST-7'].map(parseSetting);
  const order = readOrderInput({ sample: 'low', customer: 'CUST-9', settings });
  expect(order.customerId).toBe('CUST-7');
  expect(order.items[0]?.quantity).toBe(3);
  const wrong = { sample: 'low', settings: [parseSetting('items[0].quantity=0')] };
  expect(() => readOrderInput(wrong)).toThrow('quantity must be at least 1');
});

it('accepts an order without lines: the workflow is the one to reject it', () => {
  expect(readOrderInput({ sample: 'invalid' }).items).toEqual([]);
});

it('refuses an id that Lambda would not take as an execution name', () => {
  expect(checkOrderId('web-5512')).toBe('web-5512');
  expect(() => checkOrderId('web 5512')).toThrow('--id');
});

it('reads durations and refuses what is none', () => {
  expect(parseDuration('90s')).toBe(90_000);
  expect(parseDuration('1h30m')).toBe(5_400_000);
  expect(parseDuration('250ms')).toBe(250);
  for (const text of ['', '5', 'm', '5m later']) expect(() => parseDuration(text)).toThrow();
});
