/** Counts items by key, the largest count first. */
export function countBy<T>(items: readonly T[], toKey: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(toKey(item), (counts.get(toKey(item)) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}
