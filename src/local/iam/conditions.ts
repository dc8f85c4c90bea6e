import { BlockList, isIPv4 } from 'node:net';
import { type ConditionContext, dependsOnRequest, isKnownKey } from './condition-keys.ts';
import { malformed } from './errors.ts';
import { compileArn, compilePattern, type Matcher } from './patterns.ts';

/** The compiled `Condition` element of a statement. */
export interface Condition {
  /** Reports whether all operators are true for a request. */
  matches(context: ConditionContext): boolean;
  /** True if two requests of one caller for one resource can have different results. */
  readonly dependsOnRequest: boolean;
}

interface Options {
  readonly hasVariables: boolean;
}

type Compile = (value: string, options: Options) => Matcher;

const equals: Compile = (value, { hasVariables }) => {
  const expected = hasVariables ? value.replace(/\$\{([*?$])\}/g, '$1') : value;
  return (actual) => actual === expected;
};

const equalsIgnoreCase: Compile = (value, options) => {
  const matches = equals(value.toLowerCase(), options);
  return (actual) => matches(actual.toLowerCase());
};

/** Returns an operator that compares numbers or times; a text that is neither matches nothing. */
const compare =
  (parse: (text: string) => number, holds: (actual: number, expected: number) => boolean) =>
  (value: string): Matcher => {
    const expected = parse(value);
    if (Number.isNaN(expected)) throw malformed(`The condition value ${value} is not valid.`);
    return (actual) => holds(parse(actual), expected);
  };

const parseNumber = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));
/** Returns a time (epoch ms). IAM accepts ISO 8601 and seconds since 1970. */
const parseTime = (text: string) => (/^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text));

const comparisons: readonly [string, (actual: number, expected: number) => boolean][] = [
  ['Equals', (actual, expected) => actual === expected],
  ['LessThan', (actual, expected) => actual < expected],
  ['LessThanEquals', (actual, expected) => actual <= expected],
  ['GreaterThan', (actual, expected) => actual > expected],
  ['GreaterThanEquals', (actual, expected) => actual >= expected],
];

/** Positive operators. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators: ReadonlyMap<string, Compile> = new Map<string, Compile>([
  ['StringEquals', equals],
  ['StringEqualsIgnoreCase', equalsIgnoreCase],
  ['StringLike', compilePattern],
  ['ArnEquals', compileArn],
  ['ArnLike', compileArn],
  ['Bool', equalsIgnoreCase],
  ['IpAddress', compileAddress],
  ...comparisons.map(([name, holds]) => [`Numeric${name}`, compare(parseNumber, holds)] as const),
  ...comparisons.map(([name, holds]) => [`Date${name}`, compare(parseTime, holds)] as const),
]);

/** Negated operators, and the operator whose opposite they are. */
const negated: ReadonlyMap<string, string> = new Map([
  ['StringNotEquals', 'StringEquals'],
  ['StringNotEqualsIgnoreCase', 'StringEqualsIgnoreCase'],
  ['StringNotLike', 'StringLike'],
  ['ArnNotEquals', 'ArnEquals'],
  ['ArnNotLike', 'ArnLike'],
  ['NotIpAddress', 'IpAddress'],
  ['NumericNotEquals', 'NumericEquals'],
  ['DateNotEquals', 'DateEquals'],
]);

/** Returns the compiled `Condition` element. Throws MalformedPolicyDocument with the operator or key that is not supported. */
export function compileCondition(element: unknown, options: Options): Condition {
  if (!isRecord(element)) throw malformed('Syntax errors in policy.');
  const tests: ((context: ConditionContext) => boolean)[] = [];
  let isDynamic = false;
  for (const [operator, keys] of Object.entries(element)) {
    if (!isRecord(keys)) throw malformed('Syntax errors in policy.');
    for (const [key, values] of Object.entries(keys)) {
      if (!isKnownKey(key)) {
        throw malformed(`The local runtime does not implement the condition key ${key}`);
      }
      isDynamic ||= dependsOnRequest(key);
      tests.push(
        compileTest(operator, { key: key.toLowerCase(), values: readValues(values) }, options),
      );
    }
  }
  return {
    matches: (context) => tests.every((test) => test(context)),
    dependsOnRequest: isDynamic,
  };
}

interface Operand {
  /** Condition key in lower case. */
  readonly key: string;
  readonly values: readonly string[];
}

function compileTest(
  operator: string,
  { key, values }: Operand,
  options: Options,
): (context: ConditionContext) => boolean {
  if (operator === 'Null') {
    return (context) => values.includes(String((context(key) ?? []).length === 0));
  }
  const { quantifier, name, ifExists } = parseOperator(operator);
  const positive = negated.get(name);
  const compile = operators.get(positive ?? name);
  if (!compile) throw malformed(`Invalid Condition type : ${operator}.`);
  const matchers = values.map((value) => compile(value, options));
  const holds = (actual: string) =>
    matchers.some((matches) => matches(actual)) === (positive === undefined);
  return (context) => {
    const actual = context(key) ?? [];
    if (quantifier === 'ForAllValues') return actual.every(holds);
    if (actual.length === 0) {
      return ifExists || (positive !== undefined && quantifier === undefined);
    }
    return positive === undefined || quantifier !== undefined
      ? actual.some(holds)
      : actual.every(holds);
  };
}

function parseOperator(operator: string): {
  quantifier: string | undefined;
  name: string;
  ifExists: boolean;
} {
  const [, quantifier, name = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  return { quantifier, name, ifExists: ifExists !== undefined };
}

/** Returns the values as text: JSON numbers and booleans are allowed. */
function readValues(values: unknown): string[] {
  return [values].flat().map((value) => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return String(value);
    }
    throw malformed('Syntax errors in policy.');
  });
}

/** Returns a matcher for IP addresses in a range such as `10.0.0.0/8`. */
function compileAddress(value: string): Matcher {
  const [address = '', length] = value.split('/');
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const range = new BlockList();
  try {
    range.addSubnet(address, Number(length ?? (family === 'ipv4' ? 32 : 128)), family);
  } catch {
    throw malformed(`The condition value ${value} is not valid.`);
  }
  return (actual) => range.check(actual, isIPv4(actual) ? 'ipv4' : 'ipv6');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
