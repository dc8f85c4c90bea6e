/** Writes the records of orders for a repair. Every write requires that the record has not changed since it was read. */

import type { Event } from '@aws-sdk/client-lambda';
import type { OrderRecord, Reservation } from '../../../functions/contract/api.ts';
import { parseOrderEvent } from '../../../functions/contract/order.ts';
import type { ReviewDecision } from '../../../functions/contract/review.ts';
import type { Stack } from '../../environment/stack.ts';
import { readRecordedOutcome } from '../../workflow/recorded.ts';
import { readRawHistory } from '../lookup/history.ts';
import { readListingShards } from '../lookup/listing-shards.ts';
import { toHistoryEvent } from '../lookup/to-history-event.ts';
import { updateOrderIf } from '../tables/orders-table.ts';
import type { EffectiveCall } from '../tables/provider-calls-table.ts';
import { requiredFields, requiredLists } from './read-rows.ts';
import { type RowFields, type RowSources, rebuildRow } from './rebuild-row.ts';

interface LostOrder {
  readonly orderId: string;
  readonly arn: string;
  readonly calls: readonly EffectiveCall[];
}

/**
 * Writes the record of a lost order again, from the input and the history of its execution. Returns false if there is a
 * complete record meanwhile, or if the execution never wrote one.
 */
export async function writeLostRow(
  stack: Stack,
  { orderId, arn, calls }: LostOrder,
): Promise<boolean> {
  const events = await readRawHistory(stack.target, arn, { data: true });
  const start = events.find(({ EventType }) => EventType === 'ExecutionStarted');
  const event = parseOrderEvent(parseJson(start?.ExecutionStartedDetails?.Input?.Payload));
  if (!event.ok) return false;
  const record = rebuildRow({
    event: event.value,
    executionArn: arn,
    recorded: readRecordedOutcome(events.map(toHistoryEvent)),
    calls,
    shards: await readListingShards(stack),
    review: readReview(events),
  });
  if (!record) return false;
  const { orderId: _, ...fields } = record;
  // The remains of an incomplete record are overwritten.
  const condition = [...requiredFields, ...requiredLists]
    .map((field) => `attribute_not_exists(#${field})`)
    .join(' OR ');
  return updateOrderIf(stack, { orderId, fields, condition });
}

function readReview(events: readonly Event[]): RowSources['review'] {
  const started = events.find(({ EventType }) => EventType === 'CallbackStarted');
  const { CallbackId, Timeout = 0 } = started?.CallbackStartedDetails ?? {};
  if (!CallbackId) return undefined;
  const succeeded = events.find(({ EventType }) => EventType === 'CallbackSucceeded');
  const decision = parseJson(succeeded?.CallbackSucceededDetails?.Result?.Payload);
  return {
    callbackId: CallbackId,
    timeoutSeconds: Timeout,
    ...(isDecision(decision) && { decision }),
  };
}

interface RestoreOptions {
  /** The record as it was read. */
  readonly seen: OrderRecord;
  readonly fields: RowFields;
}

/** Sets fields of a record to their values in the history. Returns false if the record has changed since it was read. */
export function restoreRow(stack: Stack, { seen, fields }: RestoreOptions): Promise<boolean> {
  return updateOrderIf(stack, {
    orderId: seen.orderId,
    fields: {
      ...fields,
      // The next failed attempt records the wait again.
      waitingFor: undefined,
      waitingSince: undefined,
      updatedAt: new Date().toISOString(),
    },
    condition: '#status = :seenStatus AND #updatedAt = :seenAt',
    values: { ':seenStatus': seen.status, ':seenAt': seen.updatedAt },
  });
}

/** Corrects the reservation in a record. Moves no stock. Returns false if it has changed since it was read. */
export function correctReservation(
  stack: Stack,
  {
    seen,
    reservation,
    reservedFrom,
  }: {
    readonly seen: OrderRecord;
    readonly reservation: Reservation;
    readonly reservedFrom: OrderRecord['reservedFrom'];
  },
): Promise<boolean> {
  const before = seen.reservation;
  return updateOrderIf(stack, {
    orderId: seen.orderId,
    fields: { reservation, ...(reservedFrom && { reservedFrom }) },
    condition:
      before === undefined ? 'attribute_not_exists(#reservation)' : '#reservation = :before',
    values: before === undefined ? {} : { ':before': before },
  });
}

/** Corrects the execution that a record names. Returns false if it has changed since it was read. */
export function correctExecution(
  stack: Stack,
  { seen, executionArn }: { readonly seen: OrderRecord; readonly executionArn: string },
): Promise<boolean> {
  return updateOrderIf(stack, {
    orderId: seen.orderId,
    fields: { executionArn },
    condition: '#executionArn = :before',
    values: { ':before': seen.executionArn },
  });
}

function isDecision(value: unknown): value is ReviewDecision {
  return typeof value === 'object' && value !== null && 'decision' in value && 'by' in value;
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
