import type { PublicOrder } from '../../../functions/contract/public-order.ts';
import {
  isTerminal,
  type ShownStatus,
  type StageStatus,
  statusRank,
} from '../../../functions/contract/workflow.ts';
import { activeStage, workflowProgress } from '../../workflow/progress.ts';
import { currentWaitEnd, waitEndAfter } from '../../workflow/waits.ts';
import { isTerminalExecution, type TerminalExecutionStatus } from '../lookup/execution-status.ts';
import type { Execution } from '../lookup/executions.ts';
import type { LocatedOrder } from '../lookup/find.ts';
import { endingByExecutionStatus, toEnding } from './endings.ts';
import { type EndEvent, type Ending, exitCodeFor, type WatchEvent } from './events.ts';
import { findStart } from './order-start.ts';
import { PauseState } from './pause-state.ts';
import { ProviderWaitState } from './provider-wait-state.ts';

/** Reads executions, within the request quota. */
export interface ExecutionSource {
  /** Whether the execution of the order may be read now. Takes a slot of the rate limiter if so. */
  readonly tryAcquire: (orderId: string) => boolean;
  readonly read: (orderId: string, arn: string | undefined) => Promise<Execution | undefined>;
}

export interface OrderWatcherOptions {
  readonly timeScale: number;
  /** Time for recovery to close an order whose execution ended abnormally (ms). */
  readonly recoveryMs: number;
  /** The watch ends at this status or a later one. */
  readonly until?: StageStatus | undefined;
}

type EndedExecution = Execution & { readonly status: TerminalExecutionStatus };

/** An execution is listed a moment after it started. After more empty responses than this it counts as missing. */
const maxMissingResponses = 3;
/** Recovery will not close an order whose execution ended this long ago, even if the clocks differ (ms). */
const recoveryOverMs = 600_000;
/** An execution is read once per this many polls without a change of the item. */
const pollsPerExecutionRead = 8;
/** Polling interval during a wait (ms): only a cancellation can change the order. */
const waitPollIntervalMs = 5000;

/** Watches one order: keeps its state, and returns each change as an event once. */
export class OrderWatcher {
  end: EndEvent | undefined;
  readonly orderId: string;
  readonly #located: LocatedOrder;
  readonly #options: OrderWatcherOptions;
  readonly #watchedSince = Date.now();
  #order: PublicOrder | undefined;
  #status: ShownStatus = 'received';
  #reportedTransitions = 0;
  /** Time of the last reported transition (RFC 3339 UTC). */
  #reportedAt = '';
  #idlePolls = 0;
  /** The execution if it has ended and the order has not. */
  #endedExecution: EndedExecution | undefined;
  /** Monotonic time of the last change since the execution ended (ms). */
  #changedAt = 0;
  #missingResponses = 0;
  #polledAt = 0;
  /** End of the current wait or of the delay before the next attempt (ms since the epoch); 0 if there is none. */
  #waitEndsAt = 0;
  readonly #providerWait: ProviderWaitState;
  readonly pause: PauseState;

  constructor(located: LocatedOrder, options: OrderWatcherOptions) {
    this.#located = located;
    this.#options = options;
    this.orderId = located.orderId;
    this.#providerWait = new ProviderWaitState(options.timeScale);
    this.pause = new PauseState(located.orderId);
  }

  get status(): ShownStatus {
    return this.#status;
  }

  get arn(): string | undefined {
    return this.#order?.executionArn ?? this.#located.executionArn;
  }

  /** Whether the item is unchanged for enough polls to read the execution. */
  get isIdle(): boolean {
    return !this.end && this.#idlePolls >= pollsPerExecutionRead;
  }

  /** Whether the order is in a wait that has not expired. */
  get isWaiting(): boolean {
    return this.#waitEndsAt > Date.now();
  }

  /** End of the current wait (RFC 3339 UTC). */
  get resumesAt(): string | undefined {
    return this.#waitEndsAt > 0 ? new Date(this.#waitEndsAt).toISOString() : undefined;
  }

  /** Whether the item should be read now. */
  isDue(now = Date.now()): boolean {
    const next = this.pause.since === undefined ? this.#waitEndsAt : Number.POSITIVE_INFINITY;
    return now >= Math.min(this.#polledAt + waitPollIntervalMs, next);
  }

  /** Takes the item that was just read, and returns its new events. */
  update(order: PublicOrder | undefined): WatchEvent[] {
    const hasChanged = order !== undefined && order.updatedAt !== this.#order?.updatedAt;
    this.#idlePolls = hasChanged ? 0 : this.#idlePolls + 1;
    this.#polledAt = Date.now();
    if (!hasChanged) return [];
    // Recovery is at work, and gets its full time again.
    this.#changedAt = performance.now();
    this.pause.orderHasChanged();
    this.#order = order;
    this.#waitEndsAt = this.#findWaitEnd(order);
    const events = [...this.#takeTransitions(order), ...this.#providerWait.takeEvents(order)];
    if (this.#hasReachedUntil()) this.end = this.#createEnd('reached');
    else if (isTerminal(order.status)) {
      this.end = this.#createEnd(toEnding(order.status, order));
    }
    return [...events, { type: 'snapshot', orderId: order.orderId, order }];
  }

  /**
   * Reads the execution of an idle order, which may have ended without the order, and ends the order if so.
   * `hasEnded`: the history contains the end of the execution, which is then read at once.
   */
  async checkExecution(
    executions: ExecutionSource,
    { hasEnded }: { readonly hasEnded: boolean },
  ): Promise<void> {
    if (this.end || this.#idlePolls === 0) return;
    // An execution without an item has nothing to recover: this poll would have found the item.
    const hasNothingToRecover = this.#endedExecution !== undefined && this.#order === undefined;
    if (!this.#endedExecution) await this.#readExecution(executions, hasEnded);
    const execution = this.#endedExecution;
    if (!execution) return;
    const hasEndedLongAgo = Date.now() - Date.parse(execution.endedAt ?? '') > recoveryOverMs;
    const isRecoveryOverdue = performance.now() - this.#changedAt > this.#options.recoveryMs;
    if (hasNothingToRecover || hasEndedLongAgo || isRecoveryOverdue) {
      this.end = this.#createEndWithExecution(execution);
    }
  }

  /** Ends the watch; the order continues to run. */
  detach(reason: unknown): EndEvent {
    const isTimeout = reason instanceof Error && reason.name === 'TimeoutError';
    const end = this.#createEnd(isTimeout ? 'timeout' : 'detached');
    this.end = reason === 'SIGTERM' ? { ...end, exitCode: 143 } : end;
    return this.end;
  }

  /** Ends the order because its item or its execution no longer exists. */
  markLost(): EndEvent {
    const error = 'its execution no longer exists';
    this.end = { ...this.#createEnd('gone'), ...(this.#order ? { error } : {}) };
    return this.end;
  }

  async #readExecution(executions: ExecutionSource, hasEnded: boolean): Promise<void> {
    const isMissing = this.#order !== undefined && this.#missingResponses > 0;
    if (this.#idlePolls < pollsPerExecutionRead && !isMissing && !hasEnded) return;
    if (!executions.tryAcquire(this.orderId)) return;
    this.#idlePolls = 0;
    const execution = await executions.read(this.orderId, this.arn);
    this.#missingResponses = execution ? 0 : this.#missingResponses + 1;
    if (this.#missingResponses > maxMissingResponses) this.markLost();
    if (execution) this.pause.observe(execution.status, execution.pause);
    if (!execution || !isTerminalExecution(execution.status)) return;
    this.#endedExecution = { ...execution, status: execution.status };
    this.#changedAt = performance.now();
  }

  #findWaitEnd(order: PublicOrder): number {
    const nextAttempt = this.#providerWait.nextAttempt(order);
    if (nextAttempt !== undefined) return nextAttempt;
    if (activeStage(workflowProgress(order))?.kind !== 'wait') return 0;
    return currentWaitEnd(order, this.#options.timeScale) ?? 0;
  }

  #hasReachedUntil(): boolean {
    const { until } = this.#options;
    const status = this.#status;
    if (until === undefined || status === 'received' || isTerminal(status)) return false;
    return statusRank(status) >= statusRank(until);
  }

  /** Returns the transitions that were not reported before, none after the status at which the watch ends. */
  #takeTransitions(order: PublicOrder): WatchEvent[] {
    const events: WatchEvent[] = [];
    const { orderId, createdAt } = order;
    for (const { status, at } of order.transitions.slice(this.#reportedTransitions)) {
      if (this.#hasReachedUntil()) break;
      const from = this.#status;
      this.#status = status;
      this.#reportedAt = at;
      this.#reportedTransitions += 1;
      const resumesAt = waitEndAfter({ status, at }, this.#options.timeScale);
      events.push({
        type: 'status',
        ts: at,
        orderId,
        from,
        to: status,
        seq: this.#reportedTransitions,
        elapsedMs: Date.parse(at) - findStart(this.#located, createdAt),
        ...(resumesAt ? { resumesAt } : {}),
      });
    }
    return events;
  }

  #createEndWithExecution(execution: EndedExecution): EndEvent {
    const { status, endedAt } = execution;
    const missing = this.#order ? 'the order never reached an end' : 'the order has no record';
    const error = execution.error ?? `the execution is ${status} and ${missing}`;
    const end = { ...this.#createEnd(endingByExecutionStatus[status]), error };
    if (endedAt === undefined || !this.#order) return end;
    const startedAt = findStart(this.#located, this.#order.createdAt);
    return { ...end, ts: endedAt, elapsedMs: Math.max(0, Date.parse(endedAt) - startedAt) };
  }

  /** An order that had ended before the watch started ends at the time of its last transition. */
  #createEnd(ending: Ending): EndEvent {
    const order = this.#order;
    const hasEnded = order && (isTerminal(this.#status) || ending === 'reached');
    const endedAt = hasEnded ? Date.parse(this.#reportedAt) : Date.now();
    const startedAt = order ? findStart(this.#located, order.createdAt) : this.#watchedSince;
    return {
      type: 'end',
      ts: new Date(endedAt).toISOString(),
      orderId: this.orderId,
      status: this.#status,
      ending,
      exitCode: exitCodeFor(ending),
      elapsedMs: endedAt - startedAt,
      ...(ending === 'reached' ? {} : problemFields(order)),
    };
  }
}

function problemFields(order: PublicOrder | undefined): Pick<EndEvent, 'failure' | 'warnings'> {
  return {
    ...(order?.failure ? { failure: order.failure } : {}),
    ...(order?.warnings?.length ? { warnings: order.warnings } : {}),
  };
}
