import type { Stack } from '../../environment/stack.ts';
import type { WaitDurations } from '../../workflow/durations.ts';
import { readWaitDurations } from '../lookup/wait-durations.ts';
import { computeFigures, type OrderFigures } from './figures.ts';
import { listPausedOrders, type QuotaUse, readQuotas } from './quotas.ts';
import { readRetries, type StepRetries } from './retries.ts';
import { maxOrders, OrderWindow } from './window.ts';

export interface Metrics extends Omit<OrderFigures, 'busiestSecond'> {
  /** Start of the window: orders created after this time are counted (RFC 3339 UTC). */
  readonly since: string;
  readonly at: string;
  /** Source of the figures. Unlike CloudWatch metrics, both sources are current. */
  readonly source: 'orders table' | 'index of the orders table';
  /** Present if there are more orders: the number of newest orders in the figures. */
  readonly newest?: number;
  /** From the workflow's log; present if requested. */
  readonly retries?: readonly StepRetries[];
  readonly quotas: readonly QuotaUse[];
}

export interface MetricsQuery {
  /** RFC 3339 UTC. */
  readonly since: string;
  readonly retries: boolean;
}

/** Retries are read again after this time, because the log is long and slow to read (ms). */
const retriesMaxAgeMs = 30_000;

/** Computes the metrics of a time window, repeatedly: each read fetches only orders that have changed. */
export class MetricsReader {
  readonly #stack: Stack;
  readonly #window: OrderWindow;
  #waits: WaitDurations | undefined;
  #retries: { readonly steps: readonly StepRetries[]; readonly readAt: number } | undefined;

  constructor(stack: Stack) {
    this.#stack = stack;
    this.#window = new OrderWindow(stack);
  }

  async read({ since, retries }: MetricsQuery): Promise<Metrics> {
    this.#waits ??= await readWaitDurations(this.#stack.target);
    const { orders, isTruncated, hasItems } = await this.#window.read(since);
    const { busiestSecond, ...figures } = await computeFigures(orders, this.#waits);
    const pausedIds = await listPausedOrders(this.#stack);
    const paused = pausedIds && orders.filter(({ orderId }) => pausedIds.has(orderId)).length;
    const quotas = await readQuotas(this.#stack, busiestSecond);
    const steps = retries ? await this.#readRetries(since) : undefined;
    return {
      since,
      at: new Date().toISOString(),
      source: hasItems ? 'orders table' : 'index of the orders table',
      ...(isTruncated ? { newest: maxOrders } : {}),
      ...figures,
      orders: { ...figures.orders, ...(paused === undefined ? {} : { paused }) },
      ...(steps ? { retries: steps } : {}),
      quotas,
    };
  }

  async #readRetries(since: string): Promise<readonly StepRetries[]> {
    if (!this.#retries || Date.now() - this.#retries.readAt >= retriesMaxAgeMs) {
      const steps = await readRetries(this.#stack, since);
      this.#retries = { steps, readAt: Date.now() };
    }
    return this.#retries.steps;
  }
}
