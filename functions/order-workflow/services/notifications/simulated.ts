import { recordEffectOnce } from '../simulated.ts';
import type { Messenger } from './notify.ts';

/** Logs the messages, without address and text, and sends nothing. */
export const simulatedMessenger: Messenger = {
  async send({ channel }, { orderId, kind, attempt }) {
    await recordEffectOnce(orderId, { call: `send-${kind}-${channel}`, attempt });
  },
};
