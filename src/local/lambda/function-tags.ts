import type { Store } from '../store/store.ts';

type Tags = Readonly<Record<string, string>>;

/** Tags of functions. All versions of a function share them. */
export class FunctionTags {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Returns the tags of a function by key. */
  read(name: string): Tags {
    const rows = this.#store.sql('select key, value from lambda_tags where name = ?').all(name);
    return Object.fromEntries(rows.map(({ key, value }) => [String(key), String(value)]));
  }

  /** Adds tags to a function, or changes their values. */
  add(name: string, tags: Tags): void {
    this.#store.transact(() => {
      for (const [key, value] of Object.entries(tags)) {
        this.#store
          .sql('insert or replace into lambda_tags values (?, ?, ?)')
          .run(name, key, value);
      }
    });
  }

  remove(name: string, keys: readonly string[]): void {
    this.#store.transact(() => {
      for (const key of keys) {
        this.#store.sql('delete from lambda_tags where name = ? and key = ?').run(name, key);
      }
    });
  }

  replace(name: string, tags: Tags): void {
    this.remove(name, Object.keys(this.read(name)));
    this.add(name, tags);
  }
}
