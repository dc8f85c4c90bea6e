/** Writes CSV that a spreadsheet can open without executing anything. */
import { printable } from '../terminal/table.ts';

/**
 * Returns records as CSV: lines end with CRLF, and fields with a comma, a semicolon or a quote are quoted.
 * https://www.rfc-editor.org/rfc/rfc4180
 */
export function formatCsv(records: readonly (readonly string[])[]): string {
  return records.map((record) => `${record.map(csvField).join(',')}\r\n`).join('');
}

/** Text that a spreadsheet would execute as a formula. Numbers are not among it. */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/**
 * Returns a field without control sequences, which a terminal would execute. A formula gets an apostrophe, with which spreadsheets mark
 * text. https://owasp.org/www-community/attacks/CSV_Injection
 */
function csvField(text: string): string {
  const safe = printable(text);
  const isNumber = /^-?\d+(\.\d+)?$/.test(safe);
  const cell = formula.test(safe) && !isNumber ? `'${safe}` : safe;
  return /[",;]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
