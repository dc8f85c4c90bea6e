import type { Stack } from '../../environment/stack.ts';
import { ConnectionMonitor, formatGapReason } from '../watch/connection-monitor.ts';
import { unlessAborted } from '../watch/unless-aborted.ts';
import { ConsoleOrders } from './console-orders.ts';
import { FollowedStack, hasSameResources, StackDeletedError } from './followed-stack.ts';
import type { ConsoleSnapshot } from './snapshot.ts';

export interface OrderFeedOptions {
  /** Orders created within this time are shown (ms). */
  readonly sinceMs: number;
  /** Maximum number of orders in the window; the newest are shown. */
  readonly maxOrders?: number;
}

const defaultMaxOrders = 5000;
/** For more orders than this, the list is shown before the items are read: they take several requests. */
const maxUnshown = 100;
/** The interval between reads of new orders grows up to this number of orders: a poll of them takes few requests, unlike a list of all. */
const maxOrdersPerPoll = 500;

/** Polls the orders of a stack for the console. */
export class OrderFeed {
  readonly #options: Required<OrderFeedOptions>;
  readonly #followed: FollowedStack;
  /** The orders that are shown. */
  #orders: ConsoleOrders;
  /** The orders that are read: others than those shown, until they are read for the first time after a deployment. */
  #reading: ConsoleOrders;
  /** The stack whose orders are shown. */
  #stack: Stack;
  /** ms since the epoch. */
  #readAt = 0;
  /** End of the last gap (ms since the epoch): orders may have been stopped meanwhile. */
  #gapEndedAt = 0;
  #gapReason: string | undefined;
  /** Ends the pause between two polls. */
  #wake: () => void = () => {};

  constructor(stack: Stack, { sinceMs, maxOrders = defaultMaxOrders }: OrderFeedOptions) {
    this.#options = { sinceMs, maxOrders };
    this.#followed = new FollowedStack(stack);
    this.#stack = stack;
    this.#orders = this.#createOrders();
    this.#reading = this.#orders;
  }

  /** The stack with its current outputs, which change when it is deployed again. */
  get stack(): Stack {
    return this.#stack;
  }

  /** Reads everything again at once, for example after an order was changed. */
  refresh(): void {
    this.#reading.expire();
    this.#wake();
  }

  /**
   * Yields the state of the orders after each poll, until `signal` aborts. Continues after transient errors, expired credentials and
   * while the stack does not exist, for which `gapReason` is set. Throws permanent errors.
   */
  async *snapshots(signal: AbortSignal): AsyncGenerator<ConsoleSnapshot, void> {
    const connection = new ConnectionMonitor(this.#stack.target, undefined);
    while (!signal.aborted) {
      try {
        yield* this.#poll(connection, signal);
        connection.succeeded([]);
        if (this.#gapReason !== undefined) this.#gapEndedAt = Date.now();
        this.#gapReason = undefined;
      } catch (error) {
        if (signal.aborted) return;
        await this.#handleFailure(error, connection);
      }
      yield await this.#snapshot();
      const gap = await this.#waitForNextPoll(connection, signal);
      if (!gap) continue;
      this.#gapReason = gap.reason;
      yield await this.#snapshot();
    }
  }

  /** Reads the orders. Yields the listed orders before their items are read for the first time. */
  async *#poll(
    connection: ConnectionMonitor,
    signal: AbortSignal,
  ): AsyncGenerator<ConsoleSnapshot, void> {
    await unlessAborted(signal, this.#followed.refresh());
    this.#adoptStack();
    const orders = this.#reading;
    const { count } = orders;
    const since = new Date(Date.now() - this.#options.sinceMs).toISOString();
    await unlessAborted(signal, orders.list(since, connection.nextPollMs(count)));
    if (count === 0 && orders.count > maxUnshown && orders === this.#orders) {
      this.#readAt = Date.now();
      yield await this.#snapshot();
    }
    // Only now, because the orders of the window need no further reads.
    for (const error of orders.startBackgroundReads()) {
      await unlessAborted(signal, this.#followed.hasMoved(error));
    }
    await unlessAborted(signal, orders.readItems());
    this.#orders = orders;
    this.#readAt = Date.now();
  }

  async #handleFailure(error: unknown, connection: ConnectionMonitor): Promise<void> {
    try {
      if (!(await this.#followed.hasMoved(error))) throw error;
      this.#gapReason = 'the stack is being deployed or deleted';
    } catch (failure) {
      if (failure instanceof StackDeletedError) {
        this.#gapReason = failure.message;
        return;
      }
      connection.failed(failure);
      // The reason may change during a gap, and with it what ends the gap.
      this.#gapReason = formatGapReason(failure, this.#stack.target);
    }
  }

  /** Starts again with the resources of a stack that was deployed again. */
  #adoptStack(): void {
    const { current } = this.#followed;
    const isReplaced = !hasSameResources(current, this.#stack);
    this.#stack = current;
    // The outputs also change with the address of the local runtime: what is known stays on the screen meanwhile.
    if (isReplaced) this.#reading = this.#createOrders();
  }

  #createOrders(): ConsoleOrders {
    const { maxOrders } = this.#options;
    return new ConsoleOrders(this.#stack, { maxOrders, waits: () => this.#followed.waits });
  }

  async #waitForNextPoll(connection: ConnectionMonitor, signal: AbortSignal) {
    const pause = new AbortController();
    this.#wake = () => pause.abort();
    signal.addEventListener('abort', this.#wake, { once: true });
    try {
      const count = Math.min(this.#orders.count, maxOrdersPerPoll);
      return await connection.waitForNextPoll(count, pause.signal);
    } finally {
      signal.removeEventListener('abort', this.#wake);
    }
  }

  async #snapshot(): Promise<ConsoleSnapshot> {
    const progressSince = Math.max(this.#gapEndedAt, await this.#readRuntimeStart());
    const snapshot = this.#orders.snapshot({ now: Date.now(), progressSince });
    return { ...snapshot, readAt: this.#readAt, gapReason: this.#gapReason };
  }

  /** Returns when the local runtime started (ms since the epoch), before which it may have been down; 0 on AWS. */
  async #readRuntimeStart(): Promise<number> {
    const { autoDeploys, root } = this.#stack.target;
    if (!autoDeploys) return 0;
    const { readRuntimeStart } = await import('../../environment/local-runtime.ts');
    return (await readRuntimeStart(root)) ?? 0;
  }
}
