import type { OrderRecord } from '../../contract/api.ts';
import { toDecimal } from '../../contract/order.ts';
import { pathToStore } from '../../contract/path.ts';
import type { ReviewDecision } from '../../contract/review.ts';
import { listingKey, listingShards } from '../../contract/tables.ts';
import { type OrderStatus, reviewedStage, stage } from '../../contract/workflow.ts';
import { isConditionFailed } from '../../shared/dynamodb.ts';
import { putNewOrder, updateAndReadOrder, updateOrder } from '../../shared/tables/orders.ts';
import { logCall } from '../../shared/tables/provider-calls.ts';
import { OrderCancelled, OrderIdTaken } from '../failures.ts';
import type { CloseDetails, Orders, PlacedOrder } from '../ports.ts';
import { buildOrderUpdate, notCancelled, type OrderChange } from './order-update.ts';

/** Partitions of one day in the listing index; set by a template parameter. */
const shards = Number(process.env['LISTING_SHARDS'] ?? listingShards);

/** Orders in the table. Every write is conditional: no partial item is created, and no status moves backward. */
export const ordersTable: Orders = {
  async place(placed, executionArn) {
    // If an earlier attempt of the step was interrupted, its item is kept.
    await putNew(newRecord(placed, { executionArn, status: stage('validate-order').status }));
  },
  async advance(orderId, { record, key, number }) {
    const { statuses: reached, calls } = record;
    if (await appendTransitions(orderId, { reached, calls, unlessCancelled: true })) return;
    for (const call of calls) await logCall({ orderId, call, attempt: { key, number } });
  },
  async requestReview(orderId, review) {
    const requestedAt = new Date().toISOString();
    const attributes = { review: { ...review, requestedAt } };
    await appendTransitions(orderId, {
      reached: ['awaiting-review'],
      attributes,
      unlessCancelled: true,
    });
  },
  async recordDecision(orderId, decision) {
    await putDecision(orderId, decision);
    if (decision.decision !== 'approve') return;
    await appendTransitions(orderId, {
      reached: [stage(reviewedStage).status],
      unlessCancelled: true,
    });
  },
  async beginHandOver(orderId) {
    try {
      return await updateAndReadOrder(orderId, {
        UpdateExpression: 'SET handOver = if_not_exists(handOver, :now)',
        ConditionExpression: `attribute_exists(orderId) AND (${notCancelled})`,
        ExpressionAttributeValues: { ':now': new Date().toISOString() },
      });
    } catch (error) {
      if (isConditionFailed(error)) throw new OrderCancelled(orderId);
      throw error;
    }
  },
  async recordFailure(orderId, { executionArn, failure }) {
    try {
      await updateOrder(orderId, {
        UpdateExpression: 'SET failure = if_not_exists(failure, :failure)',
        ConditionExpression: 'executionArn = :arn',
        ExpressionAttributeValues: { ':failure': failure, ':arn': executionArn },
      });
    } catch (error) {
      // The order was rejected before its first write, or the item belongs to another execution.
      if (!isConditionFailed(error)) throw error;
    }
  },
  async complete(orderId, warnings) {
    await appendTransitions(orderId, {
      reached: ['completed'],
      ...(warnings.length > 0 && { attributes: { warnings } }),
    });
  },
  async fail(placed, { executionArn, failure, flagged, ...details }) {
    const attributes = { failure, ...(flagged && { flagged }), ...closeAttributes(details) };
    const record = newRecord(placed, { executionArn, status: 'failed' });
    if (failure.stage === 'validate-order' && (await putNew({ ...record, ...attributes }))) return;
    await appendTransitions(placed.orderId, { reached: ['failed'], attributes });
  },
  async cancel({ orderId }, details) {
    await appendTransitions(orderId, {
      reached: ['cancelled'],
      attributes: closeAttributes(details),
    });
  },
};

function closeAttributes({ undos, warnings }: CloseDetails): Partial<CloseDetails> {
  return { ...(undos.length > 0 && { undos }), ...(warnings.length > 0 && { warnings }) };
}

function newRecord(
  { orderId, order, totalMinor }: PlacedOrder,
  first: { readonly executionArn: string; readonly status: OrderStatus },
): OrderRecord {
  const now = new Date().toISOString();
  const { customerPhone, ...rest } = order;
  const total = toDecimal(totalMinor);
  const path = pathToStore(total);
  return {
    orderId,
    status: first.status,
    ...rest,
    ...(customerPhone !== undefined && { customerPhone }),
    total,
    ...(path && { path }),
    transitions: [{ status: first.status, at: now }],
    executionArn: first.executionArn,
    createdAt: now,
    updatedAt: now,
    listing: listingKey(orderId, { createdAt: now, shards }),
  };
}

/**
 * Writes the item of a new order. Returns false if this execution has written it before. Throws OrderIdTaken if the item
 * belongs to another execution.
 */
async function putNew(record: OrderRecord): Promise<boolean> {
  try {
    await putNewOrder(record);
    return true;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    // The document client does not convert the item in an error.
    if (error.Item?.['executionArn']?.S !== record.executionArn) {
      throw new OrderIdTaken(record.orderId);
    }
    return false;
  }
}

/** Stores the decision, unless an earlier attempt of the step has stored it. */
async function putDecision(orderId: string, decision: ReviewDecision): Promise<void> {
  await updateOrder(orderId, {
    UpdateExpression: 'SET review.decision = if_not_exists(review.decision, :decision)',
    ConditionExpression: 'attribute_exists(review)',
    ExpressionAttributeValues: { ':decision': decision },
  });
}

/**
 * Appends transitions if the order exists and its status ranks below the new one; else does nothing. Returns false if an earlier
 * attempt has written them. Throws OrderCancelled with `unlessCancelled`.
 */
async function appendTransitions(orderId: string, change: OrderChange): Promise<boolean> {
  try {
    await updateOrder(orderId, {
      ...buildOrderUpdate(change),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return true;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    const { cancelRequested, handOver } = error.Item ?? {};
    if (change.unlessCancelled && cancelRequested && !handOver) throw new OrderCancelled(orderId);
    return false;
  }
}
