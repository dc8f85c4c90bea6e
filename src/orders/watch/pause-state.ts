import type { ExecutionStatus } from '../lookup/execution-status.ts';
import type { PauseRequest } from '../lookup/executions.ts';
import type { PausedEvent, ResumedEvent } from './pause-events.ts';

/** Whether a watched order is paused, by its reported events and by the status that was read last. Reports each change once. */
export class PauseState {
  readonly #orderId: string;
  /** Start of the reported pause (RFC 3339 UTC). */
  #since: string | undefined;
  /** Whether the execution was paused when it was last read, listed, or its history was read. */
  #isPaused = false;
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
    this.#isPaused = status === 'PAUSED';
    this.#request = request;
  }

  /** Takes an event of the history. Returns whether it was not reported yet. */
  apply(event: PausedEvent | ResumedEvent): boolean {
    this.#isOutdated = false;
    this.#observedAt = performance.now();
    this.#isPaused = event.type === 'paused';
    const isNew = this.hasChanged;
    this.#since = this.#isPaused ? (this.#since ?? event.ts) : undefined;
    return isNew;
  }

  /** Returns the event for a change of the status, without the history. */
  takeChange(): (PausedEvent | ResumedEvent)[] {
    if (!this.hasChanged) return [];
    const now = new Date().toISOString();
    const { requestedAt, reason } = this.#request;
    const orderId = this.#orderId;
    const event: PausedEvent | ResumedEvent = this.#isPaused
      ? { type: 'paused', ts: requestedAt ?? now, orderId, ...(reason ? { reason } : {}) }
      : {
          type: 'resumed',
          ts: now,
          orderId,
          pausedMs: Math.max(0, Date.parse(now) - Date.parse(this.#since ?? now)),
        };
    this.apply(event);
    return [event];
  }
}
