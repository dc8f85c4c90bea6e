/** How often something happens: over the last few seconds. */
export class RecentRate {
  static readonly #windowMs = 5000;
  readonly #seen: { readonly at: number; readonly count: number }[] = [];
  readonly #began = performance.now();

  add(count = 1, now = performance.now()): void {
    this.#forget(now);
    this.#seen.push({ at: now, count });
  }

  perSecond(now = performance.now()): number {
    this.#forget(now);
    const count = this.#seen.reduce((sum, each) => sum + each.count, 0);
    const overMs = Math.min(RecentRate.#windowMs, Math.max(1000, now - this.#began));
    return Math.round((count / overMs) * 10_000) / 10;
  }

  #forget(now: number): void {
    const first = this.#seen.findIndex(({ at }) => at > now - RecentRate.#windowMs);
    this.#seen.splice(0, first < 0 ? this.#seen.length : first);
  }
}
