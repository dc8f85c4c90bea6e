/** The rows from which the console's list is built, and why an order needs attention. Pure. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isTerminal, type ShownStatus, stage } from '../../../functions/contract/workflow.ts';
import type { WaitDurations } from '../../workflow/durations.ts';
import { activeStage, type StageProgress, workflowProgress } from '../../workflow/progress.ts';
import { findPendingAttempt } from '../../workflow/provider-waits.ts';
import type { ListedOrder } from '../tables/listing-table.ts';
import type { AttentionReason, ConsoleOrder } from './snapshot.ts';

/** The fields of an order's item that the list shows. The policy for observers allows to read them. */
export const rowFields = [
  'orderId',
  'status',
  'customerId',
  'total',
  'transitions',
  'failure',
  'undos',
  'warnings',
  'review',
  'waitingFor',
  'waitingSince',
  'flagged',
  'retryOf',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof OrderRecord)[];
export type RowRecord = Pick<OrderRecord, (typeof rowFields)[number]>;

export interface WaitOptions {
  /** Lengths of the waits in the stack (ms, wall time). */
  readonly waits: WaitDurations;
  readonly timeScale: number;
}

/** An order of the list, with the times that decide whether it needs attention. */
export interface OrderRow {
  readonly order: ConsoleOrder;
  /** ms since the epoch. */
  readonly createdAt: number;
  /** The order is expected to make progress after this time (ms since the epoch); undefined if it has ended or waits for a person. */
  readonly idleFrom: number | undefined;
  /** When the order reached its terminal status (ms since the epoch). */
  readonly endedAt: number | undefined;
  readonly isFlagged: boolean;
  /** The order that this one retries. */
  readonly retryOf: string | undefined;
}

/** A row of the list, and its source. */
export interface Entry {
  readonly row: OrderRow;
  /** The item; undefined if only the index is known. */
  readonly record: RowRecord | undefined;
  /** The order with its attention and pause. The same object until one of them changes. */
  shown: ConsoleOrder;
}

export function toEntry(row: OrderRow, record?: RowRecord): Entry {
  return { row, record, shown: row.order };
}

/** Steps are short: an order without progress for this long needs attention (ms). */
const stuckAfterMs = 60_000;
/** A failed order needs attention for this long (ms). */
const failedRecentlyMs = 24 * 60 * 60_000;

/** Builds a row from the fields of the index. Used if the item may not be read. */
export function rowFromIndex({ total, ...listed }: ListedOrder): OrderRow {
  return {
    order: { ...listed, total: toMinorUnits(total) },
    createdAt: Date.parse(listed.createdAt),
    idleFrom: undefined,
    endedAt: isTerminal(listed.status) ? Date.parse(listed.updatedAt) : undefined,
    isFlagged: false,
    retryOf: undefined,
  };
}

/** Builds the row of an order that has an execution, but no item yet. */
export function rowWithoutItem(orderId: string, startedAt: number): OrderRow {
  const time = new Date(startedAt).toISOString();
  const order: ConsoleOrder = {
    orderId,
    customerId: '',
    total: 0,
    status: 'received',
    createdAt: time,
    updatedAt: time,
  };
  const unknown = { endedAt: undefined, isFlagged: false, retryOf: undefined };
  return { order, createdAt: startedAt, idleFrom: startedAt, ...unknown };
}

/** Builds a row from an item. */
export function rowFromRecord(record: RowRecord, options: WaitOptions): OrderRow {
  const { orderId, customerId, total, status, createdAt, updatedAt, failure, warnings } = record;
  const hasEnded = isTerminal(status);
  const active = hasEnded ? undefined : activeStage(workflowProgress(record));
  const waitingFor = findPendingAttempt(record, options.timeScale);
  const waitEnd = hasEnded ? undefined : findWaitEnd(record, active, options);
  const waitField = status === 'awaiting-review' ? 'reviewDueAt' : 'resumesAt';
  const order: ConsoleOrder = {
    orderId,
    customerId,
    total: toMinorUnits(total),
    status,
    createdAt,
    updatedAt,
    ...(active ? { stage: active.id } : {}),
    ...(waitEnd === undefined ? {} : { [waitField]: new Date(waitEnd).toISOString() }),
    ...(waitingFor ? { waitingFor } : {}),
    ...(failure ? { failure } : {}),
    ...(warnings?.length ? { warnings } : {}),
  };
  const nextAttempt = waitingFor ? Date.parse(waitingFor.nextAt) : 0;
  const waitsForPerson = status === 'awaiting-review' || record.flagged === true;
  const idleFrom = Math.max(Date.parse(updatedAt), waitEnd ?? 0, nextAttempt);
  return {
    order,
    createdAt: Date.parse(createdAt),
    idleFrom: hasEnded || waitsForPerson ? undefined : idleFrom,
    endedAt: hasEnded ? Date.parse(record.transitions.at(-1)?.at ?? updatedAt) : undefined,
    isFlagged: record.flagged === true,
    retryOf: record.retryOf,
  };
}

const toMinorUnits = (amount: number) => Math.round(amount * 100);

/** Returns when the current wait or review ends (ms since the epoch); undefined if the order is not waiting. */
function findWaitEnd(
  { status, review }: RowRecord,
  active: StageProgress | undefined,
  { waits, timeScale }: WaitOptions,
): number | undefined {
  if (status === 'awaiting-review') {
    if (!review) return undefined;
    return Date.parse(review.requestedAt) + (review.timeoutSeconds * 1000) / timeScale;
  }
  if (!active?.at) return undefined;
  const declared = stage(active.id);
  return declared.kind === 'wait' ? Date.parse(active.at) + waits[declared.id] : undefined;
}

export interface AttentionOptions {
  /** ms since the epoch. */
  readonly now: number;
  /** No order made progress before this time, because its runtime was down (ms since the epoch). */
  readonly progressSince: number;
  readonly isPaused: boolean;
  readonly hasDeadLetter: boolean;
  /** Status of the newest retry of the order, if it has one. */
  readonly retryStatus: ShownStatus | undefined;
}

/** Returns the most urgent reason why an order needs attention; undefined if it does not need any. */
export function findAttention(
  row: OrderRow,
  options: AttentionOptions,
): AttentionReason | undefined {
  const { order, idleFrom, isFlagged } = row;
  const { now, progressSince, isPaused, hasDeadLetter } = options;
  const isIdle = idleFrom !== undefined && now - Math.max(idleFrom, progressSince) >= stuckAfterMs;
  if (isIdle && !isPaused) return 'stuck';
  if (order.status === 'awaiting-review') return 'review';
  if (hasDeadLetter) return 'dead-letter';
  if (isFlagged) return 'flagged';
  if (order.waitingFor) return 'waiting';
  return needsRetry(row, options) ? 'failed' : undefined;
}

/** Whether an order failed recently, and no retry of it completed or is running. */
function needsRetry({ order, endedAt = 0 }: OrderRow, { now, retryStatus }: AttentionOptions) {
  if (order.status !== 'failed' || now - endedAt >= failedRecentlyMs) return false;
  return retryStatus === undefined || retryStatus === 'failed' || retryStatus === 'cancelled';
}
