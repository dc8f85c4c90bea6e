/** Why orders fail: the codes of failures that no business rule caused, and the names of the workflow's own errors. */
import type { Warning } from './api.ts';
import { pointOfNoReturn } from './workflow.ts';

/** The code of a stage that failed for a technical reason. */
export const technicalFailure = 'technical-failure';

/** The codes of executions that were ended from outside. */
export const stoppedFailure = 'stopped';
export const timedOutFailure = 'timed-out';

/** The codes of events that the workflow rejects without writing an item. */
export const invalidEvent = 'invalid-event';
export const orderIdTaken = 'order-id-taken';

const technicalCodes: ReadonlySet<string> = new Set([
  technicalFailure,
  stoppedFailure,
  timedOutFailure,
]);

/** Whether an order with this failure code failed for a technical reason. A rejection has a code of its own. */
export function isTechnicalFailure(code: string): boolean {
  return technicalCodes.has(code);
}

/** The warning of a flagged order. */
export const notUndoneWarning: Warning = {
  stage: pointOfNoReturn,
  message: 'The order may be with the carrier: nothing was undone',
};

/** Names of errors, as the history of an execution records them. A rejection's name ends with its code. */
export const errorNames = {
  rejectionPrefix: 'OrderRejected.',
  providerUnavailable: 'ProviderUnavailable',
  providerFailed: 'ProviderFailed',
  writeContention: 'WriteContention',
  orderIdTaken: 'OrderIdTaken',
  orderCancelled: 'OrderCancelled',
} as const;

/** The failure code in the name of a rejection; undefined for any other error. */
export function parseRejectionCode(errorName: string): string | undefined {
  const { rejectionPrefix } = errorNames;
  return errorName.startsWith(rejectionPrefix)
    ? errorName.slice(rejectionPrefix.length)
    : undefined;
}

/** Errors of the workflow whose messages contain nothing internal. */
const publicErrors: ReadonlySet<string> = new Set([
  errorNames.providerUnavailable,
  errorNames.providerFailed,
  errorNames.writeContention,
  errorNames.orderCancelled,
]);

/**
 * The message of an error for the order's record. Customers read the record, and the message of a foreign error may name
 * accounts and roles: only the name of such an error is kept.
 */
export function toPublicMessage(errorName: string, message: string): string {
  const isOwn = parseRejectionCode(errorName) !== undefined || publicErrors.has(errorName);
  return isOwn ? message : `An unexpected error (${errorName})`;
}
