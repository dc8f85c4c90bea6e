import { expect, it } from 'vitest';
import { describeOrder } from '../../../src/cli/orders/get-text.ts';
import { orderRecord } from '../../orders/record.ts';

const failure = {
  stage: 'check-inventory',
  code: 'out-of-stock',
  message: 'Out of stock',
} as const;
const order = orderRecord(['validated', 'failed'], { failure, customerPhone: '+1 555 0100' });
const view = { orderId: order.orderId, status: order.status, order };
const plain = { personal: false, relative: false, now: Date.parse('2026-11-22T08:15:04.000Z') };

it('says what the order is, why it failed, and how far it came', () => {
  const text = describeOrder(view, plain);
  expect(text).toContain('customer   CUST-001\n');
  expect(text).toContain('item       2 × Programming Book (BOOK-001) at $45.99\n');
  expect(text).toContain('failure    check-inventory: Out of stock (out-of-stock)\n');
  expect(text).toContain('created    2026-11-22T08:12:04.000Z\n');
  expect(text).toMatch(
    /✓ validate-order +2026-11-22T08:12:05\.000Z\n✗ check-inventory\n {2}process-payment\n/,
  );
});

it('keeps e-mail and phone to itself unless they are asked for', () => {
  const text = describeOrder(view, plain);
  expect(text).not.toContain('customer1@');
  expect(text).not.toContain('555');
  const asked = describeOrder(view, { ...plain, personal: true });
  expect(asked).toContain('customer1@example.com');
  expect(asked).toContain('+1 555 0100');
});

it('tells a person the time on the local clock, and how long ago', () => {
  expect(describeOrder(view, { ...plain, relative: true })).toMatch(
    /created +\S.* \d\d:\d\d:04\.0, 3m ago\n/,
  );
});

it('lets nothing in the order steer the terminal', () => {
  const evil = { ...order, customerId: 'a\u001b[31mb\nc' };
  expect(describeOrder({ ...view, order: evil }, plain)).toContain('customer   ab c\n');
});
