import type { Store } from '../store/store.ts';

/** An event for one target. */
export interface Delivery {
  readonly id: number;
  /** Name of the rule. */
  readonly rule: string;
  readonly target: string;
  readonly event: string;
}

/** Delay before the next attempt for a target that cannot be reached (ms). EventBridge retries for a day. */
const retryMs = 5_000;

/**
 * Pending deliveries of events. Each is written in the transaction that emits its event and kept until its target has accepted it.
 * Deliveries are made at least once and in order, also across a restart.
 */
export class Outbox {
  readonly #store: Store;
  #deliverOne: ((delivery: Delivery) => Promise<void>) | undefined;
  #retry: NodeJS.Timeout | undefined;
  #delivering = false;

  constructor(store: Store) {
    this.#store = store;
    store.schema(`
      create table if not exists event_deliveries (
        id integer primary key autoincrement, rule text not null, target text not null, event text not null)`);
  }

  add(deliveries: readonly Pick<Delivery, 'rule' | 'target'>[], event: string): void {
    this.#store.transact(() => {
      const insert = this.#store.sql(
        'insert into event_deliveries (rule, target, event) values (?, ?, ?)',
      );
      for (const { rule, target } of deliveries) insert.run(rule, target, event);
    });
    this.#store.committed().then(
      () => void this.#deliver(),
      () => undefined,
    );
  }

  /** Starts to deliver with `deliver`, which throws if the delivery should be retried. */
  deliverWith(deliver: (delivery: Delivery) => Promise<void>): void {
    this.#deliverOne = deliver;
    void this.#deliver();
  }

  close(): void {
    this.#deliverOne = undefined;
    clearTimeout(this.#retry);
  }

  async #deliver(): Promise<void> {
    if (this.#delivering) return;
    this.#delivering = true;
    clearTimeout(this.#retry);
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        await this.#deliverOne?.(next);
        const { id } = next;
        this.#store.transact(() =>
          this.#store.sql('delete from event_deliveries where id = ?').run(id),
        );
        await this.#store.committed();
      }
    } catch {
      this.#scheduleRetry();
    } finally {
      this.#delivering = false;
    }
  }

  #scheduleRetry(): void {
    if (!this.#deliverOne) return;
    this.#retry = setTimeout(() => void this.#deliver(), retryMs);
    this.#retry.unref();
  }

  #next(): Delivery | undefined {
    if (!this.#deliverOne) return undefined;
    return this.#store.sql('select * from event_deliveries order by id limit 1').get() as
      | Delivery
      | undefined;
  }
}
