import type { Clock } from '../../shared/clock.ts';
import type { Store } from '../../store/store.ts';
import type { FunctionVersion } from '../function-registry.ts';
import type { HandlerRunner } from '../run-handler.ts';
import { invokePlainFunction, returnToCaller } from './chained-invoke.ts';
import { CompletionWaiters } from './completion-waiters.ts';
import type { EngineContext, EngineOptions } from './engine-context.ts';
import { ExecutionTimes } from './execution-times.ts';
import { endEvent, invocationLost, startEvent } from './history.ts';
import { Invocations, maxConcurrentInvocations } from './invocations.ts';
import type { Execution, ExecutionOutcome, PauseRequest, ResumeRequest } from './model.ts';
import { newExecution } from './new-execution.ts';
import { applyPause, applyResume, completePause, requestPause, requestResume } from './pausing.ts';
import { ExecutionStore } from './store.ts';
import { executionTimeout, TimerStore } from './timer-store.ts';
import { fireDue } from './timers.ts';

/** Starts, resumes and ends durable executions, and fires their timers. */
export class Engine implements EngineContext {
  readonly executions: ExecutionStore;
  readonly timers: TimerStore;
  readonly times: ExecutionTimes;
  readonly clock: Clock;
  readonly store: Store;
  readonly handlers: HandlerRunner;
  readonly roles: EngineOptions['roles'];
  readonly #options: EngineOptions;
  readonly #invocations: Invocations;
  readonly #waiters: CompletionWaiters;
  #closed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.store = options.store;
    this.clock = options.clock;
    this.handlers = options.handlers;
    this.roles = options.roles;
    this.executions = new ExecutionStore(options.store);
    this.timers = new TimerStore(options.store);
    this.times = new ExecutionTimes({
      store: options.store,
      clock: options.clock,
      timers: this.timers,
      nextHeldDue: (id) => this.#nextHeldDue(id),
      onHeldDue: (id) => this.#fireHeld(id),
    });
    this.#invocations = new Invocations(this);
    this.#waiters = new CompletionWaiters(options.store);
  }

  /** Resumes the executions that were running when the runtime stopped. Invocations in flight count as failed. */
  resume(): void {
    this.store.transact(() => {
      this.times.recover();
      this.#invocations.recover();
      for (const id of this.executions.listInFlight()) {
        const execution = this.executions.load(id);
        if (!execution) continue;
        this.executions.append(execution, invocationLost(execution));
        if (execution.closing) {
          this.close(execution, execution.closing);
          continue;
        }
        this.#recoverPause(execution);
        this.#invocations.request(execution);
      }
      for (const id of this.executions.listPaused()) {
        const execution = this.find(id);
        if (execution) this.#recoverPause(execution);
      }
      for (const id of this.executions.listDeleting()) this.executions.remove(id);
      for (const [id, operation] of this.executions.pendingPlainInvocations()) {
        void invokePlainFunction(this, id, operation);
      }
    });
    this.rescheduleTimers();
  }

  /**
   * Carries out requests to pause and to resume that the last runtime had accepted. A pause takes effect at once: an invocation that
   * was in flight is lost. Must be called within a transaction.
   */
  #recoverPause(execution: Execution): void {
    const { pause } = execution;
    if (pause && pause.state !== 'PAUSED' && !pause.resume) completePause(this, execution);
    applyResume(this, execution);
  }

  /** Fires no more timers and ignores the results of invocations in flight. */
  shutDown(): void {
    this.#closed = true;
    this.#invocations.close();
    this.times.close();
    this.clock.arm(undefined, () => {});
  }

  find(id: string): Execution | undefined {
    return this.#invocations.find(id) ?? this.executions.load(id);
  }

  /** Starts a new execution of a function version and returns it. */
  startNew(version: FunctionVersion, properties: Parameters<typeof newExecution>[1]): Execution {
    const execution = newExecution(version, properties);
    this.store.transact(() => this.start(execution));
    this.rescheduleTimers();
    return execution;
  }

  start(execution: Execution): void {
    this.executions.append(execution, startEvent(execution));
    this.#options.onStatus?.(execution);
    this.setTimer(execution.id, executionTimeout, execution.timeout * 1000);
    this.#invocations.request(execution);
  }

  wake(execution: Execution): void {
    if (execution.status !== 'RUNNING' || execution.invocation) return;
    this.#invocations.request(execution);
  }

  setTimer(id: string, timer: string, delayMs: number): void {
    this.timers.set(id, timer, {
      due: this.times.now(id) + delayMs,
      held: this.times.isHeld(id),
    });
    // An invocation in flight reads its timers at each checkpoint.
    if (!this.#invocations.find(id)) this.times.setAlarm(id);
  }

  /** Pauses an execution once the request is on disk. Throws ResourceConflictException. */
  pause(execution: Execution, request: PauseRequest): void {
    this.store.transact(() => requestPause(this, execution, request));
    this.#applyLater(execution.id, applyPause);
  }

  /** Resumes an execution once the request is on disk. Throws ResourceConflictException. */
  resumePaused(execution: Execution, request: ResumeRequest): void {
    this.store.transact(() => requestResume(this, execution, request));
    this.#applyLater(execution.id, applyResume);
  }

  /** Deletes an execution that has ended, once the request is on disk. */
  deleteEnded(execution: Execution): void {
    execution.status = 'DELETING';
    this.store.transact(() => this.executions.save(execution));
    void this.store.committed().then(() => {
      if (!this.#closed) this.store.transact(() => this.executions.remove(execution.id));
    });
  }

  /** AWS responds before the status of an execution changes. */
  #applyLater(id: string, apply: typeof applyPause): void {
    void this.store.committed().then(() => {
      const execution = this.#closed ? undefined : this.find(id);
      if (!execution) return;
      this.store.transact(() => apply(this, execution));
      this.rescheduleTimers();
    });
  }

  /** Resolves when the execution has ended and its end is on disk. */
  waitUntilClosed(execution: Execution): Promise<Execution> {
    return this.#waiters.waitUntilClosed(execution);
  }

  /** A handler that is still running continues, but can no longer change anything. */
  close(execution: Execution, { status, result, error }: ExecutionOutcome): void {
    execution.status = status;
    execution.ended = Date.now();
    if (result !== undefined) execution.result = result;
    if (error) execution.error = error;
    delete execution.invocation;
    delete execution.closing;
    delete execution.pause;
    delete execution.owesInvocation;
    this.executions.append(execution, endEvent(execution));
    this.timers.dropAll(execution.id);
    this.executions.save(execution);
    this.#options.onStatus?.(execution);
    returnToCaller(this, execution);
    this.#invocations.drop(execution.id);
    this.#waiters.notify(execution);
  }

  rescheduleTimers(): void {
    if (this.#closed) return;
    this.#invocations.startWaiting();
    // Without room for an invocation, the end of the next invocation calls this again.
    const next = this.#invocations.isFull() ? undefined : this.timers.nextDue();
    this.clock.arm(next, () => this.#fireDueTimers());
  }

  #fireDueTimers(): void {
    if (this.#closed) return;
    this.store.transact(() => {
      for (const id of this.timers.dueExecutions(this.clock.now(), maxConcurrentInvocations)) {
        if (this.#invocations.isFull()) break;
        const due = this.timers.dueTime(id);
        if (due !== undefined) this.times.catchUp(id, due);
        this.#fireTimersOf(id);
      }
    });
    this.rescheduleTimers();
  }

  /** While an invocation is in flight, only the execution's timeout fires by itself; all other timers at the next checkpoint. */
  #nextHeldDue(id: string): number | undefined {
    return this.timers.dueTime(id, this.#invocations.find(id) ? executionTimeout : undefined);
  }

  #fireHeld(id: string): void {
    if (this.#closed) return;
    this.store.transact(() => {
      const due = this.#nextHeldDue(id);
      if (due !== undefined && due <= this.times.now(id)) this.#fireTimersOf(id);
      else this.times.setAlarm(id);
    });
    this.rescheduleTimers();
  }

  #fireTimersOf(id: string): void {
    const execution = this.find(id);
    if (execution?.status !== 'RUNNING') {
      this.timers.dropAll(id);
      return;
    }
    if (fireDue(this, execution) && !execution.invocation) this.#invocations.start(execution);
  }
}
