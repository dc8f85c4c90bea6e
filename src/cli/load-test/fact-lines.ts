/** Titles with values, and numbers, of the estimates of a load test. */
import { wrap } from '../terminal/wrap.ts';

const titleWidth = 22;

/** Returns titles with their values, each pair on one line, or in a narrow terminal the value below the title. */
export function formatFacts(
  facts: readonly (readonly [title: string, value: string])[],
  width: number,
): string[] {
  return facts.flatMap(([title, value]) => formatFact(title, { value, width }));
}

function formatFact(title: string, { value, width }: { value: string; width: number }): string[] {
  const isNarrow = width < 3 * titleWidth;
  const indent = isNarrow ? 2 : titleWidth;
  const [first = '', ...rest] = wrap(value.split(' '), { width, indent, separator: ' ' });
  return isNarrow
    ? [title, first, ...rest]
    : [`${title.padEnd(titleWidth)}${first.trimStart()}`, ...rest];
}

/** Returns sentences on lines of at most `width` columns, each beginning on its own line. */
export function wrapNotes(notes: readonly string[], width: number): string[] {
  return notes.flatMap((text) => wrap(text.split(' '), { width, indent: 0, separator: ' ' }));
}

/** Rounds to an integer, with a comma after each thousand. */
export const formatInteger = (value: number) =>
  String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Rounds a share to a percentage, with one decimal below 10 %. */
export const formatPercent = (share: number) =>
  share < 0.1 ? (share * 100).toFixed(1) : String(Math.round(share * 100));
