import type { Store } from '../../store/store.ts';
import type { Execution } from './model.ts';

/** Promises that resolve when executions end. */
export class CompletionWaiters {
  readonly #store: Store;
  readonly #waiting = new Map<string, PromiseWithResolvers<Execution>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Resolves when the execution has ended and its end is on disk. */
  waitUntilClosed(execution: Execution): Promise<Execution> {
    if (execution.status !== 'RUNNING') return Promise.resolve(execution);
    let waiter = this.#waiting.get(execution.id);
    if (!waiter) {
      waiter = Promise.withResolvers<Execution>();
      this.#waiting.set(execution.id, waiter);
    }
    return waiter.promise;
  }

  /** Resolves the promise of an execution. Must be called within the transaction that ends it. */
  notify(execution: Execution): void {
    const waiter = this.#waiting.get(execution.id);
    if (!waiter) return;
    this.#waiting.delete(execution.id);
    void this.#store.committed().then(() => waiter.resolve(execution));
  }
}
