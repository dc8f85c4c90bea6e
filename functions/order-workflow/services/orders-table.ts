import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { listingKey, type OrderRecord } from '../../contract/api.ts';
import { toDecimal } from '../../contract/order.ts';
import type { ReviewDecision } from '../../contract/review.ts';
import { isEnd, type OrderStatus, rank, statuses } from '../../contract/workflow.ts';
import { documents, isConditionFailed, tableName } from '../../shared/tables.ts';
import { OrderCancelled, OrderIdTaken } from '../failures.ts';
import type { Ending, Orders, PlacedOrder } from '../ports.ts';

const table = () => tableName('ORDERS_TABLE');

/** The statuses that an order can still leave. */
const open = [...statuses, 'awaiting-review' as const].filter((each) => !isEnd(each));

/** The orders table. Every write is conditional: none makes a partial item, none moves a status back. */
export const ordersTable: Orders = {
  async place(placed, executionArn) {
    // When the step ran before and was interrupted, the item stands as it was written then.
    await putNew(newRecord(placed, { executionArn, status: 'validated' }));
  },
  async advance(orderId, reached) {
    await moveTo(orderId, { reached, unlessCancelled: true });
  },
  async park(orderId, review) {
    const requestedAt = new Date().toISOString();
    const also = { review: { ...review, requestedAt } };
    await moveTo(orderId, { reached: ['awaiting-review'], also, unlessCancelled: true });
  },
  async decide(orderId, decision) {
    await keepDecision(orderId, decision);
    if (decision.decision === 'approve') await this.advance(orderId, ['fraud-checked']);
  },
  async beginHandOver(orderId) {
    try {
      await documents.send(
        new UpdateCommand({
          TableName: table(),
          Key: { orderId },
          UpdateExpression: 'SET handOver = if_not_exists(handOver, :now)',
          ConditionExpression: `attribute_exists(orderId) AND (${notCancelled})`,
          ExpressionAttributeValues: { ':now': new Date().toISOString() },
        }),
      );
    } catch (error) {
      if (isConditionFailed(error)) throw new OrderCancelled(orderId);
      throw error;
    }
  },
  async keepFailure(orderId, { executionArn, failure }) {
    try {
      await documents.send(
        new UpdateCommand({
          TableName: table(),
          Key: { orderId },
          UpdateExpression: 'SET failure = if_not_exists(failure, :failure)',
          ConditionExpression: 'executionArn = :arn',
          ExpressionAttributeValues: { ':failure': failure, ':arn': executionArn },
        }),
      );
    } catch (error) {
      // One that was refused before its first write has no item yet, or the item is another execution's.
      if (!isConditionFailed(error)) throw error;
    }
  },
  async complete(orderId, warnings) {
    await moveTo(orderId, {
      reached: ['completed'],
      ...(warnings.length > 0 && { also: { warnings } }),
    });
  },
  async fail(placed, { executionArn, failure, flagged, ...ending }) {
    const also = { failure, ...(flagged && { flagged }), ...noted(ending) };
    const record = newRecord(placed, { executionArn, status: 'failed' });
    if (failure.stage === 'validate-order' && (await putNew({ ...record, ...also }))) return;
    await moveTo(placed.orderId, { reached: ['failed'], also });
  },
  async cancel({ orderId }, ending) {
    await moveTo(orderId, { reached: ['cancelled'], also: noted(ending) });
  },
};

/** What there is to keep of an ending. */
function noted({ undos, warnings }: Ending): Partial<Ending> {
  return { ...(undos.length > 0 && { undos }), ...(warnings.length > 0 && { warnings }) };
}

function newRecord(
  { orderId, order, totalMinor }: PlacedOrder,
  first: { readonly executionArn: string; readonly status: OrderStatus },
): OrderRecord {
  const now = new Date().toISOString();
  const { customerPhone, ...rest } = order;
  return {
    orderId,
    status: first.status,
    ...rest,
    ...(customerPhone !== undefined && { customerPhone }),
    total: toDecimal(totalMinor),
    transitions: [{ status: first.status, at: now }],
    executionArn: first.executionArn,
    createdAt: now,
    updatedAt: now,
    listing: listingKey(orderId, now),
  };
}

/** Whether the item was new and is written; false when this execution wrote it before. */
async function putNew(record: OrderRecord): Promise<boolean> {
  try {
    await documents.send(
      new PutCommand({
        TableName: table(),
        Item: record,
        ConditionExpression: 'attribute_not_exists(orderId)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return true;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    // The document client leaves an error's item as it came off the wire.
    if (error.Item?.['executionArn']?.S !== record.executionArn) {
      throw new OrderIdTaken(record.orderId);
    }
    return false;
  }
}

/** The first decision stays: a step that is tried again finds its own. */
async function keepDecision(orderId: string, decision: ReviewDecision): Promise<void> {
  await documents.send(
    new UpdateCommand({
      TableName: table(),
      Key: { orderId },
      UpdateExpression: 'SET review.decision = if_not_exists(review.decision, :decision)',
      ConditionExpression: 'attribute_exists(review)',
      ExpressionAttributeValues: { ':decision': decision },
    }),
  );
}

interface Move {
  /** The statuses to append, in order; the last is the order's from then on. */
  readonly reached: readonly OrderStatus[];
  readonly also?: Readonly<Record<string, unknown>>;
  /** Moves no order that somebody wants cancelled and that is not with the carrier; throws OrderCancelled instead. */
  readonly unlessCancelled?: boolean;
}

const notCancelled = 'attribute_exists(handOver) OR attribute_not_exists(cancelRequested)';

/** Appends transitions, only to an order that exists and is not as far yet. */
async function moveTo(orderId: string, move: Move): Promise<void> {
  const { reached, also = {}, unlessCancelled = false } = move;
  const status = reached.at(-1);
  if (!status) return;
  const now = new Date().toISOString();
  const earlier = open.filter((each) => rank(each) < rank(status));
  const fields = Object.keys(also);
  try {
    await documents.send(
      new UpdateCommand({
        TableName: table(),
        Key: { orderId },
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
          ':reached': reached.map((each) => ({ status: each, at: now })),
          ...Object.fromEntries(earlier.map((each, index) => [`:e${index}`, each])),
          ...Object.fromEntries(fields.map((field, index) => [`:f${index}`, also[field]])),
        },
      }),
    );
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    const { cancelRequested, handOver } = error.Item ?? {};
    if (unlessCancelled && cancelRequested && !handOver) throw new OrderCancelled(orderId);
    // As far already, or further: an earlier attempt of this step wrote it.
  }
}
