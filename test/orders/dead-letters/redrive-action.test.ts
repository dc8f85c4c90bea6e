import { describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { DeadLetter } from '../../../src/orders/dead-letters/dead-letters.ts';
import {
  type DeadLetterOrder,
  redriveActionFor,
} from '../../../src/orders/dead-letters/redrive-action.ts';

const deadLetter = (from: DeadLetter['from']): DeadLetter => ({
  messageId: 'm',
  from,
  orderId: 'order-1',
  sentAt: '2026-11-22T08:12:04.000Z',
  why: 'x',
  body: '{}',
  receipt: 'r',
});

const failed = (code: string): Partial<OrderRecord> => ({
  status: 'failed',
  failure: { stage: 'process-payment', code, message: 'no' },
});
const found = (order?: Partial<OrderRecord>, executed = true): DeadLetterOrder => ({
  order: order as OrderRecord | undefined,
  executed,
});

describe('the redrive of an order', () => {
  it.each([
    ['starts an order that never started', found(undefined, false), { kind: 'start' }],
    [
      'retries an order whose execution failed before its first write',
      found(),
      { kind: 'start-anew', as: 'order-1-r2' },
    ],
    ...['technical-failure', 'stopped', 'timed-out'].map(
      (code) =>
        [
          `retries an order that failed (${code})`,
          found(failed(code)),
          { kind: 'start-anew', as: 'order-1-r2' },
        ] as const,
    ),
    [
      'continues a redrive that was interrupted before the order started',
      found({ ...failed('technical-failure'), retriedAs: ['order-1-r2'] }),
      { kind: 'start-anew', as: 'order-1-r2' },
    ],
    [
      'keeps the message if the order was retried under another id',
      found({ ...failed('technical-failure'), retriedAs: ['order-1-r2', 'mine'] }),
      { kind: 'leave', because: 'the order was already retried as mine' },
    ],
    [
      'removes the message of a rejected order',
      found(failed('payment-declined')),
      { kind: 'remove', because: 'the order is failed' },
    ],
    [
      'removes the message of a cancelled order',
      found({ status: 'cancelled' }),
      { kind: 'remove', because: 'the order is cancelled' },
    ],
    [
      'keeps the message until the recovery has closed the order',
      found({ status: 'packaged' }),
      { kind: 'leave', because: 'the recovery has not closed the order yet' },
    ],
    [
      'keeps the message of an order that failed at its hand-over',
      found({ ...failed('technical-failure'), flagged: true }),
      { kind: 'leave', because: 'the order is with the carrier and needs attention' },
    ],
    [
      'keeps the message of an order that is with the carrier',
      found({ status: 'shipped', flagged: true }),
      { kind: 'leave', because: 'the order is with the carrier and needs attention' },
    ],
  ] as const)('%s', (_, known, action) => {
    expect(redriveActionFor(deadLetter('workflow'), known)).toEqual(action);
  });
});

describe('the redrive of a recovery', () => {
  it.each([
    ['starts again for an order that is not closed', { status: 'packaged' }, 'recover'],
    ['removes the message of an order that has ended', { status: 'failed' }, 'remove'],
    [
      'submits an order again whose execution failed before its first write',
      undefined,
      'start-anew',
    ],
  ] as const)('%s', (_, order, kind) => {
    expect(redriveActionFor(deadLetter('recovery'), found(order)).kind).toBe(kind);
  });

  it('removes the message of an unknown order', () => {
    expect(redriveActionFor(deadLetter('recovery'), found(undefined, false)).kind).toBe('remove');
  });
});

it('keeps a message that cannot be read', () => {
  expect(redriveActionFor(deadLetter('unknown'), found(undefined, false)).kind).toBe('leave');
});
