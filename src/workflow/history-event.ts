/** The history of an execution in the words of this program. */

export interface HistoryError {
  readonly type: string;
  readonly message: string;
}

/** One event of an execution's history. */
export interface HistoryEvent {
  /** Position in the history, from 1. */
  readonly seq: number;
  /** As Lambda names it: `StepStarted`, `InvocationCompleted`, ... */
  readonly type: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  /** Of the operation; absent on events of an invocation. */
  readonly id?: string;
  readonly name?: string;
  readonly attempt?: number;
  /** Until the next attempt, in the execution's own time. */
  readonly retryInMs?: number;
  /** The length of a wait, in the execution's own time. */
  readonly waitMs?: number;
  readonly error?: HistoryError;
  /** Of an invocation: when it began. */
  readonly startedAt?: string;
  readonly requestId?: string;
  /** What was handed over or returned, as text. */
  readonly payload?: string;
}

export type ExecutionState = 'running' | 'succeeded' | 'failed' | 'timed-out' | 'stopped';

const ends: Readonly<Record<string, ExecutionState>> = {
  ExecutionSucceeded: 'succeeded',
  ExecutionFailed: 'failed',
  ExecutionTimedOut: 'timed-out',
  ExecutionStopped: 'stopped',
};

/** The end of the execution that the event is, if it is one. */
export function endOf({ type }: HistoryEvent): ExecutionState | undefined {
  return ends[type];
}
