import { DatabaseSync, type StatementSync } from 'node:sqlite';

/**
 * The one store: a SQLite file (WAL, synchronous=FULL) shared by every service, so that checkpoints, timers,
 * tables and logs commit together. All work of one turn of the event loop is one commit (group commit), and
 * nothing is answered before the commit that holds it.
 */
export interface Store {
  /**
   * Runs synchronous `work` atomically: when it throws, its own changes are undone and the error goes on. What it
   * returns may be told to others only after `committed()`.
   */
  transact<T>(work: () => T): T;
  /** Resolves once everything written so far is on disk; at once when nothing is pending. */
  committed(): Promise<void>;
  /** A prepared statement, cached by its text. */
  sql(text: string): StatementSync;
  /** Creates a service's tables; every statement must be idempotent (`create table if not exists`). */
  schema(text: string): void;
  /** Adds something to write with every commit, as the clock's present time. */
  beforeCommit(write: () => void): void;
  close(): void;
}

export function openStore(path: string): Store {
  const db = new DatabaseSync(path);
  db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma temp_store = memory');
  const statements = new Map<string, StatementSync>();
  const hooks: (() => void)[] = [];
  let pending: PromiseWithResolvers<void> | undefined;
  let depth = 0;

  function begin(): void {
    if (pending) return;
    db.exec('begin immediate');
    pending = Promise.withResolvers<void>();
    pending.promise.catch(() => {});
    setImmediate(commit);
  }

  function commit(): void {
    if (!pending) return;
    const { resolve, reject } = pending;
    try {
      for (const write of hooks) write();
      db.exec('commit');
      pending = undefined;
      resolve();
    } catch (error) {
      if (db.isTransaction) db.exec('rollback');
      pending = undefined;
      reject(error);
    }
  }

  return {
    transact(work) {
      begin();
      const savepoint = `s${++depth}`;
      db.exec(`savepoint ${savepoint}`);
      try {
        const result = work();
        db.exec(`release ${savepoint}`);
        return result;
      } catch (error) {
        db.exec(`rollback to ${savepoint}; release ${savepoint}`);
        throw error;
      } finally {
        depth -= 1;
      }
    },
    committed: () => pending?.promise ?? Promise.resolve(),
    sql(text) {
      let statement = statements.get(text);
      if (!statement) {
        statement = db.prepare(text);
        statements.set(text, statement);
      }
      return statement;
    },
    schema: (text) => db.exec(text),
    beforeCommit: (write) => hooks.push(write),
    close() {
      commit();
      db.close();
    },
  };
}
