import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from './table.ts';

export interface WrapOptions {
  /** Maximum width of a line, its indentation included (terminal columns). */
  readonly width: number;
  readonly indent: number;
  readonly separator: string;
}

/** Joins the parts to as few lines as fit. Styles do not count towards the width. */
export function wrap(
  parts: readonly string[],
  { width, indent, separator }: WrapOptions,
): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const joined = last === undefined ? part : `${last}${separator}${part}`;
    const fits = displayWidth(stripVTControlCharacters(joined)) <= width - indent;
    if (last !== undefined && fits) lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  return lines.map((line) => `${' '.repeat(indent)}${line}`);
}

/** Returns a text as lines, broken at spaces. A word that is longer than `width` has a line of its own, so that it can be copied. */
export function wrapWords(text: string, width: number): string[] {
  const words = stripVTControlCharacters(text).split(/\s+/);
  return wrap(words, { width, indent: 0, separator: ' ' });
}
