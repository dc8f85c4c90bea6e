import { serveOnce } from '../simulated.ts';
import type { Messenger } from './notify.ts';

/** Sends nothing: its log says what it was asked to send, and holds no address and no text. */
export const simulatedMessenger: Messenger = {
  async send({ channel }, { orderId, kind, attempt }) {
    await serveOnce(orderId, { call: `send-${kind}-${channel}`, attempt });
  },
};
