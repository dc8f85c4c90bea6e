import { invalid } from '../query-protocol.ts';
import { toText } from './intrinsics.ts';
import { isFields, parseIntrinsic, type Template } from './template.ts';

/** Returns the value of a parameter or pseudo parameter. */
type ReadReference = (name: string) => unknown;

/** Functions that a rule may use, with their minimum and maximum numbers of operands. */
const operandCounts: Readonly<Record<string, readonly [minimum: number, maximum: number]>> = {
  'Fn::And': [2, 10],
  'Fn::Contains': [2, 2],
  'Fn::EachMemberEquals': [2, 2],
  'Fn::EachMemberIn': [2, 2],
  'Fn::Equals': [2, 2],
  'Fn::Not': [1, 1],
  'Fn::Or': [2, 10],
};

const logicalFunctions = ['Fn::And', 'Fn::Not', 'Fn::Or'];

/** Functions that look up resources of EC2 and Route 53. */
const lookupFunctions = ['Fn::RefAll', 'Fn::ValueOf', 'Fn::ValueOfAll'];

/**
 * Throws ValidationError if the rules of a template are malformed, use another function, or refer to a resource.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 */
export function checkRules({ Rules: rules = {}, Parameters = {} }: Template): void {
  if (!isFields(rules)) throw invalid('Template format error: Rules must be a map');
  for (const [name, rule] of Object.entries(rules)) {
    checkNames(name, rule, ['Assertions', 'RuleCondition']);
    const { Assertions: assertions, RuleCondition: condition } = rule;
    if (condition !== undefined) checkFunction(name, condition, Parameters);
    if (!Array.isArray(assertions) || assertions.length === 0) {
      throw invalid(`Template format error: rule ${name} must have a list of Assertions`);
    }
    for (const assertion of assertions) {
      checkNames(name, assertion, ['Assert', 'AssertDescription']);
      checkFunction(name, assertion['Assert'], Parameters);
    }
  }
}

function checkNames(rule: string, fields: unknown, known: readonly string[]): void {
  if (!isFields(fields)) throw invalid(`Template format error: rule ${rule} must consist of maps`);
  const unknown = Object.keys(fields).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw invalid(`Template format error: unknown property ${unknown} in rule ${rule}`);
}

/** Checks a function whose result is true or false. */
function checkFunction(rule: string, value: unknown, parameters: object): void {
  const [name = '', operands] = parseIntrinsic(value) ?? [];
  if (lookupFunctions.includes(name)) throw unservedLookup(rule, name);
  const [minimum, maximum] = operandCounts[name] ?? [];
  if (minimum === undefined || maximum === undefined) {
    const problem = name === '' ? 'must use a rule-specific function' : `cannot use ${name}`;
    throw invalid(`Template format error: rule ${rule} ${problem}`);
  }
  if (!Array.isArray(operands) || operands.length < minimum || operands.length > maximum) {
    const count = minimum === maximum ? String(minimum) : `${minimum} to ${maximum}`;
    throw invalid(`Template format error: ${name} in rule ${rule} needs ${count} operands`);
  }
  for (const operand of operands) {
    if (logicalFunctions.includes(name)) checkFunction(rule, operand, parameters);
    else checkOperand(rule, operand, parameters);
  }
}

/** Checks a text, a list of texts, or a `Ref` to a parameter. */
function checkOperand(rule: string, operand: unknown, parameters: object): void {
  if (Array.isArray(operand)) {
    for (const member of operand) checkOperand(rule, member, parameters);
    return;
  }
  if (!isFields(operand)) return;
  const [name = '', argument] = parseIntrinsic(operand) ?? [];
  if (lookupFunctions.includes(name)) throw unservedLookup(rule, name);
  if (name !== 'Ref') {
    throw invalid(
      `Template format error: rule ${rule} cannot use ${name || 'a map'} as an operand`,
    );
  }
  const reference = String(argument);
  if (Object.hasOwn(parameters, reference) || reference.startsWith('AWS::')) return;
  throw invalid(
    `Template format error: Unresolved dependencies [${reference}]. Cannot reference resources in the Rules block of the template`,
  );
}

function unservedLookup(rule: string, name: string): Error {
  return invalid(
    `Template format error: the local runtime does not implement ${name} in rule ${rule}: it looks up resources of EC2 or Route 53`,
  );
}

/** Throws ValidationError with the description of the first assertion that is false, if the condition of its rule is true. */
export function assertRules({ Rules: rules = {} }: Template, read: ReadReference): void {
  for (const [name, { RuleCondition: condition, Assertions }] of Object.entries(rules)) {
    if (condition !== undefined && !evaluate(condition, read)) continue;
    for (const { Assert, AssertDescription: description } of Assertions) {
      if (evaluate(Assert, read)) continue;
      throw invalid(
        `Template validation error: an assertion of rule ${name} failed${description === undefined ? '' : `: ${description}`}`,
      );
    }
  }
}

function evaluate(value: unknown, read: ReadReference): boolean {
  const [name, operands] = parseIntrinsic(value) as [string, readonly unknown[]];
  const [first, second] = operands;
  const toList = (operand: unknown) => resolveList(operand, read);
  switch (name) {
    case 'Fn::And':
      return operands.every((operand) => evaluate(operand, read));
    case 'Fn::Or':
      return operands.some((operand) => evaluate(operand, read));
    case 'Fn::Not':
      return !evaluate(first, read);
    case 'Fn::Contains':
      return toList(first).includes(toList(second).join(','));
    case 'Fn::EachMemberEquals':
      return toList(first).every((member) => member === toList(second).join(','));
    case 'Fn::EachMemberIn':
      return toList(first).every((member) => toList(second).includes(member));
    default:
      return toList(first).join(',') === toList(second).join(',');
  }
}

/** Returns the texts of an operand: the items of a list, or the one text. */
function resolveList(operand: unknown, read: ReadReference): string[] {
  if (Array.isArray(operand)) return operand.flatMap((member) => resolveList(member, read));
  const [, name] = parseIntrinsic(operand) ?? [];
  const value = typeof name === 'string' ? read(name) : operand;
  return [value].flat().map(toText);
}
