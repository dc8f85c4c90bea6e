import type { TerminalStatus } from '../../contract/workflow.ts';
import { isConditionFailed } from '../../shared/dynamodb.ts';
import { updateOrder } from '../../shared/tables/orders.ts';
import { OrderCancelled } from '../failures.ts';
import type { ProviderWaits } from '../patience.ts';
import { notCancelled } from './order-update.ts';

const ended: readonly TerminalStatus[] = ['completed', 'failed', 'cancelled'];
const hasNotEnded = `NOT #status IN (${ended.map((_, index) => `:e${index}`).join(', ')})`;
const endedValues = Object.fromEntries(ended.map((status, index) => [`:e${index}`, status]));

/** Waits for providers on the items of the orders. The next write of a status removes them. */
export const providerWaits: ProviderWaits = {
  async record(orderId, wait, { unlessCancelled }) {
    try {
      await updateOrder(orderId, {
        UpdateExpression:
          'SET waitingFor = :wait, waitingSince = if_not_exists(waitingSince, :at), updatedAt = :at',
        ConditionExpression: [
          `attribute_exists(orderId) AND ${hasNotEnded}`,
          ...(unlessCancelled ? [`(${notCancelled})`] : []),
        ].join(' AND '),
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':wait': wait, ':at': wait.failedAt, ...endedValues },
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      // The document client does not convert the item in an error.
      const { cancelRequested, status } = error.Item ?? {};
      const hasEnded = ended.some((candidate) => candidate === status?.S);
      if (unlessCancelled && cancelRequested && !hasEnded) throw new OrderCancelled(orderId);
    }
  },
  async clear(orderId) {
    try {
      await updateOrder(orderId, {
        UpdateExpression: 'SET updatedAt = :now REMOVE waitingFor, waitingSince',
        ConditionExpression: 'attribute_exists(waitingFor)',
        ExpressionAttributeValues: { ':now': new Date().toISOString() },
      });
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  },
};
