import { randomInt } from 'node:crypto';
import type { Store } from '../../store/store.ts';

/** Settings of cross-origin requests. Absent settings have Lambda's defaults. */
export interface Cors {
  readonly AllowCredentials?: boolean;
  readonly AllowHeaders?: readonly string[];
  readonly AllowMethods?: readonly string[];
  readonly AllowOrigins?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  /** Time for which a browser keeps the response to a preflight request (seconds). */
  readonly MaxAge?: number;
}

export interface FunctionUrlSettings {
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly cors?: Cors | undefined;
}

/** The address of a function, or of one of its aliases. */
export interface FunctionUrl extends FunctionUrlSettings {
  /** First label of the host name. */
  readonly id: string;
  /** Name of the function. */
  readonly name: string;
  /** Absent for the function itself. */
  readonly alias?: string | undefined;
  /** Epoch ms. */
  readonly created: number;
  readonly modified: number;
}

const idCharacters = 'abcdefghijklmnopqrstuvwxyz234567';
const idLength = 32;

/** Function URLs in the store. */
export class FunctionUrls {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(
      `create table if not exists lambda_urls (
         name text not null, alias text not null, id text not null unique, auth text not null, cors text,
         created real not null, modified real not null, primary key (name, alias)) without rowid`,
    );
  }

  /** Returns the URL of a function, or of one of its aliases. */
  find(name: string, alias?: string): FunctionUrl | undefined {
    return this.list(name).find((url) => url.alias === alias);
  }

  findById(id: string): FunctionUrl | undefined {
    const row = this.#store.sql('select * from lambda_urls where id = ?').get(id);
    return row && toFunctionUrl(row);
  }

  /** Returns the URLs of a function and of its aliases, that of the function first. */
  list(name: string): FunctionUrl[] {
    return this.#store
      .sql('select * from lambda_urls where name = ? order by alias')
      .all(name)
      .map(toFunctionUrl);
  }

  /** Creates a URL, which gets a new id, or changes the settings of the one that exists. */
  put(name: string, alias: string | undefined, { authType, cors }: FunctionUrlSettings): void {
    const now = Date.now();
    const { id = createId(), created = now } = this.find(name, alias) ?? {};
    this.#store.transact(() =>
      this.#store
        .sql('insert or replace into lambda_urls values (?, ?, ?, ?, ?, ?, ?)')
        .run(name, alias ?? '', id, authType, cors ? JSON.stringify(cors) : null, created, now),
    );
  }

  remove(name: string, alias?: string): void {
    this.#store.transact(() =>
      this.#store
        .sql('delete from lambda_urls where name = ? and alias = ?')
        .run(name, alias ?? ''),
    );
  }

  /** Removes the URLs of a function and of its aliases. */
  removeAll(name: string): void {
    this.#store.transact(() => this.#store.sql('delete from lambda_urls where name = ?').run(name));
  }
}

function createId(): string {
  return Array.from({ length: idLength }, () => idCharacters[randomInt(idCharacters.length)]).join(
    '',
  );
}

function toFunctionUrl(row: Readonly<Record<string, unknown>>): FunctionUrl {
  const { id, name, alias, auth, cors, created, modified } = row;
  return {
    id: String(id),
    name: String(name),
    alias: alias === '' ? undefined : String(alias),
    authType: auth === 'NONE' ? 'NONE' : 'AWS_IAM',
    cors: typeof cors === 'string' ? (JSON.parse(cors) as Cors) : undefined,
    created: Number(created),
    modified: Number(modified),
  };
}
