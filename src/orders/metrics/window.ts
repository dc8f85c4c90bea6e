import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isDenied } from '../../aws/errors.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { readOrders } from '../lookup/batch-get.ts';
import { type ListedOrder, newestFirst } from '../lookup/listing-index.ts';
import type { CountedOrder } from './figures.ts';

/** So many orders are looked at, the newest; what there is beyond them is said to be left out. */
export const mostOrders = 10_000;
/** The clocks of the machine and of AWS may differ a little, ms. */
const skewMs = 300_000;
const fields = ['orderId', 'status', 'updatedAt', 'transitions', 'failure'] as const;

type Item = Pick<OrderRecord, (typeof fields)[number]>;

export interface WindowView {
  readonly orders: readonly CountedOrder[];
  /** Whether there are more than are looked at. */
  readonly isCut: boolean;
  /** False where the orders' items may not be read: the index alone tells then. */
  readonly hasItems: boolean;
}

/**
 * The orders that were created since some moment. Looked at again, it reads the index, which is small, and only the items
 * that have changed: a hundred a call.
 */
export class OrderWindow {
  readonly #target: Target;
  readonly #outputs: StackOutputs;
  #items = new Map<string, Item>();
  #mayRead = true;
  readonly #most: number;

  constructor(target: Target, outputs: StackOutputs, most = mostOrders) {
    this.#target = target;
    this.#outputs = outputs;
    this.#most = most;
  }

  /** Looks at the orders created since then, RFC 3339 UTC. */
  async look(since: string): Promise<WindowView> {
    const listed: ListedOrder[] = [];
    const until = new Date(Date.now() + skewMs).toISOString();
    let isCut = false;
    for await (const order of newestFirst(this.#target, this.#outputs, {
      since,
      until,
      page: 1000,
    })) {
      isCut = listed.length === this.#most;
      if (isCut) break;
      listed.push(order);
    }
    await this.#refresh(listed);
    const orders = listed.map(({ orderId, status, createdAt, updatedAt }) => {
      const item = this.#items.get(orderId);
      return { orderId, createdAt, ...(item ?? { status, updatedAt }) };
    });
    return { orders, isCut, hasItems: this.#mayRead };
  }

  async #refresh(listed: readonly ListedOrder[]): Promise<void> {
    const kept = listed.flatMap(({ orderId }) => this.#items.get(orderId) ?? []);
    this.#items = new Map(kept.map((item) => [item.orderId, item]));
    const ids = listed
      .filter(({ orderId, updatedAt }) => (this.#items.get(orderId)?.updatedAt ?? '') < updatedAt)
      .map(({ orderId }) => orderId);
    if (!this.#mayRead || ids.length === 0) return;
    try {
      const items = await readOrders(this.#target, this.#outputs, { ids, fields });
      for (const [id, item] of items) this.#items.set(id, item);
    } catch (error) {
      // Who may only observe reads the index and no order.
      if (!isDenied(error)) throw error;
      this.#mayRead = false;
    }
  }
}
