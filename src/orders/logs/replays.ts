import type { LogEntry } from './entry.ts';

/** A line seen before, in an earlier invocation of the same execution: the handler ran again over what it had done. */
export class Replays {
  /** The invocation that said it first, by order, step, attempt and text. */
  readonly #first = new Map<string, string>();
  readonly #most: number;

  /** Remembers the `most` newest lines. */
  constructor(most = 50_000) {
    this.#most = most;
  }

  has({ orderId, step, attempt, text, requestId }: LogEntry): boolean {
    if (orderId === undefined || requestId === undefined) return false;
    const key = JSON.stringify([orderId, step, attempt, text]);
    const first = this.#first.get(key);
    if (first !== undefined) return first !== requestId;
    this.#first.set(key, requestId);
    if (this.#first.size > this.#most) this.#first.delete(this.#first.keys().next().value ?? '');
    return false;
  }
}
