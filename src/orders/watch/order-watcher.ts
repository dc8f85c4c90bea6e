import type { OrderRecord } from '../../../functions/contract/api.ts';
import {
  type EndStatus,
  isEnd,
  rank,
  type ShownStatus,
  type StageStatus,
} from '../../../functions/contract/workflow.ts';
import { activeStage, progressOf } from '../../workflow/progress.ts';
import { waitEndsAt, waitOf } from '../../workflow/waits.ts';
import type { Found } from '../lookup/find.ts';
import type { Execution } from '../lookup/read-order.ts';
import { type EndEvent, type Ending, exitOf, type FollowEvent } from './events.ts';

/** Where the execution of an order is asked about. Asking is scarce: first comes whether it may be done now. */
export interface Source {
  readonly mayAsk: (orderId: string) => boolean;
  readonly execution: (orderId: string, arn: string | undefined) => Promise<Execution | undefined>;
}

export interface FollowerOptions {
  readonly timeScale: number;
  /** How long an order whose execution has ended is given to be recovered, ms. */
  readonly recoveryMs: number;
  /** The order is seen enough once it has this status, or is past it. */
  readonly until?: StageStatus | undefined;
}

/** An execution is listed a moment after it began; how often to ask again before believing that there is none. */
const graceAnswers = 3;
/** One that ended so long ago brings its order to no end any more, whatever the clocks of this machine and of AWS differ. ms */
const longAgoMs = 600_000;
/** The execution is asked for once in so many looks at an item that stands still. */
const looksPerExecution = 8;
/** An order in a wait does not move; it is only looked at now and then, as it may be cancelled. ms */
const waitingLookMs = 5000;

/** What is known of one order, and what was already told. */
export class Follower {
  end: EndEvent | undefined;
  readonly orderId: string;
  readonly #found: Found;
  readonly #options: FollowerOptions;
  readonly #since = Date.now();
  #order: OrderRecord | undefined;
  #status: ShownStatus = 'received';
  #told = 0;
  /** When that happened which was told last, RFC 3339 UTC. */
  #toldAt = '';
  #still = 0;
  /** Its execution, where that has ended without the order's end. */
  #closed: Execution | undefined;
  /** Since when that is known, and nothing has changed; on the monotonic clock. */
  #closedAt = 0;
  #missingAnswers = 0;
  #lookedAt = 0;
  /** When the wait that it is in is over; 0 when it is in none. */
  #waitEnd = 0;

  constructor(found: Found, options: FollowerOptions) {
    this.#found = found;
    this.#options = options;
    this.orderId = found.orderId;
  }

  /** Takes the item as it was just read, and tells what is new in it. */
  take(order: OrderRecord | undefined): FollowEvent[] {
    const moved = order !== undefined && order.updatedAt !== this.#order?.updatedAt;
    this.#still = moved ? 0 : this.#still + 1;
    this.#lookedAt = Date.now();
    if (!moved) return [];
    // It is being recovered.
    this.#closedAt = performance.now();
    this.#order = order;
    this.#waitEnd = this.#waitEndOf(order);
    const told = [...this.#transitions(order)];
    if (this.#hasReached()) this.end = this.#ended('reached');
    else if (isEnd(order.status)) this.end = this.#ended(endingOf(order.status, order));
    return [...told, { type: 'snapshot', orderId: order.orderId, order }];
  }

  /**
   * Asks about the execution of an order that stands still: it may have ended without the order's knowing. `hurry` where
   * its history says that it has.
   */
  async ask(source: Source, { hurry }: { readonly hurry: boolean }): Promise<void> {
    if (this.end || this.#still === 0) return;
    // What has no item has nothing to recover; the look since then would have seen one.
    const hasNone = this.#closed !== undefined && this.#order === undefined;
    if (!this.#closed) await this.#askNow(source, hurry);
    const closed = this.#closed;
    if (!closed) return;
    const isLongAgo = Date.now() - Date.parse(closed.endedAt ?? '') > longAgoMs;
    if (hasNone || isLongAgo || performance.now() - this.#closedAt > this.#options.recoveryMs) {
      this.end = this.#closedEnd(closed);
    }
  }

  async #askNow(source: Source, hurry: boolean): Promise<void> {
    const isGone = this.#order !== undefined && this.#missingAnswers > 0;
    if (this.#still < looksPerExecution && !isGone && !hurry) return;
    if (!source.mayAsk(this.orderId)) return;
    this.#still = 0;
    const execution = await source.execution(this.orderId, this.arn);
    this.#missingAnswers = execution ? 0 : this.#missingAnswers + 1;
    if (this.#missingAnswers > graceAnswers) this.lose();
    if (!execution || execution.status === 'RUNNING') return;
    this.#closed = execution;
    this.#closedAt = performance.now();
  }

  /** Whether it is time to ask about its execution. */
  get isStill(): boolean {
    return !this.end && this.#still >= looksPerExecution;
  }

  get status(): ShownStatus {
    return this.#status;
  }

  get arn(): string | undefined {
    return this.#order?.executionArn ?? this.#found.executionArn;
  }

  /** Whether it is in a wait that takes a while, in which nothing happens. */
  get isWaiting(): boolean {
    return this.#waitEnd > Date.now();
  }

  /** Whether one of many is worth a look. */
  isDue(now = Date.now()): boolean {
    return now >= Math.min(this.#lookedAt + waitingLookMs, this.#waitEnd);
  }

  get resumesAt(): string | undefined {
    return this.#waitEnd > 0 ? new Date(this.#waitEnd).toISOString() : undefined;
  }

  /** The order goes on and nobody looks any more. */
  abandon(reason: unknown): EndEvent {
    const late = reason instanceof Error && reason.name === 'TimeoutError';
    return this.#ended(late ? 'timeout' : 'detached');
  }

  /** The order is gone, or with its execution whatever would bring it to an end. */
  lose(): void {
    const error = 'its execution does not exist any more';
    this.end = { ...this.#ended('gone'), ...(this.#order ? { error } : {}) };
  }

  #waitEndOf(order: OrderRecord): number {
    if (activeStage(progressOf(order))?.kind !== 'wait') return 0;
    return waitEndsAt(order, this.#options.timeScale) ?? 0;
  }

  #hasReached(): boolean {
    const { until } = this.#options;
    const status = this.#status;
    if (until === undefined || status === 'received' || isEnd(status)) return false;
    return rank(status) >= rank(until);
  }

  *#transitions(order: OrderRecord): Generator<FollowEvent> {
    for (const { status, at } of order.transitions.slice(this.#told)) {
      // What comes after is told nobody, also of an order that is past it.
      if (this.#hasReached()) return;
      this.#told += 1;
      this.#toldAt = at;
      const from = this.#status;
      this.#status = status;
      const elapsedMs = Date.parse(at) - Date.parse(order.createdAt);
      const { orderId } = order;
      const resumesAt = waitOf({ status, at }, this.#options.timeScale);
      yield {
        type: 'status',
        ts: at,
        orderId,
        from,
        to: status,
        seq: this.#told,
        elapsedMs,
        ...(resumesAt ? { resumesAt } : {}),
      };
    }
  }

  #closedEnd(execution: Execution): EndEvent {
    const { status, error } = execution;
    const endings: Record<Execution['status'], Ending> = {
      RUNNING: 'failed',
      SUCCEEDED: 'failed',
      FAILED: 'failed',
      TIMED_OUT: 'timed-out',
      STOPPED: 'stopped',
    };
    const why = error ?? `the execution is ${status} and the order never reached an end`;
    const end = { ...this.#ended(endings[status]), error: why };
    const { endedAt } = execution;
    const created = Date.parse(this.#order?.createdAt ?? '');
    if (endedAt === undefined || Number.isNaN(created)) return end;
    return { ...end, ts: endedAt, elapsedMs: Math.max(0, Date.parse(endedAt) - created) };
  }

  #ended(ending: Ending): EndEvent {
    const order = this.#order;
    const now = Date.now();
    const isSettled = order && (isEnd(this.#status) || ending === 'reached');
    const at = isSettled ? Date.parse(this.#toldAt) : now;
    const elapsedMs = at - (order ? Date.parse(order.createdAt) : this.#since);
    return {
      type: 'end',
      // Of an order that ended before anybody looked, as if somebody had.
      ts: new Date(at).toISOString(),
      orderId: this.orderId,
      status: this.#status,
      ending,
      exitCode: exitOf(ending),
      elapsedMs,
      ...(ending === 'reached' ? {} : troublesOf(order)),
    };
  }
}

function troublesOf(order: OrderRecord | undefined): Pick<EndEvent, 'failure' | 'warnings'> {
  return {
    ...(order?.failure ? { failure: order.failure } : {}),
    ...(order?.warnings?.length ? { warnings: order.warnings } : {}),
  };
}

/** An order that recovery closed failed because its execution was stopped, or took too long. */
function endingOf(status: EndStatus, { failure }: OrderRecord): Ending {
  if (status !== 'failed') return status;
  if (failure?.code === 'timed-out') return 'timed-out';
  return failure?.code === 'stopped' ? 'stopped' : 'failed';
}
