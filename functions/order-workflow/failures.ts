/**
 * The errors of the workflow. A durable step keeps the name and the message of an error but not its class, even within one
 * invocation. So errors are recognized by name.
 */
import { errorNames, parseRejectionCode, toPublicMessage } from '../contract/failure.ts';

/** A business rule rejects the order: the step is not retried, earlier stages are undone, and the order ends as `failed`. */
export class OrderRejected extends Error {
  readonly code: string;

  /** `code` is stable and meant for programs. `message` is meant for people and contains no personal data. */
  constructor(code: string, message: string) {
    super(message);
    this.name = `${errorNames.rejectionPrefix}${code}`;
    this.code = code;
  }
}

/** A transient error of a provider: the step is retried. */
export class ProviderUnavailable extends Error {
  override readonly name = errorNames.providerUnavailable;
}

/** The order id belongs to another execution, whose order this execution must not change or close. */
export class OrderIdTaken extends Error {
  override readonly name = errorNames.orderIdTaken;

  constructor(orderId: string) {
    super(`The order id ${orderId} belongs to another execution`);
  }
}

/** A cancellation was requested before the hand-over to the carrier. */
export class OrderCancelled extends Error {
  override readonly name = errorNames.orderCancelled;

  constructor(orderId: string) {
    super(`The order ${orderId} was cancelled`);
  }
}

/** The failure code of a cancellation. It is not stored: a cancelled order has no failure. */
export const cancelled = 'cancelled';

/** The code of a rejection; undefined for any other error. */
export function rejectionCode(error: unknown): string | undefined {
  return parseRejectionCode(errorName(error));
}

export function isOrderIdTaken(error: unknown): boolean {
  return errorName(error) === errorNames.orderIdTaken;
}

export function isCancelled(error: unknown): boolean {
  return errorName(error) === errorNames.orderCancelled;
}

/** Whether a retry cannot succeed. */
export function isPermanentError(error: unknown): boolean {
  return rejectionCode(error) !== undefined || isOrderIdTaken(error) || isCancelled(error);
}

/** The message of an error for the order's record; see `toPublicMessage`. The history keeps the original message. */
export function publicErrorMessage(error: unknown): string {
  return toPublicMessage(errorName(error), error instanceof Error ? error.message : '');
}

/** The name of the error that a step threw. The durable SDK may have wrapped it in other errors. */
export function errorName(error: unknown): string {
  let name = 'Error';
  for (let cause = error; cause instanceof Error; cause = cause.cause) name = cause.name;
  return name;
}
