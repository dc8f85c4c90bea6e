import type { DatabaseSync } from 'node:sqlite';

interface Options {
  readonly db: DatabaseSync;
  /** Makes durable what the database has committed. */
  readonly sync: () => Promise<void>;
  /** Writes what goes along with every commit. */
  readonly beforeCommit: () => void;
  /** Says what an error of the database means. */
  readonly explain: (error: unknown) => unknown;
  /** Hears why the store has failed, once. */
  readonly onBroken: (error: Error) => void;
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
  /** Why the store failed: what it holds differs from what is in memory, so nothing is acknowledged any more. */
  #broken: Error | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Makes sure that a transaction is open; it is committed when the present turn of the event loop is over. */
  begin(): void {
    if (this.#broken) throw this.#broken;
    if (this.#turn) return;
    try {
      this.#options.db.exec('begin immediate');
    } catch (error) {
      throw this.break(error);
    }
    this.#turn = Promise.withResolvers<void>();
    this.#turn.promise.catch(() => {});
    setImmediate(() => this.#commit());
  }

  /** Resolves once everything written so far is on disk; rejects when it never will be. */
  committed(): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken);
    return this.#turn?.promise ?? this.#syncing ?? Promise.resolve();
  }

  /** Takes back what is open, and acknowledges nothing from now on; answers why. */
  break(error: unknown): Error {
    if (this.#broken) return this.#broken;
    const why = this.#options.explain(error) as Error;
    this.#broken = why;
    if (this.#options.db.isTransaction) this.#options.db.exec('rollback');
    this.#turn?.reject(why);
    this.#turn = undefined;
    this.#options.onBroken(why);
    return why;
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
    try {
      this.#write();
    } catch (error) {
      this.break(error);
      return;
    }
    const { promise, resolve, reject } = this.#turn;
    this.#turn = undefined;
    this.#syncing = promise;
    this.#options.sync().then(
      () => {
        this.#syncing = undefined;
        resolve();
        this.#commit();
      },
      (error: unknown) => reject(this.break(error)),
    );
  }

  #write(): void {
    this.#options.beforeCommit();
    this.#options.db.exec('commit');
  }
}
