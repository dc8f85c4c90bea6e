/**
 * A durable step keeps an error's name and message and loses its class, also within one invocation; so every error
 * here is known by its name.
 */

/** The business said no: the step fails once, what came before is undone, and the order ends `failed`. */
export class OrderRejected extends Error {
  readonly code: string;

  /** `code` is stable and for programs; `message` is for people and holds no personal data. */
  constructor(code: string, message: string) {
    super(message);
    this.name = `${rejectedPrefix}${code}`;
    this.code = code;
  }
}

/** A provider did not answer. Worth asking again. */
export class ProviderUnavailable extends Error {
  override readonly name = providerUnavailable;
}

/** Another execution has an order of this id. Its order is not this one's to touch, not even to close it. */
export class OrderIdTaken extends Error {
  override readonly name = orderIdTaken;

  constructor(orderId: string) {
    super(`The order id ${orderId} belongs to another execution`);
  }
}

/** Somebody asked for the order to be cancelled, and it is not with the carrier yet. */
export class OrderCancelled extends Error {
  override readonly name = orderCancelled;

  constructor(orderId: string) {
    super(`The order ${orderId} was cancelled`);
  }
}

const rejectedPrefix = 'OrderRejected.';
const providerUnavailable = 'ProviderUnavailable';
const orderIdTaken = 'OrderIdTaken';
const orderCancelled = 'OrderCancelled';

/** The code of a failure that is nobody's decision. */
export const technicalFailure = 'technical-failure';

/** The code of a failure that is a cancellation. */
export const cancelled = 'cancelled';

/** The code of a rejection, also after it has been through a checkpoint; undefined for any other error. */
export function rejectionCode(error: unknown): string | undefined {
  const name = nameOf(error);
  return name.startsWith(rejectedPrefix) ? name.slice(rejectedPrefix.length) : undefined;
}

export function isOrderIdTaken(error: unknown): boolean {
  return nameOf(error) === orderIdTaken;
}

export function isCancelled(error: unknown): boolean {
  return nameOf(error) === orderCancelled;
}

/** Whether asking again cannot change the answer. */
export function isFinal(error: unknown): boolean {
  return rejectionCode(error) !== undefined || isOrderIdTaken(error) || isCancelled(error);
}

/**
 * What the order's record says of an error. The text of an error that is not the workflow's own may name accounts and
 * roles, and the record is read by the customer: it stays in the execution's history.
 */
export function reasonOf(error: unknown): string {
  const name = nameOf(error);
  const own =
    rejectionCode(error) !== undefined || name === providerUnavailable || isCancelled(error);
  return own ? (error as Error).message : `An unexpected error (${name})`;
}

/** The name of the error that a step's work threw, in the wrapping of the durable SDK or without. */
export function nameOf(error: unknown): string {
  let found = 'Error';
  for (let each = error; each instanceof Error; each = each.cause) found = each.name;
  return found;
}
