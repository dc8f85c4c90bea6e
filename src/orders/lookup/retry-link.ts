/**
 * How an order and its further tries know of each other: each names the other on its item. Not in what the workflow is
 * started with: that stays the same bytes for every caller, every version of the workflow takes it, and a replay, which
 * writes its own fields alone, leaves the names as they are.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import { isConditionFailed } from '../../aws/errors.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { readOrders } from './batch-get.ts';
import { earlierIds } from './retry-id.ts';

/** How long the item of an order that was just started is waited for, ms; where many start it may take longer. */
const itemMs = 2000;

/**
 * Adds a further try to an order's item, before it starts: of two people who try an order again at once, one is refused.
 * False when somebody else has added one since `order` was read.
 */
export async function nameRetry(
  target: Target,
  outputs: StackOutputs,
  { order, orderId }: { readonly order: Tried; readonly orderId: string },
): Promise<boolean> {
  const { retriedAs = [] } = order;
  if (retriedAs.includes(orderId)) return true;
  const unchanged = retriedAs.length > 0 ? 'retriedAs = :seen' : 'attribute_not_exists(retriedAs)';
  return update(target, outputs, {
    orderId: order.orderId,
    set: 'retriedAs = :all',
    only: unchanged,
    values: {
      ':all': [...retriedAs, orderId],
      ...(retriedAs.length > 0 ? { ':seen': retriedAs } : {}),
    },
  });
}

type Tried = Pick<OrderRecord, 'orderId' | 'retriedAs'>;

interface Origin {
  readonly orderId: string;
  readonly retryOf: string;
  /** How long its item is waited for, ms. */
  readonly patienceMs?: number;
}

/** Names on a new order's item what it is another try of, once there is one; false when none came for a while. */
export async function nameOrigin(
  target: Target,
  outputs: StackOutputs,
  { orderId, retryOf, patienceMs = itemMs }: Origin,
): Promise<boolean> {
  const change = {
    orderId,
    set: 'retryOf = :origin',
    only: 'attribute_not_exists(retryOf) OR retryOf = :origin',
    values: { ':origin': retryOf },
  };
  const until = performance.now() + patienceMs;
  for (;;) {
    if (await update(target, outputs, change)) return true;
    if (performance.now() >= until) return false;
    await sleep(Math.min(target.pollMs, 250));
  }
}

/**
 * What an order is another try of, where its item was not there yet to be told so: the order whose id it counts on from
 * and that names it. `undefined` when there is none.
 */
export async function originOf(
  target: Target,
  outputs: StackOutputs,
  orderId: string,
): Promise<string | undefined> {
  const ids = earlierIds(orderId);
  if (ids.length === 0) return undefined;
  const fields = ['orderId', 'retriedAs'] as const;
  const earlier = await readOrders(target, outputs, { ids, fields });
  return ids.find((id) => earlier.get(id)?.retriedAs?.includes(orderId));
}

interface Update {
  readonly orderId: string;
  readonly set: string;
  readonly only: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Whether the item was there, as it had to be, and is changed. */
async function update(
  target: Target,
  outputs: StackOutputs,
  { orderId, set, only, values }: Update,
): Promise<boolean> {
  const { UpdateCommand } = await import('../../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  try {
    await tables.send(
      new UpdateCommand({
        TableName: output(outputs, names.ordersTable),
        Key: { orderId },
        UpdateExpression: `SET ${set}`,
        ConditionExpression: `attribute_exists(orderId) AND (${only})`,
        ExpressionAttributeValues: values,
      }),
    );
    return true;
  } catch (error) {
    if (isConditionFailed(error)) return false;
    throw error;
  }
}
