import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../../environment/target.ts';
import type { EndEvent, WatchEvent } from './events.ts';
import { HistoryReader } from './history-reader.ts';
import type { OrderWatcher } from './order-watcher.ts';
import { isPauseEvent } from './pause-events.ts';
import { unlessAborted } from './unless-aborted.ts';

/** Maximum number of history reads after an order has ended: the end of its execution follows a moment later. */
const maxFinalReads = 4;

export interface FocusedHistoryOptions {
  readonly signal: AbortSignal;
  /** Whether successful steps, waits and invocations are reported, too. */
  readonly detail: boolean;
  /** Whether only one order is watched. Only then a read may wait for the rate limiter. */
  readonly isSingle: boolean;
}

/** Adds the events of the focused order's history to the events of its item. */
export class FocusedHistory {
  readonly #target: Target;
  readonly #signal: AbortSignal;
  readonly #isSingle: boolean;
  readonly #reader: HistoryReader;
  /** Execution of the order that was in focus last. */
  #lastArn: string | undefined;

  constructor(target: Target, { signal, detail, isSingle }: FocusedHistoryOptions) {
    this.#target = target;
    this.#signal = signal;
    this.#isSingle = isSingle;
    this.#reader = new HistoryReader(target, { detail });
  }

  /** Whether the history of the order shows its pauses: it was in focus last, and its history can be read. */
  showsPauses({ arn }: OrderWatcher): boolean {
    if (arn === undefined || arn !== this.#lastArn) return false;
    return this.#reader.hasRead(arn) && !this.#reader.isClosed(arn);
  }

  /** Whether the history contains the end of the execution. */
  hasEnded(arn: string): boolean {
    return this.#reader.hasEnded(arn);
  }

  /** Reads the history of the order if that is due, and inserts its new events into `events` by their time. */
  async addEvents(watcher: OrderWatcher, events: WatchEvent[]): Promise<void> {
    const { orderId, arn, end } = watcher;
    if (arn === undefined) return;
    const isReadDue = this.#isReadDue(watcher, arn);
    const isEndIncomplete = end !== undefined && end.activeMs === undefined;
    // An order that moves into focus reports its known events at once.
    if (!isReadDue && !isEndIncomplete && arn === this.#lastArn) return;
    this.#lastArn = arn;
    if (isReadDue) await this.#read(arn);
    const hasEnded = end !== undefined && end.ending !== 'reached';
    if (hasEnded && this.#isSingle) await this.#readToEnd(arn);
    const newEvents = this.#reader
      .takeNewEvents({ orderId, arn })
      .filter((event) => !isPauseEvent(event) || watcher.pause.apply(event));
    const limit = end?.ending === 'reached' ? end.ts : undefined;
    insertByTime(
      events,
      limit ? newEvents.filter((event) => eventTime(event) <= limit) : newEvents,
    );
    if (hasEnded) watcher.end = this.#withActivity(end, arn, newEvents);
  }

  #isReadDue({ end, isWaiting, pause }: OrderWatcher, arn: string): boolean {
    // Skip the history read during a wait whose end is known. Read again once that time has passed.
    const { endsAt = 0 } = this.#reader.activity(arn)?.wait ?? {};
    if (!end && isWaiting && endsAt > Date.now() && !pause.hasChanged) return false;
    // Skip it during a pause, too, until the execution or the order shows that the pause has ended.
    if (!end && pause.isSettled) return false;
    return this.#reader.isDue(arn) || (end !== undefined && !this.#reader.isClosed(arn));
  }

  /**
   * Waits for the rate limiter before the first read of a single order, so that past events are reported in order.
   */
  async #read(arn: string): Promise<void> {
    const waits = this.#isSingle && !this.#reader.hasRead(arn);
    await unlessAborted(this.#signal, this.#reader.read(arn, { waits }));
  }

  /** Reads until the end of the execution is in the history, at most `maxFinalReads` times. */
  async #readToEnd(arn: string): Promise<void> {
    for (let reads = 1; reads < maxFinalReads && !this.#reader.isClosed(arn); reads++) {
      await unlessAborted(this.#signal, sleep(this.#target.pollMs * reads));
      await unlessAborted(this.#signal, this.#reader.read(arn, { waits: true }));
    }
  }

  /** Adds times, invocations and attempts of the execution to the end of its order, once the execution has ended. */
  #withActivity(end: EndEvent, arn: string, newEvents: readonly WatchEvent[]): EndEvent {
    const activity = this.#reader.hasEnded(arn) ? this.#reader.activity(arn) : undefined;
    if (!activity) return end;
    const { activeMs, waitingMs: waitMs, invocations, attempts } = activity;
    const ts = [end.ts, ...newEvents.map(eventTime)].sort().at(-1) ?? end.ts;
    // The execution starts before the order's item exists: it may have been queued.
    const elapsedMs = Math.max(end.elapsedMs, activeMs + waitMs);
    return { ...end, ts, elapsedMs, activeMs, waitMs, invocations, attempts };
  }
}

/** Returns the time of an event (RFC 3339), or an empty text for an event of the views. */
const eventTime = (event: WatchEvent) => ('ts' in event ? event.ts : '');
/** Sorts after every time. */
const noTime = '9';

/**
 * Inserts `newEvents` into `events`, both ordered by time. The failure of a step precedes the status that it caused.
 */
function insertByTime(events: WatchEvent[], newEvents: readonly WatchEvent[]): void {
  const sortKey = (event: WatchEvent | undefined) => (event && eventTime(event)) || noTime;
  let index = 0;
  for (const event of newEvents) {
    while (index < events.length && sortKey(events[index]) < sortKey(event)) index += 1;
    events.splice(index, 0, event);
    index += 1;
  }
}
