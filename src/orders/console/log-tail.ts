import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../../../functions/contract/workflow.ts';
import { isTransient, needsSignIn } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import type { LogEntry } from '../logs/entry.ts';
import { followLogs, type LogItem, readLogs } from '../logs/read.ts';
import { ReplayFilter } from '../logs/replay-filter.ts';
import { readOrders } from '../tables/orders-table.ts';

/** Maximum number of lines that are kept. */
const maxLines = 500;
/** The log is read for this long after the order has ended, because its last lines follow (ms). */
const lingerMs = 15_000;
/** Lines become visible up to this long after they were written (ms). */
const maxLatenessMs = 30_000;
/** The first step writes the item. Lines from this long before it belong to the order as well (ms). */
const beforeItemMs = 60_000;
const sources = ['workflow', 'intake', 'status'] as const;
/** Time between two attempts to read the log after an error (ms). */
const retryMs = 2000;
/** Start of the log of an order without an item (ms ago). */
const defaultSinceMs = 60 * 60_000;

export interface LogTailOptions {
  readonly orderId: string;
  /** Called after each change. */
  readonly onChange: () => void;
  /** Returns the text for an error that prevents reading. */
  readonly describe: (error: unknown) => string;
}

/** The newest log lines of an order, without metrics and lines that a replay logged again. Reads only between `start` and `stop`. */
export class LogTail {
  readonly #stack: Stack;
  readonly #options: LogTailOptions;
  readonly #replays = new ReplayFilter();
  #lines: readonly LogEntry[] | undefined;
  #problem: string | undefined;
  #stop: AbortController | undefined;
  /** Whether all lines of an ended order were read, or the log may not be read. */
  #isOver = false;

  constructor(stack: Stack, options: LogTailOptions) {
    this.#stack = stack;
    this.#options = options;
  }

  /** The newest lines, oldest first; undefined until the log was read. */
  get lines(): readonly LogEntry[] | undefined {
    return this.#lines;
  }

  /** Why the log cannot be read at the moment. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Starts to read, unless a read is in progress. */
  start(): void {
    if (this.#stop || this.#isOver) return;
    this.#stop = new AbortController();
    void this.#read(this.#stop.signal);
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
  }

  async #read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#isOver) {
      try {
        await this.#follow(signal);
        this.#problem = undefined;
        if (!signal.aborted) this.#isOver = true;
        this.#options.onChange();
      } catch (error) {
        if (signal.aborted) return;
        this.#problem = this.#options.describe(error);
        this.#isOver = !isTransient(error) && !needsSignIn(error);
        this.#options.onChange();
        if (!this.#isOver) await sleep(retryMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { orderId } = this.#options;
    const range = await this.#findRange();
    const query = { orderIds: [orderId], sources, ...range };
    const startedAt = Date.now();
    for await (const page of readLogs(this.#stack, query)) {
      if (signal.aborted) return;
      this.#add(page);
    }
    this.#lines ??= [];
    this.#options.onChange();
    if (range.until !== undefined) return;
    const since = Math.max(range.since, startedAt - maxLatenessMs);
    for await (const items of followLogs(this.#stack, { ...query, since, signal, lingerMs })) {
      this.#add(items);
    }
  }

  /** Returns the time in which the order wrote lines (ms since the epoch), after the last known one. No end if it may write more. */
  async #findRange(): Promise<{ readonly since: number; readonly until?: number }> {
    const { orderId } = this.#options;
    const fields = ['status', 'createdAt', 'updatedAt'] as const;
    const order = (await readOrders(this.#stack, { ids: [orderId], fields })).get(orderId);
    const last = this.#lines?.at(-1)?.timestamp;
    if (!order) return { since: last ?? Date.now() - defaultSinceMs };
    const since = last ?? Date.parse(order.createdAt) - beforeItemMs;
    const lastWriteAt = Date.parse(order.updatedAt) + maxLatenessMs;
    const isOver = isTerminal(order.status) && lastWriteAt + lingerMs < Date.now();
    return { since, ...(isOver ? { until: lastWriteAt } : {}) };
  }

  #add(items: readonly LogItem[]): void {
    const known = new Set(this.#lines?.map(({ id }) => id));
    const added: LogEntry[] = [];
    for (const item of items) {
      // Reports alternate between the start and the end of a gap.
      if ('gap' in item) this.#problem = this.#problem === undefined ? item.gap : undefined;
      else if (!item.isMetrics && !known.has(item.id) && !this.#replays.isReplay(item))
        added.push(item);
    }
    if (added.length > 0) {
      const lines = [...(this.#lines ?? []), ...added];
      this.#lines = lines.toSorted((a, b) => a.timestamp - b.timestamp).slice(-maxLines);
    }
    this.#options.onChange();
  }
}
