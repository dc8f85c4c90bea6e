import { randomUUID } from 'node:crypto';
import type { HandlerOutcome } from '../handler-job.ts';
import type { EngineContext } from './engine-context.ts';
import { invocationCompleted, toErrorObject } from './history.ts';
import {
  hasNothingPending,
  invocationEvent,
  nothingPending,
  parseInvocationOutput,
} from './invocation-payload.ts';
import type { ErrorObject, Execution, ExecutionOutcome } from './model.ts';
import { completePause } from './pausing.ts';
import { retryDelay } from './retries.ts';
import { isPaused, isStart } from './status.ts';
import { invocationRetry } from './timer-store.ts';
import { fireDue } from './timers.ts';
import { maxResultBytes } from './validation.ts';
import { listWaiting } from './waiting-executions.ts';
import { WaitingStarts } from './waiting-starts.ts';

/**
 * Maximum number of executions with an invocation in flight, running or queued for an environment, that is not their first. All others
 * exist only as rows, so that any number of them can become due at the same moment.
 */
export const maxConcurrentInvocations = 48;
/** Maximum number of executions with their first invocation in flight. Executions whose timers are due do not wait for them. */
const maxConcurrentStarts = 16;

/** Number of consecutive invocations that may end PENDING with nothing pending. */
const maxEmptyInvocations = 3;

/**
 * The invocations in flight of durable executions. An invocation ends by suspending its execution, ending it, or starting the next
 * invocation.
 */
export class Invocations {
  readonly #engine: EngineContext;
  readonly #active = new Map<string, Execution>();
  /** The active executions whose first invocation is in flight. */
  readonly #starting = new Set<string>();
  readonly #waitingStarts: WaitingStarts;
  /** Executions whose time is held by an invocation: its own execution, and all executions that wait for it. */
  readonly #holds = new Map<string, readonly string[]>();
  #closed = false;

  constructor(engine: EngineContext) {
    this.#engine = engine;
    this.#waitingStarts = new WaitingStarts(engine);
  }

  /** Ignores the results of all invocations that are still in flight. */
  close(): void {
    this.#closed = true;
  }

  /** Returns whether there is no room for a further invocation of an execution that has begun. */
  isFull(): boolean {
    return this.#active.size - this.#starting.size >= maxConcurrentInvocations;
  }

  /** Returns the execution if it has an invocation in flight. */
  find(id: string): Execution | undefined {
    return this.#active.get(id);
  }

  /** Forgets the invocation of an execution that has ended. Its result is ignored. */
  drop(id: string): void {
    this.#active.delete(id);
    this.#starting.delete(id);
    this.#engine.times.release(this.#holds.get(id) ?? []);
    this.#holds.delete(id);
  }

  /**
   * Starts an invocation when there is room. An execution that a handler waits for is always started: the handler occupies an
   * environment meanwhile. A paused execution needs no room. Must be called within a transaction.
   */
  request(execution: Execution): void {
    if (execution.nested || isPaused(execution)) this.start(execution);
    else if (isStart(execution)) this.#requestStart(execution);
    else if (!this.isFull()) this.start(execution);
    else {
      this.#suspend(execution);
      this.#engine.setTimer(execution.id, invocationRetry, 0);
    }
  }

  /** Starts executions that wait for their first invocation, while there is room. */
  startWaiting(): void {
    const { store } = this.#engine;
    if (this.#waitingStarts.isEmpty() || !this.#hasRoomToStart()) return;
    store.transact(() => {
      while (this.#hasRoomToStart()) {
        const id = this.#waitingStarts.take();
        if (id === undefined) return;
        const execution = this.#engine.find(id);
        if (execution?.status === 'RUNNING' && !execution.invocation) this.start(execution);
      }
    });
  }

  /** Must be called within a transaction, before the first invocation of this runtime. */
  recover(): void {
    this.#waitingStarts.recover();
  }

  #hasRoomToStart(): boolean {
    return this.#starting.size < maxConcurrentStarts;
  }

  #requestStart(execution: Execution): void {
    if (this.#hasRoomToStart() && this.#waitingStarts.isEmpty()) {
      this.start(execution);
      return;
    }
    this.#suspend(execution);
    this.#waitingStarts.add(execution.id);
  }

  /**
   * Records an invocation as in flight, or as owed if the execution is paused. The handler runs once that is on disk. Must be called
   * within a transaction.
   */
  start(execution: Execution): void {
    const { executions, timers } = this.#engine;
    if (isPaused(execution)) {
      execution.owesInvocation = true;
      this.#suspend(execution);
      return;
    }
    delete execution.owesInvocation;
    execution.invocation = { id: randomUUID(), started: Date.now(), sequence: 0 };
    this.#active.set(execution.id, execution);
    if (isStart(execution)) this.#starting.add(execution.id);
    else this.#starting.delete(execution.id);
    timers.drop(execution.id, invocationRetry);
    if (!this.#holds.has(execution.id)) {
      const waiting = listWaiting(this.#engine, execution);
      this.#holds.set(execution.id, waiting);
      this.#engine.times.hold(waiting);
    }
    executions.save(execution);
    void this.#run(execution, execution.invocation.id);
  }

  async #run(execution: Execution, requestId: string): Promise<void> {
    const { store, handlers } = this.#engine;
    await store.committed();
    if (!this.#isCurrent(execution, requestId)) return;
    const event = JSON.stringify(invocationEvent(this.#engine, execution));
    execution.updatedOperationIds.clear();
    const started = Date.now();
    const { functionName, version, tenantId, traceHeader, nested = false } = execution;
    const outcome = await handlers.run({
      functionName,
      version,
      event,
      requestId,
      nested,
      isStart: isStart(execution),
      ...(tenantId ? { tenantId } : {}),
      ...(traceHeader ? { traceHeader } : {}),
    });
    if (!this.#isCurrent(execution, requestId)) return;
    store.transact(() => this.#finish(execution, outcome, started));
    this.#engine.rescheduleTimers();
  }

  #isCurrent(execution: Execution, requestId: string): boolean {
    return !this.#closed && execution.invocation?.id === requestId;
  }

  /** Records the end of an invocation and decides how the execution continues. */
  #finish(execution: Execution, outcome: HandlerOutcome, started: number): void {
    const { closing, invocation } = execution;
    const error = toErrorObject(outcome);
    const output = error
      ? undefined
      : parseInvocationOutput(outcome.payload ?? '', maxResultBytes(execution));
    const isEmpty = output === 'PENDING' && hasNothingPending(execution);
    this.#engine.executions.append(
      execution,
      invocationCompleted({
        started,
        requestId: invocation?.id,
        error: isEmpty && !closing ? nothingPending.error : error,
      }),
    );
    if (closing) this.#engine.close(execution, closing);
    else if (error) this.#retry(execution, error);
    else if (isEmpty) this.#retryEmpty(execution);
    else this.#handleOutput(execution, output ?? nothingPending);
  }

  #handleOutput(execution: Execution, output: ExecutionOutcome | 'PENDING'): void {
    execution.failures = 0;
    delete execution.emptyInvocations;
    if (output === 'PENDING') this.#continueOrSuspend(execution);
    else this.#engine.close(execution, output);
  }

  /** Invokes the handler again if something has changed since its last checkpoint, otherwise suspends the execution. */
  #continueOrSuspend(execution: Execution): void {
    const hasChanges = execution.updatedOperationIds.size > 0 || execution.owesInvocation === true;
    const hasFired = fireDue(this.#engine, execution);
    if (execution.status !== 'RUNNING') return;
    if (execution.pause?.state === 'PAUSING') completePause(this.#engine, execution);
    if (hasFired || hasChanges) this.start(execution);
    else this.#suspend(execution);
  }

  /** Lambda invokes a handler again, a few times in a row, that waits although nothing is pending: a race in the SDK can cause that. */
  #retryEmpty(execution: Execution): void {
    execution.emptyInvocations = (execution.emptyInvocations ?? 0) + 1;
    if (execution.emptyInvocations < maxEmptyInvocations) this.start(execution);
    else this.#engine.close(execution, nothingPending);
  }

  /** Starts the next attempt of a failed invocation, now or after a delay, or ends the execution as failed. */
  #retry(execution: Execution, error: ErrorObject): void {
    execution.failures += 1;
    const delaySeconds = retryDelay(execution.failures, error);
    if (delaySeconds === undefined) {
      this.#engine.close(execution, { status: 'FAILED', error });
      return;
    }
    if (execution.pause?.state === 'PAUSING') completePause(this.#engine, execution);
    if (delaySeconds === 0 || isPaused(execution)) {
      this.start(execution);
      return;
    }
    this.#suspend(execution);
    this.#engine.setTimer(execution.id, invocationRetry, delaySeconds * 1000);
  }

  #suspend(execution: Execution): void {
    delete execution.invocation;
    this.drop(execution.id);
    this.#engine.executions.save(execution);
  }
}
