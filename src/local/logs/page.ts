/** A page of a list whose token is the place of the next item. */
export function page<T>(
  all: readonly T[],
  { nextToken, limit = 50 }: { nextToken?: string; limit?: number },
): { items: readonly T[]; nextToken?: string } {
  const from = Number(nextToken ?? 0) || 0;
  const items = all.slice(from, from + limit);
  return from + limit < all.length ? { items, nextToken: String(from + limit) } : { items };
}
