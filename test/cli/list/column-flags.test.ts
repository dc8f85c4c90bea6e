import { expect, it } from 'vitest';
import {
  parseColumns,
  parseSort,
  selectFields,
  selectPersonalFields,
  sortRows,
} from '../../../src/cli/list/column-flags.ts';
import type { OrderRow } from '../../../src/orders/lookup/list.ts';

const row = (orderId: string, more: Partial<OrderRow> = {}): OrderRow => ({
  orderId,
  status: 'completed',
  customerId: 'CUST-001',
  total: 10,
  createdAt: '2026-11-22T08:12:04.000Z',
  updatedAt: '2026-11-22T08:15:00.000Z',
  ...more,
});
const failure = { stage: 'pick-items', code: 'lost', message: 'Lost' } as const;
const rows = [
  row('a', { total: 9 }),
  row('b', { total: 100, status: 'failed', failure }),
  row('c', { total: 100, createdAt: '2026-11-22T08:00:00.000Z' }),
  row('d', { total: 20, status: 'validated', stage: 'check-inventory' }),
];
const sorted = (text: string) =>
  sortRows(rows, parseSort(text))
    .map(({ orderId }) => orderId)
    .join('');

it.each([
  ['total', 'adbc'],
  ['total:desc', 'bcda'],
  ['status', 'dacb'],
  ['age', 'abdc'],
  ['created:asc', 'cabd'],
  ['stage', 'dbac'],
  ['stage:desc', 'bdac'],
  ['reason', 'bacd'],
])('sorts by %s: by value, equal rows newest first, rows without a value last', (text, ids) => {
  expect(sorted(text)).toBe(ids);
});

it.each([
  ['order,totl', '--columns: no column "totl".', 'did you mean: total'],
  ['order,,total', '--columns names no column.', 'columns: order, status'],
  ['__proto__', '--columns: no column "__proto__".', 'columns: order, status'],
  ['order,total,order', '--columns names "order" twice.', 'orders list --columns order,total'],
])('refuses --columns %s by name', (text, message, hint) => {
  expect(() => parseColumns(text)).toThrow(message);
  try {
    parseColumns(text);
  } catch (error) {
    expect((error as { hints: string[] }).hints.join('\n')).toContain(hint);
  }
});

it.each([
  ['totals', '--sort: no column "totals".'],
  ['total:down', '--sort: "down" is not a direction.'],
  ['total:', '--sort: "" is not a direction.'],
])('refuses --sort %s', (text, message) => {
  expect(() => parseSort(text)).toThrow(message);
});

it('reads personal data only for a column that is named', () => {
  expect(selectPersonalFields({})).toEqual([]);
  expect(selectPersonalFields({ names: parseColumns('order,customer,note') })).toEqual([]);
  expect(selectPersonalFields({ names: parseColumns('phone') })).toEqual(['customerPhone']);
  expect(selectPersonalFields({ sort: parseSort('email') })).toEqual(['customerEmail']);
});

it('selects the fields of JSON by column', () => {
  expect(selectFields(rows[1] as OrderRow, parseColumns('order,reason'))).toEqual({
    orderId: 'b',
    failure,
  });
  expect(selectFields(rows[0] as OrderRow, undefined)).toBe(rows[0]);
});
