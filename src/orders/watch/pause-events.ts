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

/** Whether the event reports the start or the end of a pause. */
export function isPauseEvent<Event extends { readonly type: string }>(
  event: Event,
): event is Extract<Event, PausedEvent | ResumedEvent> {
  return event.type === 'paused' || event.type === 'resumed';
}
