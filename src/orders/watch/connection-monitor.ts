import { isTransient, needsSignIn, translate } from '../../aws/errors.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import type { FollowEvent, GapEndEvent, GapEvent } from './events.ts';

const longestBackoff = 15_000;
/** A pause that took so much longer than it was to take was not the watch's own, ms. */
const sleptMs = 10_000;

/** Whether the orders can be seen, since when not, and when to look next. */
export class Sight {
  readonly #target: Target;
  readonly #of: { readonly orderId?: string };
  #failures = 0;
  /** When they could last be seen, ms since the epoch. */
  #seenAt = Date.now();
  #everSeen = false;
  #isGap = false;

  /** `orderId` where it is about one order. */
  constructor(target: Target, orderId: string | undefined) {
    this.#target = target;
    this.#of = orderId === undefined ? {} : { orderId };
  }

  /** Whether they could be seen at all. */
  get hasSeen(): boolean {
    return this.#everSeen;
  }

  /** When to look next at so many orders: the more there are, the less often, and less and less while nothing is seen. */
  nextLookMs(orders: number): number {
    const pause = Math.max(this.#target.pollMs, Math.min(orders * 2, 5000));
    return Math.min(pause * 2 ** this.#failures, Math.max(longestBackoff, pause));
  }

  /** Begins a pause of `plannedMs`; called after it, the answer tells if it took much longer, and why. */
  pause(plannedMs: number): () => GapEvent | undefined {
    const wall = Date.now();
    const monotonic = performance.now();
    return () => {
      const late = Date.now() - wall - plannedMs;
      if (late < sleptMs || this.#isGap) return undefined;
      // The monotonic clock stands still while a machine sleeps, and goes on while a program is suspended.
      const isAsleep = performance.now() - monotonic - plannedMs < late / 2;
      return this.#gap(isAsleep ? 'this machine was asleep' : 'this program was suspended');
    };
  }

  /** The orders were just seen, with this news of them; tells the end of a gap, and what happened in it. */
  found(told: readonly FollowEvent[]): GapEndEvent | undefined {
    const since = this.#seenAt;
    const now = Date.now();
    this.#failures = 0;
    this.#everSeen = true;
    this.#seenAt = now;
    if (!this.#isGap) return undefined;
    this.#isGap = false;
    const missed = told.filter(({ type, ...event }) => {
      return type === 'status' && 'ts' in event && Date.parse(event.ts) > since;
    }).length;
    return { type: 'gap-end', ts: isoNow(), ...this.#of, lastedMs: now - since, missed };
  }

  /** Tells once that the orders cannot be seen; throws what will not pass. */
  lost(error: unknown): GapEvent | undefined {
    // Credentials that worked have expired: the person signs in again, and the watch goes on.
    const expired = needsSignIn(error) && this.#everSeen;
    if (!isTransient(error) && !expired) throw error;
    if (expired) this.#target.clients.renewCredentials();
    this.#failures += 1;
    return this.#isGap ? undefined : this.#gap(reasonOf(error, this.#target));
  }

  #gap(reason: string): GapEvent {
    this.#isGap = true;
    return { type: 'gap', ts: isoNow(), ...this.#of, reason };
  }
}

function reasonOf(error: unknown, target: Target): string {
  const told = needsSignIn(error) ? translate(error, target) : undefined;
  if (told instanceof UserError) return `the credentials have expired: ${told.hints.join(' ')}`;
  return error instanceof Error ? error.message || error.name : String(error);
}

const isoNow = () => new Date().toISOString();
