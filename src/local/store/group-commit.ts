import type { DatabaseSync, StatementSync } from 'node:sqlite';

interface GroupCommitOptions {
  readonly db: DatabaseSync;
  /** Syncs the committed data to disk. */
  readonly sync: () => Promise<void>;
  /** Called before every commit, to write further data with it. */
  readonly beforeCommit: () => void;
  /** Converts an error of the database to the error that callers receive. */
  readonly explain: (error: unknown) => unknown;
  /** Called once, when the store has failed. */
  readonly onBroken: (error: Error) => void;
}

/**
 * Commits all work of one turn of the event loop together. Turns that pass during a sync share the next commit, which delays none
 * of them.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  /** Resolves when the open transaction is on disk; undefined if none is open. */
  #turn: PromiseWithResolvers<void> | undefined;
  #syncing: Promise<void> | undefined;
  /** Reason of a failure. The store and the memory may differ afterwards, so nothing more is acknowledged. */
  #failure: Error | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#begin = options.db.prepare('begin immediate');
    this.#end = options.db.prepare('commit');
  }

  /** Opens a transaction unless one is open. It is committed at the end of the current turn of the event loop. */
  begin(): void {
    if (this.#failure) throw this.#failure;
    if (this.#turn) return;
    try {
      this.#begin.run();
    } catch (error) {
      throw this.fail(error);
    }
    this.#turn = Promise.withResolvers<void>();
    this.#turn.promise.catch(() => {});
    setImmediate(() => this.#commit());
  }

  /** Resolves when all data written so far is on disk. Rejects if the store has failed. */
  committed(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return this.#turn?.promise ?? this.#syncing ?? Promise.resolve();
  }

  /** Rolls back the open transaction and rejects all further work. Returns the reason. */
  fail(error: unknown): Error {
    if (this.#failure) return this.#failure;
    const why = this.#options.explain(error) as Error;
    this.#failure = why;
    if (this.#options.db.isTransaction) this.#options.db.exec('rollback');
    this.#turn?.reject(why);
    this.#turn = undefined;
    this.#options.onBroken(why);
    return why;
  }

  /** Commits the open transaction and closes the database, which moves the log into the file and syncs both. */
  close(): void {
    const last = this.#turn;
    this.#turn = undefined;
    if (last) this.#write();
    this.#options.db.close();
    last?.resolve();
  }

  #commit(): void {
    if (!this.#turn || this.#syncing) return;
    try {
      this.#write();
    } catch (error) {
      this.fail(error);
      return;
    }
    const { promise, resolve, reject } = this.#turn;
    this.#turn = undefined;
    this.#syncing = promise;
    this.#options.sync().then(
      () => {
        this.#syncing = undefined;
        resolve();
        // Requests that have arrived meanwhile are handled in this turn of the event loop, and share its commit.
        setImmediate(() => this.#commit());
      },
      (error: unknown) => reject(this.fail(error)),
    );
  }

  #write(): void {
    this.#options.beforeCommit();
    this.#end.run();
  }
}
