/** Writes to orders' rows that a repair makes: each only where the row still is as it was seen. */
import {
  outputs as names,
  type OrderRecord,
  type Reservation,
} from '../../../functions/contract/api.ts';
import { parseOrderEvent } from '../../../functions/contract/order.ts';
import type { ReviewDecision } from '../../../functions/contract/review.ts';
import { isConditionFailed } from '../../aws/errors.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { recordedBy } from '../../workflow/recorded.ts';
import { readRawHistory, toHistoryEvent } from '../lookup/history.ts';
import type { EffectiveCall } from './order-side-effects.ts';
import { needed, neededLists } from './read-rows.ts';
import { rebuilt, type Told } from './rebuild-row.ts';

interface Change {
  readonly orderId: string;
  /** Fields to set; those that are undefined are removed. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Names fields as `#f` and their place among `fields`. */
  readonly condition: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Writes the row of an order anew, from its execution's input and history. False when there is a whole one again, or nothing to write. */
export async function writeRow(
  target: Target,
  outputs: StackOutputs,
  { orderId, arn, calls }: { orderId: string; arn: string; calls: readonly EffectiveCall[] },
): Promise<boolean> {
  const events = await readRawHistory(target, arn, { data: true });
  const input = events.find(({ EventType }) => EventType === 'ExecutionStarted');
  const event = parseOrderEvent(parsed(input?.ExecutionStartedDetails?.Input?.Payload));
  if (!event.ok) return false;
  const callback = events.find(({ EventType }) => EventType === 'CallbackStarted');
  const { CallbackId, Timeout = 0 } = callback?.CallbackStartedDetails ?? {};
  const answer = events.find(({ EventType }) => EventType === 'CallbackSucceeded');
  const decision = parsed(answer?.CallbackSucceededDetails?.Result?.Payload);
  const row = rebuilt({
    event: event.value,
    executionArn: arn,
    recorded: recordedBy(events.map(toHistoryEvent)),
    calls,
    ...(CallbackId && {
      review: {
        callbackId: CallbackId,
        timeoutSeconds: Timeout,
        ...(isDecision(decision) && { decision }),
      },
    }),
  });
  if (!row) return false;
  const { orderId: _, ...fields } = row;
  // Those of one that is there in part are written over.
  const condition = [...needed, ...neededLists]
    .map((field) => `attribute_not_exists(#f${Object.keys(fields).indexOf(field)})`)
    .join(' OR ');
  return change(target, outputs, { orderId, fields, condition, values: {} });
}

/** Sets a row to what its execution's history shows. False when it has moved since it was seen. */
export function restoreRow(
  target: Target,
  outputs: StackOutputs,
  { seen, told }: { readonly seen: OrderRecord; readonly told: Told },
): Promise<boolean> {
  return change(target, outputs, {
    orderId: seen.orderId,
    fields: { ...told, updatedAt: new Date().toISOString() },
    condition: '#status = :seenStatus AND updatedAt = :seenAt',
    values: { ':seenStatus': seen.status, ':seenAt': seen.updatedAt },
  });
}

/** Sets what a row says of its stock, without moving any. False when it has changed since it was seen. */
export function correctReservation(
  target: Target,
  outputs: StackOutputs,
  { seen, reservation }: { readonly seen: OrderRecord; readonly reservation: Reservation },
): Promise<boolean> {
  const before = seen.reservation;
  return change(target, outputs, {
    orderId: seen.orderId,
    fields: { reservation },
    condition: before === undefined ? 'attribute_not_exists(reservation)' : 'reservation = :before',
    values: before === undefined ? {} : { ':before': before },
  });
}

/** Has a row name the execution that is its own. False when it names another one since it was seen. */
export function correctExecution(
  target: Target,
  outputs: StackOutputs,
  { seen, executionArn }: { readonly seen: OrderRecord; readonly executionArn: string },
): Promise<boolean> {
  return change(target, outputs, {
    orderId: seen.orderId,
    fields: { executionArn },
    condition: 'executionArn = :before',
    values: { ':before': seen.executionArn },
  });
}

async function change(
  target: Target,
  outputs: StackOutputs,
  { orderId, fields, condition, values }: Change,
): Promise<boolean> {
  const { UpdateCommand } = await import('../../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  const all = Object.keys(fields);
  const named = (kept: boolean) =>
    all.flatMap((field, index) => ((fields[field] !== undefined) === kept ? [index] : []));
  const removed = named(false).map((index) => `#f${index}`);
  const set = named(true).map((index) => `#f${index} = :f${index}`);
  const usesStatus = condition.includes('#status');
  try {
    await tables.send(
      new UpdateCommand({
        TableName: output(outputs, names.ordersTable),
        Key: { orderId },
        UpdateExpression: `SET ${set.join(', ')}${removed.length > 0 ? ` REMOVE ${removed.join(', ')}` : ''}`,
        ConditionExpression: condition,
        ExpressionAttributeNames: {
          ...Object.fromEntries(all.map((field, index) => [`#f${index}`, field])),
          ...(usesStatus && { '#status': 'status' }),
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(
            named(true).map((index) => [`:f${index}`, fields[all[index] ?? '']]),
          ),
          ...values,
        },
      }),
    );
    return true;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    return false;
  }
}

function isDecision(value: unknown): value is ReviewDecision {
  return typeof value === 'object' && value !== null && 'decision' in value && 'by' in value;
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
