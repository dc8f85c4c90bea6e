/** Names that CloudFormation generates for resources: `<stack>-<logical id>-<12 or 13 random characters>`. */

/** Lengths of the ends of generated names: a hyphen and the random characters. */
const suffixLengths = [13, 14];

/**
 * Returns patterns that cover the generated names of a resource. If a name would exceed `maxLength`, CloudFormation shortens the stack's
 * name and the logical id, each to about half of the space unless the other is shorter. AWS does not document this; it was observed
 * (https://github.com/convox/rack/issues/2297). There is a pattern for each length of the random end.
 */
export function buildNamePatterns(stack: string, logicalId: string, maxLength = 255): string[] {
  const patterns = suffixLengths.map((suffixLength) => {
    const [start, id] = shorten(stack, logicalId, maxLength - suffixLength - '-'.length);
    return `${start}-${id}-*`;
  });
  return [...new Set(patterns)];
}

/** Returns both parts, shortened to `length` characters together. A part of at most half of them is not shortened. */
function shorten(stack: string, logicalId: string, length: number): [string, string] {
  const idLength = Math.max(Math.floor(length / 2), length - stack.length);
  const id = logicalId.slice(0, idLength);
  return [stack.slice(0, length - id.length), id];
}
