import type { Store } from '../store/store.ts';

/**
 * Notices changes of policies. Compiled policies and decisions are valid only for one generation, and nothing may be kept while a
 * change is not committed: it can still be rolled back.
 */
export class PolicyChanges {
  #generation = 0;
  #isPending = false;

  constructor(store: Pick<Store, 'beforeCommit'>) {
    store.beforeCommit(() => {
      if (!this.#isPending) return;
      this.#isPending = false;
      this.#generation += 1;
    });
  }

  /** Must be called with every change of a role or policy. */
  note(): void {
    this.#isPending = true;
  }

  /** Returns the generation of all policies; undefined while a change is not committed. */
  current(): number | undefined {
    return this.#isPending ? undefined : this.#generation;
  }
}

/** Policies of queues, functions and buckets (JSON), by the ARN of the resource. */
export class ResourcePolicies {
  readonly #store: Store;
  readonly #changes: PolicyChanges;

  constructor(store: Store, changes: PolicyChanges) {
    this.#store = store;
    this.#changes = changes;
    store.schema(
      'create table if not exists iam_resource_policies (arn text primary key, document text not null) without rowid',
    );
  }

  /** Returns the policy of a resource as JSON; undefined if it has none. */
  read(arn: string): string | undefined {
    const row = this.#store
      .sql('select document from iam_resource_policies where arn = ?')
      .get(arn);
    return row && String(row['document']);
  }

  put(arn: string, document: string): void {
    const text = 'insert or replace into iam_resource_policies (arn, document) values (?, ?)';
    this.#change(() => this.#store.sql(text).run(arn, document));
  }

  remove(arn: string): void {
    if (this.read(arn) === undefined) return;
    const text = 'delete from iam_resource_policies where arn = ?';
    this.#change(() => this.#store.sql(text).run(arn));
  }

  /** Removes the policies of a function and of all its versions and aliases. */
  removeWithQualifiers(arn: string): void {
    const text =
      "delete from iam_resource_policies where arn = ?1 or substr(arn, 1, length(?1) + 1) = ?1 || ':'";
    this.#change(() => this.#store.sql(text).run(arn));
  }

  #change(write: () => void): void {
    this.#store.transact(() => {
      this.#changes.note();
      write();
    });
  }
}
