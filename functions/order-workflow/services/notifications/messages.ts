import type { Failure } from '../../../contract/api.ts';
import type { Notice, PlacedOrder } from '../../ports.ts';

/** One message to one customer. */
export interface Message {
  readonly channel: 'email' | 'text';
  readonly to: string;
  /** Of an e-mail. */
  readonly subject?: string;
  readonly text: string;
}

/** What a customer is told of an order: by e-mail, and by text when there is a number. */
export function messagesOf({ orderId, order }: PlacedOrder, notice: Notice): Message[] {
  const { subject, text } = contentOf(orderId, notice);
  const email = { channel: 'email', to: order.customerEmail, subject, text } as const;
  if (order.customerPhone === undefined) return [email];
  return [email, { channel: 'text', to: order.customerPhone, text }];
}

function contentOf(orderId: string, notice: Notice): { subject: string; text: string } {
  const name = `Your order ${orderId}`;
  switch (notice.kind) {
    case 'shipped':
      return {
        subject: `${name} is on its way`,
        text: `${name} is on its way. Follow it with the number ${notice.trackingNumber}.`,
      };
    case 'failed':
      return {
        subject: `${name} could not be delivered`,
        text: `${name} could not be delivered: ${reasonFor(notice.failure)}.${money(notice)}`,
      };
    case 'cancelled':
      return { subject: `${name} is cancelled`, text: `${name} is cancelled.${money(notice)}` };
  }
}

/** What went wrong, as a customer may read it; more than these words is the shop's own affair. */
const reasons: Readonly<Record<string, string>> = {
  'no-items': 'it has no items',
  'out-of-stock': 'a product is out of stock',
  'payment-declined': 'the payment was declined',
  damaged: 'the goods were damaged in our warehouse',
};

const reasonFor = ({ code }: Failure) => reasons[code] ?? 'we were not able to process it';

const money = ({ refunded }: { refunded: boolean }) =>
  refunded ? ' Whatever you paid is on its way back to you.' : '';
