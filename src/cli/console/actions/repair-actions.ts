/** Actions that repair orders and redrive their dead-letter messages. */
import {
  type ExaminedDeadLetter,
  examineDeadLetters,
  redriveDeadLetters,
} from '../../../orders/dead-letters/redrive.ts';
import { examineOrder, repairOrder } from '../../../orders/verify/repair.ts';
import { redriveActionText, redrivenText } from '../../orders/dead-letters.ts';
import { plannedRepairText, repairedText } from '../../orders/repair.ts';
import type { ConsoleAction } from '../types.ts';
import { actionKeys } from './action-keys.ts';
import { nameOrders } from './effect-texts.ts';
import { runEach } from './run-each.ts';

/** A repair may wait for the recovery of an order, which runs its undos. It ends after this time at the latest (ms). */
const maxRepairMs = 120_000;

export const repair: ConsoleAction = {
  name: 'repair',
  key: actionKeys.repair,
  summary: 'correct what contradicts the record',
  isChange: true,
  refusal: () => undefined,
  describe: (orders) =>
    `Repair ${nameOrders(orders)}, which cannot be undone: the record is corrected, excess payments are refunded, unused stock is released, missing points are credited.`,
  plan: async (stack, orders) => {
    const examined = await runEach(stack, orders, async ({ orderId }) => {
      const { mismatches, action } = await examineOrder(stack, orderId);
      if (mismatches.length === 0) return { ok: true, message: 'no mismatches' };
      const found = mismatches.map(({ kind, message }) => `${kind}: ${message}`).join('; ');
      const would = action ? `would ${plannedRepairText(action)}` : 'a person has to decide';
      return { ok: true, message: `${would} (${found})` };
    });
    return examined.map(({ orderId, message }) => `${orderId}: ${message}`);
  },
  run: (stack, orders) =>
    runEach(stack, orders, async ({ orderId }) => {
      const signal = AbortSignal.timeout(maxRepairMs);
      const result = await repairOrder(stack, { orderId, signal });
      const left = result.left.map(({ kind, message }) => `${kind}: ${message}`);
      return { ok: left.length === 0, message: left.join('; ') || repairedText(result) };
    }),
};

const noMessage = 'has no dead-letter message';

export const redrive: ConsoleAction = {
  name: 'redrive',
  key: actionKeys.redrive,
  summary: 'redrive the dead-letter messages of the order',
  isChange: true,
  refusal: () => undefined,
  describe: (orders) =>
    `Redrive the messages of ${nameOrders(orders)}: an order that never started or was undone is started and charged, an unfinished one is recovered. The messages are deleted.`,
  plan: async (stack, orders) => {
    const messages = await examineDeadLetters(stack);
    return orders.flatMap(({ orderId }) => {
      const own = messagesOf(messages, orderId);
      if (own.length === 0) return [`${orderId}: ${noMessage}`];
      return own.map(({ remedy }) => `${orderId}: ${redriveActionText(remedy)}`);
    });
  },
  run: async (stack, orders) => {
    const messages = examineDeadLetters(stack);
    return runEach(stack, orders, async ({ orderId }) => {
      const ids = messagesOf(await messages, orderId).map(({ messageId }) => messageId);
      if (ids.length === 0) return { ok: false, message: noMessage };
      const redriven = await redriveDeadLetters(stack, new Set(ids));
      const isKept = redriven.length === 0 || redriven.some(({ result }) => result === 'left');
      return { ok: !isKept, message: redriven.map(redrivenText).join('; ') || noMessage };
    });
  },
};

const messagesOf = (messages: readonly ExaminedDeadLetter[], id: string) =>
  messages.filter(({ orderId }) => orderId === id);
