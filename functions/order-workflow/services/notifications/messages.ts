import type { Failure } from '../../../contract/api.ts';
import type { Notice, PlacedOrder } from '../../ports.ts';

export interface Message {
  readonly channel: 'email' | 'text';
  readonly to: string;
  /** Only for e-mail. */
  readonly subject?: string;
  readonly text: string;
}

/** Builds the messages of a notification: an e-mail, and a text message if there is a phone number. */
export function buildMessages({ orderId, order }: PlacedOrder, notice: Notice): Message[] {
  const { subject, text } = buildText(orderId, notice);
  const email = { channel: 'email', to: order.customerEmail, subject, text } as const;
  if (order.customerPhone === undefined) return [email];
  return [email, { channel: 'text', to: order.customerPhone, text }];
}

function buildText(orderId: string, notice: Notice): { subject: string; text: string } {
  const name = `Your order ${orderId}`;
  switch (notice.kind) {
    case 'shipped':
      return {
        subject: `${name} is on its way`,
        text: `${name} is on its way. Its tracking number is ${notice.trackingNumber}.`,
      };
    case 'failed':
      return {
        subject: `${name} could not be delivered`,
        text: `${name} could not be delivered: ${publicReason(notice.failure)}.${refundText(notice)}`,
      };
    case 'cancelled':
      return {
        subject: `${name} is cancelled`,
        text: `${name} is cancelled.${refundText(notice)}`,
      };
  }
}

/** Reasons that customers may read. All others are internal. */
const reasons: Readonly<Record<string, string>> = {
  'no-items': 'it has no items',
  'out-of-stock': 'a product is out of stock',
  'payment-declined': 'the payment was declined',
  damaged: 'the goods were damaged in our warehouse',
};

const publicReason = ({ code }: Failure) => reasons[code] ?? 'we were not able to process it';

const refundText = ({ refunded }: { refunded: boolean }) =>
  refunded ? ' Any payment is being refunded.' : '';
