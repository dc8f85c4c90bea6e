import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient, needsSignIn } from '../../aws/errors.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { readBatches } from '../lookup/batch-get.ts';
import type { Found } from '../lookup/find.ts';
import { findExecution, readExecution } from '../lookup/read-order.ts';
import { executionReads } from '../requests/rate-limiter.ts';
import type { EndEvent, FollowEvent } from './events.ts';
import { Focus } from './history-reader.ts';
import { Follower, type Source } from './order-watcher.ts';
import { RunningOrders } from './running-orders.ts';
import type { FollowManyOptions } from './watch-options.ts';

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
  /** Ends those that are open: where they were is nothing any more. */
  readonly lose: () => readonly EndEvent[];
}

/** Recovery begins some seconds after an execution has ended otherwise, and notes each undo at the order. ms */
const recovery = 30_000;

/** Of more orders than so many a list of all executions tells more with less. */
const mostAskedOneByOne = 20;

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
  /** Which executions are on their way, as one list tells of many. */
  readonly #running: RunningOrders | undefined;
  readonly #followers: Follower[];
  #isListed = false;
  #focused: string | undefined;

  constructor(target: Target, outputs: StackOutputs, options: FollowManyOptions) {
    this.#target = target;
    this.#outputs = outputs;
    this.#options = options;
    this.#focus = new Focus(target, { detail: options.detail ?? false });
    const isMany = options.orders.length > mostAskedOneByOne;
    this.#running =
      options.running ?? (isMany ? new RunningOrders(target, outputs, {}) : undefined);
    this.#source = sourceOf(target, outputs, { ...options, running: this.#running });
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
    await this.#admit(told);
    const due = new Map<string, Follower>();
    for (const each of this.open) if (this.alone || each.isDue()) due.set(each.orderId, each);
    try {
      await this.#read(due, told);
      if (due.size > 0 && !this.alone) told.push({ type: 'seen' });
      await this.#lookClosely(told);
      await this.#ask([...due.values()]);
    } finally {
      for (const { end } of due.values()) if (end) told.push(end);
    }
  }

  lose(): readonly EndEvent[] {
    return this.open.map((follower) => {
      follower.lose();
      return follower.end as EndEvent;
    });
  }

  /** Asks about the executions of those that stand still: of many only where a list does not have them any more. */
  async #ask(due: readonly Follower[]): Promise<void> {
    const { signal } = this.#options;
    const running = this.#running;
    if (running && due.some(({ isStill }) => isStill)) {
      await bestEffort(() => unlessAborted(signal, running.refresh()));
    }
    for (const follower of due) {
      const { arn } = follower;
      const hurry = arn !== undefined && this.#focus.hasEnded(arn);
      await bestEffort(() => follower.ask(this.#source, { hurry }));
    }
  }

  /** Takes what each call tells at once: the next one may fail. */
  async #read(due: ReadonlyMap<string, Follower>, told: FollowEvent[]): Promise<void> {
    const { signal } = this.#options;
    const batches = readBatches(this.#target, this.#outputs, { ids: due.keys(), signal });
    for (;;) {
      const { done, value } = await unlessAborted(signal, batches.next());
      if (done) return;
      for (const orderId of value.ids) {
        told.push(...(due.get(orderId)?.take(value.items.get(orderId)) ?? []));
      }
    }
  }

  /** Orders that have begun join. When none is left, they are listed once more before that is believed. */
  async #admit(told: FollowEvent[]): Promise<void> {
    const { running } = this.#options;
    if (!running) return;
    const now = this.open.length === 0;
    const newcomers = await this.#newcomers(running, now);
    if (!newcomers) return;
    this.#isListed = now && newcomers.length === 0;
    for (const found of newcomers) {
      this.#followers.push(this.#newFollower(found));
      told.push({ type: 'join', orderId: found.orderId });
    }
  }

  /** `undefined` where they cannot be listed and others can still be looked at. */
  async #newcomers(running: RunningOrders, now: boolean): Promise<readonly Found[] | undefined> {
    try {
      return await unlessAborted(this.#options.signal, running.newcomers({ now }));
    } catch (error) {
      if (now || !isTransient(error)) throw error;
      return undefined;
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
    // A wait changes nothing, once it is known how long it is; one that is over is not the one that is on.
    const { endsAt = 0 } = this.#focus.work(arn)?.wait ?? {};
    const isWorth = end !== undefined || !follower.isWaiting || endsAt <= Date.now();
    const isDue = isWorth && (this.#focus.isDue(arn) || (end && !this.#focus.isClosed(arn)));
    const isNews = end !== undefined && end.activeMs === undefined;
    if (!isDue && !isNews && arn === this.#focused) return;
    this.#focused = arn;
    // What is told of an order that is first seen is put in its place among what happened before.
    const waits = this.alone !== undefined && !this.#focus.knows(arn);
    if (isDue) await unlessAborted(signal, this.#focus.read(arn, { waits }));
    const isOver = end && end.ending !== 'reached';
    if (this.alone && isOver) await this.#readToEnd(arn);
    const news = this.#focus.news({ orderId: follower.orderId, arn });
    const last = end?.ending === 'reached' ? end.ts : undefined;
    merge(told, last ? news.filter((event) => !('ts' in event) || event.ts <= last) : news);
    const work = isOver && this.#focus.hasEnded(arn) && this.#focus.work(arn);
    if (!work) return;
    const { activeMs, waitingMs: waitMs, invocations, attempts } = work;
    const [ts = end.ts] = [end.ts, ...news.map(tsOf)].sort().reverse();
    follower.end = { ...end, ts, activeMs, waitMs, invocations, attempts };
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
    const { until, recoveryMs = recovery } = this.#options;
    return new Follower(found, { timeScale, until, recoveryMs });
  }
}

const tsOf = (event: FollowEvent) => ('ts' in event ? event.ts : '');
const atLast = '9';

/** By when it happened; a step's failure comes before the status that the step brought about. */
function merge(told: FollowEvent[], news: readonly FollowEvent[]): void {
  let from = 0;
  for (const event of news) {
    const at = tsOf(event) || atLast;
    while (from < told.length && (tsOf(told[from] as FollowEvent) || atLast) < at) from += 1;
    told.splice(from, 0, event);
    from += 1;
  }
}

async function bestEffort(ask: () => Promise<void>): Promise<void> {
  try {
    await ask();
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
