/** Parses JSON that people write: an error names the line and the column, and duplicate keys are rejected. */

/** Invalid JSON, with its position (both from 1). */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly line: number;
  readonly column: number;

  constructor(problem: string, text: string, offset: number) {
    const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
    const [line, column] = [lines.length, (lines.at(-1) ?? '').length + 1];
    super(`line ${line}, column ${column}: ${problem}`);
    this.line = line;
    this.column = column;
  }
}

/** JSON.parse accepts deeper values, but no configuration or order needs them. */
const maxDepth = 200;

const space = /[ \t\r\n]*/y;
/** Characters of a string without escapes. Control characters are not among them. */
const plain = String.raw`[^"\\\u0000-\u001f]*`;
const escaped = String.raw`\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})`;
const stringToken = new RegExp(`"${plain}(?:${escaped}${plain})*"`, 'y');
const scalarToken = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** Returns the value of a JSON text, which may start with a byte order mark. Throws JsonError if it is invalid or repeats a key. */
export function parseJson(input: string): unknown {
  const text = input.replace(/^\uFEFF/, '');
  new Scanner(text).scan();
  return JSON.parse(text);
}

/** Checks the syntax of a text. */
class Scanner {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): void {
    this.#take(space);
    if (this.#offset === this.#text.length) throw this.#error('the text is empty');
    this.#value(0);
    if (this.#offset < this.#text.length) throw this.#error(`unexpected ${this.#found()}`);
  }

  #value(depth: number): void {
    if (depth > maxDepth) throw this.#error(`more than ${maxDepth} nested values`);
    if (this.#skip('{')) this.#members(depth);
    else if (this.#skip('[')) this.#elements(depth);
    else if (this.#take(stringToken) === undefined && this.#take(scalarToken) === undefined) {
      throw this.#error(`expected a value, not ${this.#found()}`);
    }
    this.#take(space);
  }

  #members(depth: number): void {
    const keys = new Set<string>();
    if (this.#skip('}')) return;
    do {
      const at = this.#offset;
      const token = this.#take(stringToken);
      if (token === undefined) {
        throw this.#error(`expected a key in double quotes, not ${this.#found()}`);
      }
      const key = JSON.parse(token) as string;
      if (keys.has(key)) throw new JsonError(`the key ${token} is repeated`, this.#text, at);
      keys.add(key);
      this.#take(space);
      if (!this.#skip(':')) throw this.#error(`expected ":" after ${token}, not ${this.#found()}`);
      this.#value(depth + 1);
    } while (this.#skip(','));
    if (!this.#skip('}')) throw this.#error(`expected "," or "}", not ${this.#found()}`);
  }

  #elements(depth: number): void {
    if (this.#skip(']')) return;
    do this.#value(depth + 1);
    while (this.#skip(','));
    if (!this.#skip(']')) throw this.#error(`expected "," or "]", not ${this.#found()}`);
  }

  /** Skips a punctuation mark and the space after it. Returns whether it was there. */
  #skip(mark: string): boolean {
    if (this.#text[this.#offset] !== mark) return false;
    this.#offset += 1;
    this.#take(space);
    return true;
  }

  /** Returns the token at the current position and moves behind it. */
  #take(token: RegExp): string | undefined {
    token.lastIndex = this.#offset;
    const [found] = token.exec(this.#text) ?? [];
    if (found !== undefined) this.#offset += found.length;
    return found;
  }

  #found(): string {
    const [character] = this.#text.slice(this.#offset, this.#offset + 2);
    return character === undefined ? 'the end of the text' : JSON.stringify(character);
  }

  #error(problem: string): JsonError {
    return new JsonError(problem, this.#text, this.#offset);
  }
}
