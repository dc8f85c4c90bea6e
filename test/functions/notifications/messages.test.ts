import { describe, expect, it } from 'vitest';
import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import type { Notice } from '../../../functions/order-workflow/ports.ts';
import {
  type Message,
  messagesOf,
} from '../../../functions/order-workflow/services/notifications/messages.ts';
import {
  type Messenger,
  notifyWith,
} from '../../../functions/order-workflow/services/notifications/notify.ts';

const order: Order = { ...(samples['low'] as Order), customerEmail: 'c@example.com' };
const placed = { orderId: 'order-1', order, totalMinor: 9198 };
const withPhone = { ...placed, order: { ...order, customerPhone: '+1 555 0100' } };
const failed = (code: string, refunded = false): Notice => ({
  kind: 'failed',
  failure: { stage: 'fraud-check', code, message: 'Rejected by Alice' },
  refunded,
});
const shipped: Notice = { kind: 'shipped', trackingNumber: 'TRK-1' };

const emailOf = (notice: Notice) => messagesOf(placed, notice)[0];

describe('a message', () => {
  it('says that an order is on its way and how to follow it', () => {
    expect(messagesOf(placed, shipped)).toEqual([
      {
        channel: 'email',
        to: 'c@example.com',
        subject: 'Your order order-1 is on its way',
        text: 'Your order order-1 is on its way. Follow it with the number TRK-1.',
      },
    ]);
  });

  it.each([
    ['out-of-stock', 'a product is out of stock'],
    ['payment-declined', 'the payment was declined'],
    ['damaged', 'the goods were damaged in our warehouse'],
    ['no-items', 'it has no items'],
    ['fraud-suspected', 'we were not able to process it'],
    ['review-rejected', 'we were not able to process it'],
    ['technical-failure', 'we were not able to process it'],
  ])('says of %s no more than a customer may know', (code, why) => {
    expect(emailOf(failed(code))?.text).toBe(`Your order order-1 could not be delivered: ${why}.`);
  });

  it.each([failed('damaged', true), { kind: 'cancelled', refunded: true } as const])(
    'says that money is on its way back ($kind)',
    (notice) => {
      expect(emailOf(notice)?.text).toMatch(/\. Whatever you paid is on its way back to you\.$/);
    },
  );

  it('says that an order is cancelled, and nothing of money when none was paid', () => {
    const notice = { kind: 'cancelled', refunded: false } as const;
    expect(emailOf(notice)?.text).toBe('Your order order-1 is cancelled.');
  });

  it('goes by text as well to a customer with a number', () => {
    const [email, text] = messagesOf(withPhone, shipped);
    expect(email?.channel).toBe('email');
    expect(text).toEqual({ channel: 'text', to: '+1 555 0100', text: email?.text });
  });
});

it('gives every kind and channel of an order a key of its own, the same for every attempt', async () => {
  const keys: string[] = [];
  const messenger: Messenger = {
    async send(_message: Message, { attempt }) {
      keys.push(attempt.key);
    },
  };
  const tell = notifyWith(messenger);
  const attempt = { key: 'order-1/send-notifications', number: 1 };
  await tell(withPhone, shipped, attempt);
  await tell(withPhone, { kind: 'cancelled', refunded: true }, { ...attempt, number: 2 });
  expect(keys).toEqual([
    'order-1/shipped/email',
    'order-1/shipped/text',
    'order-1/cancelled/email',
    'order-1/cancelled/text',
  ]);
});
