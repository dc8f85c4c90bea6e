/** Returns one page of a list. Its token is the index of the next item. */
export function paginate<T>(
  list: readonly T[],
  { nextToken, limit = 50 }: { nextToken?: string; limit?: number },
): { items: readonly T[]; nextToken?: string } {
  const from = Number(nextToken ?? 0) || 0;
  const items = list.slice(from, from + limit);
  return from + limit < list.length ? { items, nextToken: String(from + limit) } : { items };
}
