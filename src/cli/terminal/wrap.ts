import { stripVTControlCharacters } from 'node:util';

/** Parts joined to lines that fit, each indented; styles take no room. */
export function wrap(
  parts: readonly string[],
  { width, indent, by }: { readonly width: number; readonly indent: number; readonly by: string },
): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : `${last}${by}${part}`;
    const fits = stripVTControlCharacters(joined).length <= width - indent;
    if (last !== undefined && fits) lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}`);
}

/** The text cut to so many columns, with `…`. */
export const clip = (text: string, width: number) =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text;
