import type { Attempt, Customers, Notice } from '../../ports.ts';
import { buildMessages, type Message } from './messages.ts';

/** Sends each message once, by its key. If a service has no idempotency keys, its messenger has to store what it sent. */
export interface Messenger {
  /** Throws ProviderUnavailable for a transient error. */
  readonly send: (
    message: Message,
    about: { readonly orderId: string; readonly kind: Notice['kind']; readonly attempt: Attempt },
  ) => Promise<void>;
}

/** Creates the notifications of the workflow. Each kind is sent once by each channel. */
export function createNotifier({ send }: Messenger): Customers['notify'] {
  return async (placed, notice, attempt) => {
    const { orderId } = placed;
    const { kind } = notice;
    for (const message of buildMessages(placed, notice)) {
      const key = `${orderId}/${kind}/${message.channel}`;
      await send(message, { orderId, kind, attempt: { ...attempt, key } });
    }
  };
}
