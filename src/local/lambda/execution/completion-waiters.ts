import type { Store } from '../../store/store.ts';
import type { Execution } from './model.ts';

/** Who waits for executions to close. */
export class Waiters {
  readonly #store: Store;
  readonly #waiting = new Map<string, PromiseWithResolvers<Execution>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Resolves when the execution has closed and that is on disk. */
  closed(execution: Execution): Promise<Execution> {
    if (execution.status !== 'RUNNING') return Promise.resolve(execution);
    let waiter = this.#waiting.get(execution.id);
    if (!waiter) {
      waiter = Promise.withResolvers<Execution>();
      this.#waiting.set(execution.id, waiter);
    }
    return waiter.promise;
  }

  /** Within the transaction in which it closes. */
  tell(execution: Execution): void {
    const waiter = this.#waiting.get(execution.id);
    if (!waiter) return;
    this.#waiting.delete(execution.id);
    void this.#store.committed().then(() => waiter.resolve(execution));
  }
}
