import type { Store } from '../store/store.ts';

export interface Row {
  readonly name: string;
  readonly type: 'String' | 'StringList' | 'SecureString';
  /** Of a SecureString, sealed. */
  readonly value: string;
  readonly version: number;
  /** Wall clock, epoch seconds. */
  readonly modified: number;
}

/** The parameters in the store, each in its newest version. */
export class ParameterRows {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(
      `create table if not exists parameters (name text primary key, type text not null, value text not null,
         version integer not null, modified real not null) without rowid`,
    );
  }

  find(name: string): Row | undefined {
    const row = this.#store.sql('select * from parameters where name = ?').get(name);
    return row as unknown as Row | undefined;
  }

  put({ name, type, value, version, modified }: Row): void {
    const text =
      'insert or replace into parameters (name, type, value, version, modified) values (?, ?, ?, ?, ?)';
    this.#store.transact(() => this.#store.sql(text).run(name, type, value, version, modified));
  }

  /** Whether there was one. */
  remove(name: string): boolean {
    const text = 'delete from parameters where name = ?';
    return this.#store.transact(() => this.#store.sql(text).run(name)).changes > 0;
  }
}
