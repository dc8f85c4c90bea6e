import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import type { FunctionSettings } from '../service-interfaces.ts';
import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';
import { account, partition } from '../wire/http.ts';
import type { Code } from './handler-process.ts';

/** A function at a version, as it was put or published. */
export interface FunctionVersion extends Code {
  readonly sha: string;
  readonly size: number;
  /** Wall clock, epoch ms. */
  readonly modified: number;
  readonly description: string;
  /** Its function is deleted once its executions have ended. */
  readonly deleting: boolean;
}

export interface Alias {
  readonly name: string;
  readonly version: string;
  readonly description: string;
}

interface Row {
  name: string;
  version: string;
  settings: string;
  sha: string;
  size: number;
  modified: number;
  description: string;
}

const tables = `
  create table if not exists lambda_code (sha text primary key, zip blob not null);
  create table if not exists lambda_functions (
    name text not null, version text not null, settings text not null, sha text not null, size integer not null,
    modified integer not null, description text not null, primary key (name, version)) without rowid;
  create table if not exists lambda_aliases (
    name text not null, alias text not null, version text not null, primary key (name, alias)) without rowid;
  create table if not exists lambda_alias_descriptions (
    name text not null, alias text not null, description text not null, primary key (name, alias)) without rowid;
  create table if not exists lambda_deleting (name text primary key) without rowid;
`;

/** Functions, their immutable versions and aliases, in the store. */
export class FunctionRegistry {
  readonly #store: Store;
  readonly #directory: string;
  readonly #cache = new Map<string, FunctionVersion>();

  constructor(store: Store, directory: string) {
    this.#store = store;
    this.#directory = directory;
    store.schema(tables);
  }

  put({ code, ...settings }: FunctionSettings): void {
    const sha = createHash('sha256').update(code).digest('hex');
    this.#store.transact(() => {
      this.#store.sql('insert or ignore into lambda_code values (?, ?)').run(sha, code);
      this.#insert({
        name: settings.name,
        version: '$LATEST',
        settings: JSON.stringify(settings),
        sha,
        size: code.length,
        modified: Date.now(),
        description: settings.description,
      });
    });
  }

  publish(name: string, description?: string): string {
    const latest = this.#row(name, '$LATEST');
    if (!latest) throw notFound(this.arn(name));
    const newest = this.#rows(name).at(-1);
    if (newest && newest.version !== '$LATEST') {
      if (newest.sha === latest.sha && newest.settings === latest.settings) return newest.version;
    }
    const version = String(newest && newest.version !== '$LATEST' ? Number(newest.version) + 1 : 1);
    const row = { ...latest, version, description: description ?? latest.description };
    this.#store.transact(() => this.#insert(row));
    return version;
  }

  /** Changes `$LATEST`'s settings and leaves its code. */
  configure(settings: FunctionVersion['settings']): void {
    const latest = this.#row(settings.name, '$LATEST');
    if (!latest) throw notFound(this.arn(settings.name));
    const { description } = settings;
    const row = {
      ...latest,
      settings: JSON.stringify(settings),
      modified: Date.now(),
      description,
    };
    this.#store.transact(() => this.#insert(row));
  }

  alias(functionName: string, { name, version, description }: Alias): void {
    this.#store.transact(() => {
      this.#store
        .sql('insert or replace into lambda_aliases values (?, ?, ?)')
        .run(functionName, name, version);
      this.#store
        .sql('insert or replace into lambda_alias_descriptions values (?, ?, ?)')
        .run(functionName, name, description);
    });
  }

  removeAlias(name: string, alias: string): void {
    this.#store.transact(() =>
      this.#store.sql('delete from lambda_aliases where name = ? and alias = ?').run(name, alias),
    );
  }

  removeVersion(name: string, version: string): void {
    this.#cache.clear();
    this.#store.transact(() =>
      this.#store
        .sql('delete from lambda_functions where name = ? and version = ?')
        .run(name, version),
    );
  }

  /** From now on the function takes nothing new. */
  markDeleting(name: string): void {
    this.#cache.clear();
    this.#store.transact(() =>
      this.#store.sql('insert or ignore into lambda_deleting values (?)').run(name),
    );
  }

  isDeleting(name: string): boolean {
    return this.#store.sql('select 1 from lambda_deleting where name = ?').get(name) !== undefined;
  }

  remove(name: string): void {
    this.#cache.clear();
    this.#store.transact(() => {
      this.#store.sql('delete from lambda_functions where name = ?').run(name);
      for (const table of ['lambda_aliases', 'lambda_alias_descriptions', 'lambda_deleting']) {
        this.#store.sql(`delete from ${table} where name = ?`).run(name);
      }
    });
  }

  arn(name: string, qualifier?: string): string {
    const arn = `arn:${partition}:lambda:us-east-2:${account}:function:${name}`;
    return qualifier ? `${arn}:${qualifier}` : arn;
  }

  /** Throws ResourceNotFoundException when there is none. */
  resolve(name: string, qualifier = '$LATEST'): FunctionVersion {
    const version = /^(\$LATEST|\d+)$/.test(qualifier)
      ? qualifier
      : this.aliases(name).find((each) => each.name === qualifier)?.version;
    const key = `${name}:${version}`;
    const cached = this.#cache.get(key);
    if (cached) return cached;
    const row = version && this.#row(name, version);
    if (!row) throw notFound(this.arn(name, qualifier === '$LATEST' ? undefined : qualifier));
    const found = this.#version(row);
    this.#cache.set(key, found);
    return found;
  }

  /** `$LATEST` first, then in the order of their numbers. */
  versions(name: string): FunctionVersion[] {
    return this.#rows(name).map((row) => this.#version(row));
  }

  aliases(name: string): Alias[] {
    const rows = this.#store
      .sql(
        `select a.alias as name, version, coalesce(description, '') as description from lambda_aliases a
           left join lambda_alias_descriptions d on d.name = a.name and d.alias = a.alias
           where a.name = ? order by a.alias`,
      )
      .all(name);
    return rows as unknown as Alias[];
  }

  names(): string[] {
    const rows = this.#store.sql('select distinct name from lambda_functions order by name').all();
    return rows.map((row) => String(row['name']));
  }

  #rows(name: string): Row[] {
    return this.#store
      .sql('select * from lambda_functions where name = ? order by cast(version as integer)')
      .all(name) as unknown as Row[];
  }

  #row(name: string, version: string): Row | undefined {
    return this.#store
      .sql('select * from lambda_functions where name = ? and version = ?')
      .get(name, version) as Row | undefined;
  }

  #insert(row: Row): void {
    this.#cache.clear();
    this.#store
      .sql('insert or replace into lambda_functions values (?, ?, ?, ?, ?, ?, ?)')
      .run(row.name, row.version, row.settings, row.sha, row.size, row.modified, row.description);
  }

  #version(row: Row): FunctionVersion {
    return {
      settings: JSON.parse(row.settings) as FunctionVersion['settings'],
      version: row.version,
      arn: this.arn(row.name, row.version),
      revision: createHash('sha256')
        .update(row.sha + row.settings)
        .digest('hex'),
      sha: row.sha,
      size: row.size,
      modified: row.modified,
      description: row.description,
      deleting: this.isDeleting(row.name),
      root: () => this.#unzip(row.sha),
    };
  }

  #unzip(sha: string): string {
    const root = join(this.#directory, 'code', sha);
    if (existsSync(root)) return root;
    const row = this.#store.sql('select zip from lambda_code where sha = ?').get(sha);
    const partial = `${root}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    for (const [path, bytes] of Object.entries(unzipSync(row?.['zip'] as Uint8Array))) {
      const target = join(partial, path);
      if (path.endsWith('/') || !target.startsWith(partial)) continue;
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes);
    }
    renameSync(partial, root);
    return root;
  }
}

function notFound(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404 });
}
