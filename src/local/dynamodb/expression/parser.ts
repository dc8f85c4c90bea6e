import { invalid } from '../errors.ts';
import type { Comparator, Condition, Operand, Parsed, Path } from './ast.ts';
import { isReserved } from './reserved.ts';
import { TokenReader } from './tokens.ts';

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const maxExpressionBytes = 4096;
/** Maximum number of elements of a document path: an item has at most as many levels. */
const maxPathLength = 32;

const comparators = new Set(['=', '<>', '<', '<=', '>', '>=']);
const keywords = new Set(['AND', 'OR', 'NOT', 'BETWEEN', 'IN']);

/** Parses an expression with `read`. Throws ValidationException if `read` does not use the whole text. */
export function parseAll<T>(text: string, read: (reader: TokenReader) => T): Parsed<T> {
  const size = Buffer.byteLength(text);
  if (size > maxExpressionBytes) {
    throw invalid(
      `Expression size has exceeded the maximum allowed size; expression size: ${size}`,
    );
  }
  const reader = new TokenReader(text);
  const tree = read(reader);
  reader.expectEnd();
  return { tree, names: reader.names, values: reader.values };
}

/** Parses a condition, filter or key condition expression. */
export function parseCondition(text: string): Parsed<Condition> {
  return parseAll(text, (reader) => new ConditionParser(reader).or());
}

/** Parses a projection expression. */
export function parseProjection(text: string): Parsed<Path[]> {
  return parseAll(text, (reader) => {
    const paths = [readPath(reader)];
    while (reader.takeSign(',')) paths.push(readPath(reader));
    return paths;
  });
}

export function readPath(reader: TokenReader): Path {
  const path: (string | number)[] = [readName(reader)];
  for (;;) {
    if (reader.takeSign('.')) path.push(readName(reader));
    else if (reader.takeSign('[')) {
      if (reader.next.kind !== 'number') reader.fail();
      path.push(Number(reader.advance().text));
      reader.expectSign(']');
    } else return path;
    if (path.length > maxPathLength) {
      throw invalid(`The document path has more than ${maxPathLength} elements`);
    }
  }
}

function readName(reader: TokenReader): string {
  const { kind, text } = reader.next;
  if (kind === 'name') return reader.advance().text;
  if (kind !== 'word' || keywords.has(text.toUpperCase())) reader.fail();
  if (isReserved(text)) {
    throw invalid(`Attribute name is a reserved keyword; reserved keyword: ${text}`);
  }
  return reader.advance().text;
}

/** Reads a path, a value or a function call. */
export function readOperand(reader: TokenReader): Operand {
  const { kind } = reader.next;
  if (kind === 'value') return { kind: 'value', name: reader.advance().text };
  if (kind === 'word' && reader.following?.kind === 'sign' && reader.following.text === '(') {
    return readCall(reader);
  }
  return { kind: 'path', path: readPath(reader) };
}

function readCall(reader: TokenReader): Operand & { kind: 'call' } {
  if (keywords.has(reader.next.text.toUpperCase())) reader.fail();
  const name = reader.advance().text;
  reader.expectSign('(');
  return reader.nested(() => {
    const operands = [readOperand(reader)];
    while (reader.takeSign(',')) operands.push(readOperand(reader));
    reader.expectSign(')');
    return { kind: 'call', name, operands };
  });
}

/** Recursive descent parser. Precedence from low to high: OR, AND, NOT, comparisons. */
class ConditionParser {
  readonly #reader: TokenReader;
  /** The latest condition in parentheses; detects redundant parentheses. */
  #lastParenthesized: Condition | undefined;

  constructor(reader: TokenReader) {
    this.#reader = reader;
  }

  or(): Condition {
    let left = this.#and();
    while (this.#reader.takeWord('OR')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.#reader.takeWord('AND')) left = { kind: 'and', left, right: this.#not() };
    return left;
  }

  #not(): Condition {
    const reader = this.#reader;
    if (reader.takeWord('NOT')) return reader.nested(() => ({ kind: 'not', inner: this.#not() }));
    if (reader.takeSign('(')) return reader.nested(() => this.#parenthesized());
    return this.#test();
  }

  #parenthesized(): Condition {
    const inner = this.or();
    this.#reader.expectSign(')');
    if (inner === this.#lastParenthesized)
      throw invalid('The expression has redundant parentheses;');
    this.#lastParenthesized = inner;
    return inner;
  }

  #test(): Condition {
    const reader: TokenReader = this.#reader;
    const operand = readOperand(reader);
    if (reader.next.kind === 'sign' && comparators.has(reader.next.text)) {
      const operator = reader.advance().text as Comparator;
      return { kind: 'compare', operator, operands: [operand, readOperand(reader)] };
    }
    if (reader.takeWord('BETWEEN')) {
      const low = readOperand(reader);
      if (!reader.takeWord('AND')) reader.fail();
      return { kind: 'between', operands: [operand, low, readOperand(reader)] };
    }
    if (reader.takeWord('IN')) return this.#membership(operand);
    if (operand.kind !== 'call') reader.fail();
    return operand;
  }

  #membership(operand: Operand): Condition {
    const reader: TokenReader = this.#reader;
    reader.expectSign('(');
    const options = [readOperand(reader)];
    while (reader.takeSign(',')) options.push(readOperand(reader));
    reader.expectSign(')');
    if (options.length > 100) {
      throw invalid('The IN operator is provided with too many operands; number of operands: 101');
    }
    return { kind: 'in', operands: [operand, ...options] };
  }
}
