/** The history of an execution, as this program represents it. */

export interface HistoryError {
  readonly type: string;
  readonly message: string;
}

export interface HistoryEvent {
  /** Position in the history, from 1. */
  readonly seq: number;
  /** Lambda's name: `StepStarted`, `InvocationCompleted`, ... */
  readonly type: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  /** The operation; absent for events of an invocation. */
  readonly id?: string;
  readonly name?: string;
  readonly attempt?: number;
  /** Delay before the next attempt, in virtual time. */
  readonly retryInMs?: number;
  /** The length of a wait, in virtual time. */
  readonly waitMs?: number;
  readonly error?: HistoryError;
  /** Start of an invocation. */
  readonly startedAt?: string;
  readonly requestId?: string;
  /** The input or result, as text. */
  readonly payload?: string;
  /** Why the execution was paused or resumed. */
  readonly reason?: string;
}

export type ExecutionState = 'running' | 'succeeded' | 'failed' | 'timed-out' | 'stopped';

const ends: Readonly<Record<string, ExecutionState>> = {
  ExecutionSucceeded: 'succeeded',
  ExecutionFailed: 'failed',
  ExecutionTimedOut: 'timed-out',
  ExecutionStopped: 'stopped',
};

/** The state in which the event ends the execution; undefined for any other event. */
export function executionEnd({ type }: HistoryEvent): ExecutionState | undefined {
  return ends[type];
}
