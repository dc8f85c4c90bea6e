import type { ExecutionStatus } from '../lookup/execution-status.ts';

/** The execution was paused: no further invocation starts until it is resumed. */
export interface PausedEvent {
  readonly type: 'paused';
  readonly ts: string;
  readonly orderId: string;
  readonly reason?: string;
}

/** The execution was resumed. */
export interface ResumedEvent {
  readonly type: 'resumed';
  readonly ts: string;
  readonly orderId: string;
  readonly pausedMs: number;
  readonly reason?: string;
}

/**
 * Another change of the execution's status: it is pausing, its pause was cancelled before it took effect, or Lambda returned a status
 * that this program does not know.
 */
export interface ExecutionStatusEvent {
  readonly type: 'execution';
  readonly ts: string;
  readonly orderId: string;
  /** The status as Lambda returns it. */
  readonly status: ExecutionStatus;
  readonly reason?: string;
}

/** A change of the status of an execution that has not ended. */
export type PauseEvent = PausedEvent | ResumedEvent | ExecutionStatusEvent;

/** Whether the event reports the start or the end of a pause. */
export function isPauseEvent<Event extends { readonly type: string }>(
  event: Event,
): event is Extract<Event, PausedEvent | ResumedEvent> {
  return event.type === 'paused' || event.type === 'resumed';
}
