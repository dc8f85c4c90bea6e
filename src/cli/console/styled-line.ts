/** Lines with styles that fit the screen. */
import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from '../terminal/table.ts';
import { clipStyled } from './panes/pane-lines.ts';

export const textWidth = (text: string) => displayWidth(stripVTControlCharacters(text));

/** Joins parts, which may have styles, to one line. Omits parts from the end if the line is too long. */
export function fitParts(parts: readonly string[], width: number, separator = ' · '): string {
  const fitting = parts.filter(Boolean);
  while (fitting.length > 1 && textWidth(fitting.join(separator)) > width) fitting.pop();
  return clipStyled(fitting.join(separator), width);
}

/** Returns a line with `right` at its right edge; without it if both do not fit. */
export function alignRight(left: string, right: string, width: number): string {
  const space = width - textWidth(left) - textWidth(right);
  return right !== '' && space >= 2 ? left + ' '.repeat(space) + right : left;
}

/** Returns the line with spaces up to the width. */
export function padLine(line: string, width: number): string {
  return line + ' '.repeat(Math.max(0, width - textWidth(line)));
}
