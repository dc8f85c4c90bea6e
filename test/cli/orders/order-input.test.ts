import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkOrderId, parseItem, readOrderInput } from '../../../src/cli/orders/order-input.ts';
import { parseSetting } from '../../../src/cli/orders/set-flag.ts';
import { parseDuration } from '../../../src/cli/terminal/format-time.ts';

it('parses an item with and without a name, which may contain colons', () => {
  expect(parseItem('BOOK-001:2:45.99')).toEqual({
    productId: 'BOOK-001',
    name: 'BOOK-001',
    quantity: 2,
    price: 45.99,
  });
  expect(parseItem('B:1:5:Dune: Part Two').name).toBe('Dune: Part Two');
});

it.each(['', 'BOOK', 'BOOK:2', ':1:5', 'BOOK::5', 'BOOK:1:'])(
  'rejects %j as an item and shows the format',
  (text) => {
    expect(() => parseItem(text)).toThrow('SKU:QTY:PRICE');
  },
);

it('reports which number of an item is invalid', () => {
  expect(() => parseItem('BOOK:two:5')).toThrow('an invalid quantity: "two"');
  expect(() => parseItem('BOOK:2:NaN')).toThrow('an invalid price: "NaN"');
});

it('names the field of an order that is not valid', () => {
  const input = { customer: 'C', email: 'a@b', item: ['BOOK:0:5'] };
  expect(() => readOrderInput(input)).toThrow('quantity must be at least 1');
  expect(() => readOrderInput({ item: ['BOOK:1:5'], email: 'a@b' })).toThrow('customerId');
});

it('accepts one source of an order, and lets flags change the customer of a sample', () => {
  expect(() => readOrderInput({})).toThrow('An order is required');
  expect(() => readOrderInput({ sample: 'low', item: ['A:1:1'] })).toThrow('cannot be combined');
  expect(readOrderInput({ sample: 'low', customer: 'CUST-9' }).customerId).toBe('CUST-9');
  expect(() => readOrderInput({ sample: 'constructor' })).toThrow('no sample');
});

it('applies --set to an order from any source, after the customer flags', () => {
  const settings = ['items[0].quantity=3', 'customerId=CUST-7'].map(parseSetting);
  const order = readOrderInput({ sample: 'low', customer: 'CUST-9', settings });
  expect(order.customerId).toBe('CUST-7');
  expect(order.items[0]?.quantity).toBe(3);
  const wrong = { sample: 'low', settings: [parseSetting('items[0].quantity=0')] };
  expect(() => readOrderInput(wrong)).toThrow('quantity must be at least 1');
});

it('accepts an order without lines, which the workflow rejects', () => {
  expect(readOrderInput({ sample: 'invalid' }).items).toEqual([]);
});

it('rejects an id that is not a valid execution name', () => {
  expect(checkOrderId('web-5512')).toBe('web-5512');
  expect(() => checkOrderId('web 5512')).toThrow('--id');
});

it('parses durations and rejects other texts', () => {
  expect(parseDuration('90s')).toBe(90_000);
  expect(parseDuration('1h30m')).toBe(5_400_000);
  expect(parseDuration('250ms')).toBe(250);
  for (const text of ['', '5', 'm', '5m later']) expect(() => parseDuration(text)).toThrow();
});

describe('an order in a file', () => {
  let file: string;
  beforeEach(() => {
    file = join(mkdtempSync(join(tmpdir(), 'orders-input-')), 'order.json');
  });
  afterEach(() => rmSync(dirname(file), { recursive: true }));
  const sample = JSON.stringify(readOrderInput({ sample: 'low' }), null, 2);
  const read = (text: string) => {
    writeFileSync(file, text);
    return readOrderInput({ file });
  };

  it('may have a byte order mark and CRLF', () => {
    const expected = readOrderInput({ sample: 'low' });
    expect(read(`\uFEFF${sample}`)).toEqual(expected);
    expect(read(sample.replaceAll('\n', '\r\n'))).toEqual(expected);
  });

  it.each([
    ['repeats a key', '{"customerId": "a", "customerId": "b"}', 'the key "customerId" is repeated'],
    ['repeats an escaped key', '{"a": 1, "\\u0061": 2}', 'column 10: the key'],
    ['repeats a key of a line', '{"items": [{"price": 1, "price": 2}]}', 'the key "price" is rep'],
    ['has a hexadecimal number', '{"items": 0x10}', 'line 1, column 12'],
    ['ends early', '{"items": [\n', 'line 2, column 1: expected a value, not the end'],
  ])('is rejected if it %s', (_, text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });
});

it.each(['0x10', '1_000', ' 3', '+3', '.5', '0b1', '1e999'])('rejects %j as a number', (text) => {
  expect(() => parseSetting(`items[0].price=${text}`)).toThrow('must be a number');
  expect(() => parseItem(`BOOK:${text}:5`)).toThrow('an invalid quantity');
});

it.each(['latest', '-x', '--id'])('rejects the id %s, which commands read differently', (id) => {
  expect(() => checkOrderId(id)).toThrow('another meaning');
});
