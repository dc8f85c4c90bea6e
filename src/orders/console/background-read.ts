import { isDenied, isTransient, needsSignIn } from '../../aws/errors.ts';

/** Share of the time for which a read may run: a slow one is repeated less often. */
const maxShare = 0.1;

export interface BackgroundReadOptions<T> {
  /** Minimum time between two reads (ms). */
  readonly intervalMs: number;
  readonly read: () => Promise<T>;
}

/**
 * A value that is read periodically, while others do not wait for it. Keeps the last value through transient errors. Without
 * permission, it is not read again; after another permanent error it is undefined until a read succeeds.
 */
export class BackgroundRead<T> {
  readonly #options: BackgroundReadOptions<T>;
  #value: T | undefined;
  #error: unknown;
  #isRunning = false;
  #isDenied = false;
  /** Monotonic time (ms). */
  #dueAt = Number.NEGATIVE_INFINITY;

  constructor(options: BackgroundReadOptions<T>) {
    this.#options = options;
  }

  /** The last value; undefined until it is read. */
  get value(): T | undefined {
    return this.#value;
  }

  /** Makes the next `start` read at once. */
  expire(): void {
    this.#dueAt = Number.NEGATIVE_INFINITY;
  }

  /** Returns the permanent error of the last read once, for example that a resource does not exist. */
  takeError(): unknown {
    const error = this.#error;
    this.#error = undefined;
    return error;
  }

  /** Starts a read if one is due. */
  start(): void {
    if (this.#isRunning || this.#isDenied || performance.now() < this.#dueAt) return;
    void this.#run();
  }

  async #run(): Promise<void> {
    const { intervalMs, read } = this.#options;
    const startedAt = performance.now();
    this.#isRunning = true;
    this.#dueAt = Number.POSITIVE_INFINITY;
    try {
      this.#value = await read();
    } catch (error) {
      if (isTransient(error) || needsSignIn(error)) return;
      this.#value = undefined;
      this.#isDenied = isDenied(error);
      if (!this.#isDenied) this.#error = error;
    } finally {
      const now = performance.now();
      const isExpired = this.#dueAt === Number.NEGATIVE_INFINITY;
      if (!isExpired) this.#dueAt = now + Math.max(intervalMs, (now - startedAt) / maxShare);
      this.#isRunning = false;
    }
  }
}
