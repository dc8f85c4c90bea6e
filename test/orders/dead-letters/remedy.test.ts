import { describe, expect, it } from 'vitest';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { Letter } from '../../../src/orders/dead-letters/letters.ts';
import { type Found, remedyFor } from '../../../src/orders/dead-letters/remedy.ts';

const letter = (from: Letter['from']): Letter => ({
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
const found = (order?: Partial<OrderRecord>, executed = true): Found => ({
  order: order as OrderRecord | undefined,
  executed,
});

describe('a redrive of an order', () => {
  it.each([
    ['that never started starts it', found(undefined, false), { kind: 'start' }],
    [
      'whose execution failed before it wrote anything places it anew',
      found(),
      { kind: 'start-anew', as: 'order-1-r2' },
    ],
    ...['technical-failure', 'stopped', 'timed-out'].map(
      (code) =>
        [
          `that failed (${code}) places it anew`,
          found(failed(code)),
          { kind: 'start-anew', as: 'order-1-r2' },
        ] as const,
    ),
    [
      'that was about to be placed anew does it',
      found({ ...failed('technical-failure'), retriedAs: ['order-1-r2'] }),
      { kind: 'start-anew', as: 'order-1-r2' },
    ],
    [
      'that somebody tried again under another id leaves the letter',
      found({ ...failed('technical-failure'), retriedAs: ['order-1-r2', 'mine'] }),
      { kind: 'leave', because: 'the order was tried again as mine' },
    ],
    [
      'that the business refused removes the letter',
      found(failed('payment-declined')),
      { kind: 'remove', because: 'the order is failed' },
    ],
    [
      'that is cancelled removes the letter',
      found({ status: 'cancelled' }),
      { kind: 'remove', because: 'the order is cancelled' },
    ],
    [
      'that recovery has not closed leaves the letter',
      found({ status: 'packaged' }),
      { kind: 'leave', because: 'recovery has not closed the order yet' },
    ],
    [
      'that broke at its hand-over leaves the letter to a person',
      found({ ...failed('technical-failure'), flagged: true }),
      { kind: 'leave', because: 'the order is with the carrier: look at it' },
    ],
    [
      'that is with the carrier leaves the letter to a person',
      found({ status: 'shipped', flagged: true }),
      { kind: 'leave', because: 'the order is with the carrier: look at it' },
    ],
  ] as const)('%s', (_, about, remedy) => {
    expect(remedyFor(letter('workflow'), about)).toEqual(remedy);
  });
});

describe('a redrive of a recovery', () => {
  it.each([
    ['of an order that stands half done starts it again', { status: 'packaged' }, 'recover'],
    ['of an order that has ended removes the letter', { status: 'failed' }, 'remove'],
    ['of an order that is not there removes the letter', undefined, 'remove'],
  ] as const)('%s', (_, order, kind) => {
    expect(remedyFor(letter('recovery'), found(order)).kind).toBe(kind);
  });
});

it('leaves a letter that cannot be read', () => {
  expect(remedyFor(letter('unknown'), found(undefined, false)).kind).toBe('leave');
});
