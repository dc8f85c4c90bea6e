import { createHash } from 'node:crypto';
import { account, partition } from '../shared/account.ts';
import { type RandomFraction, randomFraction } from '../shared/random.ts';
import type { FunctionSettings, PublishedVersion } from '../shared/service-interfaces.ts';
import type { Store } from '../store/store.ts';
import type { AwsError } from '../wire/aws-error.ts';
import { CodeDirectory } from './code-directory.ts';
import { notFound } from './errors.ts';
import { type Alias, FunctionAliases } from './function-aliases.ts';
import { type FunctionRow, functionTables } from './function-tables.ts';
import type { FunctionCode } from './handler-process.ts';

/** A version of a function, `$LATEST` included. */
export interface FunctionVersion extends FunctionCode {
  readonly sha: string;
  readonly size: number;
  /** Time of the last change (epoch ms). */
  readonly modified: number;
  readonly description: string;
  /** True if the function will be deleted when its executions have ended. */
  readonly deleting: boolean;
}

/** Functions with their immutable versions and aliases, in the store. */
export class FunctionRegistry {
  readonly #store: Store;
  readonly #code: CodeDirectory;
  readonly #aliases: FunctionAliases;
  readonly #random: RandomFraction;
  readonly #cache = new Map<string, FunctionVersion>();

  /** `stateDirectory`: folder of the runtime's state. `random` chooses between the versions of an alias. */
  constructor(store: Store, stateDirectory: string, random: RandomFraction = randomFraction) {
    this.#store = store;
    this.#code = new CodeDirectory(stateDirectory);
    this.#random = random;
    store.schema(functionTables);
    this.#aliases = new FunctionAliases(store);
  }

  /** Removes the unpacked code of all functions. */
  close(): void {
    this.#code.remove();
  }

  /** Creates or replaces `$LATEST`. */
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

  /**
   * Publishes `$LATEST` as a new version. Returns the newest version if code and settings have not changed since; another
   * `description` is no change. Throws ResourceNotFoundException if there is no such function.
   */
  publish(name: string, description?: string): PublishedVersion {
    const latest = this.#row(name, '$LATEST');
    if (!latest) throw this.#notFound(name);
    const newest = this.#rows(name).at(-1);
    if (newest && newest.version !== '$LATEST') {
      if (newest.sha === latest.sha && newest.settings === latest.settings) {
        return { version: newest.version, isNew: false };
      }
    }
    const version = String(newest && newest.version !== '$LATEST' ? Number(newest.version) + 1 : 1);
    const row = { ...latest, version, description: description ?? latest.description };
    this.#store.transact(() => this.#insert(row));
    return { version, isNew: true };
  }

  /** Replaces the settings of `$LATEST` and keeps its code. Throws ResourceNotFoundException if there is no such function. */
  configure(settings: FunctionVersion['settings']): void {
    const latest = this.#row(settings.name, '$LATEST');
    if (!latest) throw this.#notFound(settings.name);
    const { description } = settings;
    const row = {
      ...latest,
      settings: JSON.stringify(settings),
      modified: Date.now(),
      description,
    };
    this.#store.transact(() => this.#insert(row));
  }

  /** Creates or replaces an alias. */
  alias(functionName: string, alias: Alias): void {
    this.#aliases.put(functionName, alias);
  }

  removeAlias(name: string, alias: string): void {
    this.#aliases.remove(name, alias);
  }

  removeVersion(name: string, version: string): void {
    this.#cache.clear();
    this.#store.transact(() =>
      this.#store
        .sql('delete from lambda_functions where name = ? and version = ?')
        .run(name, version),
    );
  }

  /** Marks a function as being deleted: it accepts no new invocations. */
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
      this.#aliases.removeAll(name);
      for (const table of ['lambda_tags', 'lambda_deleting']) {
        this.#store.sql(`delete from ${table} where name = ?`).run(name);
      }
    });
  }

  arn(name: string, qualifier?: string): string {
    const arn = `arn:${partition}:lambda:us-east-2:${account}:function:${name}`;
    return qualifier ? `${arn}:${qualifier}` : arn;
  }

  /**
   * Returns the version that a new invocation runs: an alias with two versions chooses one at random by its weights. Throws
   * ResourceNotFoundException if there is none. https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
   */
  choose(name: string, qualifier?: string): FunctionVersion {
    const alias = this.aliases(name).find((candidate) => candidate.name === qualifier);
    const isAdditional = alias?.additional && this.#random() < alias.additional.weight;
    return this.resolve(name, isAdditional ? alias.additional.version : qualifier);
  }

  /** Returns the version that a qualifier names, the main version of an alias. Throws ResourceNotFoundException if there is none. */
  resolve(name: string, qualifier = '$LATEST'): FunctionVersion {
    const version = /^(\$LATEST|\d+)$/.test(qualifier)
      ? qualifier
      : this.aliases(name).find((candidate) => candidate.name === qualifier)?.version;
    const key = `${name}:${version}`;
    const cached = this.#cache.get(key);
    if (cached) return cached;
    const row = version && this.#row(name, version);
    if (!row) throw this.#notFound(name, qualifier);
    const found = this.#version(row);
    this.#cache.set(key, found);
    return found;
  }

  /**
   * Returns the versions that a qualifier names: two if it is an alias with two versions. Throws ResourceNotFoundException if there is
   * none.
   */
  findVersions(name: string, qualifier: string): readonly string[] {
    const { version } = this.resolve(name, qualifier);
    const alias = this.aliases(name).find((candidate) => candidate.name === qualifier);
    return alias?.additional ? [version, alias.additional.version] : [version];
  }

  /** Returns all versions: `$LATEST` first, then by number. */
  versions(name: string): FunctionVersion[] {
    return this.#rows(name).map((row) => this.#version(row));
  }

  aliases(name: string): Alias[] {
    return this.#aliases.list(name);
  }

  names(): string[] {
    const rows = this.#store.sql('select distinct name from lambda_functions order by name').all();
    return rows.map((row) => String(row['name']));
  }

  #rows(name: string): FunctionRow[] {
    return this.#store
      .sql('select * from lambda_functions where name = ? order by cast(version as integer)')
      .all(name) as unknown as FunctionRow[];
  }

  #row(name: string, version: string): FunctionRow | undefined {
    return this.#store
      .sql('select * from lambda_functions where name = ? and version = ?')
      .get(name, version) as FunctionRow | undefined;
  }

  #insert(row: FunctionRow): void {
    this.#cache.clear();
    this.#store
      .sql('insert or replace into lambda_functions values (?, ?, ?, ?, ?, ?, ?)')
      .run(row.name, row.version, row.settings, row.sha, row.size, row.modified, row.description);
  }

  #version(row: FunctionRow): FunctionVersion {
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
      root: () => this.#unpack(row.sha),
    };
  }

  #unpack(sha: string): string {
    return this.#code.unpack(sha, () => {
      const row = this.#store.sql('select zip from lambda_code where sha = ?').get(sha);
      return row?.['zip'] as Uint8Array;
    });
  }

  #notFound(name: string, qualifier = '$LATEST'): AwsError {
    const arn = this.arn(name, qualifier === '$LATEST' ? undefined : qualifier);
    return notFound(`Function not found: ${arn}`);
  }
}
