import type { Store } from '../store/store.ts';

/** A second version of an alias, with its share of the invocations (0 to 1). */
export interface AdditionalVersion {
  readonly version: string;
  readonly weight: number;
}

export interface Alias {
  readonly name: string;
  /** The main version: it gets the invocations that the additional version does not get. */
  readonly version: string;
  readonly description: string;
  readonly additional?: AdditionalVersion;
}

const tables = ['lambda_aliases', 'lambda_alias_descriptions', 'lambda_alias_weights'] as const;

/** The aliases of functions, in the store. */
export class FunctionAliases {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Creates or replaces an alias. */
  put(functionName: string, { name, version, description, additional }: Alias): void {
    this.#store.transact(() => {
      this.remove(functionName, name);
      this.#store
        .sql('insert into lambda_aliases values (?, ?, ?)')
        .run(functionName, name, version);
      this.#store
        .sql('insert into lambda_alias_descriptions values (?, ?, ?)')
        .run(functionName, name, description);
      if (!additional) return;
      this.#store
        .sql('insert into lambda_alias_weights values (?, ?, ?, ?)')
        .run(functionName, name, additional.version, additional.weight);
    });
  }

  /** Returns the aliases of a function by name. */
  list(functionName: string): Alias[] {
    const rows = this.#store
      .sql(
        `select a.alias as name, a.version, coalesce(description, '') as description,
             w.version as additionalVersion, weight
           from lambda_aliases a
           left join lambda_alias_descriptions d on d.name = a.name and d.alias = a.alias
           left join lambda_alias_weights w on w.name = a.name and w.alias = a.alias
           where a.name = ? order by a.alias`,
      )
      .all(functionName);
    return rows.map(({ name, version, description, additionalVersion, weight }) => ({
      name: String(name),
      version: String(version),
      description: String(description),
      ...(additionalVersion === null
        ? {}
        : { additional: { version: String(additionalVersion), weight: Number(weight) } }),
    }));
  }

  remove(functionName: string, alias: string): void {
    this.#store.transact(() => {
      for (const table of tables) {
        this.#store
          .sql(`delete from ${table} where name = ? and alias = ?`)
          .run(functionName, alias);
      }
    });
  }

  removeAll(functionName: string): void {
    this.#store.transact(() => {
      for (const table of tables) {
        this.#store.sql(`delete from ${table} where name = ?`).run(functionName);
      }
    });
  }
}
