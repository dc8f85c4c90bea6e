/** For terminals that cannot show more than ASCII. */

type Variables = Readonly<Record<string, string | undefined>>;

/** Whether a terminal shows ASCII only: a dumb one, the Linux console, or a locale that says so. */
export function isAsciiOnly(variables: Variables): boolean {
  const { TERM, LC_ALL, LC_CTYPE, LANG } = variables;
  if (TERM === 'dumb' || TERM === 'linux') return true;
  const locale = LC_ALL || LC_CTYPE || LANG;
  return locale !== undefined && /^(C|POSIX)$/.test(locale);
}

/** Each to one letter, so that columns stay aligned. */
const replacements: Readonly<Record<string, string>> = {
  '✓': '+',
  '✗': 'x',
  '◔': 'o',
  '●': '*',
  '○': 'o',
  '·': '-',
  '–': '-',
  '—': '-',
  '→': '>',
  '×': 'x',
  '…': '~',
  '⋯': '~',
  '↻': '^',
  '↶': '<',
  '↑': '^',
  '↓': 'v',
  '⏎': '|',
  '≤': '<',
  '█': '#',
  '▓': '%',
  '▒': ':',
  '░': '.',
  '■': '=',
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

/** The text with our own signs in ASCII; letters of other scripts, as in names, stay what they are. */
export function toAscii(text: string): string {
  if (/^[\n -~]*$/.test(text)) return text;
  return text
    .replace(/[\u2589-\u258f]/g, '#')
    .replace(/[^\0-~]/g, (sign) => replacements[sign] ?? sign);
}

/** Makes what is written to a terminal ASCII, whoever writes it. A file or a pipe gets what was written. */
export function writeAscii(stream: NodeJS.WriteStream): void {
  if (!stream.isTTY) return;
  const write = stream.write.bind(stream);
  const ascii = (chunk: string | Uint8Array, ...rest: never[]) =>
    write(typeof chunk === 'string' ? toAscii(chunk) : chunk, ...rest);
  stream.write = ascii as typeof stream.write;
}
