/** Places the labels of a chart side by side. */

/** Width of a letter in a chart's unit, at the larger size that texts have on a phone. */
const letterWidth = 10.5;
const gap = 14;

export const estimateTextWidth = (text: string) => text.length * letterWidth;

/**
 * Returns the middle of each label: as near as possible to its wanted position, without overlapping the next one, and between `from`
 * and `to` if there is room. The labels are sorted by position.
 */
export function spreadLabels(
  labels: readonly { readonly x: number; readonly text: string }[],
  { from, to }: { readonly from: number; readonly to: number },
): number[] {
  const sizes = labels.map(({ text }) => estimateTextWidth(text));
  const middles = labels.map(({ x }) => x);
  let free = from;
  for (const [index, size] of sizes.entries()) {
    middles[index] = Math.max(middles[index] ?? 0, free + size / 2);
    free = (middles[index] ?? 0) + size / 2 + gap;
  }
  let end = to;
  for (let index = sizes.length - 1; index >= 0; index -= 1) {
    const half = (sizes[index] ?? 0) / 2;
    middles[index] = Math.min(middles[index] ?? 0, end - half);
    end = (middles[index] ?? 0) - half - gap;
  }
  return middles;
}
