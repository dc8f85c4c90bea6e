import { fdatasync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { GroupCommit } from './group-commit.ts';
import { migrate } from './schema-version.ts';
import { StoreError, toStoreError } from './store-error.ts';

/**
 * The store of the runtime: a SQLite file shared by all services, so that checkpoints, timers, tables and logs commit together.
 * All work of one turn of the event loop is one commit (group commit). No response is sent before its commit is on disk.
 */
export interface Store {
  /**
   * Runs synchronous `work` atomically. If it throws, its changes are rolled back and the error is rethrown. Its result may leave
   * the process only after `committed()`.
   */
  transact<T>(work: () => T): T;
  /** Resolves when all data written so far is on disk. Rejects if the store has failed. */
  committed(): Promise<void>;
  /** Returns a prepared statement, cached by its text. */
  sql(text: string): StatementSync;
  /** Creates a service's tables. Every statement must be idempotent (`create table if not exists`). */
  schema(text: string): void;
  /** Adds a function that is called before every commit, for example to write the current time. */
  beforeCommit(write: () => void): void;
  /** Adds a function that is called after changes were rolled back, for example to forget what they were read into. */
  onRollback(forget: () => void): void;
  /** Returns some free pages of the file to the file system. Returns false if there are few or the store is too old for this. */
  shrink(): boolean;
  close(): void;
}

interface PreparedStatement {
  readonly statement: StatementSync;
  readonly isRead: boolean;
}

/** Number of pages that one `shrink` returns (4 KB each). */
const pagesPerShrink = 1_000;
/**
 * Length of the write-ahead log after which a commit moves it into the file (pages of 4 KB). That blocks the process for two syncs:
 * with SQLite's default of 1,000 pages, in one of about 170 checkpoints of an execution.
 */
const maxLogPages = 4_000;
/** Size to which the write-ahead log is truncated after a checkpoint (bytes). */
const maxLogBytes = 64 * 1024 * 1024;
/** Time to wait for another program's lock before that is an error (ms). */
const lockTimeoutMs = 2_000;

/**
 * Opens the store at `path` and migrates an older version. Throws a StoreError, without changing the file, if the store cannot be
 * used. `sync` makes the write-ahead log durable; tests replace it. `onBroken` is called once if the store fails later. The store
 * and the memory may differ afterwards, so nothing more is acknowledged.
 *
 * SQLite's own `synchronous=FULL` blocks the process during every commit until the disk has finished. `NORMAL` writes the same log
 * without blocking. The log is synced while the next turns run, and a turn counts as committed when a sync that began after it has
 * ended. See https://www.sqlite.org/wal.html.
 */
export function openStore(
  path: string,
  {
    sync = createLogSync(path),
    onBroken = () => {},
  }: { sync?: () => Promise<void>; onBroken?: (error: Error) => void } = {},
): Store {
  const db = openDatabase(path);
  const canShrink = Number(db.prepare('pragma auto_vacuum').get()?.['auto_vacuum']) > 0;
  const statements = new Map<string, PreparedStatement>();
  const hooks: (() => void)[] = [];
  const rollbackHooks: (() => void)[] = [];
  let depth = 0;
  /** Number of `transact` calls in progress that have a savepoint. Each gets it before its first write. */
  let savepoints = 0;
  const group = new GroupCommit({
    db,
    sync,
    onBroken,
    explain: (error) => toStoreError(error, path),
    beforeCommit() {
      for (const write of hooks) write();
    },
  });
  function prepare(text: string): PreparedStatement {
    let prepared = statements.get(text);
    if (!prepared) {
      prepared = { statement: db.prepare(text), isRead: /^\s*select\b/.test(text) };
      statements.set(text, prepared);
    }
    return prepared;
  }

  function openSavepoints(): void {
    while (savepoints < depth) {
      savepoints += 1;
      prepare(`savepoint s${savepoints}`).statement.run();
    }
  }

  /** Ends the savepoint of the innermost `transact`, if it has one. */
  function endSavepoint(end: 'keep' | 'roll back'): void {
    if (savepoints < depth) return;
    if (end === 'roll back') prepare(`rollback to s${savepoints}`).statement.run();
    prepare(`release s${savepoints}`).statement.run();
  }

  return {
    transact(work) {
      group.begin();
      depth += 1;
      try {
        const result = work();
        endSavepoint('keep');
        return result;
      } catch (error) {
        const why = toStoreError(error, path);
        if (why instanceof StoreError) group.fail(why);
        else endSavepoint('roll back');
        for (const forget of rollbackHooks) forget();
        throw why;
      } finally {
        depth -= 1;
        savepoints = Math.min(savepoints, depth);
      }
    },
    committed: () => group.committed(),
    sql(text) {
      const { statement, isRead } = prepare(text);
      if (!isRead) openSavepoints();
      return statement;
    },
    schema(text) {
      openSavepoints();
      db.exec(text);
    },
    beforeCommit: (write) => hooks.push(write),
    onRollback: (forget) => rollbackHooks.push(forget),
    shrink() {
      const free = Number(db.prepare('pragma freelist_count').get()?.['freelist_count']);
      if (free < 2 * pagesPerShrink || !canShrink) return false;
      group.begin();
      db.exec(`pragma incremental_vacuum(${pagesPerShrink})`);
      return true;
    },
    close: () => group.close(),
  };
}

function openDatabase(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: lockTimeoutMs });
    migrate(db, path);
    db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma temp_store = memory');
    db.exec(
      `pragma journal_size_limit = ${maxLogBytes}; pragma wal_autocheckpoint = ${maxLogPages}`,
    );
    return db;
  } catch (error) {
    db?.close();
    throw toStoreError(error, path);
  }
}

const datasync = promisify(fdatasync);

/** Returns a function that syncs the write-ahead log of the database at `path`. The log is one file as long as SQLite has it open. */
function createLogSync(path: string): () => Promise<void> {
  let log: number | undefined;
  return () => {
    log ??= openSync(`${path}-wal`, 'r');
    return datasync(log);
  };
}
