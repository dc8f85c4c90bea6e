import type { Execution } from './model.ts';

/** Statuses as the API reports them. */
export const publicStatuses = [
  'RUNNING',
  'SUCCEEDED',
  'FAILED',
  'TIMED_OUT',
  'STOPPED',
  'DELETING',
  'PAUSING',
  'PAUSED',
];

/** Returns whether invocations of the execution are held back. */
export function isPaused({ pause }: Execution): boolean {
  return pause?.state === 'PAUSED';
}

/** Returns the status as the API reports it. */
export function publicStatus({ status, pause }: Pick<Execution, 'status' | 'pause'>): string {
  if (status !== 'RUNNING' || !pause || pause.state === 'REQUESTED') return status;
  return pause.state;
}

/** Returns whether the next invocation is the first of an execution that no caller waits for. */
export function isStart({
  asynchronous,
  operations,
}: Pick<Execution, 'asynchronous' | 'operations'>): boolean {
  return asynchronous === true && operations.size === 0;
}
