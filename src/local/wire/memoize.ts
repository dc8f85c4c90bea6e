/** Number of results that a memo keeps. */
const maxResults = 1_000;

/**
 * Returns a function that computes the result for each text once. The memo empties itself when it is full: frequent texts return with
 * their next use. Errors are not kept.
 */
export function memoize<T extends object | string | number>(
  compute: (text: string) => T,
): (text: string) => T {
  const results = new Map<string, T>();
  return (text) => {
    const known = results.get(text);
    if (known !== undefined) return known;
    const result = compute(text);
    if (results.size >= maxResults) results.clear();
    results.set(text, result);
    return result;
  };
}
