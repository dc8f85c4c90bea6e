import type { Store } from '../store/store.ts';

export interface StoredParameter {
  readonly name: string;
  readonly type: 'String' | 'StringList' | 'SecureString';
  /** Encrypted for a SecureString. */
  readonly value: string;
  readonly version: number;
  /** Wall clock, epoch seconds. */
  readonly modified: number;
}

/** Maximum number of versions of a parameter. The oldest is deleted when there are more. */
const maxVersions = 100;

/** Stores the versions of every parameter. The newest one has a table of its own: earlier stores have only that. */
export class ParameterRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(
      `create table if not exists parameters (name text primary key, type text not null, value text not null,
         version integer not null, modified real not null) without rowid;
       create table if not exists parameter_versions (name text not null, version integer not null, type text not null,
         value text not null, modified real not null, primary key (name, version)) without rowid`,
    );
  }

  /** Returns one version of a parameter, by default the newest; undefined if it does not exist. */
  find(name: string, version?: number): StoredParameter | undefined {
    const row = this.#store.sql('select * from parameters where name = ?').get(name);
    const newest = row as unknown as StoredParameter | undefined;
    if (!newest || version === undefined || version === newest.version) return newest;
    const text = 'select * from parameter_versions where name = ? and version = ?';
    return this.#store.sql(text).get(name, version) as unknown as StoredParameter | undefined;
  }

  /** Adds a version, which becomes the newest. */
  put({ name, type, value, version, modified }: StoredParameter): void {
    const text =
      'insert or replace into parameters (name, type, value, version, modified) values (?, ?, ?, ?, ?)';
    const before = this.find(name);
    this.#store.transact(() => {
      if (before) this.#archive(before);
      this.#store.sql(text).run(name, type, value, version, modified);
    });
  }

  /** Removes a parameter and reports whether it existed. */
  remove(name: string): boolean {
    return this.#store.transact(() => {
      this.#store.sql('delete from parameter_versions where name = ?').run(name);
      return this.#store.sql('delete from parameters where name = ?').run(name).changes > 0;
    });
  }

  #archive({ name, version, type, value, modified }: StoredParameter): void {
    this.#store
      .sql(
        'insert or replace into parameter_versions (name, version, type, value, modified) values (?, ?, ?, ?, ?)',
      )
      .run(name, version, type, value, modified);
    this.#store
      .sql('delete from parameter_versions where name = ? and version <= ?')
      .run(name, version + 1 - maxVersions);
  }
}
