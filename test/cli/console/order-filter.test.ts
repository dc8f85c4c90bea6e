import { expect, it } from 'vitest';
import { filterOrders, sortOrders } from '../../../src/cli/console/order-filter.ts';
import { buildOrder, failedOrder } from './console-fixtures.ts';

const orders = [
  failedOrder('order-a', { customerId: 'CUST-009' }),
  buildOrder('order-b', { status: 'awaiting-review', attention: 'review' }),
  buildOrder('order-c', { isPaused: true }),
  buildOrder('order-d', {
    attention: 'waiting',
    waitingFor: {
      provider: 'carrier',
      stage: 'ship-order',
      attempt: 3,
      nextAt: '2026-11-22T08:13:00.000Z',
      since: '2026-11-22T08:10:00.000Z',
    },
  }),
];

it.each([
  ['failed', 'a'],
  ['cust-009', 'a'],
  ['CUST', 'abcd'],
  ['failed cust-001', ''],
  ['status:paused', 'c'],
  ['is:attention', 'abd'],
  ['is:review', 'b'],
  ['text:carrier', 'd'],
  ['stage:ship', 'd'],
  ['text:declined', 'a'],
  ['id:order-c', 'c'],
  ['status:carrier', ''],
  ['!failed', 'bcd'],
  ['!is:attention', 'c'],
  ['order- !status:failed !carrier', 'bc'],
  // Words that are not complete yet do not hide everything.
  ['status:', 'abcd'],
  ['!', 'abcd'],
  // A field that does not exist is text.
  ['x:y', ''],
  ['', 'abcd'],
])('filters with "%s"', (filter, expected) => {
  const found = filterOrders(orders, filter).map(({ orderId }) => orderId.slice(-1));
  expect(found.join('')).toBe(expected);
});

it('sorts by age, youngest first, and by stage in the order of the workflow', () => {
  const [first, second] = [
    buildOrder('old', { createdAt: '2026-11-22T07:00:00.000Z', stage: 'fraud-check' }),
    buildOrder('new', { createdAt: '2026-11-22T08:00:00.000Z', stage: 'ship-order' }),
  ];
  const ids = (column: 'age' | 'stage', isDescending = false) =>
    sortOrders([first, second], { column, isDescending }).map(({ orderId }) => orderId);
  expect(ids('age')).toEqual(['new', 'old']);
  expect(ids('age', true)).toEqual(['old', 'new']);
  expect(ids('stage')).toEqual(['old', 'new']);
});
