import { publicFields } from '../../../functions/contract/public-order.ts';
import { isDenied, isTransient, needsSignIn } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import { type ExecutionStatus, isPaused } from '../lookup/execution-status.ts';
import { findExecution, findListedExecution, readExecution } from '../lookup/executions.ts';
import type { LocatedOrder } from '../lookup/find.ts';
import { executionReadLimiter } from '../requests/rate-limiter.ts';
import { readOrderBatches } from '../tables/orders-table.ts';
import type { EndEvent, WatchEvent } from './events.ts';
import { FocusedHistory } from './focused-history.ts';
import { type ExecutionSource, OrderWatcher } from './order-watcher.ts';
import { RunningOrders } from './running-orders.ts';
import { unlessAborted } from './unless-aborted.ts';
import type { WatchOrdersOptions } from './watch-options.ts';

/** Recovery starts some seconds after an execution has ended abnormally, and records each undo in the order (ms). */
const defaultRecoveryMs = 30_000;

/** For more orders than this, one list of the running executions is cheaper than a read of each idle execution. */
const maxSingleReads = 20;

/** The orders of a watch, both open and ended. */
export class WatchedOrders {
  /** The order if only one is watched and no others can join. */
  readonly single: OrderWatcher | undefined;
  readonly #stack: Stack;
  readonly #options: WatchOrdersOptions;
  readonly #history: FocusedHistory;
  readonly #executions: ExecutionSource;
  /** List of the running executions; absent if there are few orders. */
  readonly #running: RunningOrders | undefined;
  readonly #watchers: OrderWatcher[];
  /** Whether the last list of new orders, read while no order was open, was empty. */
  #isListExhausted = false;

  constructor(stack: Stack, options: WatchOrdersOptions) {
    const { orders, running } = options;
    this.#stack = stack;
    this.#options = options;
    const isMany = orders.length > maxSingleReads;
    this.#running = running ?? (isMany ? new RunningOrders(stack, {}) : undefined);
    this.#executions = createExecutionSource(stack, options.signal, this.#running);
    this.#watchers = orders.map((order) => this.#createWatcher(order));
    if (!running && this.#watchers.length === 1) [this.single] = this.#watchers;
    const isSingle = this.single !== undefined;
    const { signal, detail = false } = options;
    this.#history = new FocusedHistory(stack.target, { signal, detail, isSingle });
  }

  /** Orders that have not ended. */
  get open(): readonly OrderWatcher[] {
    return this.#watchers.filter(({ end }) => !end);
  }

  get ends(): readonly EndEvent[] {
    return this.#watchers.flatMap(({ end }) => end ?? []);
  }

  /** Whether all orders have ended and no others can join. */
  get isOver(): boolean {
    return this.open.length === 0 && (!this.#options.running || this.#isListExhausted);
  }

  /** Polls all orders that are due. Appends to `events`, which also holds the events found before a call failed. */
  async poll(events: WatchEvent[]): Promise<void> {
    await this.#admitNewOrders(events);
    const due = this.#findDue();
    try {
      await this.#readItems(due, events);
      if (due.size > 0 && !this.single) events.push({ type: 'polled' });
      await this.#readFocusedHistory(events);
      await this.#checkExecutions([...due.values()]);
      await this.#reportPauses(due.values(), events);
    } finally {
      for (const { end } of due.values()) if (end) events.push(end);
    }
  }

  /** Ends all open orders because the stack no longer exists. Returns their ends. */
  markOpenLost(): readonly EndEvent[] {
    return this.open.map((watcher) => watcher.markLost());
  }

  /** Ends the watch of all open orders, which continue to run. Returns their ends. */
  detachOpen(reason: unknown): readonly EndEvent[] {
    return this.open.map((watcher) => watcher.detach(reason));
  }

  /** Adds orders that have started. Only an empty list that was read while no order was open ends the watch. */
  async #admitNewOrders(events: WatchEvent[]): Promise<void> {
    const { running } = this.#options;
    if (!running) return;
    const isIdle = this.open.length === 0;
    const newOrders = await this.#listNewOrders(running, isIdle);
    if (!newOrders) return;
    this.#isListExhausted = isIdle && newOrders.length === 0;
    for (const order of newOrders) {
      this.#watchers.push(this.#createWatcher(order));
      events.push({ type: 'join', orderId: order.orderId });
    }
  }

  /** Returns undefined if the list fails with a transient error and other orders can still be polled. */
  async #listNewOrders(
    running: RunningOrders,
    isIdle: boolean,
  ): Promise<readonly LocatedOrder[] | undefined> {
    try {
      return await unlessAborted(
        this.#options.signal,
        running.listNewOrders({ immediately: isIdle }),
      );
    } catch (error) {
      if (isIdle || !isTransient(error)) throw error;
      return undefined;
    }
  }

  #findDue(): Map<string, OrderWatcher> {
    const due = this.open.filter((watcher) => this.single || watcher.isDue());
    return new Map(due.map((watcher) => [watcher.orderId, watcher]));
  }

  /** Reads the items in batches. Reports each batch at once, because the next one may fail. */
  async #readItems(due: ReadonlyMap<string, OrderWatcher>, events: WatchEvent[]): Promise<void> {
    const { signal } = this.#options;
    const options = { ids: due.keys(), fields: publicFields, signal };
    const batches = readOrderBatches(this.#stack, options);
    for (;;) {
      const { done, value } = await unlessAborted(signal, batches.next());
      if (done) return;
      for (const orderId of value.ids) {
        events.push(...(due.get(orderId)?.update(value.items.get(orderId)) ?? []));
      }
    }
  }

  async #readFocusedHistory(events: WatchEvent[]): Promise<void> {
    const focusedId = this.#options.focusedOrder?.();
    const watcher = this.#watchers.find(({ orderId }) => orderId === focusedId);
    if (watcher) await this.#history.addEvents(watcher, events);
  }

  /**
   * Reads the executions of idle orders. With many orders, only of those missing from the list of running executions.
   */
  async #checkExecutions(due: readonly OrderWatcher[]): Promise<void> {
    const { signal } = this.#options;
    const running = this.#running;
    if (running && due.some(({ isIdle }) => isIdle)) {
      await ignoreTransient(unlessAborted(signal, running.refresh()));
    }
    for (const watcher of due) {
      const { arn } = watcher;
      const hasEnded = arn !== undefined && this.#history.hasEnded(arn);
      await ignoreTransient(watcher.checkExecution(this.#executions, { hasEnded }));
    }
  }

  /** Reports the statuses of executions, and the pauses of orders whose history is not read, from the executions and their lists. */
  async #reportPauses(due: Iterable<OrderWatcher>, events: WatchEvent[]): Promise<void> {
    for (const watcher of due) {
      if (watcher.end) continue;
      if (this.#history.showsPauses(watcher)) {
        events.push(...watcher.pause.takeStatusChange());
        continue;
      }
      const listed = this.#running?.executionStatus(watcher.orderId);
      if (listed && watcher.pause.isOlderThan(listed.readAt)) {
        await ignoreTransient(this.#observePause(watcher, listed.status));
      }
      events.push(...watcher.pause.takeChange(), ...watcher.pause.takeStatusChange());
    }
  }

  /** Takes the status from a list. Reads the time and the reason of a new pause if the rate limiter has capacity. */
  async #observePause({ orderId, arn, pause }: OrderWatcher, status: ExecutionStatus) {
    pause.observe(status);
    if (!pause.hasChanged || !isPaused(status) || !executionReadLimiter.tryAcquire()) return;
    const execution = await this.#executions.read(orderId, arn);
    if (execution) pause.observe(execution.status, execution.pause);
  }

  #createWatcher(order: LocatedOrder): OrderWatcher {
    const { timeScale } = this.#stack.target;
    const { until, recoveryMs = defaultRecoveryMs } = this.#options;
    return new OrderWatcher(order, { timeScale, until, recoveryMs });
  }
}

/** Waits for `work`, whose failure may be ignored: the items were read, and the executions are read again later. */
async function ignoreTransient(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isTransient(error) && !needsSignIn(error)) throw error;
  }
}

function createExecutionSource(
  stack: Stack,
  signal: AbortSignal,
  running: RunningOrders | undefined,
): ExecutionSource {
  return {
    tryAcquire: (orderId) => running?.has(orderId) !== true && executionReadLimiter.tryAcquire(),
    async read(orderId, knownArn) {
      const arn = knownArn ?? (await unlessAborted(signal, findExecution(stack, orderId)));
      if (!arn) return undefined;
      try {
        return await unlessAborted(signal, readExecution(stack.target, arn));
      } catch (error) {
        // An observer may list executions, but not read them: they contain the order.
        if (!isDenied(error)) throw error;
        return unlessAborted(signal, findListedExecution(stack, orderId));
      }
    },
  };
}
