/** The orders that are on their way, as they come and go. */
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { readOrders } from '../lookup/batch-get.ts';
import { rememberSeen } from '../lookup/completion-cache.ts';
import {
  type ExecutionFilter,
  type ListedExecution,
  listExecutions,
} from '../lookup/executions.ts';
import type { Found } from '../lookup/find.ts';

/** Which of the running orders; all of them when nothing is given. */
export interface Selection {
  /** What they have when they are first seen. */
  readonly statuses?: readonly OrderStatus[] | undefined;
  readonly customerId?: string | undefined;
  /** Only those that began after this, ms since the epoch. */
  readonly since?: number | undefined;
}

/** Those that began lately are listed again after so long at the earliest, ms. */
const againMs = 2000;
/** All that are on their way, ms: a thousand a request. */
const allAgainMs = 10_000;
/** A list may lack what began just before it was made, ms. */
const overlapMs = 10_000;

export class RunningOrders {
  readonly #target: Target;
  readonly #outputs: StackOutputs;
  readonly #selection: Selection;
  /** Whether an order belongs to the selection; unknown of one whose item is not written yet. */
  readonly #known = new Map<string, boolean>();
  readonly #running = new Set<string>();
  #listedAt = Number.NEGATIVE_INFINITY;
  #allListedAt = Number.NEGATIVE_INFINITY;
  /** When the newest began that was on its way at first, by Lambda's clock: what began later is followed even if it has ended. */
  #first: number | undefined;
  /** When the newest began of those that were given. */
  #newest = 0;
  /** Since when it is known. */
  #newestAt = 0;
  /** Whether a list was made since then that cannot lack what began before it. */
  #isSettled = false;

  constructor(target: Target, outputs: StackOutputs, selection: Selection) {
    this.#target = target;
    this.#outputs = outputs;
    this.#selection = selection;
  }

  /** Whether the order was on its way when they were last listed. */
  has(orderId: string): boolean {
    return this.#running.has(orderId);
  }

  /** Lists all that are on their way, if that is some time ago. */
  async refresh(): Promise<void> {
    if (performance.now() - this.#allListedAt < allAgainMs) return;
    await this.#listRunning();
  }

  /**
   * Those that were not given before, also one that began and ended since the last time. Lists them now and then, or at
   * once when `now`.
   */
  async newcomers({ now }: { readonly now: boolean }): Promise<Found[]> {
    const time = performance.now();
    if (!now && time - this.#listedAt < againMs) return [];
    const isAll = now || time - this.#allListedAt >= allAgainMs;
    const lately = await this.#listLately();
    const listed = [...lately, ...(isAll ? await this.#listRunning() : [])];
    const found = new Map(
      listed.map(({ orderId, arn }) => [orderId, { orderId, executionArn: arn }]),
    );
    const fresh = [...found.values()].filter(({ orderId }) => !this.#known.has(orderId));
    await this.#classify(fresh);
    this.#listedAt = time;
    this.#moveOn(this.#first === undefined ? listed : lately, time);
    return fresh.filter(({ orderId }) => this.#known.get(orderId));
  }

  /** Only now: what a list had that another one's failure kept back has to be listed again. */
  #moveOn(listed: readonly ListedExecution[], time: number): void {
    const newest = listed.reduce((last, { startedAt = 0 }) => Math.max(last, startedAt), 0);
    if (newest > this.#newest) {
      this.#newest = newest;
      this.#newestAt = time;
      this.#isSettled = false;
    } else if (time - this.#newestAt > overlapMs) this.#isSettled = true;
    if (listed.length > 0) this.#first ??= this.#newest;
  }

  /** What began lately, or since they were first listed. */
  async #listLately(): Promise<readonly ListedExecution[]> {
    const first = this.#first;
    if (first === undefined) return [];
    const startedAfter = this.#isSettled ? this.#newest : this.#newest - overlapMs;
    const listed = await this.#list({ startedAfter });
    for (const { orderId, status } of listed) {
      if (status === 'RUNNING') this.#running.add(orderId);
      else this.#running.delete(orderId);
    }
    return listed.filter(({ status, startedAt = 0 }) => status === 'RUNNING' || startedAt > first);
  }

  async #listRunning(): Promise<readonly ListedExecution[]> {
    const listed = await this.#list({ status: 'RUNNING' });
    this.#allListedAt = performance.now();
    this.#running.clear();
    for (const { orderId } of listed) this.#running.add(orderId);
    return listed;
  }

  async #list({ startedAfter = 0, ...filter }: ExecutionFilter): Promise<ListedExecution[]> {
    const after = Math.max(startedAfter, this.#selection.since ?? 0);
    const options = { ...filter, ...(after > 0 ? { startedAfter: after } : {}) };
    const listed: ListedExecution[] = [];
    for await (const each of listExecutions(this.#target, this.#outputs, options)) {
      listed.push(each);
    }
    const fresh = listed.filter(({ orderId }) => !this.#known.has(orderId));
    rememberSeen(
      this.#target,
      fresh.map(({ orderId, startedAt = 0 }) => ({
        orderId,
        createdAt: new Date(startedAt).toISOString(),
      })),
    );
    return listed;
  }

  async #classify(orders: readonly Found[]): Promise<void> {
    const { statuses = [], customerId } = this.#selection;
    const isAll = statuses.length === 0 && customerId === undefined;
    const ids = orders.map(({ orderId }) => orderId);
    const fields = ['status', 'customerId'] as const;
    const items = isAll
      ? undefined
      : await readOrders(this.#target, this.#outputs, { ids, fields });
    for (const id of ids) {
      const item = items?.get(id);
      if (items && !item) continue;
      const hasStatus = statuses.length === 0 || (item && statuses.includes(item.status));
      const isTheirs = customerId === undefined || item?.customerId === customerId;
      this.#known.set(id, isAll || Boolean(hasStatus && isTheirs));
    }
  }
}
