import type { EventQueue } from './event-queue.ts';

/** Fraction of a millisecond below which a job counts as finished. */
const precisionMs = 1e-6;

/**
 * Processors that all jobs share equally, as an operating system divides them. A job uses at most one processor; `count` may be a
 * fraction, because other processes use the rest.
 */
export class Processors {
  readonly #events: EventQueue;
  readonly #count: number;
  /** Jobs by the work (ms) that each running job must have received when they end. */
  readonly #jobs: { readonly endsAt: number; readonly done: () => void }[] = [];
  /** Work that a job has received that runs since the beginning (ms). */
  #received = 0;
  #updatedAt = 0;
  #version = 0;

  constructor(events: EventQueue, count: number) {
    this.#events = events;
    this.#count = count;
  }

  /** Calls `done` when the job has received `workMs` of a processor. */
  run(workMs: number, done: () => void): void {
    if (this.#count === Number.POSITIVE_INFINITY) {
      this.#events.after(workMs, done);
      return;
    }
    this.#update();
    this.#jobs.push({ endsAt: this.#received + workMs, done });
    this.#jobs.sort((a, b) => a.endsAt - b.endsAt);
    this.#schedule();
  }

  get #speed(): number {
    return Math.min(1, this.#count / Math.max(1, this.#jobs.length));
  }

  #update(): void {
    this.#received += (this.#events.now - this.#updatedAt) * this.#speed;
    this.#updatedAt = this.#events.now;
  }

  #schedule(): void {
    const next = this.#jobs[0];
    this.#version += 1;
    const version = this.#version;
    if (!next) return;
    const delay = Math.max(0, (next.endsAt - this.#received) / this.#speed);
    // A later change of the jobs replaces this event.
    this.#events.after(delay, () => {
      if (version === this.#version) this.#endFinished();
    });
  }

  #endFinished(): void {
    this.#update();
    const ended = this.#jobs.filter(({ endsAt }) => endsAt <= this.#received + precisionMs);
    this.#jobs.splice(0, ended.length);
    this.#schedule();
    for (const { done } of ended) done();
  }
}
