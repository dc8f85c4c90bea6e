import type { Store } from '../store/store.ts';
import type { Fields } from './template.ts';

export interface ResourceState {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly attributes: Fields;
  /** As they were applied, intrinsics resolved. */
  readonly properties: Fields;
  readonly deletionPolicy: string;
  readonly replacePolicy: string;
  readonly status: string;
  readonly updated: number;
}

export interface StackState {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly created: number;
  status: string;
  reason?: string | undefined;
  updated?: number;
  deleted?: number;
  template: string;
  parameters: Record<string, string>;
  capabilities: string[];
  /** In the order in which they were made. */
  resources: ResourceState[];
  outputs: { key: string; value: string; description?: string; exportName?: string }[];
  tags: { key: string; value: string }[];
  /** The exports of other stacks that it uses. */
  imports?: string[];
}

export interface ResourceChange {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  readonly replacement?: 'True' | 'False';
  /** What becomes of a resource that is removed or replaced. */
  readonly policy?: 'Delete' | 'Retain' | 'ReplaceAndDelete' | 'ReplaceAndRetain';
  readonly details?: readonly {
    readonly name: string;
    readonly before: string | undefined;
    readonly after: string | undefined;
    readonly recreates: boolean;
  }[];
}

export interface ChangeSetState {
  readonly id: string;
  readonly name: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly created: number;
  readonly template: string;
  readonly parameters: Record<string, string>;
  readonly capabilities: string[];
  readonly tags: { key: string; value: string }[];
  readonly onFailure: string;
  readonly changes: ResourceChange[];
  status: string;
  reason?: string;
  execution: string;
}

export interface StackEvent {
  readonly id: string;
  readonly time: number;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

const tables = `
  create table if not exists cfn_stacks (
    id text primary key, name text not null, seq integer not null, gone integer not null, state text not null);
  create table if not exists cfn_events (
    seq integer primary key autoincrement, stack text not null, event text not null);
  create index if not exists cfn_events_of_stack on cfn_events (stack, seq);
  create table if not exists cfn_change_sets (
    id text primary key, name text not null, stack text not null, state text not null);
`;

/** Stacks, their events and change sets in the store. */
export class StackRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(tables);
  }

  /** By id, also when deleted; by name only while it exists. */
  find(nameOrId: string): StackState | undefined {
    const row = this.#store
      .sql('select state from cfn_stacks where id = ?1 or (name = ?1 and gone = 0)')
      .get(nameOrId) as { state: string } | undefined;
    return row && (JSON.parse(row.state) as StackState);
  }

  all(): StackState[] {
    const rows = this.#store.sql('select state from cfn_stacks order by seq desc').all();
    return rows.map((row) => JSON.parse(String(row['state'])) as StackState);
  }

  /** The exports of all stacks in a region but one, with the stack that each comes from. */
  exports(region: string, but: string): Map<string, { value: string; stack: string }> {
    const others = this.all().filter((stack) => stack.region === region && stack.id !== but);
    return new Map(
      others
        .filter(({ status }) => status !== 'DELETE_COMPLETE')
        .flatMap(({ name, outputs }) =>
          outputs.flatMap(({ exportName, value }) =>
            exportName ? [[exportName, { value, stack: name }] as const] : [],
          ),
        ),
    );
  }

  /** The stacks that use an export. */
  importers(exportName: string): string[] {
    const open = this.all().filter(({ status }) => status !== 'DELETE_COMPLETE');
    return open.filter(({ imports }) => imports?.includes(exportName)).map(({ name }) => name);
  }

  save(stack: StackState): void {
    const gone = stack.status === 'DELETE_COMPLETE' ? 1 : 0;
    this.#store.transact(() =>
      this.#store
        .sql(
          'insert into cfn_stacks (id, name, seq, gone, state) values (?, ?, ?, ?, ?) ' +
            'on conflict (id) do update set gone = excluded.gone, state = excluded.state',
        )
        .run(stack.id, stack.name, stack.created, gone, JSON.stringify(stack)),
    );
  }

  addEvent(stack: string, event: StackEvent): void {
    this.#store.transact(() =>
      this.#store
        .sql('insert into cfn_events (stack, event) values (?, ?)')
        .run(stack, JSON.stringify(event)),
    );
  }

  /** Newest first. */
  events(stack: string): StackEvent[] {
    return this.#store
      .sql('select event from cfn_events where stack = ? order by seq desc')
      .all(stack)
      .map((row) => JSON.parse(String(row['event'])) as StackEvent);
  }

  changeSet(nameOrId: string, stack: string | undefined): ChangeSetState | undefined {
    const row = this.#store
      .sql('select state from cfn_change_sets where id = ?1 or (name = ?1 and stack = ?2)')
      .get(nameOrId, stack ?? '') as { state: string } | undefined;
    return row && (JSON.parse(row.state) as ChangeSetState);
  }

  saveChangeSet(set: ChangeSetState): void {
    this.#store.transact(() =>
      this.#store
        .sql('insert or replace into cfn_change_sets (id, name, stack, state) values (?, ?, ?, ?)')
        .run(set.id, set.name, set.stackId, JSON.stringify(set)),
    );
  }

  removeChangeSet(id: string): void {
    this.#store.transact(() => this.#store.sql('delete from cfn_change_sets where id = ?').run(id));
  }
}
