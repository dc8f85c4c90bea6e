import type { LogEvent } from './entry.ts';

export interface Arrival<Event extends LogEvent> {
  readonly event: Event;
  /** It came after later ones were told. */
  readonly late: boolean;
}

/**
 * Puts log events that arrive late, twice or in the same millisecond in order, each once. An event is held back for a
 * moment, as others written before it may still be on their way; one that comes later than that is told at once.
 */
export class InOrder<Event extends LogEvent> {
  readonly #holdMs: number;
  readonly #overlapMs: number;
  readonly #seen = new Map<string, number>();
  #held: Event[] = [];
  #newest = 0;
  #told = 0;

  /** `overlapMs`: how far back events are read again; what was told is remembered as long. */
  constructor({ holdMs, overlapMs }: { holdMs: number; overlapMs: number }) {
    this.#holdMs = holdMs;
    this.#overlapMs = overlapMs;
  }

  /** From where to read again, ms since the epoch; 0 before the first event. */
  get from(): number {
    return Math.max(0, this.#newest - this.#overlapMs);
  }

  add(events: Iterable<Event>): void {
    for (const event of events) {
      if (this.#seen.has(event.id)) continue;
      this.#seen.set(event.id, event.timestamp);
      this.#held.push(event);
      this.#newest = Math.max(this.#newest, event.timestamp);
    }
  }

  /** What is due at `now` (ms since the epoch), in order. `now` at infinity lets everything go. */
  take(now: number): Arrival<Event>[] {
    this.#held.sort(byTime);
    const due = this.#held.findIndex(({ timestamp }) => timestamp > now - this.#holdMs);
    const events = due < 0 ? this.#held.splice(0) : this.#held.splice(0, due);
    const arrivals = events.map((event) => ({ event, late: event.timestamp < this.#told }));
    this.#told = Math.max(this.#told, events.at(-1)?.timestamp ?? 0);
    this.#forget();
    return arrivals;
  }

  /** What is read no more need not be remembered. */
  #forget(): void {
    const from = this.from;
    for (const [id, timestamp] of this.#seen) if (timestamp < from) this.#seen.delete(id);
  }
}

function byTime(a: LogEvent, b: LogEvent): number {
  return a.timestamp - b.timestamp || a.ingested - b.ingested || (a.id < b.id ? -1 : 1);
}
