import type { OrderRecord } from '../../functions/contract/api.ts';
import { type EndStatus, isEnd, type ShownStatus } from '../../functions/contract/workflow.ts';
import { activeStage, progressOf } from '../workflow/progress.ts';
import type { FailedAttempt } from './attempts.ts';
import { type EndEvent, type Ending, exitOf, type FollowEvent } from './events.ts';
import type { Found } from './find.ts';
import type { Execution } from './read.ts';

/** Where the execution of an order is asked about. Asking is scarce: first comes whether it may be done now. */
export interface Source {
  readonly mayAsk: () => boolean;
  readonly execution: (arn: string | undefined) => Promise<Execution | undefined>;
  /** Absent where the order is one of several. */
  readonly attempts?: (arn: string) => Promise<readonly FailedAttempt[]>;
}

/** An execution's end reaches the item a moment before or after; how often to ask again before believing it. */
const graceAnswers = 3;
/** The execution is asked for once in so many looks at an item that stands still. */
const looksPerExecution = 8;
/** A step that takes longer is probably tried again; and so long until that is asked again. ms */
const longStepMs = 1000;

/** What is known of one order, and what was already told. */
export class Follower {
  end: EndEvent | undefined;
  readonly orderId: string;
  readonly #found: Found;
  readonly #since = Date.now();
  #order: OrderRecord | undefined;
  #status: ShownStatus = 'received';
  #told = 0;
  #still = 0;
  #closedAnswers = 0;
  #missingAnswers = 0;
  #lastMoved = Date.now();
  #lastAsked = 0;
  #lastAttempt = 0;

  constructor(found: Found) {
    this.#found = found;
    this.orderId = found.orderId;
  }

  /** Tells what is new in the order's item, or asks about the execution of one that stands still. */
  async *look(order: OrderRecord | undefined, source: Source): AsyncGenerator<FollowEvent> {
    const moved = order !== undefined && order.updatedAt !== this.#order?.updatedAt;
    this.#still = moved ? 0 : this.#still + 1;
    if (moved) {
      this.#order = order;
      this.#lastMoved = Date.now();
      yield* this.#transitions(order);
      yield { type: 'snapshot', orderId: order.orderId, order };
      if (isEnd(order.status)) this.end = this.#ended(endingOf(order.status, order));
      return;
    }
    yield* this.#failedAttempts(source);
    if (this.#still < looksPerExecution && this.#closedAnswers === 0) return;
    if (!source.mayAsk()) return;
    this.#still = 0;
    const execution = await source.execution(this.#arn);
    if (!execution && !order) this.#missingAnswers += 1;
    if (execution && execution.status !== 'RUNNING') this.#closedAnswers += 1;
    if (this.#missingAnswers > graceAnswers) this.end = this.#ended('gone');
    if (execution && this.#closedAnswers > graceAnswers) this.end = this.#closed(execution);
  }

  get status(): ShownStatus {
    return this.#status;
  }

  /** The order goes on and nobody looks any more. */
  abandon(reason: unknown): EndEvent {
    const late = reason instanceof Error && reason.name === 'TimeoutError';
    return this.#ended(late ? 'timeout' : 'detached');
  }

  get #arn(): string | undefined {
    return this.#order?.executionArn ?? this.#found.executionArn;
  }

  *#transitions(order: OrderRecord): Generator<FollowEvent> {
    for (const { status, at } of order.transitions.slice(this.#told)) {
      this.#told += 1;
      const from = this.#status;
      this.#status = status;
      const elapsedMs = Date.parse(at) - Date.parse(order.createdAt);
      const { orderId } = order;
      yield { type: 'status', ts: at, orderId, from, to: status, seq: this.#told, elapsedMs };
    }
  }

  /** An order that stays in a step for long is probably trying it again: its history tells. */
  async *#failedAttempts(source: Source): AsyncGenerator<FollowEvent> {
    const arn = this.#arn;
    if (!arn || Date.now() - this.#lastMoved < longStepMs) return;
    if (activeStage(progressOf(this.#order))?.kind !== 'step') return;
    if (!source.attempts || Date.now() - this.#lastAsked < longStepMs || !source.mayAsk()) return;
    this.#lastAsked = Date.now();
    for (const { seq, ts, ...attempt } of await source.attempts(arn)) {
      // What failed before the order last moved did not hold it up. Some histories have whole seconds.
      const isOld = this.#order && Date.parse(ts) + 1000 < Date.parse(this.#order.updatedAt);
      if (seq <= this.#lastAttempt || isOld) continue;
      this.#lastAttempt = seq;
      yield { type: 'step', ts, orderId: this.orderId, state: 'failed', ...attempt };
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
    const settled = order && isEnd(order.status) && last;
    const elapsedMs = settled
      ? Date.parse(last) - Date.parse(order.createdAt)
      : Date.now() - (order ? Date.parse(order.createdAt) : this.#since);
    return {
      type: 'end',
      ts: now(),
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

const now = () => new Date().toISOString();
