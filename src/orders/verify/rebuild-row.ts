/** An order's row as its execution's history shows that it must be. Pure. */
import {
  type Failure,
  listingKey,
  type OrderRecord,
  type Transition,
} from '../../../functions/contract/api.ts';
import { type OrderEvent, toDecimal, totalMinor } from '../../../functions/contract/order.ts';
import type { Review } from '../../../functions/contract/review.ts';
import { isEnd, pointOfNoReturn, rank, stages } from '../../../functions/contract/workflow.ts';
import type { Recorded } from '../../workflow/recorded.ts';
import { reservationInLog } from './audit-side-effects.ts';
import type { EffectiveCall } from './order-side-effects.ts';

/** What of a row the history tells; what is undefined is not in the row. */
export interface Told {
  readonly status: OrderRecord['status'];
  readonly transitions: readonly Transition[];
  readonly failure: Failure | undefined;
  readonly undos: OrderRecord['undos'];
  readonly warnings: OrderRecord['warnings'];
  readonly handOver: string | undefined;
  readonly flagged: true | undefined;
}

/** The end of an order whose execution did not end by itself is recovery's, and stands in the row alone. */
export function toldBy(recorded: Recorded, row?: OrderRecord): Told | undefined {
  const { transitions: own, undos, warnings, handOver, state } = recorded;
  const [first] = own;
  if (!first) return undefined;
  const last = own.at(-1) ?? first;
  const isClosedByRecovery =
    row !== undefined &&
    state !== 'running' &&
    state !== 'succeeded' &&
    !isEnd(last.status) &&
    (row.status === 'failed' || row.status === 'cancelled');
  if (isClosedByRecovery) {
    const { status, updatedAt } = row;
    const at = row.transitions.findLast((each) => each.status === status)?.at ?? updatedAt;
    const { failure, flagged } = row;
    return {
      status,
      transitions: [...forward(own), { status, at }],
      failure,
      undos: row.undos,
      warnings: row.warnings,
      handOver,
      flagged: flagged || undefined,
    };
  }
  const { status } = last;
  const failure = status === 'failed' ? failureIn(recorded) : undefined;
  const noReturn = stages.findIndex(({ id }) => id === pointOfNoReturn);
  const isFlagged =
    failure !== undefined && stages.findIndex(({ id }) => id === failure.stage) >= noReturn;
  const untaken = {
    stage: pointOfNoReturn,
    message: 'The order may be with the carrier: nothing was taken back',
  };
  const told = isFlagged ? [untaken] : isEnd(status) ? warnings : [];
  return {
    status,
    transitions: forward(own),
    failure,
    undos: isEnd(status) && undos.length > 0 ? undos : undefined,
    warnings: told.length > 0 ? told : undefined,
    handOver,
    flagged: isFlagged || undefined,
  };
}

/** A step that ran twice recorded its status once. */
function forward(transitions: readonly Transition[]): Transition[] {
  return transitions.filter(({ status }, index) =>
    transitions.slice(0, index).every((before) => rank(before.status) < rank(status)),
  );
}

function failureIn({ outcome, failed }: Recorded): Failure {
  if (outcome?.failure) return outcome.failure;
  const { stage = 'validate-order', message = 'The order failed' } = failed ?? {};
  return { stage, code: 'technical-failure', message };
}

export interface Sources {
  readonly event: OrderEvent;
  readonly executionArn: string;
  readonly recorded: Recorded;
  readonly calls: readonly EffectiveCall[];
  /** Of an order that is, or was, parked. */
  readonly review?: Pick<Review, 'callbackId' | 'timeoutSeconds' | 'decision'> | undefined;
}

/** The whole row of an order that was lost; undefined when its execution never wrote one. */
export function rebuilt({
  event,
  executionArn,
  recorded,
  calls,
  review,
}: Sources): OrderRecord | undefined {
  const told = toldBy(recorded);
  const createdAt = recorded.transitions[0]?.at;
  if (!told || createdAt === undefined) return undefined;
  const { orderId, order } = event;
  const reservation = reservationInLog({ calls });
  const parked = told.transitions.find(({ status }) => status === 'awaiting-review');
  const { score = 0, endError, outcome, endedAt } = recorded;
  const isCancelled = endError?.type === 'OrderCancelled' || outcome?.outcome === 'cancelled';
  return defined({
    orderId,
    ...order,
    total: toDecimal(totalMinor(order)),
    executionArn,
    createdAt,
    updatedAt: told.transitions.at(-1)?.at ?? createdAt,
    listing: listingKey(orderId, createdAt),
    ...told,
    reservation,
    review: parked && review && { ...review, score, requestedAt: parked.at },
    cancelRequested: isCancelled && endedAt !== undefined ? { at: endedAt } : undefined,
  }) as unknown as OrderRecord;
}

/** DynamoDB knows no undefined. */
function defined(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
