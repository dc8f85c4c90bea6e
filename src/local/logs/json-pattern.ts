import { createComparison, invalidPattern, type Predicate } from './comparison.ts';

const tokenPattern =
  /\s*(\(|\)|&&|\|\||\$(?:\.(?:[A-Za-z0-9_@-]+|\*)|\[(?:\d+|\*)\]|\.?\['[^']*'\]|\.?\["[^"]*"\])*|!=|<=|>=|=|<|>|%[^%]+%|"(?:\\.|[^"\\])*"|[^\s()&|=<>!]+)/y;

/** Returns the test for the condition between the braces of a pattern. It is false for a message that is not a JSON object. */
export function parseJsonPattern(text: string): (message: string) => boolean {
  const parser = new ConditionParser(text);
  const test = parser.parse();
  return (message) => {
    if (!message.trimStart().startsWith('{')) return false;
    try {
      return test(JSON.parse(message));
    } catch {
      return false;
    }
  };
}

/** Maximum number of nested parentheses. It keeps the parser's stack small. */
const maxLevels = 100;

class ConditionParser {
  readonly #text: string;
  readonly #tokens: string[];
  #level = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = this.#tokenize();
  }

  parse(): Predicate {
    const test = this.#parseOr();
    if (this.#tokens.length > 0) throw invalidPattern(this.#text);
    return test;
  }

  #tokenize(): string[] {
    const tokens: string[] = [];
    tokenPattern.lastIndex = 0;
    while (tokenPattern.lastIndex < this.#text.trimEnd().length) {
      const match = tokenPattern.exec(this.#text);
      if (!match?.[1]) throw invalidPattern(this.#text);
      tokens.push(match[1]);
    }
    return tokens;
  }

  #parseOr(): Predicate {
    const tests = [this.#parseAnd()];
    while (this.#tokens[0] === '||') {
      this.#tokens.shift();
      tests.push(this.#parseAnd());
    }
    return (event) => tests.some((test) => test(event));
  }

  #parseAnd(): Predicate {
    const tests = [this.#parseCondition()];
    while (this.#tokens[0] === '&&') {
      this.#tokens.shift();
      tests.push(this.#parseCondition());
    }
    return (event) => tests.every((test) => test(event));
  }

  #parseCondition(): Predicate {
    const first = this.#tokens.shift();
    if (first === '(') {
      this.#level += 1;
      if (this.#level > maxLevels) throw invalidPattern(this.#text);
      const inner = this.#parseOr();
      if (this.#tokens.shift() !== ')') throw invalidPattern(this.#text);
      this.#level -= 1;
      return inner;
    }
    const operator = this.#tokens.shift();
    const operand = this.#tokens.shift();
    if (!first?.startsWith('$') || !operator || operand === undefined) {
      throw invalidPattern(this.#text);
    }
    const path = parsePath(first);
    const isMatch = createTest(operator, operand) ?? createComparison(operator, operand);
    return (event) => selectValues(event, path).some(isMatch);
  }
}

/** Returns the test for `IS NULL`, `IS TRUE`, `IS FALSE` and `NOT EXISTS`; undefined for other operators. */
function createTest(operator: string, operand: string): Predicate | undefined {
  switch (`${operator} ${operand}`.toUpperCase()) {
    case 'IS NULL':
      return (value) => value === null;
    case 'IS TRUE':
      return (value) => value === true;
    case 'IS FALSE':
      return (value) => value === false;
    case 'NOT EXISTS':
      return (value) => value === undefined;
    default:
      return undefined;
  }
}

/** Returns the names and indexes of a selector such as `$.items[0]['a.b'].*`. */
function parsePath(selector: string): string[] {
  const parts = selector.matchAll(
    /\.([A-Za-z0-9_@-]+|\*)|\[(\d+|\*)\]|\['([^']*)'\]|\["([^"]*)"\]/g,
  );
  return [...parts].map(
    ([, name, index, single, double]) => name ?? index ?? single ?? double ?? '',
  );
}

/** Returns the values that a path selects: several for `*`, and undefined for a missing one. */
function selectValues(event: unknown, path: readonly string[]): unknown[] {
  let values = [event];
  for (const name of path) {
    values = values.flatMap((value) =>
      name === '*' ? listMembers(value) : [readMember(value, name)],
    );
  }
  return values;
}

function listMembers(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}

function readMember(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
