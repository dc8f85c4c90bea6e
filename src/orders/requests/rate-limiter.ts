import { setTimeout as sleep } from 'node:timers/promises';

/** What counts as lately, ms. */
const recentMs = 5000;

/** Keeps calls of a scarce operation to so many a second; `burst` of them may come at once after a pause. */
export class Limiter {
  /** Calls a second. */
  readonly limit: number;
  readonly #everyMs: number;
  readonly #burst: number;
  /** When the next call is due at the even pace; may lie in the past, up to the burst. */
  #next = 0;
  /** When the last calls were made. */
  #calls: number[] = [];

  constructor(perSecond: number, burst = 1) {
    this.limit = perSecond;
    this.#everyMs = 1000 / perSecond;
    this.#burst = burst;
  }

  /** Whether a call would not have to wait. */
  isFree(now = performance.now()): boolean {
    return this.#waitMs(now) <= 0;
  }

  /** Whether a call may be made now; the caller does without it if not. */
  take(now = performance.now()): boolean {
    if (!this.isFree(now)) return false;
    this.#count(now);
    return true;
  }

  /** How many calls a second were made lately. */
  perSecond(now = performance.now()): number {
    const recent = this.#calls.filter((at) => at > now - recentMs);
    return (recent.length * 1000) / recentMs;
  }

  /** Resolves when it is this caller's turn; callers take turns in the order in which they come. */
  async turn(now = performance.now()): Promise<void> {
    const wait = this.#waitMs(now);
    this.#count(now);
    if (wait > 0) await sleep(wait);
  }

  #waitMs(now: number): number {
    return this.#next - (this.#burst - 1) * this.#everyMs - now;
  }

  #count(now: number): void {
    this.#next = Math.max(this.#next, now) + this.#everyMs;
    this.#calls = [...this.#calls.filter((at) => at > now - recentMs), now];
  }
}

/** What everyone in the account has together, a second: histories and lists 15, single executions 30 (Lambda quotas). */
export const executionQuota = 15;

/** Reading durable executions; a third of what the account has. */
export const executionReads = new Limiter(5);

/** FilterLogEvents has 5 requests a second for everyone in the account, in the smallest Regions (CloudWatch Logs quotas). */
export const logReads = new Limiter(3, 3);

/** What an account may ask Lambda for, as far as a load test comes near it (Lambda quotas). */
export const accountLimits = { startsPerSecond: 300, listsPerSecond: 15 } as const;
