import { TokenBucket } from '../../src/local/shared/token-bucket.ts';
import type { EventQueue } from './event-queue.ts';

/** A request that takes units of a limit. With `shards`, each order uses one of as many limits of the same size. */
export interface LimitUse {
  readonly limit: string;
  readonly units: number;
  readonly shards?: number;
}

/** The requests of an order, and what follows. */
interface Request {
  readonly order: number;
  readonly done: () => void;
  /** Highest number of attempts; absent: without limit. */
  readonly attempts?: number;
  /** Called instead of `done` after the last attempt. */
  readonly refused?: () => void;
}

interface LimitOptions {
  readonly random: () => number;
  /** Units per second of each limit; a missing limit does not exist. */
  readonly rates: Readonly<Record<string, number>>;
}

/** Upper limits of the delay before a refused request is repeated: the first, and the highest (ms). */
const firstDelayMs = 50;
const maxDelayMs = 20_000;

/** The limits of an account, with the same token buckets as the local runtime has. */
export class Limits {
  readonly #events: EventQueue;
  readonly #options: LimitOptions;
  readonly #buckets = new Map<string, TokenBucket>();
  /** Refused requests by limit. */
  readonly throttled: Record<string, number> = {};

  constructor(events: EventQueue, options: LimitOptions) {
    this.#events = events;
    this.#options = options;
  }

  /** Takes the units of all limits, one request after the other, and then calls `done`. */
  take(uses: readonly LimitUse[], request: Request): void {
    const [use, ...rest] = uses;
    if (!use) {
      request.done();
      return;
    }
    this.#attempt(use, { ...request, done: () => this.take(rest, request) }, 0);
  }

  #attempt(use: LimitUse, request: Request, attempt: number): void {
    if (this.#bucket(use, request.order)?.take(use.units) ?? true) {
      request.done();
      return;
    }
    this.throttled[use.limit] = (this.throttled[use.limit] ?? 0) + 1;
    if (attempt + 1 >= (request.attempts ?? Number.POSITIVE_INFINITY)) {
      request.refused?.();
      return;
    }
    const delayMs = this.#options.random() * Math.min(maxDelayMs, firstDelayMs * 2 ** attempt);
    this.#events.after(delayMs, () => this.#attempt(use, request, attempt + 1));
  }

  #bucket({ limit, shards }: LimitUse, order: number): TokenBucket | undefined {
    const rate = this.#options.rates[limit];
    if (rate === undefined) return undefined;
    const key = shards === undefined ? limit : `${limit}#${hash(order) % shards}`;
    const known = this.#buckets.get(key);
    if (known) return known;
    const bucket = new TokenBucket(rate, () => this.#events.now);
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

/** Returns an integer that does not follow the sequence of the orders. */
const hash = (order: number) => (Math.imul(order + 1, 0x9e3779b1) >>> 0) >>> 8;
