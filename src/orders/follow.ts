/** Follows orders to their ends by looking at their items, and at their executions where the items stand still. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, needsSignIn, translate } from '../target/aws-errors.ts';
import type { Target } from '../target/resolve.ts';
import type { StackOutputs } from '../target/stack.ts';
import { UserError } from '../user-error.ts';
import { readFailedAttempts } from './attempts.ts';
import { readOrders } from './batch.ts';
import type { EndEvent, FollowEvent } from './events.ts';
import type { Found } from './find.ts';
import { Follower, type Source } from './follower.ts';
import { executionReads } from './limiter.ts';
import { findExecution, readExecution } from './read.ts';

interface Watching {
  /** Aborting stops looking; the reason `TimeoutError` is told from a person's detaching. */
  readonly signal: AbortSignal;
  /** How long nothing may be said, ms. */
  readonly heartbeatMs?: number;
}

export interface FollowOptions extends Found, Watching {}

export interface FollowManyOptions extends Watching {
  readonly orders: readonly Found[];
}

const longestBackoff = 15_000;
const heartbeat = 60_000;

/** Yields what happens to an order until its end, or until `signal` says to stop looking. Always ends in `end`. */
export async function* followOrder(
  target: Target,
  outputs: StackOutputs,
  { signal, heartbeatMs, ...order }: FollowOptions,
): AsyncGenerator<FollowEvent, EndEvent> {
  const options = {
    orders: [order],
    signal,
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
  };
  const [end] = yield* followOrders(target, outputs, options);
  if (end) return end;
  throw new Error('an order was followed and has no end');
}

/**
 * Yields what happens to orders until all have ended, or until `signal` says to stop looking. Each ends in `end`. One
 * poller reads the items of all in batches; the history, which is scarce, is only read when a single order is followed.
 */
export async function* followOrders(
  target: Target,
  outputs: StackOutputs,
  { orders, signal, heartbeatMs = heartbeat }: FollowManyOptions,
): AsyncGenerator<FollowEvent, readonly EndEvent[]> {
  const followers = orders.map((order) => new Follower(order));
  const sight = new Sight(target, followers.length === 1 ? followers[0]?.orderId : undefined);
  const open = () => followers.filter(({ end }) => !end);
  const alone = followers.length === 1;
  let quietSince = Date.now();
  while (!signal.aborted) {
    try {
      for await (const event of lookAt(open(), { target, outputs, signal, sight, alone })) {
        quietSince = Date.now();
        yield event;
      }
    } catch (error) {
      if (signal.aborted) break;
      const gap = sight.lost(error);
      if (gap) yield gap;
    }
    const [first] = open();
    if (!first) break;
    if (Date.now() - quietSince >= heartbeatMs) {
      quietSince = Date.now();
      const { orderId, status } = first;
      const about = alone ? { orderId, status } : { running: open().length };
      yield { type: 'heartbeat', ts: now(), ...about };
    }
    await sleep(sight.nextLookMs, undefined, { signal }).catch(() => {});
  }
  for (const follower of open()) {
    follower.end = follower.abandon(signal.reason);
    yield follower.end;
  }
  return followers.flatMap(({ end }) => end ?? []);
}

interface Look {
  readonly target: Target;
  readonly outputs: StackOutputs;
  readonly signal: AbortSignal;
  readonly sight: Sight;
  readonly alone: boolean;
}

/** Looks once at every order that has not ended. */
async function* lookAt(followers: readonly Follower[], look: Look): AsyncGenerator<FollowEvent> {
  const { target, outputs, signal, sight } = look;
  const ids = followers.map(({ orderId }) => orderId);
  const items = await unlessAborted(signal, readOrders(target, outputs, { ids, signal }));
  const back = sight.found();
  if (back) yield back;
  for (const follower of followers) {
    try {
      yield* follower.look(items.get(follower.orderId), sourceOf(follower.orderId, look));
    } catch (error) {
      // The item was seen; its execution is asked about again later.
      if (!isTransient(error)) throw error;
    }
    if (follower.end) yield follower.end;
  }
}

function sourceOf(orderId: string, { target, outputs, alone, signal }: Look): Source {
  const attempts = async (arn: string) => {
    try {
      return await unlessAborted(signal, readFailedAttempts(target, arn));
    } catch (error) {
      // The history is an extra: a watcher that is throttled, or may not read it, watches on.
      if (needsSignIn(error)) throw error;
      return [];
    }
  };
  return {
    mayAsk: () => executionReads.take(),
    async execution(known) {
      const arn = known ?? (await unlessAborted(signal, findExecution(target, outputs, orderId)));
      return arn ? unlessAborted(signal, readExecution(target, arn)) : undefined;
    },
    ...(alone ? { attempts } : {}),
  };
}

/** What `work` answers; when `signal` comes first, its answer is not waited for. */
function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Whether the orders can be seen, and when to look next. */
class Sight {
  readonly #target: Target;
  readonly #of: { readonly orderId?: string };
  #failures = 0;
  #lostAt = 0;
  #everSeen = false;

  constructor(target: Target, orderId: string | undefined) {
    this.#target = target;
    this.#of = orderId === undefined ? {} : { orderId };
  }

  get nextLookMs(): number {
    return Math.min(this.#target.pollMs * 2 ** this.#failures, longestBackoff);
  }

  found(): FollowEvent | undefined {
    const lostAt = this.#failures > 0 ? this.#lostAt : undefined;
    this.#failures = 0;
    this.#everSeen = true;
    if (lostAt === undefined) return undefined;
    return { type: 'gap-end', ts: now(), ...this.#of, lastedMs: Date.now() - lostAt };
  }

  /** Tells once that the orders cannot be seen; throws what will not pass. */
  lost(error: unknown): FollowEvent | undefined {
    // Credentials that worked have expired: the person signs in again, and the watch goes on.
    const expired = needsSignIn(error) && this.#everSeen;
    if (!isTransient(error) && !expired) throw error;
    if (expired) this.#target.clients.renewCredentials();
    this.#failures += 1;
    if (this.#failures > 1) return undefined;
    this.#lostAt = Date.now();
    return { type: 'gap', ts: now(), ...this.#of, reason: reasonOf(error, this.#target) };
  }
}

function reasonOf(error: unknown, target: Target): string {
  const told = needsSignIn(error) ? translate(error, target) : undefined;
  if (told instanceof UserError) return `the credentials have expired: ${told.hints.join(' ')}`;
  return error instanceof Error ? error.message || error.name : String(error);
}

const now = () => new Date().toISOString();
