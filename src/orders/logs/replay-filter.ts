import type { LogEntry } from './entry.ts';

/** Detects replayed lines: a later invocation of the same execution logs lines of completed operations again. */
export class ReplayFilter {
  /** Invocation that logged a line first, by order, step, attempt and text. */
  readonly #firstInvocation = new Map<string, string>();
  readonly #maxLines: number;

  /** Remembers the newest `maxLines` lines. */
  constructor(maxLines = 50_000) {
    this.#maxLines = maxLines;
  }

  /** Whether an earlier invocation logged the same line. Remembers the line if not. */
  isReplay({ orderId, step, attempt, text, requestId }: LogEntry): boolean {
    if (orderId === undefined || requestId === undefined) return false;
    const key = JSON.stringify([orderId, step, attempt, text]);
    const first = this.#firstInvocation.get(key);
    if (first !== undefined) return first !== requestId;
    this.#firstInvocation.set(key, requestId);
    if (this.#firstInvocation.size > this.#maxLines) {
      this.#firstInvocation.delete(this.#firstInvocation.keys().next().value ?? '');
    }
    return false;
  }
}
