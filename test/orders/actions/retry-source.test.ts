import { expect, it } from 'vitest';
import { whyNotAgain } from '../../../src/orders/actions/retry-source.ts';
import { orderRecord } from '../record.ts';

const undo = (name: 'refund-payment' | 'release-inventory', outcome: 'done' | 'failed') => ({
  undo: name,
  outcome,
});

it.each([
  ['that failed', orderRecord(['validated', 'failed'])],
  ['that was cancelled', orderRecord(['validated', 'cancelled'])],
  [
    'that was paid back, also when something else was not undone',
    orderRecord(['validated', 'failed'], {
      undos: [undo('release-inventory', 'failed'), undo('refund-payment', 'done')],
    }),
  ],
])('lets an order be tried again %s', (_, order) => {
  expect(whyNotAgain(order)).toBeUndefined();
});

it.each([
  ['completed', orderRecord(['validated', 'completed']), 'is completed'],
  ['waits for its review', orderRecord(['validated', 'awaiting-review']), 'is on its way'],
  [
    'failed with the carrier',
    orderRecord(['validated', 'failed'], { flagged: true }),
    'not paid back',
  ],
  [
    'could not be paid back',
    orderRecord(['validated', 'failed'], { undos: [undo('refund-payment', 'failed')] }),
    'was not paid back',
  ],
])('lets no order be tried again that %s', (_, order, why) => {
  expect(whyNotAgain(order)?.is).toContain(why);
});
