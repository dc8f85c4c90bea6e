import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '../../aws/errors.ts';

/** Beyond the SDK's own tries. */
const tries = 4;
const firstPauseMs = 200;

/** Asks again, a few times, for what throttling or a hiccup kept back: one of a thousand reads is not to end them all. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === tries || !isTransient(error)) throw error;
    }
    await sleep(firstPauseMs * 2 ** attempt);
  }
}
