/** Returns the known word that is most similar to a mistyped one, or undefined if none differs in at most a third of its letters. */
export function closestMatch(typed: string, knownWords: readonly string[]): string | undefined {
  const [best] = knownWords
    .map((word) => ({ word, distance: editDistance(typed, word) }))
    .sort((a, b) => a.distance - b.distance);
  const maxDistance = Math.max(1, Math.floor(typed.length / 3));
  return best && best.distance <= maxDistance ? best.word : undefined;
}

/** Returns the number of letters to insert, delete, replace or swap with a neighbour (restricted Damerau-Levenshtein distance). */
function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const [up = [], twoUp = []] = [rows[i - 1], rows[i - 2]];
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        (up[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (up[j - 1] ?? 0) + same,
        swapped ? (twoUp[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}
