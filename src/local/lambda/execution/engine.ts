import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Store } from '../../store/store.ts';
import type { FunctionVersion } from '../function-registry.ts';
import type { Outcome } from '../handler-job.ts';
import type { Handlers } from '../run-handler.ts';
import { callPlainly, returnToCaller } from './chained-invoke.ts';
import { Waiters } from './completion-waiters.ts';
import type { EngineContext, EngineOptions } from './engine-context.ts';
import {
  endEvent,
  errorObject,
  invocationCompleted,
  invocationLost,
  startEvent,
} from './history.ts';
import {
  invocationEvent,
  nothingPending,
  pendingLeft,
  readEnvelope,
} from './invocation-payload.ts';
import type { Close, ErrorObject, Execution } from './model.ts';
import { newExecution } from './new-execution.ts';
import { retryDelay } from './retries.ts';
import { ExecutionStore } from './store.ts';
import { executionTimeout, invocationRetry, TimerStore } from './timer-store.ts';
import { fireDue } from './timers.ts';

/**
 * How many executions may have an invocation at once, running or queued for an environment. What waits beyond that is rows,
 * so that any number can become due at the same moment.
 */
const mostInFlight = 64;

/** Drives durable executions: invokes their handlers, fires their timers and closes them. */
export class Engine implements EngineContext {
  readonly executions: ExecutionStore;
  readonly timers: TimerStore;
  readonly clock: Clock;
  readonly store: Store;
  readonly handlers: Handlers;
  readonly #parts: EngineOptions;
  /** Executions whose invocation is in flight; all others are rows only. */
  readonly #active = new Map<string, Execution>();
  readonly #waiters: Waiters;
  #closed = false;

  constructor(parts: EngineOptions) {
    this.#parts = parts;
    this.store = parts.store;
    this.clock = parts.clock;
    this.handlers = parts.handlers;
    this.executions = new ExecutionStore(parts.store);
    this.timers = new TimerStore(parts.store);
    this.#waiters = new Waiters(parts.store);
  }

  /** Goes on with what was running when the runtime went down. */
  resume(): void {
    this.store.transact(() => {
      for (const id of this.executions.inFlight()) {
        const execution = this.executions.load(id);
        if (!execution) continue;
        this.executions.append(execution, invocationLost(execution));
        if (execution.closing) this.close(execution, execution.closing);
        else this.#ask(execution);
      }
      for (const [id, operation] of this.executions.plainCalls()) {
        void callPlainly(this, id, operation);
      }
    });
    this.rearm();
  }

  shutDown(): void {
    this.#closed = true;
    this.clock.arm(undefined, () => {});
  }

  find(id: string): Execution | undefined {
    return this.#active.get(id) ?? this.executions.load(id);
  }

  begin(version: FunctionVersion, given: Parameters<typeof newExecution>[1]): Execution {
    const execution = newExecution(version, given);
    this.store.transact(() => this.start(execution));
    this.rearm();
    return execution;
  }

  /** Starts a new execution, within a transaction. */
  start(execution: Execution): void {
    this.executions.append(execution, startEvent(execution));
    this.#parts.onStatus?.(execution);
    const due = this.clock.now() + execution.timeout * 1000;
    this.timers.set(execution.id, executionTimeout, { due, held: false });
    this.#ask(execution);
  }

  /** Invokes the handler of an execution that something has happened to, unless it runs: then it is told. */
  wake(execution: Execution): void {
    if (execution.status === 'RUNNING' && !execution.invocation) this.#ask(execution);
  }

  /** Resolves when the execution has closed and that is on disk. */
  closed(execution: Execution): Promise<Execution> {
    return this.#waiters.closed(execution);
  }

  /** Writes the terminal event; a running invocation goes on but can change nothing more. */
  close(execution: Execution, { status, result, error }: Close): void {
    execution.status = status;
    execution.ended = Date.now();
    if (result !== undefined) execution.result = result;
    if (error) execution.error = error;
    delete execution.invocation;
    delete execution.closing;
    this.executions.append(execution, endEvent(execution));
    this.timers.dropAll(execution.id);
    this.executions.save(execution);
    this.#parts.onStatus?.(execution);
    returnToCaller(this, execution);
    this.#active.delete(execution.id);
    this.#waiters.tell(execution);
  }

  rearm(): void {
    // While there is no room, the end of each invocation looks again.
    const next = this.#isFull() ? undefined : this.timers.nextDue();
    if (!this.#closed) this.clock.arm(next, () => this.#ring());
  }

  #ring(): void {
    if (this.#closed) return;
    this.store.transact(() => {
      for (const id of this.timers.dueExecutions(this.clock.now(), mostInFlight)) {
        if (this.#isFull()) break;
        const execution = this.find(id);
        if (execution?.status !== 'RUNNING') {
          this.timers.dropAll(id);
          continue;
        }
        if (fireDue(this, execution) && !execution.invocation) this.#invoke(execution);
      }
    });
    this.rearm();
  }

  #isFull(): boolean {
    return this.#active.size >= mostInFlight;
  }

  /** Invokes the handler, or notes that it is to be invoked once there is room. A caller in a handler cannot wait for that. */
  #ask(execution: Execution): void {
    if (execution.nested || !this.#isFull()) {
      this.#invoke(execution);
      return;
    }
    this.#suspend(execution);
    this.timers.set(execution.id, invocationRetry, { due: this.clock.now(), held: false });
  }

  /** Marks the invocation as in flight with what caused it, and starts it once that is on disk. */
  #invoke(execution: Execution): void {
    execution.invocation = { id: randomUUID(), started: Date.now(), sequence: 0 };
    this.#active.set(execution.id, execution);
    this.timers.drop(execution.id, invocationRetry);
    this.timers.hold(execution.id, true);
    this.executions.save(execution);
    void this.#run(execution, execution.invocation.id);
  }

  async #run(execution: Execution, requestId: string): Promise<void> {
    await this.store.committed();
    if (this.#closed || execution.invocation?.id !== requestId) return;
    const event = JSON.stringify(invocationEvent(execution, this.clock));
    execution.untold.clear();
    const started = Date.now();
    const { functionName, version, tenantId, nested = false } = execution;
    const outcome = await this.handlers.run({
      functionName,
      version,
      event,
      requestId,
      nested,
      ...(tenantId ? { tenantId } : {}),
    });
    if (this.#closed || execution.invocation?.id !== requestId) return;
    this.store.transact(() => this.#ended(execution, outcome, started));
    this.rearm();
  }

  #ended(execution: Execution, outcome: Outcome, started: number): void {
    const { closing, invocation } = execution;
    const error = errorObject(outcome);
    this.executions.append(
      execution,
      invocationCompleted({ started, requestId: invocation?.id, error }),
    );
    if (closing) {
      this.close(execution, closing);
      return;
    }
    if (error) {
      this.#failed(execution, error);
      return;
    }
    execution.failures = 0;
    const verdict = readEnvelope(outcome.payload ?? '');
    if (verdict !== 'PENDING') {
      this.close(execution, verdict);
      return;
    }
    const told = execution.untold.size === 0;
    const waits = pendingLeft(execution);
    if (fireDue(this, execution) || (!told && execution.status === 'RUNNING')) {
      this.#invoke(execution);
      return;
    }
    if (execution.status !== 'RUNNING') return;
    if (waits) this.#suspend(execution);
    else this.close(execution, nothingPending);
  }

  #failed(execution: Execution, error: ErrorObject): void {
    execution.failures += 1;
    const seconds = retryDelay(execution.failures, error);
    if (seconds === undefined) {
      this.close(execution, { status: 'FAILED', error });
      return;
    }
    if (seconds === 0) {
      this.#invoke(execution);
      return;
    }
    const due = this.clock.now() + seconds * 1000;
    this.#suspend(execution);
    this.timers.set(execution.id, invocationRetry, { due, held: false });
  }

  #suspend(execution: Execution): void {
    delete execution.invocation;
    this.#active.delete(execution.id);
    this.timers.hold(execution.id, false);
    this.executions.save(execution);
  }
}
