import type { DatabaseSync } from 'node:sqlite';

interface Options {
  readonly db: DatabaseSync;
  /** Makes durable what the database has committed. */
  readonly sync: () => Promise<void>;
  /** Writes what goes along with every commit. */
  readonly beforeCommit: () => void;
}

/**
 * Commits all work of one turn of the event loop at once. While the disk is busy, the turns that come share one commit:
 * none of them could be acknowledged sooner.
 */
export class GroupCommit {
  readonly #options: Options;
  /** The transaction that is open, and everybody who waits for it. */
  #turn: PromiseWithResolvers<void> | undefined;
  #syncing: Promise<void> | undefined;
  /** Why the disk failed: what it still holds is unknown, so nothing is acknowledged any more. */
  #broken: Error | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Makes sure that a transaction is open; it is committed when the present turn of the event loop is over. */
  begin(): void {
    if (this.#broken) throw this.#broken;
    if (this.#turn) return;
    this.#options.db.exec('begin immediate');
    this.#turn = Promise.withResolvers<void>();
    this.#turn.promise.catch(() => {});
    setImmediate(() => this.#commit());
  }

  /** Resolves once everything written so far is on disk; rejects when it never will be. */
  committed(): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken);
    return this.#turn?.promise ?? this.#syncing ?? Promise.resolve();
  }

  /** Commits what is open, and closes the database: that moves its log into it and syncs both. */
  close(): void {
    const last = this.#turn;
    this.#turn = undefined;
    if (last) this.#write();
    this.#options.db.close();
    last?.resolve();
  }

  #commit(): void {
    if (!this.#turn || this.#syncing) return;
    const { promise, resolve, reject } = this.#turn;
    this.#turn = undefined;
    try {
      this.#write();
    } catch (error) {
      if (this.#options.db.isTransaction) this.#options.db.exec('rollback');
      reject(error);
      return;
    }
    this.#syncing = promise;
    this.#options.sync().then(
      () => {
        this.#syncing = undefined;
        resolve();
        this.#commit();
      },
      (error: Error) => {
        this.#broken = error;
        reject(error);
        this.#turn?.reject(error);
      },
    );
  }

  #write(): void {
    this.#options.beforeCommit();
    this.#options.db.exec('commit');
  }
}
