import { setTimeout as sleep } from 'node:timers/promises';
import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import {
  isEnd,
  type OrderStatus,
  rank,
  stages,
  statuses,
} from '../../../functions/contract/workflow.ts';
import { isConditionFailed } from '../../aws/errors.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { readOrders } from '../lookup/batch-get.ts';

/** The statuses in which an order is not with the carrier yet. */
const cancellable: readonly OrderStatus[] = [
  ...statuses.filter((each) => rank(each) < rank('shipped')),
  'awaiting-review',
];
/** The statuses in which an order waits, and notices nothing until that is over. */
export const waits: ReadonlySet<string> = new Set([
  ...stages.flatMap((each) => (each.kind === 'wait' ? [each.status] : [])),
  'awaiting-review',
]);

export interface CancelOptions {
  readonly orderId: string;
  readonly reason?: string | undefined;
  /** Stops the execution whatever it does: nothing is undone by the stop itself, recovery does it. */
  readonly force: boolean;
}

export interface CancelResult {
  readonly orderId: string;
  /** `stopped`: its execution was, and recovery undoes; `requested`: it notices at its next stage. */
  readonly result: 'requested' | 'stopped';
  /** Where it was. */
  readonly status: OrderStatus;
}

/**
 * Asks for an order to be undone and closed as cancelled. Throws a UserError when there is none (exit 5), or when it has
 * ended or is with the carrier (exit 6).
 */
export async function cancelOrder(
  target: Target,
  outputs: StackOutputs,
  { orderId, reason, force }: CancelOptions,
): Promise<CancelResult> {
  const { status, executionArn } = await request(target, outputs, { orderId, reason });
  // A wait notices nothing until it is over; where nobody recovers a stopped order, that is how long it takes.
  const recovers = outputs[names.recoveryFunctionArn] !== undefined;
  if (!force && !(waits.has(status) && recovers)) return { orderId, result: 'requested', status };
  const { StopDurableExecutionCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  await lambda.send(
    new StopDurableExecutionCommand({
      DurableExecutionArn: executionArn,
      Error: { ErrorType: 'OrderCancelled', ErrorMessage: reason ?? 'The order was cancelled' },
    }),
  );
  return { orderId, result: 'stopped', status };
}

/** Puts the request into the order's item, from where the workflow reads it; answers the order as it is. */
async function request(
  target: Target,
  outputs: StackOutputs,
  { orderId, reason }: Pick<CancelOptions, 'orderId' | 'reason'>,
): Promise<OrderRecord> {
  const { UpdateCommand } = await import('../../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  const at = new Date().toISOString();
  try {
    const answer = await tables.send(
      new UpdateCommand({
        TableName: output(outputs, names.ordersTable),
        Key: { orderId },
        UpdateExpression: 'SET cancelRequested = if_not_exists(cancelRequested, :request)',
        ConditionExpression: `#status IN (${cancellable.map((_, index) => `:s${index}`).join(', ')}) AND attribute_not_exists(handOver)`,
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: {
          ':request': { at, ...(reason === undefined ? {} : { reason }) },
          ...Object.fromEntries(cancellable.map((each, index) => [`:s${index}`, each])),
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    return answer.Attributes as OrderRecord;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    // The document client leaves an error's item as it came off the wire.
    const { Item } = error as { Item?: { status?: { S?: OrderStatus } } };
    throw refusal(orderId, Item?.status?.S);
  }
}

function refusal(orderId: string, status: OrderStatus | undefined): UserError {
  if (status === undefined) {
    return new UserError(`${orderId} has no item yet: it has only begun.`, {
      hint: `orders cancel ${orderId}`,
      exit: 5,
      code: 'NotFound',
    });
  }
  const why = isEnd(status) ? `is ${status} already` : `is with the carrier (${status})`;
  return new UserError(`${orderId} ${why}; it cannot be cancelled any more.`, {
    hint: `orders get ${orderId}`,
    exit: 6,
    code: 'NotCancellable',
  });
}

/** Waits until all of the orders have ended, or `signal` says to stop; answers their statuses. */
export async function untilEnded(
  target: Target,
  outputs: StackOutputs,
  { ids, signal }: { readonly ids: readonly string[]; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, OrderStatus>> {
  for (;;) {
    const found = await readOrders(target, outputs, { ids, fields: ['status'] });
    const all = new Map([...found].map(([id, { status }]) => [id, status]));
    if (signal.aborted || ids.every((id) => isEnd(all.get(id) ?? 'received'))) return all;
    await sleep(target.pollMs, undefined, { signal }).catch(() => {});
  }
}
