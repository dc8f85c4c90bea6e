import { happening } from './event-text.ts';
import type { ShownEvent } from './shown-event.ts';

/** Of each order so much is kept. */
const mostKept = 50;

interface Dated {
  readonly ts: string;
  readonly event: ShownEvent;
}

/** What happened to each of several orders, for whoever opens one. */
export class OrderNews {
  readonly #stream: NodeJS.WriteStream;
  readonly #told = new Map<string, Dated[]>();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  take(event: ShownEvent): void {
    if (!('orderId' in event && 'ts' in event) || event.orderId === undefined) return;
    const told = this.#told.get(event.orderId) ?? [];
    told.push({ ts: event.ts, event });
    if (told.length > mostKept) told.shift();
    this.#told.set(event.orderId, told);
  }

  /** The latest of it, a line each, the latest last. */
  latest(orderId: string, most: number): string[] {
    const told = (this.#told.get(orderId) ?? []).toSorted((a, b) => (a.ts < b.ts ? -1 : 1));
    const view = { stream: this.#stream, several: false };
    const lines = told.flatMap(({ event }) => happening(event, view)?.trimEnd() ?? []);
    return most > 0 ? lines.slice(-most) : [];
  }
}
