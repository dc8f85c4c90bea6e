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

/** A provider cannot be reached or refuses every request: the step is retried until the order's patience ends. */
export class ProviderUnavailable extends Error {
  override readonly name = errorNames.providerUnavailable;
}

/** A provider that is available fails to process this order: the step is retried a few times within seconds. */
export class ProviderFailed extends Error {
  override readonly name = errorNames.providerFailed;
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

/** Whether writes of other orders prevented a write. */
export function isWriteContention(error: unknown): boolean {
  return errorName(error) === errorNames.writeContention;
}

/** Errors by which AWS SDK clients say that a service is overloaded or cannot be reached. */
const outageNames: ReadonlySet<string> = new Set([
  errorNames.providerUnavailable,
  'InternalServerError',
  'InternalServerErrorException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'ThrottlingException',
  'TimeoutError',
]);

/** Node's codes for failed connections, which its messages contain. */
const connectionError = /\b(EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|ETIMEDOUT)\b/;

/**
 * Whether a provider or a service of AWS is unavailable, so that waiting helps. An error that is not known may be a defect of the
 * workflow, which waiting does not repair.
 */
export function isOutage(error: unknown): boolean {
  if (outageNames.has(errorName(error))) return true;
  return error instanceof Error && connectionError.test(error.message);
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
