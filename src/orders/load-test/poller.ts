import { maxClockSkewMs } from '../../environment/latest-record.ts';
import type { Stack } from '../../environment/stack.ts';
import { isTerminalExecution } from '../lookup/execution-status.ts';
import { type ListedExecution, listExecutions } from '../lookup/executions.ts';
import { PollFailures } from '../requests/poll-failures.ts';
import { executionReadLimiter } from '../requests/rate-limiter.ts';
import { readOrders } from '../tables/orders-table.ts';
import { reachedAt } from './follow-until.ts';
import { hasEnded, type ObservedOrder, type ObservedOrders } from './observed-orders.ts';
import { SlidingRate } from './sliding-rate.ts';

/** Fields that are read of running orders. */
const polledFields = [
  'status',
  'total',
  'transitions',
  'failure',
  'warnings',
  'updatedAt',
  'waitingFor',
] as const;
/** Each poll without a change makes the interval longer by this factor. */
const idleFactor = 1.5;
/** Maximum interval without failures, as a multiple of the target's polling interval. */
const maxIntervalFactor = 5;
const maxBackoffMs = 15_000;
/** Maximum share of the time spent on reading, so that the reads do not become the load. */
const maxReadShare = 0.2;
/** Executions are read after this many polls without a change. */
const pollsPerExecutionRead = 8;
/** An order whose execution has ended may end this many reads later; then it counts as never ending. */
const maxEndedReads = 3;
/** An order accepted this long ago must have an item or an execution (ms). */
const maxStartMs = 30_000;

/** Recent requests per second, of operations with a quota. */
export interface RequestRates {
  /** Lists of executions. */
  readonly lists: number;
  /** Consistent reads of order items. */
  readonly items: number;
}

export interface PollerOptions {
  readonly observed: ObservedOrders;
  readonly signal: AbortSignal;
}

/** Polls all running orders of a load test. */
export class Poller {
  /** Why the last poll failed; undefined if it succeeded. */
  pollError: string | undefined;
  readonly #stack: Stack;
  readonly #observed: ObservedOrders;
  readonly #signal: AbortSignal;
  /** Number of reads that found an order without a running execution, by order id. */
  readonly #endedReads = new Map<string, number>();
  readonly #startedAt = Date.now();
  #previousPollAt = Date.now();
  #pollDurationMs = 0;
  #idlePolls = 0;
  readonly #failures: PollFailures;
  readonly #listRate = new SlidingRate();
  readonly #itemRate = new SlidingRate();

  constructor(stack: Stack, { observed, signal }: PollerOptions) {
    this.#stack = stack;
    this.#failures = new PollFailures(() => stack.target.clients.renewCredentials());
    this.#observed = observed;
    this.#signal = signal;
  }

  get requestRates(): RequestRates {
    return { lists: this.#listRate.perSecond(), items: this.#itemRate.perSecond() };
  }

  /** Time until the next poll (ms). It grows with polls that fail or find no change. */
  get nextPollMs(): number {
    const { pollMs } = this.#stack.target;
    const { count: failures } = this.#failures;
    const factor = idleFactor ** this.#idlePolls + 2 ** failures - 1;
    const maxMs = failures > 0 ? maxBackoffMs : pollMs * maxIntervalFactor;
    return Math.max(Math.min(pollMs * factor, maxMs), this.#pollDurationMs / maxReadShare);
  }

  /** Returns the accepted orders that may still change. */
  openOrders(): readonly ObservedOrder[] {
    return this.#observed
      .accepted()
      .filter(
        (order) =>
          !this.#observed.isDone(order) &&
          (this.#endedReads.get(order.orderId) ?? 0) < maxEndedReads,
      );
  }

  /** Reads all open orders once. Throws permanent errors. */
  async poll(): Promise<void> {
    const startedAt = Date.now();
    try {
      const hasChanged = await this.#readItems(startedAt);
      this.#idlePolls = hasChanged ? 0 : this.#idlePolls + 1;
      const isDue = this.#idlePolls >= pollsPerExecutionRead || this.#endedReads.size > 0;
      if (isDue && this.openOrders().length > 0 && executionReadLimiter.hasCapacity()) {
        this.#idlePolls = Math.min(this.#idlePolls, pollsPerExecutionRead);
        await this.readExecutions();
        this.#countEndedReads();
      }
      this.#recordSuccess();
    } catch (error) {
      this.#recordFailure(error);
    }
    this.#previousPollAt = startedAt;
    this.#pollDurationMs = Date.now() - startedAt;
  }

  /** Reads the executions of all accepted orders. */
  async readExecutions(): Promise<void> {
    const byOrder = new Map<string, ListedExecution[]>();
    const onPage = () => this.#listRate.add();
    const filter = { startedAfter: this.#startedAt - maxClockSkewMs, onPage };
    for await (const execution of listExecutions(this.#stack, filter)) {
      const { orderId, arn } = execution;
      const known = byOrder.get(orderId) ?? [];
      if (!known.some((other) => other.arn === arn)) byOrder.set(orderId, [...known, execution]);
    }
    for (const { orderId } of this.#observed.accepted()) {
      this.#observed.update(orderId, { executions: byOrder.get(orderId) ?? [] });
    }
  }

  /** Reads all accepted orders with all their fields. */
  async readAllOrders(): Promise<void> {
    const ids = this.#observed.accepted().map(({ orderId }) => orderId);
    this.#itemRate.add(ids.length);
    const items = await readOrders(this.#stack, { ids });
    for (const orderId of ids) this.#observed.update(orderId, { record: items.get(orderId) });
  }

  /** Reads the open orders. Returns whether any has changed. */
  async #readItems(polledAt: number): Promise<boolean> {
    const open = this.openOrders();
    const ids = open.map(({ orderId }) => orderId);
    this.#itemRate.add(ids.length);
    const items = await readOrders(this.#stack, {
      ids,
      fields: polledFields,
      signal: this.#signal,
    });
    let hasChanged = false;
    for (const order of open) {
      const record = items.get(order.orderId);
      if (!record || record.updatedAt === order.record?.updatedAt) continue;
      hasChanged = true;
      const reached = reachedAt(this.#observed.until, record);
      const latency = (at: string | undefined) => this.#latencyMs(order, at, polledAt);
      this.#observed.update(order.orderId, {
        record,
        ...(order.record ? {} : { firstStatusMs: latency(record.transitions?.[0]?.at) }),
        ...(reached === undefined ? {} : { reachedMs: latency(reached) }),
        ...(hasEnded({ record }) ? { endedMs: latency(record.transitions?.at(-1)?.at) } : {}),
      });
      this.#endedReads.delete(order.orderId);
    }
    return hasChanged;
  }

  /**
   * Returns the time from when the order was due to a time that AWS recorded (ms). The clocks may differ, so the
   * result is limited to the period between the previous poll, which did not find the change, and now.
   */
  #latencyMs({ submittedAt = 0 }: ObservedOrder, at: string | undefined, polledAt: number): number {
    const recordedMs = Date.parse(at ?? '') - submittedAt;
    if (!Number.isFinite(recordedMs)) return polledAt - submittedAt;
    const minMs = Math.max(0, this.#previousPollAt - submittedAt);
    const maxMs = Math.max(minMs, Date.now() - submittedAt);
    return Math.min(Math.max(recordedMs, minMs), maxMs);
  }

  /** Counts the reads of orders that have not ended and have no running execution. */
  #countEndedReads(): void {
    for (const { orderId, executions, record, submittedAt = 0 } of this.openOrders()) {
      const isMissing = executions.length === 0 && !record && Date.now() - submittedAt > maxStartMs;
      const hasExecutionEnded =
        executions.length > 0 && executions.every(({ status }) => isTerminalExecution(status));
      if (isMissing || hasExecutionEnded) {
        this.#endedReads.set(orderId, (this.#endedReads.get(orderId) ?? 0) + 1);
      } else this.#endedReads.delete(orderId);
    }
  }

  #recordSuccess(): void {
    this.#failures.succeeded();
    this.pollError = undefined;
  }

  #recordFailure(error: unknown): void {
    if (this.#signal.aborted) return;
    this.#failures.failed(error);
    this.pollError = error instanceof Error ? error.message || error.name : String(error);
  }
}
