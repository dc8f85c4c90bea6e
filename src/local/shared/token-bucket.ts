/** Admits `rate` units per second. The units of one second may be used at the same moment. */
export class TokenBucket {
  readonly #rate: number;
  readonly #now: () => number;
  #available: number;
  #updatedAt: number;

  /** `now` returns monotonic time (ms). */
  constructor(rate: number, now: () => number) {
    this.#rate = rate;
    this.#now = now;
    this.#available = rate;
    this.#updatedAt = now();
  }

  /**
   * Takes units if there are enough, and reports whether there were. A request of more than `rate` units is admitted by a full
   * bucket, which is then in debt.
   */
  take(units = 1): boolean {
    if (this.#refill() < Math.min(units, this.#rate)) return false;
    this.#available -= units;
    return true;
  }

  /** Reports whether nothing was taken within the last second. */
  isFull(): boolean {
    return this.#refill() >= this.#rate;
  }

  #refill(): number {
    const now = this.#now();
    const refilled = this.#available + ((now - this.#updatedAt) / 1000) * this.#rate;
    this.#available = Math.min(this.#rate, refilled);
    this.#updatedAt = now;
    return this.#available;
  }
}
