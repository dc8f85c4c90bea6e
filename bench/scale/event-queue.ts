interface Event {
  /** Simulated time (ms). */
  readonly at: number;
  /** Position among the events of the same time. */
  readonly order: number;
  readonly run: () => void;
}

/** The simulated time, and the events that are due in it. Events of the same time run in the order in which they were added. */
export class EventQueue {
  readonly #heap: Event[] = [];
  #added = 0;
  /** Simulated time (ms). */
  now = 0;

  /** Runs `run` after a delay (ms). */
  after(delayMs: number, run: () => void): void {
    this.#push({ at: this.now + delayMs, order: this.#added++, run });
  }

  /** Runs all events, and the events that they add. */
  runAll(): void {
    for (let event = this.#pop(); event; event = this.#pop()) {
      this.now = event.at;
      event.run();
    }
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isEarlier(event, heap[parent])) break;
      heap[index] = heap[parent] as Event;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (isEarlier(heap[child + 1], heap[child])) child += 1;
      if (!isEarlier(heap[child], last)) break;
      heap[index] = heap[child] as Event;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isEarlier(a: Event | undefined, b: Event | undefined): boolean {
  if (!a || !b) return a !== undefined;
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
