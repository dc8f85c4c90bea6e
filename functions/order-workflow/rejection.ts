/** The business said no: the step fails once, what came before is undone, and the order ends `failed`. */
export class OrderRejected extends Error {
  readonly code: string;

  /** `code` is stable and for programs; `message` is for people and holds no personal data. */
  constructor(code: string, message: string) {
    super(message);
    // A durable step keeps an error's name and message and loses its class, so the name carries the code.
    this.name = `${rejectedPrefix}${code}`;
    this.code = code;
  }
}

const rejectedPrefix = 'OrderRejected.';

/** The code of a rejection, also after it has been through a checkpoint; undefined for any other error. */
export function rejectionCode(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each.name.startsWith(rejectedPrefix)) return each.name.slice(rejectedPrefix.length);
  }
  return undefined;
}
