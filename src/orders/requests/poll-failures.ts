import { isTransient, needsSignIn } from '../../aws/errors.ts';

/** Counts the failed polls in a row, and decides which errors a poller survives. */
export class PollFailures {
  readonly #renewCredentials: () => void;
  #count = 0;
  #hasSucceeded = false;

  /** `renewCredentials` is called when credentials that worked before have expired. */
  constructor(renewCredentials: () => void) {
    this.#renewCredentials = renewCredentials;
  }

  /** Number of failed polls since the last successful one. */
  get count(): number {
    return this.#count;
  }

  /** Whether any poll has succeeded. */
  get hasSucceeded(): boolean {
    return this.#hasSucceeded;
  }

  succeeded(): void {
    this.#count = 0;
    this.#hasSucceeded = true;
  }

  /**
   * Records a failed poll. Throws `error` if it is permanent. Expired credentials are permanent only if they never worked:
   * otherwise the user can sign in again while the poller waits.
   */
  failed(error: unknown): void {
    const hasExpired = needsSignIn(error) && this.#hasSucceeded;
    if (!isTransient(error) && !hasExpired) throw error;
    if (hasExpired) this.#renewCredentials();
    this.#count += 1;
  }
}
