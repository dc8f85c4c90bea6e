/** The orders table. */
import { type CancelRequest, type OrderRecord, outputs } from '../../../functions/contract/api.ts';
import { orderKey } from '../../../functions/contract/tables.ts';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import { isConditionFailed } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import { readItemBatches } from './batch-get.ts';
import { getItem, updateItem, updateItemIf } from './table.ts';

const table = outputs.ordersTable;

/** Reads the item of an order; undefined if there is none. */
export async function readOrder(stack: Stack, orderId: string): Promise<OrderRecord | undefined> {
  return (await getItem(stack, table, orderKey(orderId))) as OrderRecord | undefined;
}

export interface ReadOrdersOptions<Field extends keyof OrderRecord> {
  readonly ids: Iterable<string>;
  /** The attributes to read; all if absent. */
  readonly fields?: readonly Field[];
  readonly signal?: AbortSignal;
}

/** Reads the items of orders, 100 per request, consistently. An order without an item is left out. */
export async function readOrders<Field extends keyof OrderRecord = keyof OrderRecord>(
  stack: Stack,
  options: ReadOrdersOptions<Field>,
): Promise<Map<string, Pick<OrderRecord, Field>>> {
  const found = new Map<string, Pick<OrderRecord, Field>>();
  for await (const { items } of readOrderBatches(stack, options)) {
    for (const [orderId, item] of items) found.set(orderId, item);
  }
  return found;
}

/** The result of one request. */
export interface OrderBatch<Field extends keyof OrderRecord> {
  readonly ids: readonly string[];
  /** By order id; an order without an item is left out. */
  readonly items: ReadonlyMap<string, Pick<OrderRecord, Field>>;
}

/** Reads orders like `readOrders`, but yields the result of each request: an error in a later request does not lose it. */
export async function* readOrderBatches<Field extends keyof OrderRecord = keyof OrderRecord>(
  stack: Stack,
  { ids, fields, signal }: ReadOrdersOptions<Field>,
): AsyncGenerator<OrderBatch<Field>, void> {
  const batches = readItemBatches(stack, table, {
    keys: [...new Set(ids)].map(orderKey),
    ...(fields ? { fields: ['orderId', ...fields] } : {}),
    ...(signal ? { signal } : {}),
  });
  for await (const { keys, items } of batches) {
    const orders = items as unknown as OrderRecord[];
    yield {
      ids: keys.map(({ orderId }) => orderId),
      items: new Map(orders.map((item) => [item.orderId, item])),
    };
  }
}

export interface CancelUpdate {
  readonly orderId: string;
  readonly request: CancelRequest;
  /** The statuses in which an order can be cancelled. */
  readonly cancellable: readonly OrderStatus[];
}

/**
 * Records a cancellation request unless there is one already. Returns the order, or only its status (undefined without an
 * item) if it cannot be cancelled.
 */
export async function putCancelRequest(
  stack: Stack,
  { orderId, request, cancellable }: CancelUpdate,
): Promise<{ readonly order: OrderRecord } | { readonly refusedIn: OrderStatus | undefined }> {
  try {
    const order = await updateItem(stack, table, {
      key: orderKey(orderId),
      UpdateExpression: 'SET cancelRequested = if_not_exists(cancelRequested, :request)',
      ConditionExpression: `#status IN (${cancellable.map((_, index) => `:s${index}`).join(', ')}) AND attribute_not_exists(handOver)`,
      ExpressionAttributeNames: { '#status': 'status' },
      ExpressionAttributeValues: {
        ':request': request,
        ...Object.fromEntries(cancellable.map((status, index) => [`:s${index}`, status])),
      },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return { order: order as unknown as OrderRecord };
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    // The document client does not unmarshall the item of an error.
    const { Item } = error as { Item?: { status?: { S?: OrderStatus } } };
    return { refusedIn: Item?.status?.S };
  }
}

/** A conditional update of an order's fields. */
export interface OrderUpdate {
  readonly orderId: string;
  /** Values by field; an undefined value removes the field. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Names a field as `#field`, because some names are reserved words of DynamoDB. */
  readonly condition: string;
  /** Values of the placeholders in the condition. No placeholder may be the name of an updated field. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** Updates an order if the condition holds. Returns whether it did. */
export function updateOrderIf(
  stack: Stack,
  { orderId, fields, condition, values = {} }: OrderUpdate,
): Promise<boolean> {
  const updated = Object.entries(fields);
  const set = updated.filter(([, value]) => value !== undefined);
  const removed = updated.filter(([, value]) => value === undefined);
  const assignments = set.map(([field]) => `#${field} = :${field}`).join(', ');
  const removals = removed.map(([field]) => `#${field}`).join(', ');
  const conditionFields = [...condition.matchAll(/#(\w+)/g)].map(([, field = '']) => field);
  const names = [...Object.keys(fields), ...conditionFields].map((field) => [`#${field}`, field]);
  return updateItemIf(stack, table, {
    key: orderKey(orderId),
    UpdateExpression: `SET ${assignments}${removals && ` REMOVE ${removals}`}`,
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries(names),
    ExpressionAttributeValues: {
      ...Object.fromEntries(set.map(([field, value]) => [`:${field}`, value])),
      ...values,
    },
  });
}
