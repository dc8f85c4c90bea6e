import { fdatasync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { GroupCommit } from './group-commit.ts';
import { migrate } from './schema-version.ts';
import { asStoreError, StoreError } from './store-error.ts';

/**
 * The one store: a SQLite file shared by every service, so that checkpoints, timers, tables and logs commit together.
 * All work of one turn of the event loop is one commit (group commit), and nothing is answered before the commit that
 * holds it is on disk.
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
  /** Gives back some of the room that is free in the file; false when there is little, or the store is too old for it. */
  shrink(): boolean;
  close(): void;
}

/** Pages that are given back in one go; of 4 KB. */
const shrunkAtOnce = 1_000;
/** The write-ahead log is cut to this when it has been copied; bytes. */
const longestLog = 64 * 1024 * 1024;
/** How long another program may hold the store before that is an error; ms. */
const patience = 2_000;

/**
 * Opens the store at `path`, of an older version too; throws a StoreError when it cannot be used, and changes nothing then.
 * `sync` makes the write-ahead log durable; a test may give its own. `onBroken` hears of it once when the store fails
 * later: what it holds and what is in memory may differ from then on, so that nothing is acknowledged any more.
 *
 * SQLite's own `synchronous=FULL` waits for the disk inside every commit, and with it every request of the process.
 * `NORMAL` writes the same log without waiting; the log is then synced beside the next turns, and what a turn wrote
 * counts as committed when a sync that began after it has ended. See https://www.sqlite.org/wal.html.
 */
export function openStore(
  path: string,
  {
    sync = logSync(path),
    onBroken = () => {},
  }: { sync?: () => Promise<void>; onBroken?: (error: Error) => void } = {},
): Store {
  const db = openDatabase(path);
  const shrinks = Number(db.prepare('pragma auto_vacuum').get()?.['auto_vacuum']) > 0;
  const statements = new Map<string, StatementSync>();
  const hooks: (() => void)[] = [];
  let depth = 0;
  const group = new GroupCommit({
    db,
    sync,
    onBroken,
    explain: (error) => asStoreError(error, path),
    beforeCommit() {
      for (const write of hooks) write();
    },
  });
  function sql(text: string): StatementSync {
    let statement = statements.get(text);
    if (!statement) {
      statement = db.prepare(text);
      statements.set(text, statement);
    }
    return statement;
  }

  return {
    transact(work) {
      group.begin();
      const savepoint = `s${++depth}`;
      sql(`savepoint ${savepoint}`).run();
      try {
        const result = work();
        sql(`release ${savepoint}`).run();
        return result;
      } catch (error) {
        const why = asStoreError(error, path);
        if (why instanceof StoreError) group.break(why);
        else db.exec(`rollback to ${savepoint}; release ${savepoint}`);
        throw why;
      } finally {
        depth -= 1;
      }
    },
    committed: () => group.committed(),
    sql,
    schema: (text) => db.exec(text),
    beforeCommit: (write) => hooks.push(write),
    shrink() {
      const free = Number(db.prepare('pragma freelist_count').get()?.['freelist_count']);
      if (free < 2 * shrunkAtOnce || !shrinks) return false;
      group.begin();
      db.exec(`pragma incremental_vacuum(${shrunkAtOnce})`);
      return true;
    },
    close: () => group.close(),
  };
}

function openDatabase(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: patience });
    migrate(db, path);
    db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma temp_store = memory');
    db.exec(`pragma journal_size_limit = ${longestLog}`);
    return db;
  } catch (error) {
    db?.close();
    throw asStoreError(error, path);
  }
}

const datasync = promisify(fdatasync);

/** Syncs the write-ahead log of the database at `path`; SQLite keeps it in one file for as long as it is open. */
function logSync(path: string): () => Promise<void> {
  let log: number | undefined;
  return () => {
    log ??= openSync(`${path}-wal`, 'r');
    return datasync(log);
  };
}
