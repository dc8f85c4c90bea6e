import { expect, it } from 'vitest';
import { formatOrder } from '../../../src/cli/orders/get-text.ts';
import { orderRecord } from '../../orders/record.ts';
import { createFakeTerminal } from '../terminal/fake-terminal.ts';

const failure = {
  stage: 'check-inventory',
  code: 'out-of-stock',
  message: 'Out of stock',
} as const;
const order = orderRecord(['validated', 'failed'], { failure, customerPhone: '+1 555 0100' });
const view = { orderId: order.orderId, status: order.status, order };
const plain = {
  personal: false,
  relative: false,
  now: Date.parse('2026-11-22T08:15:04.000Z'),
  stream: createFakeTerminal(80),
};

it('shows the order, the reason of its failure and its completed stages', () => {
  const text = formatOrder(view, plain);
  expect(text).toContain('customer   CUST-001\n');
  expect(text).toContain('item       2 × Programming Book (BOOK-001) at $45.99\n');
  expect(text).toContain('failure    check-inventory: Out of stock (out-of-stock)\n');
  expect(text).toContain('created    2026-11-22T08:12:04.000Z\n');
  expect(text).toMatch(
    /✓ validate-order +2026-11-22T08:12:05\.000Z\n✗ check-inventory\n {2}process-payment\n/,
  );
});

it('continues a long fact below itself on a terminal, and leaves an ARN whole', () => {
  const execution = `arn:aws:lambda:us-east-2:000000000000:function:${'x'.repeat(40)}`;
  const long = { ...order, executionArn: execution };
  const stream = createFakeTerminal(40);
  const text = formatOrder({ ...view, order: long }, { ...plain, stream });
  expect(text).toContain('failure    check-inventory: Out of stock\n           (out-of-stock)\n');
  expect(text).toContain(`execution  ${execution}\n`);
});

it('masks e-mail and phone unless personal data is requested', () => {
  const text = formatOrder(view, plain);
  expect(text).not.toContain('customer1@');
  expect(text).not.toContain('555');
  const asked = formatOrder(view, { ...plain, personal: true });
  expect(asked).toContain('customer1@example.com');
  expect(asked).toContain('+1 555 0100');
});

it('shows times at a terminal in local time with their age', () => {
  expect(formatOrder(view, { ...plain, relative: true })).toMatch(
    /created +\S.* \d\d:\d\d:04\.0, 3m ago\n/,
  );
});

it('removes terminal control characters from order fields', () => {
  const evil = { ...order, customerId: 'a\u001b[31mb\nc' };
  expect(formatOrder({ ...view, order: evil }, plain)).toContain('customer   ab c\n');
});

it('shows a wait before the failed stage as completed, and a wait during which an order was cancelled as not', () => {
  const outage = { stage: 'ship-order', code: 'technical-failure', message: 'down' } as const;
  const failed = orderRecord(['packaged', 'awaiting-pickup', 'failed'], { failure: outage });
  expect(formatOrder({ ...view, order: failed }, plain)).toMatch(/✓ await-pickup .*\n✗ ship-order/);
  const cancelled = orderRecord(['invoice-generated', 'awaiting-warehouse', 'cancelled'], {
    undos: [
      { undo: 'return-items', outcome: 'done' },
      { undo: 'void-invoice', outcome: 'done' },
    ],
  });
  const text = formatOrder({ ...view, order: cancelled }, plain);
  expect(text).toMatch(/ {2}await-warehouse /);
  expect(text).toContain('undo       return-items done: precaution, no work was recorded\n');
  expect(text).toContain('undo       void-invoice done\n');
});

it('does not call an execution running that has ended', () => {
  const execution = { arn: 'arn', status: 'SUCCEEDED' } as const;
  const text = formatOrder({ orderId: 'lost', status: 'failed', execution }, plain);
  expect(text).toContain('ended      SUCCEEDED\n');
});
