import { invalid } from '../errors.ts';

export interface Token {
  readonly kind: 'word' | 'name' | 'value' | 'number' | 'sign' | 'end';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Maximum number of nested parentheses, functions and negations. It keeps the parser's stack small. */
const maxLevels = 300;

const pattern =
  /\s*(?:(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|([A-Za-z_][A-Za-z0-9_]*)|(\d+)|(<>|<=|>=|[=<>()[\],.+-])|$)/y;
const kinds = ['name', 'value', 'word', 'number', 'sign'] as const;

/** Splits an expression into tokens. The last token has the kind `end`. */
function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  for (;;) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) {
      const rest = text.slice(start).trimStart();
      const near = text.slice(tokens.at(-1)?.start ?? 0).slice(0, 40);
      throw invalid(`Syntax error; token: "${rest[0] ?? ''}", near: "${near}"`);
    }
    const position = match.slice(1).findIndex((group) => group !== undefined);
    const token = match[position + 1] ?? '';
    const end = start + match[0].length;
    if (position < 0) {
      tokens.push({ kind: 'end', text: '<EOF>', start: end, end });
      return tokens;
    }
    tokens.push({ kind: kinds[position] ?? 'sign', text: token, start: end - token.length, end });
  }
}

/** Reads the tokens of an expression and collects its placeholders. */
export class TokenReader {
  readonly names = new Set<string>();
  readonly values = new Set<string>();
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #position = 0;
  #level = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  get next(): Token {
    return this.#tokens[this.#position] as Token;
  }

  /** The token after the next one. */
  get following(): Token | undefined {
    return this.#tokens[this.#position + 1];
  }

  advance(): Token {
    const token = this.next;
    if (token.kind === 'name') this.names.add(token.text);
    if (token.kind === 'value') this.values.add(token.text);
    if (token.kind !== 'end') this.#position += 1;
    return token;
  }

  isSign(text: string): boolean {
    return this.next.kind === 'sign' && this.next.text === text;
  }

  /** Keywords are not case-sensitive. */
  isWord(word: string): boolean {
    return this.next.kind === 'word' && this.next.text.toUpperCase() === word;
  }

  takeSign(text: string): boolean {
    const matches = this.isSign(text);
    if (matches) this.advance();
    return matches;
  }

  takeWord(word: string): boolean {
    const matches = this.isWord(word);
    if (matches) this.advance();
    return matches;
  }

  expectSign(text: string): void {
    if (!this.takeSign(text)) this.fail();
  }

  /** Returns the result of `read`, which reads the content of parentheses or a negation. Throws ValidationException if it is too deep. */
  nested<T>(read: () => T): T {
    this.#level += 1;
    if (this.#level > maxLevels) {
      throw invalid(`The expression has more than ${maxLevels} nested levels`);
    }
    const result = read();
    this.#level -= 1;
    return result;
  }

  expectEnd(): void {
    if (this.next.kind !== 'end') this.fail();
  }

  /** Throws the syntax error for the next token. */
  fail(): never {
    const start = this.#tokens[Math.max(0, this.#position - 1)]?.start ?? 0;
    const end = this.following?.end ?? this.next.end;
    throw invalid(
      `Syntax error; token: "${this.next.text}", near: "${this.#text.slice(start, end).trim()}"`,
    );
  }
}
