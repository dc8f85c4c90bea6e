import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { WaitLengths } from '../../workflow/durations.ts';
import { waitLengths } from '../lookup/wait-durations.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type QuotaUse, readQuotas } from './quotas.ts';
import { readRetries, type StepRetries } from './retries.ts';
import { mostOrders, OrderWindow } from './window.ts';

export interface Metrics extends Omit<Figures, 'busiestSecond'> {
  /** Orders that were created since then and until now count, RFC 3339 UTC. */
  readonly since: string;
  readonly at: string;
  /** Where the figures are from, which is as of now: nothing is late as metrics of CloudWatch are. */
  readonly source: 'orders table' | 'index of the orders table';
  /** There are more orders: so many of the newest were looked at. */
  readonly newest?: number;
  /** From the workflow's log; absent unless asked for. */
  readonly retries?: readonly StepRetries[];
  readonly quotas: readonly QuotaUse[];
}

export interface MetricsQuery {
  /** RFC 3339 UTC. */
  readonly since: string;
  readonly retries: boolean;
}

/** The log is looked through again after so long at the earliest, ms: it is long, and slow to read. */
const logAgainMs = 30_000;

/** Looks at the orders of a stretch of time, and again: what has not changed is not read twice. */
export class MetricsReader {
  readonly #target: Target;
  readonly #outputs: StackOutputs;
  readonly #window: OrderWindow;
  #waits: WaitLengths | undefined;
  #retries: { readonly of: readonly StepRetries[]; readonly readAt: number } | undefined;

  constructor(target: Target, outputs: StackOutputs) {
    this.#target = target;
    this.#outputs = outputs;
    this.#window = new OrderWindow(target, outputs);
  }

  async read({ since, retries }: MetricsQuery): Promise<Metrics> {
    this.#waits ??= await waitLengths(this.#target);
    const { orders, isCut, hasItems } = await this.#window.look(since);
    const { busiestSecond, ...figures } = figuresOf(orders, this.#waits);
    const quotas = await readQuotas(this.#target, this.#outputs, busiestSecond);
    const again = retries ? await this.#tried(since) : undefined;
    return {
      since,
      at: new Date().toISOString(),
      source: hasItems ? 'orders table' : 'index of the orders table',
      ...(isCut ? { newest: mostOrders } : {}),
      ...figures,
      ...(again ? { retries: again } : {}),
      quotas,
    };
  }

  async #tried(since: string): Promise<readonly StepRetries[]> {
    if (!this.#retries || Date.now() - this.#retries.readAt >= logAgainMs) {
      const of = await readRetries(this.#target, this.#outputs, since);
      this.#retries = { of, readAt: Date.now() };
    }
    return this.#retries.of;
  }
}
