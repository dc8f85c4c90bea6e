/** Reads histories ahead of their replay, so that neither waits for the other. */
import type { Recording } from './recording.ts';

/** Histories that are read at the same time. The rate limiter keeps the requests within the account's quota. */
const concurrentReads = 8;

/** Yields recordings in the order of the ARNs. Throws the error of the first that cannot be read. */
export async function* readAll(
  arns: readonly string[],
  read: (arn: string) => Promise<Recording>,
): AsyncGenerator<Recording, void> {
  const pending: Promise<Recording>[] = [];
  for (const arn of arns) {
    const reading = read(arn);
    // An error is reported in its turn.
    reading.catch(() => undefined);
    pending.push(reading);
    if (pending.length >= concurrentReads) yield (await pending.shift()) as Recording;
  }
  for (const reading of pending) yield await reading;
}
