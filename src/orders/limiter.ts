/** Keeps calls of a scarce operation to so many a second, without bursts. */
export class Limiter {
  readonly #everyMs: number;
  #next = 0;

  constructor(perSecond: number) {
    this.#everyMs = 1000 / perSecond;
  }

  /** Whether a call may be made now; the caller does without it if not. */
  take(now = performance.now()): boolean {
    if (now < this.#next) return false;
    this.#next = now + this.#everyMs;
    return true;
  }
}

/** Reading durable executions has 15 to 30 requests a second for everyone in the account (Lambda quotas). */
export const executionReads = new Limiter(5);
