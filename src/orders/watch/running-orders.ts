import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import { cacheForCompletion } from '../lookup/completion-cache.ts';
import { type ExecutionStatus, isOpen } from '../lookup/execution-status.ts';
import {
  type ExecutionFilter,
  type ListedExecution,
  listExecutions,
  listOpenExecutions,
} from '../lookup/executions.ts';
import type { LocatedOrder } from '../lookup/find.ts';
import { readOrders } from '../tables/orders-table.ts';

/** Selects running orders. Without a filter, all of them. */
export interface RunningOrdersFilter {
  /** Status when the order is first seen. */
  readonly statuses?: readonly OrderStatus[] | undefined;
  readonly customerId?: string | undefined;
  /** Only orders that started after this (ms since the epoch). */
  readonly since?: number | undefined;
}

/** The status of an execution when it was last listed. */
interface ListedStatus {
  readonly status: ExecutionStatus;
  /** Monotonic time before the request (ms). */
  readonly readAt: number;
}

/** Minimum time between two lists of recently started executions (ms). */
const listIntervalMs = 2000;
/** Minimum time between two lists of all open executions, a thousand per request (ms). */
const fullListIntervalMs = 10_000;
/** A list may lack executions that started this shortly before it (ms). */
const overlapMs = 10_000;

/** Lists the running orders, and finds new orders during a watch. */
export class RunningOrders {
  readonly #stack: Stack;
  readonly #filter: RunningOrdersFilter;
  /** Whether the filter selects an order. Orders whose item is not written yet are missing. */
  readonly #isSelected = new Map<string, boolean>();
  /** Statuses of the executions that had not ended when they were last listed, by order id. */
  readonly #running = new Map<string, ListedStatus>();
  /** Monotonic times of the last list of new orders and of the last list of all running executions (ms). */
  #listedAt = Number.NEGATIVE_INFINITY;
  #allListedAt = Number.NEGATIVE_INFINITY;
  /** Newest start in the first list, by Lambda's clock. Later executions are included even if they have ended. */
  #watchedSince: number | undefined;
  /** Newest start in any list, by Lambda's clock. */
  #newestStart = 0;
  /** Monotonic time at which `#newestStart` was found (ms). */
  #newestFoundAt = 0;
  /** Whether the lists contain every execution that started before `#newestStart`. */
  #isNewestSettled = false;

  constructor(stack: Stack, filter: RunningOrdersFilter) {
    this.#stack = stack;
    this.#filter = filter;
  }

  /** Whether the execution of the order had not ended when executions were last listed. */
  has(orderId: string): boolean {
    return this.#running.has(orderId);
  }

  /** The status of the order's execution when it was last listed; undefined if it was not listed or had ended. */
  executionStatus(orderId: string): ListedStatus | undefined {
    return this.#running.get(orderId);
  }

  /** Lists all executions that have not ended, unless that happened recently. */
  async refresh(): Promise<void> {
    if (performance.now() - this.#allListedAt < fullListIntervalMs) return;
    await this.#listRunning();
  }

  /**
   * Returns orders that no previous call returned, even if they have ended already. Lists executions only after
   * `listIntervalMs`, or `immediately`.
   */
  async listNewOrders({ immediately }: { readonly immediately: boolean }): Promise<LocatedOrder[]> {
    const now = performance.now();
    if (!immediately && now - this.#listedAt < listIntervalMs) return [];
    const isFullListDue = immediately || now - this.#allListedAt >= fullListIntervalMs;
    const isFirstList = this.#watchedSince === undefined;
    const recent = await this.#listRecent();
    const executions = [...recent, ...(isFullListDue ? await this.#listRunning() : [])];
    const orders = new Map(
      executions.map(({ orderId, arn }) => [orderId, { orderId, executionArn: arn }]),
    );
    const newOrders = [...orders.values()].filter(({ orderId }) => !this.#isSelected.has(orderId));
    await this.#applyFilter(newOrders);
    // Only after all calls have succeeded: if one fails, the next call has to list the same executions again.
    this.#listedAt = now;
    this.#advance(isFirstList ? executions : recent, now);
    return newOrders.filter(({ orderId }) => this.#isSelected.get(orderId));
  }

  /** Moves the start of the next list of recent executions. */
  #advance(executions: readonly ListedExecution[], now: number): void {
    const newest = executions.reduce((last, { startedAt = 0 }) => Math.max(last, startedAt), 0);
    if (newest > this.#newestStart) {
      this.#newestStart = newest;
      this.#newestFoundAt = now;
      this.#isNewestSettled = false;
    } else if (now - this.#newestFoundAt > overlapMs) this.#isNewestSettled = true;
    if (executions.length > 0) this.#watchedSince ??= this.#newestStart;
  }

  /** Lists recently started executions. Ended executions are included only if they started after the first list. */
  async #listRecent(): Promise<readonly ListedExecution[]> {
    const watchedSince = this.#watchedSince;
    if (watchedSince === undefined) return [];
    const startedAfter = this.#isNewestSettled ? this.#newestStart : this.#newestStart - overlapMs;
    const readAt = performance.now();
    const executions = await this.#list({ startedAfter });
    for (const { orderId, status } of executions) {
      if (isOpen(status)) this.#running.set(orderId, { status, readAt });
      else this.#running.delete(orderId);
    }
    return executions.filter(
      ({ status, startedAt = 0 }) => isOpen(status) || startedAt > watchedSince,
    );
  }

  async #listRunning(): Promise<readonly ListedExecution[]> {
    const readAt = performance.now();
    const executions = await this.#list({}, listOpenExecutions);
    this.#allListedAt = performance.now();
    this.#running.clear();
    for (const { orderId, status } of executions) this.#running.set(orderId, { status, readAt });
    return executions;
  }

  async #list(
    { startedAfter = 0, ...filter }: ExecutionFilter,
    list = listExecutions,
  ): Promise<ListedExecution[]> {
    const after = Math.max(startedAfter, this.#filter.since ?? 0);
    const options = { ...filter, ...(after > 0 ? { startedAfter: after } : {}) };
    const executions: ListedExecution[] = [];
    for await (const execution of list(this.#stack, options)) executions.push(execution);
    const newExecutions = executions.filter(({ orderId }) => !this.#isSelected.has(orderId));
    cacheForCompletion(
      this.#stack.target,
      newExecutions.map(({ orderId, startedAt = 0 }) => ({
        orderId,
        createdAt: new Date(startedAt).toISOString(),
      })),
    );
    return executions;
  }

  /** Decides which of the orders the filter selects. An order without an item is decided later. */
  async #applyFilter(orders: readonly LocatedOrder[]): Promise<void> {
    const { statuses = [], customerId } = this.#filter;
    const selectsAll = statuses.length === 0 && customerId === undefined;
    const ids = orders.map(({ orderId }) => orderId);
    if (selectsAll) {
      for (const id of ids) this.#isSelected.set(id, true);
      return;
    }
    const items = await readOrders(this.#stack, { ids, fields: ['status', 'customerId'] });
    for (const [id, item] of items) {
      const hasStatus = statuses.length === 0 || statuses.includes(item.status);
      const hasCustomer = customerId === undefined || item.customerId === customerId;
      this.#isSelected.set(id, hasStatus && hasCustomer);
    }
  }
}
