import { isTransient, needsSignIn } from '../../aws/errors.ts';
import type { Target } from '../../environment/target.ts';
import { executionEnd, type HistoryEvent } from '../../workflow/history-event.ts';
import { type ExecutionActivity, summarizeActivity } from '../../workflow/work.ts';
import { readPageUnlimited } from '../lookup/history.ts';
import { toHistoryEvent } from '../lookup/to-history-event.ts';
import { executionReadLimiter } from '../requests/rate-limiter.ts';
import type { WatchEvent } from './events.ts';
import { toWatchEvents } from './history-to-events.ts';

/** Minimum time between two reads of the same history (ms). */
const minReadIntervalMs = 1000;

interface ReadHistory {
  readonly events: HistoryEvent[];
  marker: string | undefined;
  readAt: number;
  /** Number of events that were reported. */
  reported: number;
  /** Whether no more events will come: the execution has ended, is gone or may not be read. */
  isClosed: boolean;
  /** Why the history is gone or may not be read. */
  error?: unknown;
}

export interface HistoryTarget {
  readonly orderId: string;
  readonly arn: string;
}

/** Reads the histories of executions incrementally. The quota allows this for the focused order only. */
export class HistoryReader {
  readonly #target: Target;
  readonly #detail: boolean;
  readonly #histories = new Map<string, ReadHistory>();

  constructor(target: Target, { detail }: { readonly detail: boolean }) {
    this.#target = target;
    this.#detail = detail;
  }

  /** Whether the history was ever read. */
  hasRead(arn: string): boolean {
    return this.#histories.has(arn);
  }

  /** Whether the history may have grown and was not read within the last second. */
  isDue(arn: string): boolean {
    const history = this.#histories.get(arn);
    return !history || (!history.isClosed && Date.now() - history.readAt >= minReadIntervalMs);
  }

  /** Whether the history was read up to the end of the execution, or cannot be read. */
  isClosed(arn: string): boolean {
    return this.#histories.get(arn)?.isClosed ?? false;
  }

  /** The events that were read, oldest first. */
  events(arn: string): readonly HistoryEvent[] {
    return this.#histories.get(arn)?.events ?? [];
  }

  /** Why the history cannot be read; undefined if it can. */
  error(arn: string): unknown {
    return this.#histories.get(arn)?.error;
  }

  /** Whether the history contains the end of the execution. */
  hasEnded(arn: string): boolean {
    const last = this.#histories.get(arn)?.events.at(-1);
    return last !== undefined && executionEnd(last) !== undefined;
  }

  /**
   * Reads the new events. Skips the read if the rate limiter has no capacity, unless `waits` is set. A history that
   * cannot be read is no error, because it only adds detail to the events of the item.
   */
  async read(arn: string, { waits }: { readonly waits: boolean }): Promise<void> {
    if (waits) await executionReadLimiter.acquire();
    else if (!executionReadLimiter.tryAcquire()) return;
    const history = this.#histories.get(arn) ?? createHistory();
    this.#histories.set(arn, history);
    try {
      await this.#readNewPages(arn, history);
      history.isClosed = this.hasEnded(arn);
    } catch (error) {
      // Expired credentials are reported by the next poll of the items.
      if (!isTransient(error) && !needsSignIn(error)) {
        history.isClosed = true;
        history.error = error;
      }
    } finally {
      history.readAt = Date.now();
    }
  }

  /** Returns times, invocations and attempts up to now, or undefined before the first read. */
  activity(arn: string): ExecutionActivity | undefined {
    const { timeScale } = this.#target;
    return summarizeActivity(this.events(arn), { now: Date.now(), timeScale });
  }

  /** Returns the events read since the previous call, and the current activity as the last event. */
  takeNewEvents({ orderId, arn }: HistoryTarget): WatchEvent[] {
    const history = this.#histories.get(arn);
    if (!history) return [];
    const { timeScale } = this.#target;
    const events = toWatchEvents(history.events, {
      orderId,
      timeScale,
      detail: this.#detail,
      skip: history.reported,
    });
    history.reported = history.events.length;
    const activity = this.activity(arn);
    return activity ? [...events, { type: 'activity', orderId, activity }] : events;
  }

  /** Reads the last known page again, to which new events are appended, and the pages after it. */
  async #readNewPages(arn: string, history: ReadHistory): Promise<void> {
    for (;;) {
      const { marker } = history;
      const page = await readPageUnlimited(this.#target, arn, { marker, data: true });
      const lastSeq = history.events.at(-1)?.seq ?? -1;
      history.events.push(...page.events.map(toHistoryEvent).filter(({ seq }) => seq > lastSeq));
      if (page.next === undefined) return;
      history.marker = page.next;
      if (!executionReadLimiter.tryAcquire()) return;
    }
  }
}

const createHistory = (): ReadHistory => ({
  events: [],
  marker: undefined,
  readAt: 0,
  reported: 0,
  isClosed: false,
});
