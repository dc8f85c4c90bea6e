import { describe, expect, it } from 'vitest';
import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import type { Notice } from '../../../functions/order-workflow/ports.ts';
import {
  buildMessages,
  type Message,
} from '../../../functions/order-workflow/services/notifications/messages.ts';
import {
  createNotifier,
  type Messenger,
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

const buildEmail = (notice: Notice) => buildMessages(placed, notice)[0];

describe('a message', () => {
  it('announces a shipment with the tracking number', () => {
    expect(buildMessages(placed, shipped)).toEqual([
      {
        channel: 'email',
        to: 'c@example.com',
        subject: 'Your order order-1 is on its way',
        text: 'Your order order-1 is on its way. Its tracking number is TRK-1.',
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
  ])('gives only a public reason for %s', (code, why) => {
    expect(buildEmail(failed(code))?.text).toBe(
      `Your order order-1 could not be delivered: ${why}.`,
    );
  });

  it.each([failed('damaged', true), { kind: 'cancelled', refunded: true } as const])(
    'announces a refund ($kind)',
    (notice) => {
      expect(buildEmail(notice)?.text).toMatch(/\. Any payment is being refunded\.$/);
    },
  );

  it('announces a cancellation, without a refund if nothing was paid', () => {
    const notice = { kind: 'cancelled', refunded: false } as const;
    expect(buildEmail(notice)?.text).toBe('Your order order-1 is cancelled.');
  });

  it('is also sent as a text message to a customer with a phone number', () => {
    const [email, text] = buildMessages(withPhone, shipped);
    expect(email?.channel).toBe('email');
    expect(text).toEqual({ channel: 'text', to: '+1 555 0100', text: email?.text });
  });
});

it('uses one key for each kind and channel of an order, the same for every attempt', async () => {
  const keys: string[] = [];
  const messenger: Messenger = {
    async send(_message: Message, { attempt }) {
      keys.push(attempt.key);
    },
  };
  const notify = createNotifier(messenger);
  const attempt = { key: 'order-1/send-notifications', number: 1 };
  await notify(withPhone, shipped, attempt);
  await notify(withPhone, { kind: 'cancelled', refunded: true }, { ...attempt, number: 2 });
  expect(keys).toEqual([
    'order-1/shipped/email',
    'order-1/shipped/text',
    'order-1/cancelled/email',
    'order-1/cancelled/text',
  ]);
});
