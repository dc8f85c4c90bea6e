/** Draws lines at fixed rows of a terminal. */

/** The terminal shows what is between these at once. Terminals that do not know them ignore them. */
const beginFrame = '\u001b[?2026h';
const endFrame = '\u001b[?2026l';
/** A line that a terminal draws wider than expected is cut, and does not spill into the next row. */
const noWrap = '\u001b[?7l';
const wrap = '\u001b[?7h';
const clearScreen = '\u001b[?25l\u001b[H\u001b[2J';

/**
 * Remembers the lines on the screen and draws only changed lines. Ink would lay out each letter of the screen again, which takes
 * longer than a key may take.
 */
export class LinePainter {
  #drawn: readonly string[] | undefined;

  /** Draws the whole next frame, because something else has changed the screen. */
  reset(): void {
    this.#drawn = undefined;
  }

  /** Returns what to write so that the screen shows the lines; an empty text if it already does. */
  paint(lines: readonly string[]): string {
    const drawn = this.#drawn ?? [];
    const isWhole = this.#drawn === undefined;
    this.#drawn = lines;
    const rows = Array.from({ length: Math.max(lines.length, drawn.length) }, (_, row) => {
      const line = lines[row] ?? '';
      return line === (drawn[row] ?? '') ? '' : drawRow(row, line);
    }).join('');
    if (rows === '' && !isWhole) return '';
    return beginFrame + noWrap + (isWhole ? clearScreen : '') + rows + wrap + endFrame;
  }
}

/** A row is erased before it is drawn: behind its last column, the terminal would erase that column. */
function drawRow(row: number, line: string): string {
  const end = line.includes('\u001b') ? '\u001b[m' : '';
  return `\u001b[${row + 1};1H\u001b[2K${line}${end}`;
}
