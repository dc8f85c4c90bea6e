import { type ExecutionStatus, isTerminalExecution } from '../lookup/execution-status.ts';
import type { PauseRequest } from '../lookup/executions.ts';
import type { ExecutionStatusEvent, PausedEvent, ResumedEvent } from './pause-events.ts';

/** The reported and the last read status of a watched order's execution, until it ends. Reports each change once. */
export class PauseState {
  readonly #orderId: string;
  /** Start of the reported pause (RFC 3339 UTC). */
  #since: string | undefined;
  /** The status when the execution was last read, listed, or its history was read. */
  #status: ExecutionStatus = 'RUNNING';
  #reportedStatus: ExecutionStatus = 'RUNNING';
  #request: PauseRequest = {};
  /** Monotonic time of the last observation (ms). */
  #observedAt = 0;
  /** Whether the order has changed since the execution or its history was read. */
  #isOutdated = false;

  constructor(orderId: string) {
    this.#orderId = orderId;
  }

  /** Start of the current pause (RFC 3339 UTC); undefined if no pause was reported. */
  get since(): string | undefined {
    return this.#since;
  }

  /** Whether the execution was paused or resumed, and that was not reported yet. */
  get hasChanged(): boolean {
    return this.#isPaused !== (this.#since !== undefined);
  }

  get #isPaused(): boolean {
    return this.#status === 'PAUSED';
  }

  /** Whether the history would show nothing new: the execution is paused, and the order has not changed since. */
  get isSettled(): boolean {
    return this.#since !== undefined && !this.hasChanged && !this.#isOutdated;
  }

  /** Whether the last observation was before a time (monotonic, ms). A list of executions may be older. */
  isOlderThan(time: number): boolean {
    return this.#observedAt < time;
  }

  /** Records that the order has changed, so that its execution may have been resumed. */
  orderHasChanged(): void {
    this.#isOutdated = true;
  }

  /** Takes the status of the execution. */
  observe(status: ExecutionStatus, request: PauseRequest = {}): void {
    this.#isOutdated = false;
    this.#observedAt = performance.now();
    this.#status = status;
    this.#request = request;
  }

  /** Takes an event of the history. Returns whether it was not reported yet. */
  apply(event: PausedEvent | ResumedEvent): boolean {
    this.#isOutdated = false;
    this.#observedAt = performance.now();
    this.#status = event.type === 'paused' ? 'PAUSED' : 'RUNNING';
    this.#reportedStatus = this.#status;
    const isNew = this.hasChanged;
    this.#since = this.#isPaused ? (this.#since ?? event.ts) : undefined;
    return isNew;
  }

  /** Returns the event for a change of the status that no history shows: not the start and the end of a pause. */
  takeStatusChange(): ExecutionStatusEvent[] {
    const status = this.#status;
    const isShown = this.#isPaused || isTerminalExecution(status);
    if (status === this.#reportedStatus || isShown || this.hasChanged) return [];
    this.#reportedStatus = status;
    const { requestedAt, reason } = status === 'PAUSING' ? this.#request : {};
    const ts = requestedAt ?? new Date().toISOString();
    const orderId = this.#orderId;
    return [{ type: 'execution', ts, orderId, status, ...(reason ? { reason } : {}) }];
  }

  /** Returns the event for the start or the end of a pause, without the history. */
  takeChange(): (PausedEvent | ResumedEvent)[] {
    if (!this.hasChanged) return [];
    const now = new Date().toISOString();
    const { requestedAt, reason } = this.#request;
    const [orderId, status] = [this.#orderId, this.#status];
    const event: PausedEvent | ResumedEvent = this.#isPaused
      ? { type: 'paused', ts: requestedAt ?? now, orderId, ...(reason ? { reason } : {}) }
      : {
          type: 'resumed',
          ts: now,
          orderId,
          pausedMs: Math.max(0, Date.parse(now) - Date.parse(this.#since ?? now)),
        };
    this.apply(event);
    // After a pause, the status may be another one than RUNNING.
    this.#status = status;
    return [event];
  }
}
