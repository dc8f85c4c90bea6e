import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readRetrySource, retryRefusal } from '../../../src/orders/actions/retry-source.ts';
import { fakeAws, fakeTarget } from '../../aws/fake-aws.ts';
import { orderRecord } from '../record.ts';

const undo = (name: 'refund-payment' | 'release-inventory', outcome: 'done' | 'failed') => ({
  undo: name,
  outcome,
});

it.each([
  ['that failed', orderRecord(['validated', 'failed'])],
  ['that was cancelled', orderRecord(['validated', 'cancelled'])],
  [
    'that was refunded, even if another undo failed',
    orderRecord(['validated', 'failed'], {
      undos: [undo('release-inventory', 'failed'), undo('refund-payment', 'done')],
    }),
  ],
])('allows the retry of an order %s', (_, order) => {
  expect(retryRefusal(order)).toBeUndefined();
});

it.each([
  ['is completed', orderRecord(['validated', 'completed']), 'is completed'],
  ['waits for its review', orderRecord(['validated', 'awaiting-review']), 'is still running'],
  [
    'failed with the carrier',
    orderRecord(['validated', 'failed'], { flagged: true }),
    'not refunded',
  ],
  [
    'could not be refunded',
    orderRecord(['validated', 'failed'], { undos: [undo('refund-payment', 'failed')] }),
    'was not refunded',
  ],
])('refuses the retry of an order that %s', (_, order, reason) => {
  expect(retryRefusal(order)?.reason).toContain(reason);
});

/** Reads the original of a retry that has no item, but an execution with this status. */
async function readWithoutItem(Status: string, InputPayload?: string) {
  const { orderId, executionArn } = orderRecord(['validated']);
  using aws = await fakeAws(({ name }) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(name.startsWith('DynamoDB') ? {} : { Status, InputPayload }),
  }));
  const target = fakeTarget(aws.url, mkdtempSync(join(tmpdir(), 'orders-')));
  const outputs = { OrdersTableName: 'orders' };
  const found = { orderId, executionArn };
  // Awaited here, because the server closes at the end of this function.
  const source = await readRetrySource({ target, outputs }, { found, chargeAgain: false });
  return source;
}

it.each(['RUNNING', 'PAUSING', 'PAUSED', 'QUEUED'])(
  'refuses the retry of an order without an item whose execution is %s',
  async (status) => {
    await expect(readWithoutItem(status, '{"order":{}}')).rejects.toMatchObject({
      exit: 6,
      code: 'ChargedTwice',
    });
  },
);

it('retries an order without an item whose execution is being deleted, as long as its input exists', async () => {
  const source = await readWithoutItem('DELETING', '{"order":{"customerId":"CUST-001"}}');
  expect(source.order).toEqual({ customerId: 'CUST-001' });
  await expect(readWithoutItem('DELETING')).rejects.toMatchObject({ exit: 5, code: 'NotFound' });
});
