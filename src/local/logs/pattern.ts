import { AwsError } from '../wire/aws-error.ts';

/** Whether a log event's message matches. */
export type Matcher = (message: string) => boolean;

/**
 * A filter pattern of CloudWatch Logs: plain terms (all must occur, `-term` must not, `?term` any), quoted phrases, and
 * JSON patterns as `{ $.level = "ERROR" && $.orderId = "a*" }`.
 */
export function parsePattern(pattern: string | undefined): Matcher {
  const text = pattern?.trim() ?? '';
  if (text === '') return () => true;
  if (text.startsWith('{')) {
    if (!text.endsWith('}')) throw invalid(text);
    return jsonPattern(text.slice(1, -1));
  }
  return terms(text);
}

function terms(text: string): Matcher {
  const all: string[] = [];
  const none: string[] = [];
  const any: string[] = [];
  for (const [, sign, quoted, plain] of text.matchAll(/([-?]?)(?:"((?:\\.|[^"\\])*)"|(\S+))/g)) {
    const term = quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1');
    (sign === '-' ? none : sign === '?' ? any : all).push(term);
  }
  return (message) =>
    all.every((term) => message.includes(term)) &&
    !none.some((term) => message.includes(term)) &&
    (any.length === 0 || any.some((term) => message.includes(term)));
}

type Test = (event: unknown) => boolean;
const token =
  /\s*(\(|\)|&&|\|\||\$(?:\.[A-Za-z0-9_@-]+|\[\d+\]|\['[^']*'\]|\["[^"]*"\])*|!=|<=|>=|=|<|>|"(?:\\.|[^"\\])*"|[^\s()&|=<>!]+)/y;

function jsonPattern(text: string): Matcher {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const match = token.exec(text);
    if (!match?.[1]) throw invalid(text);
    tokens.push(match[1]);
  }
  const test = either(tokens, text);
  if (tokens.length > 0) throw invalid(text);
  return (message) => {
    if (!message.trimStart().startsWith('{')) return false;
    try {
      return test(JSON.parse(message));
    } catch {
      return false;
    }
  };
}

function either(tokens: string[], text: string): Test {
  const tests = [both(tokens, text)];
  while (tokens[0] === '||') {
    tokens.shift();
    tests.push(both(tokens, text));
  }
  return (event) => tests.some((test) => test(event));
}

function both(tokens: string[], text: string): Test {
  const tests = [condition(tokens, text)];
  while (tokens[0] === '&&') {
    tokens.shift();
    tests.push(condition(tokens, text));
  }
  return (event) => tests.every((test) => test(event));
}

function condition(tokens: string[], text: string): Test {
  const first = tokens.shift();
  if (first === '(') {
    const inner = either(tokens, text);
    if (tokens.shift() !== ')') throw invalid(text);
    return inner;
  }
  const operator = tokens.shift();
  const operand = tokens.shift();
  if (!first?.startsWith('$') || !operator || operand === undefined) throw invalid(text);
  const path = first.slice(1).match(/[A-Za-z0-9_@-]+|(?<=')[^']+(?=')|(?<=")[^"]+(?=")/g) ?? [];
  const compare = comparison(operator, operand);
  if (!compare) throw invalid(text);
  return (event) => compare(path.reduce<unknown>(member, event));
}

function comparison(operator: string, operand: string): Test | undefined {
  const word = operand.toUpperCase();
  if (operator.toUpperCase() === 'IS') {
    if (word === 'NULL') return (value) => value === null;
    if (word === 'TRUE') return (value) => value === true;
    return word === 'FALSE' ? (value) => value === false : undefined;
  }
  if (operator.toUpperCase() === 'NOT') return (value) => value === undefined;
  const number = Number(operand);
  if (operator === '=' || operator === '!=') {
    const expected = glob(operand.replace(/^"(.*)"$/s, '$1').replace(/\\(["\\])/g, '$1'));
    const equal: Test = (value) =>
      value === number ||
      ((typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') &&
        expected.test(String(value)));
    return operator === '=' ? equal : (value) => value !== undefined && !equal(value);
  }
  if (Number.isNaN(number)) return undefined;
  if (operator === '<') return (value) => typeof value === 'number' && value < number;
  if (operator === '>') return (value) => typeof value === 'number' && value > number;
  if (operator === '<=') return (value) => typeof value === 'number' && value <= number;
  return operator === '>=' ? (value) => typeof value === 'number' && value >= number : undefined;
}

function glob(text: string): RegExp {
  const source = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 's');
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}

function invalid(text: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid filter pattern: ${text}`);
}
