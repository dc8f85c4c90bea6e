/**
 * Calls `work` for every item, for at most `concurrency` items at the same time. Takes an item from `items` only when its
 * work begins, so a generator can stop the loop. Rejects with the first error.
 */
export async function forEachConcurrent<T>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const remaining = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = remaining.next(); !next.done; next = remaining.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}
