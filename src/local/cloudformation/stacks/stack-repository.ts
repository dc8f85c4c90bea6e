import type { Store } from '../../store/store.ts';
import type { Fields } from '../templates/template.ts';

export interface ResourceState {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly attributes: Fields;
  /** The applied properties with intrinsics resolved. */
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
  /** In creation order. */
  resources: ResourceState[];
  outputs: { key: string; value: string; description?: string; exportName?: string }[];
  tags: { key: string; value: string }[];
  /** The service role that CloudFormation uses for all operations, once a request has named it. */
  roleArn?: string | undefined;
  /** Names of the exports of other stacks that this stack uses. */
  imports?: string[];
}

export interface ResourceChange {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  /** `Conditional` if the value decides: CloudFormation reports this for a property that some changes replace. */
  readonly replacement?: 'True' | 'False' | 'Conditional';
  /** Whether a removed or replaced resource is deleted. */
  readonly policy?: 'Delete' | 'Retain' | 'ReplaceAndDelete' | 'ReplaceAndRetain';
  readonly details?: readonly {
    readonly name: string;
    readonly before: string | undefined;
    readonly after: string | undefined;
    readonly recreates: 'Always' | 'Conditionally' | 'Never';
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
  readonly roleArn?: string | undefined;
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

const schema = `
  create table if not exists cfn_stacks (
    id text primary key, name text not null, seq integer not null, gone integer not null, state text not null);
  create table if not exists cfn_events (
    seq integer primary key autoincrement, stack text not null, event text not null);
  create index if not exists cfn_events_of_stack on cfn_events (stack, seq);
  create table if not exists cfn_change_sets (
    id text primary key, name text not null, stack text not null, state text not null);
`;

/** Stores stacks, their events and their change sets. */
export class StackRepository {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.schema(schema);
  }

  /** Returns a stack; undefined if there is none. A deleted stack is found only by its id. */
  find(nameOrId: string): StackState | undefined {
    const row = this.#store
      .sql('select state from cfn_stacks where id = ?1 or (name = ?1 and gone = 0)')
      .get(nameOrId) as { state: string } | undefined;
    return row && (JSON.parse(row.state) as StackState);
  }

  listStacks(): StackState[] {
    const rows = this.#store.sql('select state from cfn_stacks order by seq desc').all();
    return rows.map((row) => JSON.parse(String(row['state'])) as StackState);
  }

  /** Returns the exports of all stacks in a region except one: name -> value and stack. */
  listExports(region: string, exceptId: string): Map<string, { value: string; stack: string }> {
    const others = this.listStacks().filter(
      (stack) => stack.region === region && stack.id !== exceptId,
    );
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

  /** Returns the names of the stacks in a region that use an export. */
  listImporters(exportName: string, region: string): string[] {
    const existing = this.listStacks().filter(
      (stack) => stack.status !== 'DELETE_COMPLETE' && stack.region === region,
    );
    return existing.filter(({ imports }) => imports?.includes(exportName)).map(({ name }) => name);
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

  /** Returns the events of a stack, newest first. */
  listEvents(stack: string): StackEvent[] {
    return this.#store
      .sql('select event from cfn_events where stack = ? order by seq desc')
      .all(stack)
      .map((row) => JSON.parse(String(row['event'])) as StackEvent);
  }

  findChangeSet(nameOrId: string, stack: string | undefined): ChangeSetState | undefined {
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
