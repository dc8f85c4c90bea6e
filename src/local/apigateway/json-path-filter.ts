import { withPattern } from '../shared/linear-regexp.ts';

type Test = (item: unknown) => boolean;
type Operand = (item: unknown) => unknown;

/** Returns the value that a path inside a filter selects from an item; undefined if there is none. */
type SelectPath = (item: unknown, path: string) => unknown;

const operators: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  '==': (left, right) => toComparable(left) === toComparable(right),
  '!=': (left, right) => toComparable(left) !== toComparable(right),
  '<': (left, right) => compare(left, right, (order) => order < 0),
  '<=': (left, right) => compare(left, right, (order) => order <= 0),
  '>': (left, right) => compare(left, right, (order) => order > 0),
  '>=': (left, right) => compare(left, right, (order) => order >= 0),
  in: (left, right) =>
    Array.isArray(right) && right.some((member) => operators['==']?.(left, member)),
  nin: (left, right) => !(operators['in']?.(left, right) ?? false),
  contains: (left, right) =>
    typeof left === 'string'
      ? left.includes(String(right))
      : (operators['in']?.(right, left) ?? false),
  empty: (left, right) =>
    ((typeof left === 'string' || Array.isArray(left)) && left.length === 0) === right,
  size: (left, right) =>
    (typeof left === 'string' || Array.isArray(left)) && left.length === Number(right),
};

/** Numbers with exact digits are objects. */
function toComparable(value: unknown): unknown {
  if (value instanceof Number) return Number(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function compare(left: unknown, right: unknown, accepts: (order: number) => boolean): boolean {
  const [a, b] = [toComparable(left), toComparable(right)];
  if (typeof a === 'number' && typeof b === 'number') return accepts(a - b);
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  return accepts(a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Parses the filter `[?(...)]` of a JSONPath that starts at `start`. Returns a function that tests an item, and the position after the
 * filter. Throws SyntaxError for a malformed filter.
 */
export function parseFilter(
  source: string,
  start: number,
  selectPath: SelectPath,
): { readonly test: Test; readonly end: number } {
  const parser = new FilterParser(source, start + '[?'.length, selectPath);
  const test = parser.parseAny();
  parser.expect(/\s*\]/y);
  return { test, end: parser.position };
}

class FilterParser {
  position: number;
  readonly #source: string;
  readonly #selectPath: SelectPath;

  constructor(source: string, position: number, selectPath: SelectPath) {
    this.#source = source;
    this.position = position;
    this.#selectPath = selectPath;
  }

  parseAny(): Test {
    const tests = [this.#parseAll()];
    while (this.#take(/\s*\|\|/y)) tests.push(this.#parseAll());
    return (item) => tests.some((test) => test(item));
  }

  expect(token: RegExp): void {
    if (this.#take(token)) return;
    throw new SyntaxError(`Could not parse the filter ${this.#source} at ${this.position}`);
  }

  #parseAll(): Test {
    const tests = [this.#parseOne()];
    while (this.#take(/\s*&&/y)) tests.push(this.#parseOne());
    return (item) => tests.every((test) => test(item));
  }

  #parseOne(): Test {
    if (this.#take(/\s*!/y)) {
      const test = this.#parseOne();
      return (item) => !test(item);
    }
    if (this.#take(/\s*\(/y)) {
      const test = this.parseAny();
      this.expect(/\s*\)/y);
      return test;
    }
    const left = this.#parseOperand();
    const pattern = this.#take(/\s*=~\s*\/((?:[^/\\]|\\.)*)\//y);
    if (pattern) {
      const [, text = ''] = pattern;
      return (item) =>
        withPattern(`^(?:${text})$`, '', (expression) => expression.test(String(left(item))));
    }
    const [, name] = this.#take(/\s*(==|!=|<=|>=|<|>|in\b|nin\b|contains\b|empty\b|size\b)/y) ?? [];
    if (name === undefined) return (item) => left(item) !== undefined;
    const right = this.#parseOperand();
    return (item) => operators[name]?.(left(item), right(item)) ?? false;
  }

  #parseOperand(): Operand {
    const [, path] = this.#take(/\s*(@(?:\.\w+\(\)|\.[\w$-]+|\[[^\]]*\])*)/y) ?? [];
    if (path !== undefined) return (item) => this.#selectPath(item, path);
    const [, quoted] = this.#take(/\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/y) ?? [];
    if (quoted !== undefined) {
      const text = quoted.slice(1, -1).replaceAll(/\\(.)/g, '$1');
      return () => text;
    }
    const [, literal] = this.#take(/\s*(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y) ?? [];
    if (literal !== undefined) {
      const value: unknown = JSON.parse(literal);
      return () => value;
    }
    this.expect(/\s*\[/y);
    const members: Operand[] = [];
    do members.push(this.#parseOperand());
    while (this.#take(/\s*,/y));
    this.expect(/\s*\]/y);
    return (item) => members.map((member) => member(item));
  }

  #take(token: RegExp): RegExpExecArray | undefined {
    token.lastIndex = this.position;
    const match = token.exec(this.#source) ?? undefined;
    if (match) this.position = token.lastIndex;
    return match;
  }
}
