/** Actions that end orders or submit them again. */
import { isTerminal } from '../../../../functions/contract/workflow.ts';
import { cancelOrder, cancelRefusal } from '../../../orders/actions/cancel.ts';
import { retryOrder } from '../../../orders/actions/retry.ts';
import { doubleChargeText, retryRefusal } from '../../../orders/actions/retry-source.ts';
import type { ConsoleOrder } from '../../../orders/console/snapshot.ts';
import { retryId } from '../../../orders/lookup/retry-id.ts';
import { cancellationText } from '../../orders/cancel.ts';
import { maxReasonLength } from '../../orders/pause.ts';
import { retryText } from '../../orders/retry.ts';
import type { ConsoleAction } from '../types.ts';
import { actionKeys } from './action-keys.ts';
import { describeUndos, nameOrders, sumTotals } from './effect-texts.ts';
import { runEach } from './run-each.ts';

export const cancel: ConsoleAction = {
  name: 'cancel',
  key: actionKeys.cancel,
  summary: 'cancel and undo the completed steps',
  isChange: true,
  input: { label: 'reason', isRequired: false, maxLength: maxReasonLength },
  refusal: ({ status }) => cancelRefusal(status),
  describe: (orders) =>
    `Cancel ${nameOrders(orders)}, which cannot be undone: ${describeUndos(orders)}.`,
  run: (stack, orders, reason) =>
    runEach(stack, orders, async ({ orderId }) => {
      const result = await cancelOrder(stack, { orderId, reason, force: false });
      return { ok: true, message: cancellationText(result) };
    }),
};

const retryOptions = { settings: [], chargeAgain: false } as const;

export const retry: ConsoleAction = {
  name: 'retry',
  key: actionKeys.retry,
  summary: 'submit again as a new, linked order',
  isChange: true,
  refusal: refuseRetry,
  describe: (orders) => {
    const [first] = orders;
    return orders.length === 1 && first
      ? `Submit ${first.orderId} again as ${retryId(first.orderId)}: the customer is charged ${sumTotals(orders)} and the stock is reserved again.`
      : `Submit ${orders.length} orders again as new orders: their customers are charged ${sumTotals(orders)} in all and the stock is reserved again.`;
  },
  plan: async (stack, orders) => {
    const planned = await runEach(stack, orders, async ({ orderId }) => {
      const result = await retryOrder(stack, { ...retryOptions, found: { orderId }, dryRun: true });
      return { ok: true, message: retryText(result) };
    });
    return planned.map(({ orderId, ok, message }) => (ok ? message : `${orderId}: ${message}`));
  },
  run: (stack, orders) =>
    runEach(stack, orders, async ({ orderId }) => {
      const result = await retryOrder(stack, {
        ...retryOptions,
        found: { orderId },
        dryRun: false,
      });
      return { ok: true, message: retryText(result) };
    }),
};

/** Returns why a retry is refused, as far as the list knows: the record may hold further reasons, such as a failed refund. */
function refuseRetry({ orderId, status, attention }: ConsoleOrder): string | undefined {
  if (status === 'received') return doubleChargeText('has just started');
  const flagged = attention === 'flagged' && isTerminal(status);
  const refusal = retryRefusal({ orderId, status, flagged });
  return refusal && doubleChargeText(refusal.reason);
}
