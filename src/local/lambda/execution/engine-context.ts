import type { Clock } from '../../shared/clock.ts';
import type { Store } from '../../store/store.ts';
import type { ExecutionRoles } from '../execution-roles.ts';
import type { HandlerRunner } from '../run-handler.ts';
import type { ExecutionTimes } from './execution-times.ts';
import type { Execution, ExecutionOutcome } from './model.ts';
import type { ExecutionStore } from './store.ts';
import type { TimerStore } from './timer-store.ts';

/** Collaborators of the engine. */
export interface EngineOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly handlers: HandlerRunner;
  readonly roles: Pick<ExecutionRoles, 'authorize'>;
  /** Called when an execution starts or ends, within the transaction that records it. */
  readonly onStatus?: (execution: Execution) => void;
}

/** Engine functions that callbacks, chained invocations and timers use. */
export interface EngineContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly handlers: HandlerRunner;
  readonly roles: Pick<ExecutionRoles, 'authorize'>;
  readonly executions: ExecutionStore;
  readonly timers: TimerStore;
  readonly times: ExecutionTimes;
  /** Returns the execution, or undefined if none has this id. */
  find(id: string): Execution | undefined;
  /** Starts a new execution. Must be called within a transaction. */
  start(execution: Execution): void;
  /** Invokes the handler of a changed execution, unless an invocation is already in flight. */
  wake(execution: Execution): void;
  /** Records the end of an execution. Must be called within a transaction. */
  close(execution: Execution, close: ExecutionOutcome): void;
  /** Sets a timer of an execution, due after a delay in the execution's time (ms). Must be called within a transaction. */
  setTimer(id: string, timer: string, delayMs: number): void;
  /** Sets the clock's alarm to the next due timer. */
  rescheduleTimers(): void;
}
