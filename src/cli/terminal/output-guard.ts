/** Removes control characters from everything that is written for people, wherever a text comes from. */
import { randomInt } from 'node:crypto';
import { stripVTControlCharacters, styleText } from 'node:util';
import { readableColors } from '../../workflow/readable-colors.ts';

export type TextStyle = Parameters<typeof styleText>[0];

interface Guard {
  /** Parameters at the start of this program's own styles. Random: no text from outside can contain them. Absent before the first style. */
  mark?: string;
  /** The stream without the guard. */
  readonly trusted: NodeJS.WriteStream;
}

const guards = new WeakMap<NodeJS.WriteStream, Guard>();

/**
 * Control characters except tab and line break, marks that change the direction of text, other line separators, and characters that no
 * terminal shows.
 */
const controls =
  /(?!\r\n|[\t\n])\p{Cc}|\p{Bidi_Control}|[\u2028\u2029\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** A text without such characters, as far as this program writes them itself: letters, punctuation, arrows and symbols. */
const harmless = /^[\t\n -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2bff]*$/;

/** Returns the text without escape sequences, control characters and bidirectional marks. Keeps tabs and line breaks. */
export function removeControls(text: string): string {
  if (harmless.test(text)) return text;
  return stripVTControlCharacters(text).replace(controls, '');
}

/** Returns a copy of an object from outside, with `removeControls` applied to all texts in it, and each text on one line. */
export function printableTexts<T>(value: T): T {
  if (typeof value === 'string') {
    return removeControls(value.replace(/[\t\r\n\u2028\u2029]+/g, ' ')) as T;
  }
  if (Array.isArray(value)) return value.map((member: unknown) => printableTexts(member)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, printableTexts(member)]);
  return Object.fromEntries(members) as T;
}

/**
 * Removes control characters from all text that is written to the stream. Only the styles that `applyStyle` applies for this stream remain.
 * Live views, which move the cursor, write to `trustedStream`.
 */
export function guardOutput(stream: NodeJS.WriteStream): void {
  const write = stream.write.bind(stream);
  const trusted = new Proxy(stream, {
    get: (target, key) => {
      if (key === 'write') return write;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, key, value) => Reflect.set(target, key, value, target),
  });
  const guard: Guard = { trusted };
  guards.set(stream, guard);
  const guarded = (chunk: string | Uint8Array, ...rest: never[]) =>
    write(typeof chunk === 'string' ? keepStyles(chunk, guard.mark) : chunk, ...rest);
  stream.write = guarded as typeof stream.write;
}

/** Returns the stream for output that this program formats itself: live views and prompts. */
export function trustedStream(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return guards.get(stream)?.trusted ?? stream;
}

/** Returns the text with a style, if the stream supports styles. */
export function applyStyle(format: TextStyle, text: string, stream: NodeJS.WriteStream): string {
  const styled = styleText(format, 'x', { stream });
  if (text === '' || styled === 'x') return text;
  const hasPalette = (stream.getColorDepth?.() ?? 1) >= paletteDepth;
  const [start = '', end = ''] = (hasPalette ? styled.replace(colorCodes, toReadable) : styled)
    .replaceAll('\u001b[', `\u001b[${markOf(stream)}`)
    .split('x');
  return `${start}${text}${end}`;
}

/** Returns the mark of a stream, empty without a guard. It is created for the first style, because loading `node:crypto` takes 5 ms. */
function markOf(stream: NodeJS.WriteStream): string {
  const guard = guards.get(stream);
  if (!guard) return '';
  guard.mark ??= `${randomInt(1000, 10_000)};${randomInt(1000, 10_000)};`;
  return guard.mark;
}

/** Color depth of a stream with a palette of 256 colors (bits). */
const paletteDepth = 8;
// biome-ignore lint/suspicious/noControlCharactersInRegex: styles begin with this character
const colorCodes = /(?<=\u001b\[)3[2-6]m/; // oxlint-disable-line no-control-regex -- the same
const colorNames = ['green', 'yellow', 'blue', 'magenta', 'cyan'] as const;

/** Returns the code of a readable color instead of 32 to 36, the codes of green to cyan. */
function toReadable(code: string): string {
  const name = colorNames[Number.parseInt(code, 10) - 32];
  return name ? `38;5;${readableColors[name]}m` : code;
}

/** Returns the text without control characters, except for the styles with this mark, which are replaced by plain ones. */
function keepStyles(text: string, mark: string | undefined): string {
  if (mark === undefined) return removeControls(text);
  if (/^[\t\n -~]*$/.test(text)) return text;
  return text
    .split(`\u001b[${mark}`)
    .map((part, index) => {
      if (index === 0) return removeControls(part);
      const [codes = ''] = /^[\d;]*m/.exec(part) ?? [];
      return `${codes && `\u001b[${codes}`}${removeControls(part.slice(codes.length))}`;
    })
    .join('');
}
