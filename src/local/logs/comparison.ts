import { compileLinear } from '../shared/linear-regexp.ts';
import { AwsError } from '../wire/aws-error.ts';

export type Predicate = (value: unknown) => boolean;

/** Returns the error for a pattern that CloudWatch Logs does not accept. */
export function invalidPattern(text: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid filter pattern: ${text}`);
}

/**
 * Returns the test for a comparison such as `>= 5`, `= "a*"` or `= %a[0-9]%`. Throws InvalidParameterException if the operator or
 * the operand is not valid.
 */
export function createComparison(operator: string, operand: string): Predicate {
  switch (operator) {
    case '=':
      return createEqualityTest(operand);
    case '!=': {
      const isEqual = createEqualityTest(operand);
      return (value) => value !== undefined && !isEqual(value);
    }
    default:
      return createOrderTest(operator, operand);
  }
}

function createEqualityTest(operand: string): Predicate {
  if (isRegex(operand)) {
    const expression = parseRegex(operand);
    return (value) => isScalar(value) && expression.test(String(value));
  }
  const isQuoted = /^".*"$/s.test(operand);
  if (!isQuoted && (operand === '' || /["%]/.test(operand))) throw invalidPattern(operand);
  const number = isQuoted ? Number.NaN : Number(operand);
  const isExpected = createGlob(unquote(operand));
  return (value) => value === number || (isScalar(value) && isExpected(String(value)));
}

function createOrderTest(operator: string, operand: string): Predicate {
  const limit = operand.trim() === '' ? Number.NaN : Number(operand);
  if (Number.isNaN(limit)) throw invalidPattern(`${operator} ${operand}`);
  const test = orderTests.get(operator);
  if (!test) throw invalidPattern(operator);
  return (value) => typeof value === 'number' && test(value, limit);
}

const orderTests: ReadonlyMap<string, (value: number, limit: number) => boolean> = new Map([
  ['<', (value, limit) => value < limit],
  ['>', (value, limit) => value > limit],
  ['<=', (value, limit) => value <= limit],
  ['>=', (value, limit) => value >= limit],
]);

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** Returns the text of a quoted operand without its quotes and escapes. */
export function unquote(text: string): string {
  return /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(["\\])/g, '$1') : text;
}

/**
 * Returns the test for a text in which `*` stands for any characters. The parts between the stars are searched from left to right, so
 * that no pattern needs more than one pass.
 */
function createGlob(pattern: string): (text: string) => boolean {
  const [first = '', ...parts] = pattern.split('*');
  const last = parts.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let position = first.length;
    for (const part of parts) {
      const found = text.indexOf(part, position);
      if (found < 0) return false;
      position = found + part.length;
    }
    return text.length - last.length >= position && text.endsWith(last);
  };
}

export function isRegex(text: string): boolean {
  return text.length > 2 && text.startsWith('%') && text.endsWith('%');
}

/**
 * Returns the regular expression between two percent signs. It matches any part of a text. Groups are not supported.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html#regex-expressions
 */
export function parseRegex(text: string): RegExp {
  const source = text.slice(1, -1);
  if (/[()]/.test(source.replace(/\\./g, ''))) throw invalidPattern(text);
  try {
    return compileLinear(source);
  } catch {
    throw invalidPattern(text);
  }
}
