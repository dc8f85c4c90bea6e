import type { Store } from '../store/store.ts';
import type { PolicyChanges } from './policy-store.ts';

/** Tags by key. */
export type Tags = Readonly<Record<string, string>>;

/** A role with its policies. Policies are JSON. */
export interface Role {
  readonly name: string;
  /** `/`, or a path that begins and ends with a slash. */
  readonly path: string;
  /** Unique id in the format of IAM. */
  readonly id: string;
  readonly arn: string;
  /** Epoch ms. */
  readonly created: number;
  readonly description: string;
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly trust: string;
  readonly tags: Tags;
  /** Inline policies by name. */
  readonly inline: Readonly<Record<string, string>>;
  /** ARNs of the attached managed policies. */
  readonly attached: readonly string[];
}

/** A managed policy of the account. */
export interface ManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  /** Epoch ms. */
  readonly created: number;
  readonly description: string;
  /** JSON. */
  readonly document: string;
}

/** Stores roles and the managed policies of the account. */
export class RoleRepository {
  readonly #store: Store;
  readonly #changes: PolicyChanges;

  constructor(store: Store, changes: PolicyChanges) {
    this.#store = store;
    this.#changes = changes;
    store.schema(`
      create table if not exists iam_roles (name text primary key, body text not null) without rowid;
      create table if not exists iam_managed_policies (arn text primary key, body text not null) without rowid`);
  }

  findRole(name: string): Role | undefined {
    const row = this.#store.sql('select body from iam_roles where name = ?').get(name);
    return row && (JSON.parse(String(row['body'])) as Role);
  }

  listRoles(): Role[] {
    const rows = this.#store.sql('select body from iam_roles order by name').all();
    return rows.map((row) => JSON.parse(String(row['body'])) as Role);
  }

  putRole(role: Role): void {
    const text = 'insert or replace into iam_roles (name, body) values (?, ?)';
    this.#change(() => this.#store.sql(text).run(role.name, JSON.stringify(role)));
  }

  removeRole(name: string): void {
    this.#change(() => this.#store.sql('delete from iam_roles where name = ?').run(name));
  }

  findPolicy(arn: string): ManagedPolicy | undefined {
    const row = this.#store.sql('select body from iam_managed_policies where arn = ?').get(arn);
    return row && (JSON.parse(String(row['body'])) as ManagedPolicy);
  }

  putPolicy(policy: ManagedPolicy): void {
    const text = 'insert or replace into iam_managed_policies (arn, body) values (?, ?)';
    this.#change(() => this.#store.sql(text).run(policy.arn, JSON.stringify(policy)));
  }

  removePolicy(arn: string): void {
    this.#change(() => this.#store.sql('delete from iam_managed_policies where arn = ?').run(arn));
  }

  #change(write: () => void): void {
    this.#store.transact(() => {
      this.#changes.note();
      write();
    });
  }
}
