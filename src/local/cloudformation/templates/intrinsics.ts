import { invalid } from '../query-protocol.ts';
import { type Fields, isFields, parseIntrinsic, readMember, type Template } from './template.ts';

/** The values that intrinsic functions refer to. */
export interface Scope {
  readonly template: Template;
  /** Returns the value of a parameter, pseudo parameter or resource; undefined if there is none. */
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  /** Returns the value of another stack's export; undefined if there is none. */
  importedValue(name: string): string | undefined;
}

/** The value of `AWS::NoValue`. A property with this value is removed. */
export const noValue = Symbol('AWS::NoValue');

/** Returns a value with all intrinsic functions replaced by their results. Throws ValidationError for an invalid one. */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((member) => resolve(member, scope)).filter((member) => member !== noValue);
  }
  if (!isFields(value)) return value;
  const call = parseIntrinsic(value);
  if (call && call[0] !== 'Condition') return callFunction(call[0], call[1], scope);
  const entries = Object.entries(value).map(
    ([name, member]) => [name, resolve(member, scope)] as const,
  );
  return Object.fromEntries(entries.filter(([, member]) => member !== noValue));
}

/** Reports whether a named condition is true. Throws ValidationError if it is not defined. */
export function evaluateCondition(name: string, scope: Scope): boolean {
  const condition = readMember(scope.template.Conditions, name);
  if (condition === undefined) {
    throw invalid(`Template validation error: unresolved condition dependency ${name}`);
  }
  return evaluate(condition, scope);
}

function evaluate(value: unknown, scope: Scope): boolean {
  const [name, argument] = parseIntrinsic(value) ?? ['', value];
  const list = Array.isArray(argument) ? argument : [argument];
  switch (name) {
    case 'Condition':
      return evaluateCondition(String(argument), scope);
    case 'Fn::Equals': {
      const [left, right] = list.map((operand) => resolve(operand, scope));
      return toText(left) === toText(right);
    }
    case 'Fn::Not':
      return !evaluate(list[0], scope);
    case 'Fn::And':
      return list.every((operand) => evaluate(operand, scope));
    case 'Fn::Or':
      return list.some((operand) => evaluate(operand, scope));
    default:
      return toText(resolve(value, scope)) === 'true';
  }
}

function callFunction(name: string, argument: unknown, scope: Scope): unknown {
  switch (name) {
    case 'Ref':
      return resolveReference(String(argument), scope);
    case 'Fn::GetAtt': {
      const [id = '', ...rest] =
        typeof argument === 'string' ? argument.split('.') : (argument as string[]);
      return scope.attribute(id, rest.join('.'));
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::If': {
      const [condition, whenTrue, whenFalse] = argument as [string, unknown, unknown];
      return resolve(evaluateCondition(condition, scope) ? whenTrue : whenFalse, scope);
    }
    case 'Fn::Equals':
    case 'Fn::Not':
    case 'Fn::And':
    case 'Fn::Or':
      return evaluate({ [name]: argument }, scope);
    default:
      return callWithResolvedArgument(name, resolve(argument, scope), scope);
  }
}

function callWithResolvedArgument(name: string, argument: unknown, scope: Scope): unknown {
  const list = Array.isArray(argument) ? (argument as unknown[]) : [];
  switch (name) {
    case 'Fn::Join':
      return (list[1] as unknown[]).map(toText).join(toText(list[0]));
    case 'Fn::Select': {
      const options = list[1];
      const item = Array.isArray(options) ? (options as unknown[])[Number(list[0])] : undefined;
      if (item === undefined) {
        throw invalid('Template error: Fn::Select cannot select nonexistent value at index');
      }
      return item;
    }
    case 'Fn::Split':
      return toText(list[1]).split(toText(list[0]));
    case 'Fn::ImportValue': {
      const value = scope.importedValue(toText(argument));
      if (value === undefined) throw invalid(`No export named ${toText(argument)} found.`);
      return value;
    }
    case 'Fn::Base64':
      return Buffer.from(toText(argument)).toString('base64');
    case 'Fn::FindInMap': {
      const [map, first, second] = list.map(toText) as [string, string, string];
      const value = readMember(readMember(readMember(scope.template.Mappings, map), first), second);
      if (value === undefined) {
        throw invalid(`Template error: Unable to get mapping for ${map}::${first}::${second}`);
      }
      return value;
    }
    default:
      throw invalid(`Template error: the local runtime does not implement ${name}`);
  }
}

function substitute(argument: unknown, scope: Scope): string {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const values = resolve(variables, scope) as Fields;
  return String(template).replace(/\$\{([^}]+)\}/g, (_, inner: string) => {
    const name = inner.trim();
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(values, name)) return toText(values[name]);
    const direct = scope.ref(name);
    if (direct !== undefined) return toText(direct);
    const dot = name.indexOf('.');
    if (dot < 0) return toText(resolveReference(name, scope));
    return toText(scope.attribute(name.slice(0, dot), name.slice(dot + 1)));
  });
}

function resolveReference(name: string, scope: Scope): unknown {
  const value = scope.ref(name);
  if (value === undefined) {
    throw invalid(
      `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
    );
  }
  return value;
}

/** Returns a value as text, in the format of CloudFormation. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(toText).join(',') : JSON.stringify(value);
}
