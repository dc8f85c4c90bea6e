/** Looks at all orders of a load test at once, as often as something happens. */
import { isTransient, needsSignIn } from '../../aws/errors.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { readOrders } from '../lookup/batch-get.ts';
import { type ListedExecution, listExecutions } from '../lookup/executions.ts';
import { executionReads } from '../requests/rate-limiter.ts';
import { reachedAt } from './follow-until.ts';
import { type Board, hasEnded, type ObservedOrder } from './observed-orders.ts';
import type { SeenRecord } from './seen-record.ts';
import { RecentRate } from './sliding-rate.ts';

/** What a look at an order on its way reads. */
const fields = ['status', 'total', 'transitions', 'failure', 'warnings', 'updatedAt'] as const;
/** Each look that finds everything as it was makes the next one wait this much longer. */
const patience = 1.5;
/** At most so many times as long as the target's own interval. */
const mostPatience = 5;
const longestGapMs = 15_000;
/** Reading takes at most this part of the time, so that it does not become the load. */
const readingShare = 0.2;
/** Executions are looked at when so many looks found nothing new. */
const stillLooks = 8;
/** An execution's end reaches the item a moment before or after; so many answers are believed. */
const graceAnswers = 3;
/** An order accepted so long ago has an item or an execution, ms. */
const graceMs = 30_000;
/** The clocks of this machine and of AWS may differ so much, ms. */
const clockSkewMs = 300_000;

/** Requests a second that have a limit, with that limit. */
export interface RequestRates {
  /** Listings of executions. */
  readonly lists: number;
  /** Items of orders, consistently read. */
  readonly items: number;
}

const firstOf = ({ transitions }: SeenRecord) => transitions?.[0];
const lastOf = ({ transitions }: SeenRecord) => transitions?.at(-1);

export interface PollerOptions {
  readonly board: Board;
  readonly signal: AbortSignal;
}

export class Poller {
  /** Why the orders cannot be seen now. */
  trouble: string | undefined;
  readonly #target: Target;
  readonly #outputs: StackOutputs;
  readonly #board: Board;
  readonly #signal: AbortSignal;
  /** Orders that will not end any more, with the number of answers that said so. */
  readonly #doubts = new Map<string, number>();
  readonly #began = Date.now();
  #lastLook = Date.now();
  #tookMs = 0;
  #still = 0;
  #failures = 0;
  #everSeen = false;
  readonly #lists = new RecentRate();
  readonly #items = new RecentRate();

  constructor(target: Target, outputs: StackOutputs, { board, signal }: PollerOptions) {
    this.#target = target;
    this.#outputs = outputs;
    this.#board = board;
    this.#signal = signal;
  }

  /** What it has been asking for. */
  get requests(): RequestRates {
    return { lists: this.#lists.perSecond(), items: this.#items.perSecond() };
  }

  /** When to look next. */
  get nextLookMs(): number {
    const { pollMs } = this.#target;
    // What cannot be seen is asked for less and less often.
    const slower = patience ** this.#still + 2 ** this.#failures - 1;
    const longest = this.#failures > 0 ? longestGapMs : pollMs * mostPatience;
    return Math.max(Math.min(pollMs * slower, longest), this.#tookMs / readingShare);
  }

  /** The accepted orders that may still change. */
  open(): readonly ObservedOrder[] {
    return this.#board
      .accepted()
      .filter(
        (each) => !this.#board.isDone(each) && (this.#doubts.get(each.orderId) ?? 0) < graceAnswers,
      );
  }

  /** Looks once at every open order. Throws what will not pass. */
  async look(): Promise<void> {
    const looked = Date.now();
    try {
      const moved = await this.#readItems(looked);
      this.#still = moved ? 0 : this.#still + 1;
      const isDue = this.#still >= stillLooks || this.#doubts.size > 0;
      if (isDue && this.open().length > 0 && executionReads.isFree()) {
        this.#still = Math.min(this.#still, stillLooks);
        await this.readExecutions();
        this.#doubt();
      }
      this.#found();
    } catch (error) {
      this.#lost(error);
    }
    this.#lastLook = looked;
    this.#tookMs = Date.now() - looked;
  }

  /** Reads which executions there are of the orders. */
  async readExecutions(): Promise<void> {
    const found = new Map<string, ListedExecution[]>();
    const onPage = () => this.#lists.add();
    const filter = { startedAfter: this.#began - clockSkewMs, onPage };
    for await (const each of listExecutions(this.#target, this.#outputs, filter)) {
      const known = found.get(each.orderId) ?? [];
      if (!known.some(({ arn }) => arn === each.arn)) found.set(each.orderId, [...known, each]);
    }
    for (const { orderId } of this.#board.accepted()) {
      this.#board.change(orderId, { executions: found.get(orderId) ?? [] });
    }
  }

  /** Reads every accepted order as it now is, with all its fields. */
  async readAll(): Promise<void> {
    const ids = this.#board.accepted().map(({ orderId }) => orderId);
    this.#items.add(ids.length);
    const items = await readOrders(this.#target, this.#outputs, { ids });
    for (const orderId of ids) this.#board.change(orderId, { record: items.get(orderId) });
  }

  async #readItems(looked: number): Promise<boolean> {
    const open = this.open();
    const ids = open.map(({ orderId }) => orderId);
    const options = { ids, fields, signal: this.#signal };
    this.#items.add(ids.length);
    const items = await readOrders(this.#target, this.#outputs, options);
    let moved = false;
    for (const order of open) {
      const record = items.get(order.orderId);
      if (!record || record.updatedAt === order.record?.updatedAt) continue;
      moved = true;
      const reached = reachedAt(this.#board.goal, record);
      const msUntil = (at: string | undefined) => this.#msUntil(at, { order, looked });
      this.#board.change(order.orderId, {
        record,
        ...(order.record ? {} : { firstStatusMs: msUntil(firstOf(record)?.at) }),
        ...(reached === undefined ? {} : { reachedMs: msUntil(reached) }),
        ...(hasEnded({ record }) ? { endedMs: msUntil(lastOf(record)?.at) } : {}),
      });
      this.#doubts.delete(order.orderId);
    }
    return moved;
  }

  /** From when an order was due to a moment of its own clock, as far as that agrees with when it was looked at. */
  #msUntil(
    at = '',
    { order: { submittedAt = 0 }, looked }: { order: ObservedOrder; looked: number },
  ): number {
    const told = Date.parse(at) - submittedAt;
    const least = Math.max(0, this.#lastLook - submittedAt);
    const most = Math.max(least, Date.now() - submittedAt);
    return Number.isFinite(told) ? Math.min(Math.max(told, least), most) : looked - submittedAt;
  }

  /** An order whose execution has closed, or that has none, and whose item says nothing of an end. */
  #doubt(): void {
    for (const { orderId, executions, record, submittedAt = 0 } of this.open()) {
      const isGone = executions.length === 0 && !record && Date.now() - submittedAt > graceMs;
      const isClosed =
        executions.length > 0 && executions.every(({ status }) => status !== 'RUNNING');
      if (isGone || isClosed) this.#doubts.set(orderId, (this.#doubts.get(orderId) ?? 0) + 1);
      else this.#doubts.delete(orderId);
    }
  }

  #found(): void {
    this.#failures = 0;
    this.#everSeen = true;
    this.trouble = undefined;
  }

  #lost(error: unknown): void {
    if (this.#signal.aborted) return;
    // Credentials that worked have expired: the person signs in again, and the test goes on.
    const expired = needsSignIn(error) && this.#everSeen;
    if (!isTransient(error) && !expired) throw error;
    if (expired) this.#target.clients.renewCredentials();
    this.#failures += 1;
    this.trouble = error instanceof Error ? error.message || error.name : String(error);
  }
}
