import { randomUUID } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import type { Store } from '../../store/store.ts';
import type { Environments, Outcome } from '../environments.ts';
import type { FunctionRegistry, FunctionVersion } from '../functions.ts';
import { invocationEvent, pendingLeft, readEnvelope } from './envelope.ts';
import { errorObject, errorOf, executionEvent, invocationCompleted, resultOf } from './history.ts';
import type { Close, ErrorObject, Execution } from './model.ts';
import { newExecution } from './new-execution.ts';
import { ExecutionStore, executionTimeout, invocationRetry } from './store.ts';
import { fireDue } from './timers.ts';

/** Crashes of the runtime are retried at once this often; then, like errors of the handler, with growing delays. */
const immediateRetries = 3;
const mostFailures = 8;
const longestBackoff = 300;

const terminalEvents: Readonly<Record<string, string>> = {
  SUCCEEDED: 'ExecutionSucceeded',
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  STOPPED: 'ExecutionStopped',
};

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly functions: FunctionRegistry;
  readonly environments: Environments;
  /** Hears of every execution that begins or closes, within the transaction in which it does. */
  readonly onStatus?: (execution: Execution) => void;
}

/** Drives durable executions: invokes their handlers, fires their timers and closes them. */
export class Engine {
  readonly executions: ExecutionStore;
  readonly clock: Clock;
  readonly store: Store;
  readonly #parts: Parts;
  /** Executions whose invocation is in flight; all others are rows only. */
  readonly #active = new Map<string, Execution>();
  readonly #waiters = new Map<string, PromiseWithResolvers<Execution>>();
  #closed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.store = parts.store;
    this.clock = parts.clock;
    this.executions = new ExecutionStore(parts.store);
  }

  /** Goes on with what was running when the runtime went down. */
  resume(): void {
    this.store.transact(() => {
      for (const id of this.executions.inFlight()) {
        const execution = this.executions.load(id);
        if (!execution) continue;
        this.#lost(execution);
        if (execution.closing) this.close(execution, execution.closing);
        else this.#invoke(execution);
      }
    });
    this.rearm();
  }

  /** The invocation that was in flight when the runtime went down has failed, and is on record as that. */
  #lost(execution: Execution): void {
    const { id: requestId, started = Date.now() } = execution.invocation ?? {};
    const ErrorMessage = `RequestId: ${requestId} Error: Runtime exited without providing a reason`;
    const error = { ErrorType: 'Runtime.ExitError', ErrorMessage };
    this.executions.append(execution, invocationCompleted({ started, requestId, error }));
  }

  shutDown(): void {
    this.#closed = true;
    this.clock.arm(undefined, () => {});
  }

  find(id: string): Execution | undefined {
    return this.#active.get(id) ?? this.executions.load(id);
  }

  begin(version: FunctionVersion, { name, input }: { name: string; input?: string }): Execution {
    const execution = newExecution(version, { name, ...(input === undefined ? {} : { input }) });
    const { id, timeout } = execution;
    this.store.transact(() => {
      const details = { Input: resultOf(input), ExecutionTimeout: timeout };
      this.executions.append(execution, executionEvent(execution, 'ExecutionStarted', details));
      this.#parts.onStatus?.(execution);
      const due = this.clock.now() + timeout * 1000;
      this.executions.setTimer(id, executionTimeout, { due, held: false });
      this.#invoke(execution);
    });
    this.rearm();
    return execution;
  }

  /** Resolves when the execution has closed and that is on disk. */
  closed(execution: Execution): Promise<Execution> {
    if (execution.status !== 'RUNNING') return Promise.resolve(execution);
    let waiter = this.#waiters.get(execution.id);
    if (!waiter) {
      waiter = Promise.withResolvers<Execution>();
      this.#waiters.set(execution.id, waiter);
    }
    return waiter.promise;
  }

  /** Writes the terminal event; a running invocation goes on but can change nothing more. */
  close(execution: Execution, { status, result, error }: Close): void {
    execution.status = status;
    execution.ended = Date.now();
    if (result !== undefined) execution.result = result;
    if (error) execution.error = error;
    delete execution.invocation;
    delete execution.closing;
    const details =
      status === 'SUCCEEDED'
        ? { Result: resultOf(result) }
        : status === 'TIMED_OUT'
          ? {}
          : { Error: errorOf(error) };
    const type = terminalEvents[status] ?? status;
    this.executions.append(execution, executionEvent(execution, type, details));
    this.executions.dropTimers(execution.id);
    this.executions.save(execution);
    this.#parts.onStatus?.(execution);
    this.#active.delete(execution.id);
    const waiter = this.#waiters.get(execution.id);
    this.#waiters.delete(execution.id);
    if (waiter) void this.store.committed().then(() => waiter.resolve(execution));
  }

  rearm(): void {
    if (!this.#closed) this.clock.arm(this.executions.nextDue(), () => this.#ring());
  }

  #ring(): void {
    if (this.#closed) return;
    this.store.transact(() => {
      const ids = this.executions.due(this.clock.now()).map(({ execution }) => execution);
      for (const id of new Set(ids)) {
        const execution = this.find(id);
        if (execution?.status !== 'RUNNING') {
          this.executions.dropTimers(id);
          continue;
        }
        if (fireDue(this, execution) && !execution.invocation) this.#invoke(execution);
      }
    });
    this.rearm();
  }

  /** Marks the invocation as in flight with what caused it, and starts it once that is on disk. */
  #invoke(execution: Execution): void {
    execution.invocation = { id: randomUUID(), started: Date.now(), sequence: 0 };
    this.#active.set(execution.id, execution);
    this.executions.hold(execution.id, true);
    this.executions.save(execution);
    void this.#run(execution, execution.invocation.id);
  }

  async #run(execution: Execution, requestId: string): Promise<void> {
    await this.store.committed();
    if (this.#closed || execution.invocation?.id !== requestId) return;
    const event = JSON.stringify(invocationEvent(execution, this.clock));
    execution.untold.clear();
    const started = Date.now();
    const outcome = await this.#outcome(execution, { requestId, event });
    if (this.#closed || execution.invocation?.id !== requestId) return;
    this.store.transact(() => this.#ended(execution, outcome, started));
    this.rearm();
  }

  async #outcome(
    execution: Execution,
    { requestId, event }: { requestId: string; event: string },
  ): Promise<Outcome> {
    try {
      const code = this.#parts.functions.resolve(execution.functionName, execution.version);
      return await this.#parts.environments.run({ code, requestId, event });
    } catch (error) {
      const errorMessage = error instanceof Error ? error.message : String(error);
      return { error: { errorType: 'Runtime.Unknown', errorMessage } };
    }
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
    if (waits) {
      this.#suspend(execution);
      return;
    }
    const ErrorMessage = 'Cannot return PENDING status with no pending operations.';
    const ErrorType = 'InvalidParameterValueException';
    this.close(execution, { status: 'FAILED', error: { ErrorType, ErrorMessage } });
  }

  #failed(execution: Execution, error: ErrorObject): void {
    execution.failures += 1;
    const { failures } = execution;
    if (failures > mostFailures) {
      this.close(execution, { status: 'FAILED', error });
      return;
    }
    const crash = error.ErrorType?.startsWith('Runtime.') ?? false;
    if (crash && failures <= immediateRetries) {
      this.#invoke(execution);
      return;
    }
    const seconds = Math.min(longestBackoff, 2 ** (failures - 1));
    const due = this.clock.now() + seconds * 1000;
    this.#suspend(execution);
    this.executions.setTimer(execution.id, invocationRetry, { due, held: false });
  }

  #suspend(execution: Execution): void {
    delete execution.invocation;
    this.#active.delete(execution.id);
    this.executions.hold(execution.id, false);
    this.executions.save(execution);
  }
}
