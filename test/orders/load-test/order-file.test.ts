import { expect, it } from 'vitest';
import { parseOrderFile } from '../../../src/orders/load-test/order-file.ts';

const order = (customerId: string, more: object = {}) => ({
  customerId,
  customerEmail: 'secret@example.com',
  items: [{ productId: 'P', name: 'a, [b] {"c"}', quantity: 1, price: 5 }],
  ...more,
});
const read = (text: string) =>
  parseOrderFile(text, 'f').map(({ line, order: { customerId } }) => [line, customerId]);
const [a, b] = [order('A'), order('B')].map((value) => JSON.stringify(value));

it.each([
  ['one per line', `${a}\n${b}`],
  ['one per line with CRLF', `${a}\r\n${b}\r\n`],
  ['an array on two lines', `[${a},\n${b}]\n`],
])('parses orders with their lines: %s', (_, text) => {
  expect(read(text)).toEqual([
    [1, 'A'],
    [2, 'B'],
  ]);
});

it('parses an indented array after a byte order mark', () => {
  const text = `\uFEFF${JSON.stringify([order('A'), order('B')], null, 2)}\n`;
  expect(read(text)).toEqual([
    [2, 'A'],
    [14, 'B'],
  ]);
});

it.each([
  ['', '--file f contains no orders.'],
  ['[]', '--file f contains no orders.'],
  [`${a}\n{"customerId":`, '--file f, line 2 is not JSON.'],
  [`[${a},\n\n${b},]`, '--file f, line 3 is not JSON.'],
  [`[${a},,${b}]`, '--file f, line 1 is not JSON.'],
  [`[${a}`, '--file f is not JSON: the array does not end at the end of the file.'],
  [`[${a}] x`, '--file f is not JSON: the array does not end at the end of the file.'],
  ['3', '--file f, line 1 is not an order: order must be an object.'],
  [
    `${a}\n${JSON.stringify(order('B', { colour: 'red' }))}`,
    '--file f, line 2 is not an order: colour is not a field of an order.',
  ],
  [
    JSON.stringify([order('A'), order('B', { items: [{ productId: 'P', name: 'P', price: 1 }] })]),
    '--file f, line 1 is not an order: items[0].quantity is required.',
  ],
  [
    JSON.stringify(order('FRAUD-REVIEW')),
    '--file f, line 1 would wait for a review: customerId FRAUD-REVIEW.',
  ],
])('rejects %s', (text, message) => {
  expect(() => parseOrderFile(text, 'f')).toThrow(message);
  expect(() => parseOrderFile(text, 'f')).not.toThrow('secret');
});
