/** Statuses of executions: running, paused and ended. */

/** Statuses of executions that have not ended, in the order in which a pause passes through them. */
export const openStatuses = ['RUNNING', 'PAUSING', 'PAUSED'] as const;
/** DELETING: the execution has ended, and its history is being deleted. */
const terminalStatuses = ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'STOPPED', 'DELETING'] as const;

export type TerminalExecutionStatus = (typeof terminalStatuses)[number];
/** Status of an execution; Lambda may return values that this program does not know. */
export type ExecutionStatus = string;

/** Whether an execution with this status has ended; false for an unknown status. */
export function isTerminalExecution(status: ExecutionStatus): status is TerminalExecutionStatus {
  return terminalStatuses.some((terminal) => terminal === status);
}

/** Whether an execution with this status may still do work; true for an unknown status. */
export function isOpen(status: ExecutionStatus): boolean {
  return !isTerminalExecution(status);
}

/** Whether an execution with this status starts no further invocation until it is resumed. */
export function isPaused(status: ExecutionStatus | undefined): status is 'PAUSING' | 'PAUSED' {
  return status === 'PAUSING' || status === 'PAUSED';
}
