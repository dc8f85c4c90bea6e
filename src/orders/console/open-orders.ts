import { isTerminal } from '../../../functions/contract/workflow.ts';
import { isDenied } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import { isPaused } from '../lookup/execution-status.ts';
import { type ListedExecution, listOpenExecutions } from '../lookup/executions.ts';
import { readOrders } from '../tables/orders-table.ts';
import { type Entry, type RowRecord, rowFields, rowWithoutItem, toEntry } from './order-row.ts';

/** Maximum number of open executions that are listed, a thousand per request. */
const maxOpen = 20_000;
/** Maximum number of running orders that are not in the window. */
const maxOthers = 1000;

/** The time window whose orders are known already. */
export interface KnownWindow {
  /** Start of the window (RFC 3339 UTC). */
  readonly since: () => string;
  readonly has: (orderId: string) => boolean;
  readonly toEntry: (record: RowRecord) => Entry;
}

/** The open executions, and their orders that are not in the window: older orders, and orders without an item. */
export class OpenOrders {
  readonly #stack: Stack;
  readonly #window: KnownWindow;
  #executions: ReadonlyMap<string, ListedExecution> = new Map();
  #others = new Map<string, Entry>();

  constructor(stack: Stack, window: KnownWindow) {
    this.#stack = stack;
    this.#window = window;
  }

  /** Number of open executions, at most `maxOpen`. */
  get count(): number {
    return this.#executions.size;
  }

  /** The orders that are not in the window, by id. It is another object after each read. */
  get others(): ReadonlyMap<string, Entry> {
    return this.#others;
  }

  isPaused(orderId: string): boolean {
    return isPaused(this.#executions.get(orderId)?.status);
  }

  /** Keeps a running order that has left the window. */
  keep(entry: Entry): void {
    if (this.#others.size < maxOthers) this.#others.set(entry.row.order.orderId, entry);
  }

  /** Lists the open executions, and reads their orders unless these are in the window. */
  async read(): Promise<void> {
    const open = new Map<string, ListedExecution>();
    for await (const execution of listOpenExecutions(this.#stack, {})) {
      open.set(execution.orderId, execution);
      if (open.size >= maxOpen) break;
    }
    this.#executions = open;
    await this.#readOthers(open);
  }

  async #readOthers(open: ReadonlyMap<string, ListedExecution>): Promise<void> {
    const isOutside = (id: string) => !this.#window.has(id);
    // An order that has ended is read once more, for its end.
    const ended = [...this.#others.keys()].filter((id) => !open.has(id) && isOutside(id));
    const running = [...open.keys()].filter(isOutside).slice(0, maxOthers);
    const ids = [...running, ...ended];
    const items = await this.#readItems(ids);
    const others = new Map<string, Entry>();
    for (const id of ids) {
      const entry = items && this.#toEntry(id, items.get(id), open.get(id));
      if (entry) others.set(id, entry);
    }
    this.#others = others;
  }

  /** Returns undefined for an order that ended before the window, and for an order that no longer exists. */
  #toEntry(
    id: string,
    record: RowRecord | undefined,
    execution: ListedExecution | undefined,
  ): Entry | undefined {
    const known = this.#others.get(id);
    if (!record) {
      if (!execution) return undefined;
      const isKnown = known && !known.record;
      return isKnown ? known : toEntry(rowWithoutItem(id, execution.startedAt ?? Date.now()));
    }
    if (isTerminal(record.status) && record.updatedAt < this.#window.since()) return undefined;
    return known?.record?.updatedAt === record.updatedAt ? known : this.#window.toEntry(record);
  }

  /** Returns undefined if the items may not be read. */
  async #readItems(ids: readonly string[]): Promise<ReadonlyMap<string, RowRecord> | undefined> {
    try {
      return await readOrders(this.#stack, { ids, fields: rowFields });
    } catch (error) {
      if (!isDenied(error)) throw error;
      return undefined;
    }
  }
}
