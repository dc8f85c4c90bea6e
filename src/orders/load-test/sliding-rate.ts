/** Length of the window (ms). */
const windowMs = 5000;

/** Rate of events within a sliding window of a few seconds. */
export class SlidingRate {
  readonly #entries: { readonly at: number; readonly count: number }[] = [];
  readonly #startedAt = performance.now();

  add(count = 1, now = performance.now()): void {
    this.#removeExpired(now);
    this.#entries.push({ at: now, count });
  }

  /** Returns events per second, rounded to a tenth. */
  perSecond(now = performance.now()): number {
    this.#removeExpired(now);
    const count = this.#entries.reduce((sum, entry) => sum + entry.count, 0);
    const elapsedMs = Math.min(windowMs, Math.max(1000, now - this.#startedAt));
    return Math.round((count / elapsedMs) * 10_000) / 10;
  }

  #removeExpired(now: number): void {
    const first = this.#entries.findIndex(({ at }) => at > now - windowMs);
    this.#entries.splice(0, first < 0 ? this.#entries.length : first);
  }
}
