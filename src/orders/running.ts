/** The orders that are on their way, as they come and go. */
import type { OrderStatus } from '../../functions/contract/workflow.ts';
import type { Target } from '../target/resolve.ts';
import type { StackOutputs } from '../target/stack.ts';
import { readOrders } from './batch.ts';
import { listExecutions } from './executions.ts';
import type { Found } from './find.ts';
import { executionReads } from './limiter.ts';

/** Which of the running orders; all of them when nothing is given. */
export interface Selection {
  /** What they have when they are first seen. */
  readonly statuses?: readonly OrderStatus[] | undefined;
  readonly customerId?: string | undefined;
  /** Only those that began after this, ms since the epoch. */
  readonly since?: number | undefined;
}

/** They are listed again after so long at the earliest, ms: a thousand a request. */
const againMs = 2000;

export class RunningOrders {
  readonly #target: Target;
  readonly #outputs: StackOutputs;
  readonly #selection: Selection;
  /** Whether an order belongs to the selection; unknown of one whose item is not written yet. */
  readonly #known = new Map<string, boolean>();
  #running: ReadonlySet<string> = new Set();
  #listedAt = 0;

  constructor(target: Target, outputs: StackOutputs, selection: Selection) {
    this.#target = target;
    this.#outputs = outputs;
    this.#selection = selection;
  }

  /** Whether the order was on its way when they were last listed. */
  has(orderId: string): boolean {
    return this.#running.has(orderId);
  }

  /** Those that were not given before. Lists them now and then, or at once when `now`. */
  async newcomers({ now }: { readonly now: boolean }): Promise<Found[]> {
    if (!now && Date.now() - this.#listedAt < againMs) return [];
    await executionReads.turn();
    this.#listedAt = Date.now();
    const { since } = this.#selection;
    const filter = { status: 'RUNNING', ...(since ? { startedAfter: since } : {}) } as const;
    const found = new Map<string, Found>();
    for await (const { orderId, arn } of listExecutions(this.#target, this.#outputs, filter)) {
      found.set(orderId, { orderId, executionArn: arn });
    }
    this.#running = new Set(found.keys());
    const fresh = [...found.values()].filter(({ orderId }) => !this.#known.has(orderId));
    await this.#classify(fresh);
    return fresh.filter(({ orderId }) => this.#known.get(orderId));
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
