import type { LogEvent } from './entry.ts';

export interface BufferedEvent<Event extends LogEvent> {
  readonly event: Event;
  /** Whether events with a later timestamp were returned before. */
  readonly late: boolean;
}

/**
 * Sorts log events that arrive late, twice or within the same millisecond, and returns each once. It holds an event
 * back for `holdMs`, because earlier events may still arrive. An event that arrives even later is returned at once.
 */
export class ReorderBuffer<Event extends LogEvent> {
  readonly #holdMs: number;
  readonly #overlapMs: number;
  /** Timestamps of known events by id, for the period that is read again. */
  readonly #known = new Map<string, number>();
  #held: Event[] = [];
  #newestAdded = 0;
  #newestTaken = 0;

  /** `overlapMs`: length of the period that is read again, and for which known events are remembered. */
  constructor({ holdMs, overlapMs }: { holdMs: number; overlapMs: number }) {
    this.#holdMs = holdMs;
    this.#overlapMs = overlapMs;
  }

  /** Start of the next read (ms since the epoch); 0 before the first event. */
  get nextReadFrom(): number {
    return Math.max(0, this.#newestAdded - this.#overlapMs);
  }

  add(events: Iterable<Event>): void {
    for (const event of events) {
      if (this.#known.has(event.id)) continue;
      this.#known.set(event.id, event.timestamp);
      this.#held.push(event);
      this.#newestAdded = Math.max(this.#newestAdded, event.timestamp);
    }
  }

  /** Removes and returns the events that are due at `now` (ms since the epoch), sorted. Infinity returns all. */
  take(now: number): BufferedEvent<Event>[] {
    this.#held.sort(compareByTime);
    const heldFrom = this.#held.findIndex(({ timestamp }) => timestamp > now - this.#holdMs);
    const due = heldFrom < 0 ? this.#held.splice(0) : this.#held.splice(0, heldFrom);
    const events = due.map((event) => ({ event, late: event.timestamp < this.#newestTaken }));
    this.#newestTaken = Math.max(this.#newestTaken, due.at(-1)?.timestamp ?? 0);
    this.#removeExpired();
    return events;
  }

  /** Removes known events from before the next read. */
  #removeExpired(): void {
    const from = this.nextReadFrom;
    for (const [id, timestamp] of this.#known) if (timestamp < from) this.#known.delete(id);
  }
}

function compareByTime(a: LogEvent, b: LogEvent): number {
  return a.timestamp - b.timestamp || a.ingested - b.ingested || (a.id < b.id ? -1 : 1);
}
