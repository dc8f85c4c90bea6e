import type { Store } from '../store/store.ts';

/** How Lambda handles asynchronous invocations of a function with a qualifier. Absent settings have Lambda's defaults. */
export interface EventInvokeConfig {
  /** Retries after a failed attempt. */
  readonly retryAttempts?: number | undefined;
  /** Age at which an event is discarded (seconds). */
  readonly maxAgeSeconds?: number | undefined;
}

export interface StoredEventInvokeConfig extends EventInvokeConfig {
  readonly qualifier: string;
  /** Time of the last change (epoch ms). */
  readonly modified: number;
}

/** Event invoke configurations of functions, by the version or alias that callers name. */
export class EventInvokeConfigs {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(
      `create table if not exists lambda_event_invoke_configs (
         name text not null, qualifier text not null, attempts integer, age integer, modified real not null,
         primary key (name, qualifier)) without rowid`,
    );
  }

  find(name: string, qualifier: string): StoredEventInvokeConfig | undefined {
    return this.list(name).find((config) => config.qualifier === qualifier);
  }

  /** Returns all configurations of a function, ordered by qualifier. */
  list(name: string): StoredEventInvokeConfig[] {
    const rows = this.#store
      .sql('select * from lambda_event_invoke_configs where name = ? order by qualifier')
      .all(name);
    return rows.map(({ qualifier, attempts, age, modified }) => ({
      qualifier: String(qualifier),
      retryAttempts: attempts === null ? undefined : Number(attempts),
      maxAgeSeconds: age === null ? undefined : Number(age),
      modified: Number(modified),
    }));
  }

  put(name: string, qualifier: string, config: EventInvokeConfig): void {
    const { retryAttempts = null, maxAgeSeconds = null } = config;
    this.#store.transact(() =>
      this.#store
        .sql('insert or replace into lambda_event_invoke_configs values (?, ?, ?, ?, ?)')
        .run(name, qualifier, retryAttempts, maxAgeSeconds, Date.now()),
    );
  }

  /** Removes the configuration for a qualifier, or all of a function. */
  remove(name: string, qualifier?: string): void {
    this.#store.transact(() =>
      this.#store
        .sql(
          'delete from lambda_event_invoke_configs where name = ?1 and (?2 is null or qualifier = ?2)',
        )
        .run(name, qualifier ?? null),
    );
  }
}
