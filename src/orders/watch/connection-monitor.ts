import { setTimeout as sleep } from 'node:timers/promises';
import { needsSignIn, translateError } from '../../aws/errors.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { PollFailures } from '../requests/poll-failures.ts';
import type { GapEndEvent, GapEvent, WatchEvent } from './events.ts';

const maxBackoffMs = 15_000;
/** The same while the local runtime is not running: its start is noticed soon, and the attempts cost nothing. */
const maxRuntimeBackoffMs = 2000;
/** With many orders, polls are at most this far apart (ms). */
const maxPollIntervalMs = 5000;
/** Part of the polling interval that each watched order accounts for (ms). */
const intervalPerOrderMs = 2;
/** A pause that overran by this much means that the process was suspended (ms). */
const suspendedThresholdMs = 10_000;

/** Tracks whether polls succeed, reports visibility gaps, and determines the time of the next poll. */
export class ConnectionMonitor {
  readonly #target: Target;
  readonly #subject: { readonly orderId?: string };
  readonly #failures: PollFailures;
  /** Time of the last successful poll (ms since the epoch). */
  #succeededAt = Date.now();
  #isGap = false;
  #maxBackoffMs = maxBackoffMs;

  /** `orderId` is added to the events if only one order is watched. */
  constructor(target: Target, orderId: string | undefined) {
    this.#target = target;
    this.#failures = new PollFailures(() => target.clients.renewCredentials());
    this.#subject = orderId === undefined ? {} : { orderId };
  }

  /** Whether any poll has succeeded. */
  get hasSucceeded(): boolean {
    return this.#failures.hasSucceeded;
  }

  /** Returns the time until the next poll (ms). It grows with the number of orders and with consecutive failures. */
  nextPollMs(orders: number): number {
    const { pollMs } = this.#target;
    const interval = Math.max(pollMs, Math.min(orders * intervalPerOrderMs, maxPollIntervalMs));
    return Math.min(interval * 2 ** this.#failures.count, Math.max(this.#maxBackoffMs, interval));
  }

  /** Waits until the next poll is due. Returns a gap if the process was suspended meanwhile. */
  async waitForNextPoll(orders: number, signal: AbortSignal): Promise<GapEvent | undefined> {
    const plannedMs = this.nextPollMs(orders);
    const endPause = this.startPause(plannedMs);
    await sleep(plannedMs, undefined, { signal }).catch(() => {});
    return signal.aborted ? undefined : endPause();
  }

  /** Starts a pause of `plannedMs`. The returned function ends it, and returns a gap if it took far too long. */
  startPause(plannedMs: number): () => GapEvent | undefined {
    const wallStart = Date.now();
    const monotonicStart = performance.now();
    return () => {
      const overrunMs = Date.now() - wallStart - plannedMs;
      if (overrunMs < suspendedThresholdMs || this.#isGap) return undefined;
      // The monotonic clock stops while the machine sleeps, but not while only the process is suspended.
      const isAsleep = performance.now() - monotonicStart - plannedMs < overrunMs / 2;
      return this.#startGap(isAsleep ? 'this machine was asleep' : 'this program was suspended');
    };
  }

  /** Records a successful poll with its events. Returns the end of the gap if there was one. */
  succeeded(events: readonly WatchEvent[]): GapEndEvent | undefined {
    const gapStart = this.#succeededAt;
    const now = Date.now();
    this.#failures.succeeded();
    this.#succeededAt = now;
    if (!this.#isGap) return undefined;
    this.#isGap = false;
    const missed = events.filter(
      (event) => event.type === 'status' && Date.parse(event.ts) > gapStart,
    ).length;
    return { type: 'gap-end', ts: isoNow(), ...this.#subject, lastedMs: now - gapStart, missed };
  }

  /** Records a failed poll. Returns the start of a gap at the first failure. Throws `error` if it is permanent. */
  failed(error: unknown): GapEvent | undefined {
    this.#failures.failed(error);
    this.#maxBackoffMs = isRuntimeDown(error, this.#target) ? maxRuntimeBackoffMs : maxBackoffMs;
    return this.#isGap ? undefined : this.#startGap(formatGapReason(error, this.#target));
  }

  #startGap(reason: string): GapEvent {
    this.#isGap = true;
    return { type: 'gap', ts: isoNow(), ...this.#subject, reason };
  }
}

const isRuntimeDown = (error: unknown, target: Target) =>
  target.autoDeploys && error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';

/** Returns why a poll failed, with the command that renews expired credentials or starts the local runtime again. */
export function formatGapReason(error: unknown, target: Target): string {
  if (isRuntimeDown(error, target)) {
    return 'the local runtime is not running: orders local start';
  }
  const translated = needsSignIn(error) ? translateError(error, target) : undefined;
  if (translated instanceof UserError) {
    const problem = translated.message.replace(/\.$/, '');
    return `${problem}: ${translated.hints.join(' ')}`;
  }
  return error instanceof Error ? error.message || error.name : String(error);
}

const isoNow = () => new Date().toISOString();
