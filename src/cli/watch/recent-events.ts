import { formatEvent } from './event-text.ts';
import type { ShownEvent } from './shown-event.ts';

/** Maximum number of events kept per order. */
const maxEventsPerOrder = 50;

interface TimedEvent {
  readonly ts: string;
  readonly event: ShownEvent;
}

/** Keeps the recent events of each order. The live table shows them when an order is opened. */
export class RecentEvents {
  readonly #stream: NodeJS.WriteStream;
  readonly #events = new Map<string, TimedEvent[]>();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  add(event: ShownEvent): void {
    if (!('orderId' in event && 'ts' in event) || event.orderId === undefined) return;
    const events = this.#events.get(event.orderId) ?? [];
    events.push({ ts: event.ts, event });
    if (events.length > maxEventsPerOrder) events.shift();
    this.#events.set(event.orderId, events);
  }

  /** Returns at most `maxLines` events of an order as lines, the latest last. */
  latest(orderId: string, maxLines: number): string[] {
    const events = (this.#events.get(orderId) ?? []).toSorted((a, b) => (a.ts < b.ts ? -1 : 1));
    const options = { stream: this.#stream, several: false };
    const lines = events.flatMap(({ event }) => formatEvent(event, options)?.trimEnd() ?? []);
    return maxLines > 0 ? lines.slice(-maxLines) : [];
  }
}
