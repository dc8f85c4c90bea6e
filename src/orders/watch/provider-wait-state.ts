import type { PublicOrder } from '../../../functions/contract/public-order.ts';
import { findPendingAttempt, type PendingAttempt } from '../../workflow/provider-waits.ts';

/** The order waits for a provider that is unavailable: reported after each failed attempt, from the order's item. */
export interface ProviderWaitEvent extends PendingAttempt {
  readonly type: 'waiting';
  readonly ts: string;
  readonly orderId: string;
}

/** The wait of a watched order for a provider. Reports each failed attempt once. */
export class ProviderWaitState {
  readonly #timeScale: number;
  /** Time of the last reported failure (RFC 3339 UTC). */
  #reportedAt = '';

  constructor(timeScale: number) {
    this.#timeScale = timeScale;
  }

  /** Start of the next attempt (ms since the epoch); undefined if the order does not wait for a provider. */
  nextAttempt(order: PublicOrder): number | undefined {
    const pending = findPendingAttempt(order, this.#timeScale);
    return pending && Date.parse(pending.nextAt);
  }

  /** Returns the wait after a failed attempt that was not reported before. */
  takeEvents(order: PublicOrder): ProviderWaitEvent[] {
    const pending = findPendingAttempt(order, this.#timeScale);
    const ts = order.waitingFor?.failedAt;
    if (!pending || ts === undefined || ts === this.#reportedAt) return [];
    this.#reportedAt = ts;
    return [{ type: 'waiting', ts, orderId: order.orderId, ...pending }];
  }
}
