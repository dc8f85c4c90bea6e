/** Builds the record of an order from the history of its execution. Pure. */
import type { Failure, OrderRecord, Transition } from '../../../functions/contract/api.ts';
import {
  errorNames,
  notUndoneWarning,
  technicalFailure,
} from '../../../functions/contract/failure.ts';
import { type OrderEvent, toDecimal, totalMinor } from '../../../functions/contract/order.ts';
import { orderPath } from '../../../functions/contract/path.ts';
import { callsWithStatuses } from '../../../functions/contract/recorded-calls.ts';
import type { Review } from '../../../functions/contract/review.ts';
import { listingKey } from '../../../functions/contract/tables.ts';
import {
  isTerminal,
  pointOfNoReturn,
  type StageId,
  type StepId,
  stages,
  statusRank,
} from '../../../functions/contract/workflow.ts';
import type { RecordedOutcome } from '../../workflow/recorded.ts';
import type { EffectiveCall } from '../tables/provider-calls-table.ts';
import { loggedReservation, loggedUnits } from './audit-side-effects.ts';

/** The fields of a record that the history determines. An undefined field is removed from the record. */
export interface RowFields {
  readonly status: OrderRecord['status'];
  readonly transitions: readonly Transition[];
  readonly failure: Failure | undefined;
  readonly undos: OrderRecord['undos'];
  readonly warnings: OrderRecord['warnings'];
  readonly handOver: string | undefined;
  readonly flagged: true | undefined;
}

/**
 * Returns the fields of a record as the history shows them; undefined if the execution wrote nothing. If the recovery closed the
 * order, the history does not contain its end: the end is taken from the record.
 */
export function rowFieldsFrom(
  recorded: RecordedOutcome,
  record?: OrderRecord,
): RowFields | undefined {
  const last = recorded.transitions.at(-1);
  if (!last) return undefined;
  const isClosedByRecovery =
    record !== undefined &&
    recorded.state !== 'running' &&
    recorded.state !== 'succeeded' &&
    !isTerminal(last.status) &&
    (record.status === 'failed' || record.status === 'cancelled');
  return isClosedByRecovery
    ? fieldsOfRecovered(recorded, record)
    : fieldsOfExecution(recorded, last.status, record);
}

function fieldsOfRecovered(recorded: RecordedOutcome, record: OrderRecord): RowFields {
  const { status, updatedAt, failure, undos, warnings, flagged } = record;
  const end = record.transitions.findLast((transition) => transition.status === status);
  const at = end?.at ?? updatedAt;
  return {
    status,
    transitions: [...mergeTransitions(recorded.transitions, record), { status, at }],
    failure,
    undos,
    warnings,
    handOver: recorded.handOver,
    flagged: flagged || undefined,
  };
}

function fieldsOfExecution(
  recorded: RecordedOutcome,
  status: OrderRecord['status'],
  record: OrderRecord | undefined,
): RowFields {
  const failure = status === 'failed' ? toFailure(recorded) : undefined;
  const isFlagged = failure !== undefined && isPastNoReturn(failure.stage);
  const { undos, handOver } = recorded;
  const ownWarnings = isTerminal(status) ? recorded.warnings : [];
  const warnings = isFlagged ? [notUndoneWarning] : ownWarnings;
  return {
    status,
    transitions: mergeTransitions(recorded.transitions, record),
    failure,
    undos: isTerminal(status) && undos.length > 0 ? undos : undefined,
    warnings: warnings.length > 0 ? warnings : undefined,
    handOver,
    flagged: isFlagged || undefined,
  };
}

function isPastNoReturn(failed: StageId): boolean {
  const position = (id: StageId) => stages.findIndex((stage) => stage.id === id);
  return position(failed) >= position(pointOfNoReturn);
}

/**
 * Returns the transitions of the history. Keeps transitions of the record whose status the current workflow no longer has,
 * because no event of the history maps to such a status.
 */
function mergeTransitions(
  shown: readonly Transition[],
  record: OrderRecord | undefined,
): Transition[] {
  const path = record ? orderPath(record) : [];
  const removed = (record?.transitions ?? []).filter(
    ({ status }) => statusRank(status) < 0 && path.includes(status),
  );
  const merged = onlyForward(shown);
  for (const transition of removed) {
    const next = merged.findIndex(
      ({ status }) => path.indexOf(status) > path.indexOf(transition.status),
    );
    merged.splice(next < 0 ? merged.length : next, 0, transition);
  }
  return merged;
}

/** Leaves out repeated statuses: a step that ran twice recorded its status once. */
function onlyForward(transitions: readonly Transition[]): Transition[] {
  return transitions.filter(({ status }, index) =>
    transitions.slice(0, index).every((earlier) => statusRank(earlier.status) < statusRank(status)),
  );
}

function toFailure({ outcome, failed }: RecordedOutcome): Failure {
  if (outcome?.failure) return outcome.failure;
  const { stage = 'validate-order', message = 'The order failed' } = failed ?? {};
  return { stage, code: technicalFailure, message };
}

export interface RowSources {
  readonly event: OrderEvent;
  readonly executionArn: string;
  readonly recorded: RecordedOutcome;
  readonly calls: readonly EffectiveCall[];
  /** Partitions of one day in the listing index. */
  readonly shards: number;
  /** The review of the order, if it needed one. */
  readonly review?: Pick<Review, 'callbackId' | 'timeoutSeconds' | 'decision'> | undefined;
}

/** Returns the whole record of a lost order; undefined if its execution never wrote one. */
export function rebuildRow({
  event,
  executionArn,
  recorded,
  calls,
  shards,
  review,
}: RowSources): OrderRecord | undefined {
  const fields = rowFieldsFrom(recorded);
  const createdAt = recorded.transitions[0]?.at;
  if (!fields || createdAt === undefined) return undefined;
  const { orderId, order } = event;
  const inReview = fields.transitions.find(({ status }) => status === 'awaiting-review');
  const { score = 0, endError, outcome, endedAt } = recorded;
  const isCancelled =
    endError?.type === errorNames.orderCancelled || outcome?.outcome === 'cancelled';
  return omitUndefined({
    orderId,
    ...order,
    total: toDecimal(totalMinor(order)),
    executionArn,
    path: recorded.path,
    createdAt,
    updatedAt: fields.transitions.at(-1)?.at ?? createdAt,
    listing: listingKey(orderId, { createdAt, shards }),
    ...fields,
    reservation: loggedReservation({ calls }),
    reservedFrom: loggedUnits({ calls }),
    calls: lostCalls(fields.transitions, calls),
    review: inReview && review && { ...review, score, requestedAt: inReview.at },
    cancelRequested: isCancelled && endedAt !== undefined ? { at: endedAt } : undefined,
  }) as unknown as OrderRecord;
}

/** Returns the calls that only the lost record contained. The undo of a stage at a simulated service requires its call. */
function lostCalls(
  transitions: readonly Transition[],
  logged: readonly EffectiveCall[],
): readonly StepId[] | undefined {
  const inLog = new Set(logged.map(({ call }) => call));
  const lost = callsWithStatuses(transitions).filter((call) => !inLog.has(call));
  return lost.length > 0 ? lost : undefined;
}

/** Returns the fields without undefined values, which DynamoDB does not support. */
function omitUndefined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
