import type { Attempt, Customers, Notice } from '../../ports.ts';
import { type Message, messagesOf } from './messages.ts';

/** Sends messages, each key once. One whose service knows no keys keeps itself what it sent. */
export interface Messenger {
  /** Throws ProviderUnavailable when it is worth another try. */
  readonly send: (
    message: Message,
    about: { readonly orderId: string; readonly kind: Notice['kind']; readonly attempt: Attempt },
  ) => Promise<void>;
}

/** The workflow's notifications over a messenger: an order's customer is told of each kind once by each channel. */
export function notifyWith({ send }: Messenger): Customers['notify'] {
  return async (placed, notice, attempt) => {
    const { orderId } = placed;
    const { kind } = notice;
    for (const message of messagesOf(placed, notice)) {
      const key = `${orderId}/${kind}/${message.channel}`;
      await send(message, { orderId, kind, attempt: { ...attempt, key } });
    }
  };
}
