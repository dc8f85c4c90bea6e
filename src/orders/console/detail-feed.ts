import { setTimeout as sleep } from 'node:timers/promises';
import { type PublicOrder, publicFields } from '../../../functions/contract/public-order.ts';
import { isTerminal } from '../../../functions/contract/workflow.ts';
import { isDenied, needsSignIn, translateError } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import { findExecution } from '../lookup/executions.ts';
import { getOrder, type OrderView } from '../lookup/get.ts';
import { type HistoryReport, toHistoryReport } from '../lookup/history.ts';
import { readOrders } from '../tables/orders-table.ts';
import { HistoryReader } from '../watch/history-reader.ts';
import { unlessAborted } from '../watch/unless-aborted.ts';
import { FollowedStack } from './followed-stack.ts';
import { LogTail } from './log-tail.ts';
import type { DetailPart, OrderDetail } from './order-detail.ts';

/** Time between two reads of an ended order (ms). */
const endedIntervalMs = 5000;
/** Time between two reads of the history while the execution waits, which only a pause or a cancellation changes (ms). */
const waitIntervalMs = 3000;
const maxBackoffMs = 15_000;

export interface DetailFeedOptions {
  /** Returns the parts to read. Called before each read. */
  readonly parts: () => ReadonlySet<DetailPart>;
}

type Problems = Partial<Record<DetailPart, string>>;

/** Reads what the console shows of one order. */
export class DetailFeed {
  readonly #orderId: string;
  readonly #parts: DetailFeedOptions['parts'];
  readonly #followed: FollowedStack;
  #history: HistoryReader;
  #logs: LogTail;
  #stack: Stack;
  #view: OrderView | undefined;
  #publicOrder: PublicOrder | undefined;
  #arn: string | undefined;
  #problems: Problems = {};
  /** Why only a part of the order may be read. */
  #denial: string | undefined;
  /** Monotonic time of the last read of the history (ms). */
  #historyReadAt = 0;
  #failures = 0;
  /** Ends the pause between two reads. */
  #wake: () => void = () => {};

  constructor(stack: Stack, orderId: string, { parts }: DetailFeedOptions) {
    this.#orderId = orderId;
    this.#parts = parts;
    this.#followed = new FollowedStack(stack);
    this.#stack = stack;
    this.#history = new HistoryReader(stack.target, { detail: false });
    this.#logs = this.#createLogTail();
  }

  /** Reads again at once, for example because other parts are shown. */
  refresh(): void {
    this.#wake();
  }

  /**
   * Yields the order after each read, until `signal` aborts. Errors are reported as problems of the part; reading continues, also
   * after permanent ones and while the stack does not exist.
   */
  async *details(signal: AbortSignal): AsyncGenerator<OrderDetail, void> {
    try {
      while (!signal.aborted) {
        const parts = this.#parts();
        if (parts.has('logs')) this.#logs.start();
        else this.#logs.stop();
        try {
          await this.#read(parts, signal);
        } catch (error) {
          if (signal.aborted) return;
          await this.#handleFailure(error);
        }
        yield this.#detail(parts);
        await this.#pause(signal);
      }
    } finally {
      this.#logs.stop();
    }
  }

  async #read(parts: ReadonlySet<DetailPart>, signal: AbortSignal): Promise<void> {
    this.#adoptStack();
    if (!parts.has('order') && !parts.has('history')) return;
    await unlessAborted(signal, this.#readOrder());
    if (parts.has('history')) this.#arn ??= await unlessAborted(signal, this.#findArn());
    // The order was read: only the history may still fail.
    this.#problems = this.#denial === undefined ? {} : { order: this.#denial };
    this.#failures = 0;
    if (parts.has('history')) await unlessAborted(signal, this.#readHistory());
  }

  async #readOrder(): Promise<void> {
    if (this.#publicOrder) return this.#readPublicOrder();
    try {
      this.#view = await getOrder(this.#stack, this.#orderId);
    } catch (error) {
      // A policy for observers allows to read orders without personal data.
      if (!isDenied(error)) throw error;
      await this.#readPublicOrder();
      if (!this.#publicOrder) throw error;
      this.#denial = this.#describe(error);
    }
  }

  async #readPublicOrder(): Promise<void> {
    const ids = [this.#orderId];
    const items = await readOrders(this.#stack, { ids, fields: publicFields });
    this.#publicOrder = items.get(this.#orderId) ?? this.#publicOrder;
  }

  async #findArn(): Promise<string | undefined> {
    const known = this.#order?.executionArn ?? this.#view?.execution?.arn;
    return known ?? (await findExecution(this.#stack, this.#orderId));
  }

  /** Reads the new events of the history if there may be any and the rate limiter has capacity. */
  async #readHistory(): Promise<void> {
    const arn = this.#arn;
    if (arn === undefined) return;
    const now = performance.now();
    const isWaiting = this.#history.activity(arn)?.wait !== undefined;
    const isQuiet = isWaiting && now - this.#historyReadAt < waitIntervalMs;
    if (!isQuiet && this.#history.isDue(arn)) {
      this.#historyReadAt = now;
      await this.#history.read(arn, { waits: false });
    }
    const error = this.#history.error(arn);
    if (error !== undefined) this.#problems = { ...this.#problems, history: this.#describe(error) };
  }

  get #order() {
    return this.#view?.order ?? this.#publicOrder;
  }

  #detail(parts: ReadonlySet<DetailPart>): OrderDetail {
    const arn = this.#arn;
    const activity = arn === undefined ? undefined : this.#history.activity(arn);
    const report = parts.has('history') ? this.#buildReport() : undefined;
    const { lines, problem } = this.#logs;
    return {
      orderId: this.#orderId,
      ...(this.#view ? { view: this.#view } : {}),
      ...(this.#publicOrder ? { publicOrder: this.#publicOrder } : {}),
      ...(activity ? { activity } : {}),
      ...(report ? { report } : {}),
      ...(lines ? { logs: lines } : {}),
      problems: { ...this.#problems, ...(problem === undefined ? {} : { logs: problem }) },
    };
  }

  #buildReport(): HistoryReport | undefined {
    if (this.#arn === undefined) return undefined;
    return toHistoryReport({
      orderId: this.#orderId,
      executionArn: this.#arn,
      order: this.#view?.order,
      events: this.#history.events(this.#arn),
    });
  }

  async #handleFailure(error: unknown): Promise<void> {
    this.#failures += 1;
    if (needsSignIn(error)) this.#stack.target.clients.renewCredentials();
    let failure = error;
    try {
      if (await this.#followed.hasMoved(error)) return;
    } catch (other) {
      failure = other;
    }
    const part = this.#parts().has('order') ? 'order' : 'history';
    this.#problems = { ...this.#problems, [part]: this.#describe(failure) };
  }

  /** Starts again with the resources of a stack that was deployed again. */
  #adoptStack(): void {
    const { current } = this.#followed;
    if (current === this.#stack) return;
    this.#stack = current;
    this.#logs.stop();
    this.#history = new HistoryReader(current.target, { detail: false });
    this.#logs = this.#createLogTail();
    this.#arn = undefined;
  }

  #createLogTail(): LogTail {
    return new LogTail(this.#stack, {
      orderId: this.#orderId,
      onChange: () => this.#wake(),
      describe: (error) => this.#describe(error),
    });
  }

  #describe(error: unknown): string {
    const translated = translateError(error, this.#stack.target);
    return translated instanceof Error ? translated.message || translated.name : String(translated);
  }

  async #pause(signal: AbortSignal): Promise<void> {
    const pause = new AbortController();
    this.#wake = () => pause.abort();
    signal.addEventListener('abort', this.#wake, { once: true });
    const hasEnded = this.#order !== undefined && isTerminal(this.#order.status);
    const intervalMs = hasEnded ? endedIntervalMs : this.#stack.target.pollMs;
    const delayMs = Math.min(intervalMs * 2 ** this.#failures, maxBackoffMs);
    await sleep(delayMs, undefined, { signal: pause.signal }).catch(() => {});
    signal.removeEventListener('abort', this.#wake);
  }
}
