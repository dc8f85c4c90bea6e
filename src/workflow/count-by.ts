/** How many there are of which, the most first. */
export function countBy<T>(all: readonly T[], of: (each: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const each of all) counts.set(of(each), (counts.get(of(each)) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}
