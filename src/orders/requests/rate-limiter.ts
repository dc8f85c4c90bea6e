import { setTimeout as sleep } from 'node:timers/promises';

/** The window over which `recentRate` counts (ms). */
const rateWindowMs = 5000;

/** Limits the requests per second of a scarce operation. After a pause, `burst` requests may start at the same time. */
export class RateLimiter {
  /** Requests per second. */
  readonly limit: number;
  readonly #intervalMs: number;
  readonly #burst: number;
  /** When the next request is due at the even rate; up to the burst in the past. */
  #nextAt = 0;
  /** Times of the requests within the rate window. */
  #recent: number[] = [];

  constructor(perSecond: number, burst = 1) {
    this.limit = perSecond;
    this.#intervalMs = 1000 / perSecond;
    this.#burst = burst;
  }

  /** Whether a request would not have to wait. */
  hasCapacity(now = performance.now()): boolean {
    return this.#waitMs(now) <= 0;
  }

  /** Takes a slot if one is free. Returns whether it did. */
  tryAcquire(now = performance.now()): boolean {
    if (!this.hasCapacity(now)) return false;
    this.#record(now);
    return true;
  }

  /** Requests per second in the last seconds. */
  recentRate(now = performance.now()): number {
    const recent = this.#recent.filter((at) => at > now - rateWindowMs);
    return (recent.length * 1000) / rateWindowMs;
  }

  /** Waits for a slot. Callers get slots in the order of their calls. */
  async acquire(now = performance.now()): Promise<void> {
    const waitMs = this.#waitMs(now);
    this.#record(now);
    if (waitMs > 0) await sleep(waitMs);
  }

  #waitMs(now: number): number {
    return this.#nextAt - (this.#burst - 1) * this.#intervalMs - now;
  }

  #record(now: number): void {
    this.#nextAt = Math.max(this.#nextAt, now) + this.#intervalMs;
    this.#recent = [...this.#recent.filter((at) => at > now - rateWindowMs), now];
  }
}

/** The account's quota for reading histories and lists of executions (requests per second; single executions 30). */
export const executionQuota = 15;

/** Limits the reads of executions to a third of the account's quota. A list of the open executions takes three requests. */
export const executionReadLimiter = new RateLimiter(5, 3);

/** Limits FilterLogEvents: the account's quota is 5 requests per second in the smallest Regions (CloudWatch Logs quotas). */
export const logReadLimiter = new RateLimiter(3, 3);

/** Quotas of Lambda that a load test may reach (requests per second). */
export const accountLimits = { startsPerSecond: 300, listsPerSecond: 15 } as const;
