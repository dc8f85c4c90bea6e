import type { Store } from '../../store/store.ts';

/** Executions that were started and wait for room for their first invocation, in the order of their start. A crash loses none. */
export class WaitingStarts {
  readonly #store: Store;
  readonly #ids: Set<string>;

  constructor(store: Store) {
    this.#store = store;
    store.schema('create table if not exists lambda_starts (execution text primary key)');
    const rows = store.sql('select execution from lambda_starts order by rowid').all();
    this.#ids = new Set(rows.map((row) => String(row['execution'])));
  }

  isEmpty(): boolean {
    return this.#ids.size === 0;
  }

  ids(): readonly string[] {
    return [...this.#ids];
  }

  /** Must be called within a transaction. */
  add(id: string): void {
    this.#ids.add(id);
    this.#store.sql('insert into lambda_starts values (?)').run(id);
  }

  /** Removes the first execution and returns its id; undefined if none waits. Must be called within a transaction. */
  take(): string | undefined {
    const [id] = this.#ids;
    if (id === undefined) return undefined;
    this.#ids.delete(id);
    this.#store.sql('delete from lambda_starts where execution = ?').run(id);
    return id;
  }
}
