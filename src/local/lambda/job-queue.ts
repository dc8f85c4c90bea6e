import type { HandlerJob } from './handler-job.ts';

/** Every fourth job is a start, even while other jobs wait, so that new work is never held up completely. */
const jobsPerStart = 4;

/**
 * Jobs that wait for an environment. An execution whose timer has fired, or a synchronous call, comes before executions and events that
 * nobody waits for. Otherwise its delay would grow with the number of executions that start.
 */
export class JobQueue<T extends { readonly job: HandlerJob }> {
  #awaited: T[] = [];
  #starts: T[] = [];
  /** Jobs since the last start. */
  #taken = 0;

  add(entry: T): void {
    (entry.job.isStart ? this.#starts : this.#awaited).push(entry);
  }

  /** Returns the next job without removing it; undefined if there is none. */
  peek(): T | undefined {
    return this.#next()[0];
  }

  /** Removes the next job. */
  shift(): void {
    const next = this.#next();
    next.shift();
    this.#taken = next === this.#starts ? 0 : this.#taken + 1;
  }

  clear(): void {
    this.#awaited = [];
    this.#starts = [];
  }

  #next(): T[] {
    if (this.#awaited.length === 0) return this.#starts;
    if (this.#starts.length === 0) return this.#awaited;
    return this.#taken >= jobsPerStart - 1 ? this.#starts : this.#awaited;
  }
}
