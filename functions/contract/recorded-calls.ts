import type { OrderRecord, Transition } from './api.ts';
import { effectKey } from './tables.ts';
import { type StepId, stages, statusesRecordedBy } from './workflow.ts';

/** A call of a simulated service that took effect with a status of the order. */
export interface RecordedCall {
  readonly call: StepId;
  /** The idempotency key of the call. */
  readonly key: string;
  /** When it took effect (RFC 3339 UTC). */
  readonly at: string;
}

/**
 * Returns the calls on an order's item. All other calls are in the provider-calls table. So are all calls of an order that an earlier
 * version of the workflow processed.
 */
export function recordedCalls({
  orderId,
  transitions,
  updatedAt,
  calls = [],
}: Pick<OrderRecord, 'orderId' | 'transitions' | 'updatedAt' | 'calls'>): RecordedCall[] {
  return calls.map((call) => {
    const recorded: readonly string[] = statusesRecordedBy(call);
    const transition = transitions.find(({ status }) => recorded.includes(status));
    // An order that waits for its review has no status of the fraud check.
    return { call, key: effectKey(orderId, call), at: transition?.at ?? updatedAt };
  });
}

/** Stages that call no simulated service, or whose service records the call itself, with a payment or with stock. */
const otherStages: ReadonlySet<string> = new Set<StepId>([
  'validate-order',
  'process-payment',
  'reserve-inventory',
  'complete-order',
]);

/** Returns the calls that simulated services have recorded with these transitions. */
export function callsWithStatuses(transitions: readonly Transition[]): StepId[] {
  const reached = new Set<string>(transitions.map(({ status }) => status));
  return stages.flatMap(({ id, kind }) => {
    if (kind !== 'step' || otherStages.has(id)) return [];
    return statusesRecordedBy(id).some((status) => reached.has(status)) ? [id] : [];
  });
}
