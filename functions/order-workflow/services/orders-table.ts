import type { OrderRecord } from '../../contract/api.ts';
import { toDecimal } from '../../contract/order.ts';
import { pathToStore } from '../../contract/path.ts';
import type { ReviewDecision } from '../../contract/review.ts';
import { listingKey } from '../../contract/tables.ts';
import {
  isTerminal,
  type OrderStatus,
  reviewedStage,
  stage,
  statuses,
  statusRank,
} from '../../contract/workflow.ts';
import { isConditionFailed } from '../../shared/dynamodb.ts';
import { putNewOrder, updateOrder } from '../../shared/tables/orders.ts';
import { OrderCancelled, OrderIdTaken } from '../failures.ts';
import type { CloseDetails, Orders, PlacedOrder } from '../ports.ts';

const nonTerminalStatuses = [...statuses, 'awaiting-review' as const].filter(
  (status) => !isTerminal(status),
);

/** Orders in the table. Every write is conditional: no partial item is created, and no status moves backward. */
export const ordersTable: Orders = {
  async place(placed, executionArn) {
    // If an earlier attempt of the step was interrupted, its item is kept.
    await putNew(newRecord(placed, { executionArn, status: stage('validate-order').status }));
  },
  async advance(orderId, reached) {
    await appendTransitions(orderId, { reached, unlessCancelled: true });
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
    if (decision.decision === 'approve') await this.advance(orderId, [stage(reviewedStage).status]);
  },
  async beginHandOver(orderId) {
    try {
      await updateOrder(orderId, {
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
    listing: listingKey(orderId, now),
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

interface StatusUpdate {
  /** The statuses to append, in order; the last one becomes the order's status. */
  readonly reached: readonly OrderStatus[];
  /** Other attributes to set. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Throws OrderCancelled if a cancellation was requested before the hand-over. */
  readonly unlessCancelled?: boolean;
}

const notCancelled = 'attribute_exists(handOver) OR attribute_not_exists(cancelRequested)';

/** Appends transitions if the order exists and its status ranks below the new one; else does nothing. */
async function appendTransitions(orderId: string, update: StatusUpdate): Promise<void> {
  const { reached, attributes = {}, unlessCancelled = false } = update;
  const status = reached.at(-1);
  if (!status) return;
  const now = new Date().toISOString();
  const earlier = nonTerminalStatuses.filter((other) => statusRank(other) < statusRank(status));
  const fields = Object.keys(attributes);
  try {
    await updateOrder(orderId, {
      UpdateExpression: [
        'SET #status = :status, updatedAt = :now',
        'transitions = list_append(transitions, :reached)',
        ...fields.map((_, index) => `#f${index} = :f${index}`),
      ].join(', '),
      ConditionExpression: [
        `#status IN (${earlier.map((_, index) => `:e${index}`).join(', ')})`,
        ...(unlessCancelled ? [`(${notCancelled})`] : []),
      ].join(' AND '),
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      ExpressionAttributeNames: {
        '#status': 'status',
        ...Object.fromEntries(fields.map((field, index) => [`#f${index}`, field])),
      },
      ExpressionAttributeValues: {
        ':status': status,
        ':now': now,
        ':reached': reached.map((next) => ({ status: next, at: now })),
        ...Object.fromEntries(earlier.map((other, index) => [`:e${index}`, other])),
        ...Object.fromEntries(fields.map((field, index) => [`:f${index}`, attributes[field]])),
      },
    });
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    const { cancelRequested, handOver } = error.Item ?? {};
    if (unlessCancelled && cancelRequested && !handOver) throw new OrderCancelled(orderId);
    // The status is as high or higher: an earlier attempt of this step has written it.
  }
}
