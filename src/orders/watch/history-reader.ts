/** The history of the orders in focus, read little by little: the one thing that is too scarce to be read of every order. */
import { isTransient, needsSignIn } from '../../aws/errors.ts';
import type { Target } from '../../environment/target.ts';
import { endOf, type HistoryEvent } from '../../workflow/history-event.ts';
import { type Work, workOf } from '../../workflow/work.ts';
import { readPageNow, toHistoryEvent } from '../lookup/history.ts';
import { executionReads } from '../requests/rate-limiter.ts';
import type { FollowEvent } from './events.ts';
import { eventsOf } from './history-to-events.ts';

/** A history is read again after so long at the earliest, ms. */
const againMs = 1000;

interface Known {
  events: HistoryEvent[];
  marker: string | undefined;
  readAt: number;
  /** How many events were told. */
  told: number;
  /** Nothing more will come: it is at its end, gone, or may not be read. */
  closed: boolean;
}

export interface InFocus {
  readonly orderId: string;
  readonly arn: string;
}

export class Focus {
  readonly #target: Target;
  readonly #detail: boolean;
  readonly #known = new Map<string, Known>();

  constructor(target: Target, { detail }: { readonly detail: boolean }) {
    this.#target = target;
    this.#detail = detail;
  }

  /** Whether the history was ever read. */
  knows(arn: string): boolean {
    return this.#known.has(arn);
  }

  /** Whether the history may have grown, and was not just read. */
  isDue(arn: string): boolean {
    const known = this.#known.get(arn);
    return !known || (!known.closed && Date.now() - known.readAt >= againMs);
  }

  /** Whether the history was read to the end of the execution, or cannot be. */
  isClosed(arn: string): boolean {
    return this.#known.get(arn)?.closed ?? false;
  }

  /**
   * Reads what is new; if its turn is now, unless it `waits` for that. A history that cannot be read changes nothing; it
   * is an extra.
   */
  async read(arn: string, { waits }: { readonly waits: boolean }): Promise<void> {
    if (waits) await executionReads.turn();
    else if (!executionReads.take()) return;
    const known = this.#known.get(arn) ?? {
      events: [],
      marker: undefined,
      readAt: 0,
      told: 0,
      closed: false,
    };
    this.#known.set(arn, known);
    try {
      let more: boolean;
      do {
        // The last page again and again: what is new is appended to it.
        const page = await readPageNow(this.#target, arn, { marker: known.marker, data: true });
        const last = known.events.at(-1)?.seq ?? -1;
        const fresh = page.events.map(toHistoryEvent).filter(({ seq }) => seq > last);
        known.events.push(...fresh);
        known.marker = page.next ?? known.marker;
        more = page.next !== undefined;
      } while (more && executionReads.take());
      known.closed = this.hasEnded(arn);
    } catch (error) {
      // Of credentials that have expired the next look at the table tells.
      if (!isTransient(error) && !needsSignIn(error)) known.closed = true;
    } finally {
      known.readAt = Date.now();
    }
  }

  /** Whether the history says that the execution has ended. */
  hasEnded(arn: string): boolean {
    const last = this.#known.get(arn)?.events.at(-1);
    return last !== undefined && endOf(last) !== undefined;
  }

  work(arn: string): Work | undefined {
    const { timeScale } = this.#target;
    return workOf(this.#known.get(arn)?.events ?? [], { now: Date.now(), timeScale });
  }

  /** What has happened since the last time. */
  news({ orderId, arn }: InFocus): FollowEvent[] {
    const known = this.#known.get(arn);
    if (!known) return [];
    const { timeScale } = this.#target;
    const detail = this.#detail;
    const told = eventsOf(known.events, { orderId, timeScale, detail, after: known.told });
    known.told = known.events.length;
    const work = this.work(arn);
    return work ? [...told, { type: 'work', orderId, work }] : told;
  }
}
