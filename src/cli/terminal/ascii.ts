/** Output for terminals that can only show ASCII. */

type Variables = Readonly<Record<string, string | undefined>>;

/** Returns whether the terminal shows only ASCII: a dumb terminal, the Linux console, or the locale C or POSIX. */
export function isAsciiOnly(variables: Variables): boolean {
  const { TERM, LC_ALL, LC_CTYPE, LANG } = variables;
  if (TERM === 'dumb' || TERM === 'linux') return true;
  const locale = LC_ALL || LC_CTYPE || LANG;
  return locale !== undefined && /^(C|POSIX)$/.test(locale);
}

/** One ASCII character per sign, so that columns stay aligned. */
const replacements: Readonly<Record<string, string>> = {
  '✓': '+',
  '✗': 'x',
  '◔': 'o',
  '●': '*',
  '○': 'o',
  '·': '-',
  '–': '/',
  '—': '-',
  '→': '>',
  '←': '<',
  '×': 'x',
  '…': '~',
  '⋯': '~',
  '↻': '^',
  '↶': '<',
  '↑': '^',
  '↓': 'v',
  '⏎': '|',
  '≤': '<',
  '▁': '_',
  '▂': '.',
  '▃': '-',
  '▄': '=',
  '▅': '+',
  '▆': '*',
  '▇': '%',
  '█': '#',
  '▓': '%',
  '▒': ':',
  '░': '.',
  '■': '=',
  '═': '-',
  '‖': '|',
  '╱': '/',
  '─': '-',
  '│': '|',
  '⁰': '0',
  '¹': '1',
  '²': '2',
  '³': '3',
  '⁴': '4',
  '⁵': '5',
  '⁶': '6',
  '⁷': '7',
  '⁸': '8',
  '⁹': '9',
};

/** Returns the text with the signs of this program replaced by ASCII. Letters of other scripts, as in names, stay unchanged. */
export function toAscii(text: string): string {
  if (/^[\n -~]*$/.test(text)) return text;
  return text
    .replace(/[\u2589-\u258f]/g, '#')
    .replace(/[^\0-~]/g, (sign) => replacements[sign] ?? sign);
}

/** Replaces signs in everything that is written to the stream, if it is a terminal. Files and pipes are not affected. */
export function writeAscii(stream: NodeJS.WriteStream): void {
  if (!stream.isTTY) return;
  const write = stream.write.bind(stream);
  const ascii = (chunk: string | Uint8Array, ...rest: never[]) =>
    write(typeof chunk === 'string' ? toAscii(chunk) : chunk, ...rest);
  stream.write = ascii as typeof stream.write;
}
