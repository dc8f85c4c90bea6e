import type { OrderRecord } from '../../functions/contract/api.ts';
import {
  type EndStatus,
  isEnd,
  rank,
  type ShownStatus,
  type StageStatus,
} from '../../functions/contract/workflow.ts';
import { activeStage, progressOf } from '../workflow/progress.ts';
import { waitEndsAt } from '../workflow/waits.ts';
import { type EndEvent, type Ending, exitOf, type FollowEvent } from './events.ts';
import type { Found } from './find.ts';
import type { Execution } from './read.ts';

/** Where the execution of an order is asked about. Asking is scarce: first comes whether it may be done now. */
export interface Source {
  readonly mayAsk: (orderId: string) => boolean;
  readonly execution: (orderId: string, arn: string | undefined) => Promise<Execution | undefined>;
}

export interface FollowerOptions {
  readonly timeScale: number;
  /** The order is seen enough once it has this status, or is past it. */
  readonly until?: StageStatus | undefined;
}

/** An execution's end reaches the item a moment before or after; how often to ask again before believing it. */
const graceAnswers = 3;
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
  #still = 0;
  #closedAnswers = 0;
  #missingAnswers = 0;
  #lookedAt = 0;

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
    this.#order = order;
    const told = [...this.#transitions(order)];
    if (isEnd(order.status)) this.end = this.#ended(endingOf(order.status, order));
    else if (this.#hasReached(order.status)) this.end = this.#ended('reached');
    return [...told, { type: 'snapshot', orderId: order.orderId, order }];
  }

  /** Asks about the execution of an order that stands still: it may have ended without the order's knowing. */
  async ask(source: Source): Promise<void> {
    if (this.end || this.#still === 0) return;
    if (this.#still < looksPerExecution && this.#closedAnswers === 0) return;
    if (!source.mayAsk(this.orderId)) return;
    this.#still = 0;
    const execution = await source.execution(this.orderId, this.arn);
    if (!execution && !this.#order) this.#missingAnswers += 1;
    if (execution && execution.status !== 'RUNNING') this.#closedAnswers += 1;
    if (this.#missingAnswers > graceAnswers) this.end = this.#ended('gone');
    if (execution && this.#closedAnswers > graceAnswers) this.end = this.#closed(execution);
  }

  get status(): ShownStatus {
    return this.#status;
  }

  get arn(): string | undefined {
    return this.#order?.executionArn ?? this.#found.executionArn;
  }

  /** Whether it is in a wait that takes a while, in which nothing happens. */
  get isWaiting(): boolean {
    return this.#waitEnd() > Date.now();
  }

  /** Whether one of many is worth a look. */
  isDue(now = Date.now()): boolean {
    return now >= Math.min(this.#lookedAt + waitingLookMs, this.#waitEnd());
  }

  get resumesAt(): string | undefined {
    const ends = this.#waitEnd();
    return ends > 0 ? new Date(ends).toISOString() : undefined;
  }

  /** The order goes on and nobody looks any more. */
  abandon(reason: unknown): EndEvent {
    const late = reason instanceof Error && reason.name === 'TimeoutError';
    return this.#ended(late ? 'timeout' : 'detached');
  }

  #waitEnd(): number {
    if (!this.#order || activeStage(progressOf(this.#order))?.kind !== 'wait') return 0;
    return waitEndsAt(this.#order, this.#options.timeScale) ?? 0;
  }

  #hasReached(status: Exclude<OrderRecord['status'], EndStatus>): boolean {
    const { until } = this.#options;
    return until !== undefined && rank(status) >= rank(until);
  }

  *#transitions(order: OrderRecord): Generator<FollowEvent> {
    const { resumesAt } = this;
    for (const { status, at } of order.transitions.slice(this.#told)) {
      this.#told += 1;
      const from = this.#status;
      this.#status = status;
      const elapsedMs = Date.parse(at) - Date.parse(order.createdAt);
      const { orderId } = order;
      const resumes = resumesAt !== undefined && status === order.status ? { resumesAt } : {};
      yield {
        type: 'status',
        ts: at,
        orderId,
        from,
        to: status,
        seq: this.#told,
        elapsedMs,
        ...resumes,
      };
    }
  }

  #closed({ status, error }: Execution): EndEvent {
    const endings: Record<Execution['status'], Ending> = {
      RUNNING: 'failed',
      SUCCEEDED: 'failed',
      FAILED: 'failed',
      TIMED_OUT: 'timed-out',
      STOPPED: 'stopped',
    };
    const why = error ?? `the execution is ${status} and the order never reached an end`;
    return { ...this.#ended(endings[status]), error: why };
  }

  #ended(ending: Ending): EndEvent {
    const order = this.#order;
    const last = order?.transitions.at(-1)?.at;
    const settled = order && (isEnd(order.status) || ending === 'reached') && last;
    const elapsedMs = settled
      ? Date.parse(last) - Date.parse(order.createdAt)
      : Date.now() - (order ? Date.parse(order.createdAt) : this.#since);
    return {
      type: 'end',
      ts: new Date().toISOString(),
      orderId: this.orderId,
      status: this.#status,
      ending,
      exitCode: exitOf(ending),
      elapsedMs,
      ...(order?.failure ? { failure: order.failure } : {}),
      ...(order?.warnings?.length ? { warnings: order.warnings } : {}),
    };
  }
}

/** An order that recovery closed failed because its execution was stopped, or took too long. */
function endingOf(status: EndStatus, { failure }: OrderRecord): Ending {
  if (status !== 'failed') return status;
  if (failure?.code === 'timed-out') return 'timed-out';
  return failure?.code === 'stopped' ? 'stopped' : 'failed';
}
