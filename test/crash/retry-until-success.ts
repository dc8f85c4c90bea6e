import { setTimeout as delay } from 'node:timers/promises';

/** Maximum duration of a crash test (ms). */
export const maxRunMs = 300_000;

/** Repeats a request until it succeeds. Throws its error after five minutes. */
export async function retryUntilSuccess<T>(send: () => Promise<T>): Promise<T> {
  for (const until = Date.now() + maxRunMs; ; ) {
    try {
      return await send();
    } catch (error) {
      if (Date.now() > until) throw error;
      await delay(20);
    }
  }
}
