import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, needsSignIn } from '../target/aws-errors.ts';
import type { Target } from '../target/resolve.ts';
import type { StackOutputs } from '../target/stack.ts';
import { readOrders } from './batch.ts';
import type { EndEvent, FollowEvent } from './events.ts';
import { Focus } from './focus.ts';
import type { FollowManyOptions } from './follow.ts';
import { Follower, type Source } from './follower.ts';
import { executionReads } from './limiter.ts';
import { findExecution, readExecution } from './read.ts';

/** The orders that are followed, those that have ended among them. */
export interface Followed {
  /** The order, where it is only one and stays so. */
  readonly alone: Follower | undefined;
  readonly open: readonly Follower[];
  readonly ends: readonly EndEvent[];
  /** Whether nothing is left to look at. */
  readonly isOver: boolean;
  /** Looks once at every order that is due, and adds what is new to `told`. */
  readonly look: (told: FollowEvent[]) => Promise<void>;
}

/** The execution of an order that has ended is read so often for its end, which comes a moment later. */
const lastReads = 4;

export function followed(
  target: Target,
  outputs: StackOutputs,
  options: FollowManyOptions,
): Followed {
  return new Crowd(target, outputs, options);
}

class Crowd implements Followed {
  readonly alone: Follower | undefined;
  readonly #target: Target;
  readonly #outputs: StackOutputs;
  readonly #options: FollowManyOptions;
  readonly #focus: Focus;
  readonly #source: Source;
  readonly #followers: Follower[];
  #isListed = false;
  #focused: string | undefined;

  constructor(target: Target, outputs: StackOutputs, options: FollowManyOptions) {
    this.#target = target;
    this.#outputs = outputs;
    this.#options = options;
    this.#focus = new Focus(target, { detail: options.detail ?? false });
    this.#source = sourceOf(target, outputs, options);
    this.#followers = options.orders.map((order) => this.#newFollower(order));
    if (!options.running && this.#followers.length === 1) [this.alone] = this.#followers;
  }

  get open(): readonly Follower[] {
    return this.#followers.filter(({ end }) => !end);
  }

  get ends(): readonly EndEvent[] {
    return this.#followers.flatMap(({ end }) => end ?? []);
  }

  get isOver(): boolean {
    return this.open.length === 0 && (!this.#options.running || this.#isListed);
  }

  async look(told: FollowEvent[]): Promise<void> {
    const { signal } = this.#options;
    await this.#admit(told);
    const due = this.alone ? this.open : this.open.filter((each) => each.isDue());
    const ids = due.map(({ orderId }) => orderId);
    const items = await unlessAborted(
      signal,
      readOrders(this.#target, this.#outputs, { ids, signal }),
    );
    for (const follower of due) told.push(...follower.take(items.get(follower.orderId)));
    if (due.length > 0 && !this.alone) told.push({ type: 'seen' });
    try {
      await this.#lookClosely(told);
      for (const follower of due) await askOf(follower, this.#source);
    } finally {
      for (const { end } of due) if (end) told.push(end);
    }
  }

  /** Orders that have begun join. When none is left, they are listed once more before that is believed. */
  async #admit(told: FollowEvent[]): Promise<void> {
    const { running, signal } = this.#options;
    if (!running) return;
    const now = this.open.length === 0;
    const newcomers = await unlessAborted(signal, running.newcomers({ now }));
    this.#isListed = now && newcomers.length === 0;
    for (const found of newcomers) {
      this.#followers.push(this.#newFollower(found));
      told.push({ type: 'join', orderId: found.orderId });
    }
  }

  /** Reads the history of the order in focus, and puts what it tells among what its item told. */
  async #lookClosely(told: FollowEvent[]): Promise<void> {
    const { focus, signal } = this.#options;
    const orderId = focus?.();
    const follower = this.#followers.find((each) => each.orderId === orderId);
    const arn = follower?.arn;
    if (!follower || !arn) return;
    const { end } = follower;
    // A wait changes nothing, once it is known how long it is.
    const isWorth = end !== undefined || !follower.isWaiting || !this.#focus.work(arn)?.wait;
    const isDue = isWorth && (this.#focus.isDue(arn) || (end && !this.#focus.isClosed(arn)));
    if (!isDue && arn === this.#focused) return;
    this.#focused = arn;
    // What is told of an order that is first seen is put in its place among what happened before.
    const waits = this.alone !== undefined && !this.#focus.knows(arn);
    if (isDue) await unlessAborted(signal, this.#focus.read(arn, { waits }));
    if (this.alone && end && end.ending !== 'reached') await this.#readToEnd(arn);
    merge(told, this.#focus.news({ orderId: follower.orderId, arn }));
    const work = end && this.#focus.work(arn);
    if (!end || !work) return;
    const { activeMs, waitingMs: waitMs, invocations, attempts } = work;
    follower.end = { ...end, activeMs, waitMs, invocations, attempts };
  }

  async #readToEnd(arn: string): Promise<void> {
    const { signal } = this.#options;
    for (let n = 1; n < lastReads && !this.#focus.isClosed(arn); n++) {
      await unlessAborted(signal, sleep(this.#target.pollMs * n));
      await unlessAborted(signal, this.#focus.read(arn, { waits: true }));
    }
  }

  #newFollower(found: FollowManyOptions['orders'][number]): Follower {
    const { timeScale } = this.#target;
    return new Follower(found, { timeScale, until: this.#options.until });
  }
}

/** By when it happened; a step's failure comes before the status that the step brought about. */
function merge(told: FollowEvent[], news: readonly FollowEvent[]): void {
  const time = (event: FollowEvent) => ('ts' in event ? event.ts : '9');
  let from = 0;
  for (const event of news) {
    while (from < told.length && time(told[from] as FollowEvent) < time(event)) from += 1;
    told.splice(from, 0, event);
    from += 1;
  }
}

async function askOf(follower: Follower, source: Source): Promise<void> {
  try {
    await follower.ask(source);
  } catch (error) {
    // The item was seen; its execution is asked about again later.
    if (!isTransient(error) && !needsSignIn(error)) throw error;
  }
}

function sourceOf(
  target: Target,
  outputs: StackOutputs,
  { signal, running }: FollowManyOptions,
): Source {
  return {
    mayAsk: (orderId) => running?.has(orderId) !== true && executionReads.take(),
    async execution(orderId, known) {
      const arn = known ?? (await unlessAborted(signal, findExecution(target, outputs, orderId)));
      return arn ? unlessAborted(signal, readExecution(target, arn)) : undefined;
    },
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
