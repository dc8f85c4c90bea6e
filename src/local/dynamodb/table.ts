import { account, partition } from '../shared/account.ts';
import type { Store } from '../store/store.ts';
import { AwsError } from '../wire/aws-error.ts';

export interface KeySchema {
  readonly hash: string;
  readonly range?: string;
}

export interface Index {
  readonly name: string;
  readonly keys: KeySchema;
  readonly keyNames: readonly string[];
  readonly global: boolean;
  /** The projected attributes, including all keys; undefined for all attributes. */
  readonly include?: readonly string[];
}

/** A table in the form that operations use, derived from the input of CreateTable. */
export interface Table {
  readonly name: string;
  readonly keys: KeySchema;
  readonly keyNames: readonly string[];
  readonly types: Readonly<Record<string, string>>;
  readonly indexes: readonly Index[];
  readonly stored: StoredTable;
}

export interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface IndexInput {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly Projection: {
    readonly ProjectionType?: string;
    readonly NonKeyAttributes?: readonly string[];
  };
  readonly ProvisionedThroughput?: {
    readonly ReadCapacityUnits: number;
    readonly WriteCapacityUnits: number;
  };
}

export interface CreateTableInput {
  readonly TableName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: string;
  }[];
  readonly GlobalSecondaryIndexes?: readonly IndexInput[];
  readonly LocalSecondaryIndexes?: readonly IndexInput[];
  readonly BillingMode?: string;
  readonly ProvisionedThroughput?: {
    readonly ReadCapacityUnits: number;
    readonly WriteCapacityUnits: number;
  };
  readonly TimeToLiveSpecification?: TimeToLive;
  readonly [more: string]: unknown;
}

export interface TimeToLive {
  readonly AttributeName: string;
  readonly Enabled: boolean;
}

export interface StoredTable {
  readonly input: CreateTableInput;
  readonly id: string;
  /** Epoch seconds. */
  readonly created: number;
  readonly timeToLive?: TimeToLive;
}

export function tableArn(name: string, region = 'us-east-2'): string {
  return `arn:${partition}:dynamodb:${region}:${account}:table/${name}`;
}

export interface TableCatalogue {
  find(name: string): Table | undefined;
  /** Returns a table. Throws ResourceNotFoundException if it does not exist. */
  get(name: string | undefined): Table;
  save(stored: StoredTable): void;
  remove(name: string): void;
  names(): string[];
}

/** Opens the catalogue of existing tables in the store. */
export function openCatalogue(store: Store): TableCatalogue {
  store.schema(
    'create table if not exists ddb_tables (name text primary key, definition text not null) without rowid',
  );
  const cache = new Map<string, Table>();
  /** Number of uncommitted changes. While there are any, tables are read from the store: a change may be rolled back. */
  let pendingChanges = 0;
  function find(name: string): Table | undefined {
    const cached = pendingChanges > 0 ? undefined : cache.get(name);
    if (cached) return cached;
    const row = store.sql('select definition from ddb_tables where name = ?').get(name);
    if (!row) return undefined;
    const table = toTable(JSON.parse(row['definition'] as string) as StoredTable);
    if (pendingChanges === 0) cache.set(name, table);
    return table;
  }
  function trackChange(): void {
    cache.clear();
    pendingChanges += 1;
    const onSettled = () => {
      pendingChanges -= 1;
    };
    store.committed().then(onSettled, onSettled);
  }
  return {
    find,
    get(name) {
      const table = find(name?.split('/').at(-1) ?? '');
      if (!table) throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
      return table;
    },
    save(stored) {
      trackChange();
      store
        .sql('insert or replace into ddb_tables (name, definition) values (?, ?)')
        .run(stored.input.TableName, JSON.stringify(stored));
    },
    remove(name) {
      trackChange();
      store.sql('delete from ddb_tables where name = ?').run(name);
    },
    names: () =>
      store
        .sql('select name from ddb_tables order by name')
        .all()
        .map((row) => row['name'] as string),
  };
}

function toTable(stored: StoredTable): Table {
  const { input } = stored;
  const keys = toKeySchema(input.KeySchema);
  const names = listKeyNames(keys);
  const index = (global: boolean) => (from: IndexInput) => toIndex(from, { global, names });
  return {
    name: input.TableName,
    keys,
    keyNames: names,
    types: Object.fromEntries(
      input.AttributeDefinitions.map((entry) => [entry.AttributeName, entry.AttributeType]),
    ),
    indexes: [
      ...(input.GlobalSecondaryIndexes ?? []).map(index(true)),
      ...(input.LocalSecondaryIndexes ?? []).map(index(false)),
    ],
    stored,
  };
}

function toIndex(
  from: IndexInput,
  { global, names }: { global: boolean; names: readonly string[] },
): Index {
  const keys = toKeySchema(from.KeySchema);
  const type = from.Projection.ProjectionType ?? 'ALL';
  const own = listKeyNames(keys);
  const include = [...new Set([...names, ...own, ...(from.Projection.NonKeyAttributes ?? [])])];
  return {
    name: from.IndexName,
    keys,
    keyNames: own,
    global,
    ...(type === 'ALL' ? {} : { include }),
  };
}

function toKeySchema(elements: readonly KeyElement[]): KeySchema {
  const hash = elements.find((element) => element.KeyType === 'HASH')?.AttributeName ?? '';
  const range = elements.find((element) => element.KeyType === 'RANGE')?.AttributeName;
  return range === undefined ? { hash } : { hash, range };
}

function listKeyNames({ hash, range }: KeySchema): string[] {
  return range === undefined ? [hash] : [hash, range];
}
