import type { Store } from '../store/store.ts';

export interface Delivery {
  readonly id: number;
  readonly target: string;
  readonly event: string;
}

/** A target that cannot be reached is tried again after so long, ms. EventBridge goes on for a day. */
const retryMs = 5_000;

/**
 * What is to be delivered: written in the transaction that it is part of, and kept until it was handed over. At least
 * once, in order, also across a restart.
 */
export class Outbox {
  readonly #store: Store;
  #handOver: ((delivery: Delivery) => Promise<void>) | undefined;
  #retry: NodeJS.Timeout | undefined;
  #delivering = false;

  constructor(store: Store) {
    this.#store = store;
    store.schema(`
      create table if not exists event_deliveries (
        id integer primary key autoincrement, target text not null, event text not null)`);
  }

  add(targets: readonly string[], event: string): void {
    this.#store.transact(() => {
      const insert = this.#store.sql('insert into event_deliveries (target, event) values (?, ?)');
      for (const target of targets) insert.run(target, event);
    });
    this.#store.committed().then(
      () => void this.#deliver(),
      () => undefined,
    );
  }

  /** Delivers with `handOver`, which throws when it is worth another try. */
  start(handOver: (delivery: Delivery) => Promise<void>): void {
    this.#handOver = handOver;
    void this.#deliver();
  }

  close(): void {
    this.#handOver = undefined;
    clearTimeout(this.#retry);
  }

  async #deliver(): Promise<void> {
    if (this.#delivering) return;
    this.#delivering = true;
    clearTimeout(this.#retry);
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        await this.#handOver?.(next);
        const { id } = next;
        this.#store.transact(() =>
          this.#store.sql('delete from event_deliveries where id = ?').run(id),
        );
        await this.#store.committed();
      }
    } catch {
      this.#later();
    } finally {
      this.#delivering = false;
    }
  }

  #later(): void {
    if (!this.#handOver) return;
    this.#retry = setTimeout(() => void this.#deliver(), retryMs);
    this.#retry.unref();
  }

  #next(): Delivery | undefined {
    if (!this.#handOver) return undefined;
    return this.#store.sql('select * from event_deliveries order by id limit 1').get() as
      | Delivery
      | undefined;
  }
}
