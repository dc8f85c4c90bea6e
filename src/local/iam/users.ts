import type { Store } from '../store/store.ts';

/** Users of the account, with the documents of their policies. */
export interface Users {
  /** Creates a user, or replaces its policies. */
  put(name: string, documents: readonly unknown[]): void;
  /** Returns the policy documents of a user; undefined if there is no such user. */
  readUserPolicies(name: string): readonly unknown[] | undefined;
  names(): Iterable<string>;
}

/** Opens the users in the store. They are read once: only this process changes them. */
export function openUsers(store: Store): Users {
  store.schema(
    'create table if not exists iam_users (name text primary key, policies text not null)',
  );
  const rows = store.sql('select name, policies from iam_users').all() as {
    name: string;
    policies: string;
  }[];
  const users = new Map(
    rows.map(({ name, policies }) => [name, JSON.parse(policies) as readonly unknown[]]),
  );
  return {
    put(name, documents) {
      store.transact(() =>
        store
          .sql('insert or replace into iam_users (name, policies) values (?, ?)')
          .run(name, JSON.stringify(documents)),
      );
      users.set(name, documents);
    },
    readUserPolicies: (name) => users.get(name),
    names: () => users.keys(),
  };
}
