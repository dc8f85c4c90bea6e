/** Tests whether a difference between two groups can be chance. Pure. */

export interface Share {
  readonly count: number;
  readonly of: number;
}

/**
 * Fisher's exact test, one-sided: returns the probability (0 to 1) of at least this many in `group`, if both groups have the same
 * true share. https://en.wikipedia.org/wiki/Fisher%27s_exact_test
 */
export function fisherTest(group: Share, reference: Share): number {
  const total = group.of + reference.of;
  const counted = group.count + reference.count;
  const most = Math.min(group.of, counted);
  const all = logChoose(total, counted);
  let probability = 0;
  for (let count = group.count; count <= most; count++) {
    probability += Math.exp(
      logChoose(group.of, count) + logChoose(reference.of, counted - count) - all,
    );
  }
  return Math.min(1, probability);
}

/** Logarithm of the binomial coefficient; -Infinity if it is 0. */
function logChoose(n: number, k: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i++) sum += Math.log((n - i + 1) / i);
  return sum;
}

/**
 * Rank-sum test, one-sided: returns the probability (0 to 1) of values of `group` that are at least this large compared with the
 * values of `reference`, if both have the same distribution. A normal approximation with a correction for equal values: it needs about 20
 * values in each group. https://en.wikipedia.org/wiki/Mann%E2%80%93Whitney_U_test
 */
export function rankSumTest(group: readonly number[], reference: readonly number[]): number {
  const [n, m] = [group.length, reference.length];
  const all = [
    ...group.map((value) => ({ value, own: true })),
    ...reference.map((value) => ({ value, own: false })),
  ].sort((a, b) => a.value - b.value);
  let ranks = 0;
  let ties = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end++;
    const size = end - start;
    const own = all.slice(start, end).filter((each) => each.own).length;
    ranks += own * ((start + 1 + end) / 2);
    ties += size ** 3 - size;
    start = end;
  }
  const total = n + m;
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)));
  if (!(variance > 0)) return 1;
  const u = ranks - (n * (n + 1)) / 2;
  return upperTail((u - (n * m) / 2 - 0.5) / Math.sqrt(variance));
}

/** Probability that a standard normal variable exceeds `z`, from the power series of the distribution. */
function upperTail(z: number): number {
  // Beyond this, the probability is below 1e-9, and the series loses its digits.
  if (Math.abs(z) > 6) return z > 0 ? 0 : 1;
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > 1e-12; k += 2) {
    term *= z ** 2 / k;
    sum += term;
  }
  const density = Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI);
  return 0.5 - density * sum;
}
