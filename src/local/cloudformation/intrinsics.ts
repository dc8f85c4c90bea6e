import { invalid } from './query-protocol.ts';
import { type Fields, intrinsic, isFields, type Template } from './template.ts';

/** Where values come from while a template is resolved. */
export interface Scope {
  readonly template: Template;
  /** A parameter, pseudo parameter or resource; undefined when there is none. */
  ref(name: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  /** What another stack exports; undefined when none does. */
  imported(name: string): string | undefined;
}

/** What `AWS::NoValue` is until it is left out. */
export const noValue = Symbol('AWS::NoValue');

/** Replaces all intrinsic functions in a value by what they give. */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => resolve(each, scope)).filter((each) => each !== noValue);
  }
  if (!isFields(value)) return value;
  const call = intrinsic(value);
  if (call && call[0] !== 'Condition') return apply(call[0], call[1], scope);
  const entries = Object.entries(value).map(
    ([name, each]) => [name, resolve(each, scope)] as const,
  );
  return Object.fromEntries(entries.filter(([, each]) => each !== noValue));
}

/** Whether a named condition holds. */
export function holds(name: string, scope: Scope): boolean {
  const condition = scope.template.Conditions?.[name];
  if (condition === undefined) {
    throw invalid(`Template validation error: unresolved condition dependency ${name}`);
  }
  return test(condition, scope);
}

function test(value: unknown, scope: Scope): boolean {
  const [name, argument] = intrinsic(value) ?? ['', value];
  const list = Array.isArray(argument) ? argument : [argument];
  switch (name) {
    case 'Condition':
      return holds(String(argument), scope);
    case 'Fn::Equals': {
      const [left, right] = list.map((each) => resolve(each, scope));
      return text(left) === text(right);
    }
    case 'Fn::Not':
      return !test(list[0], scope);
    case 'Fn::And':
      return list.every((each) => test(each, scope));
    case 'Fn::Or':
      return list.some((each) => test(each, scope));
    default:
      return text(resolve(value, scope)) === 'true';
  }
}

function apply(name: string, argument: unknown, scope: Scope): unknown {
  switch (name) {
    case 'Ref':
      return reference(String(argument), scope);
    case 'Fn::GetAtt': {
      const [id = '', ...rest] =
        typeof argument === 'string' ? argument.split('.') : (argument as string[]);
      return scope.attribute(id, rest.join('.'));
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::If': {
      const [condition, yes, no] = argument as [string, unknown, unknown];
      return resolve(holds(condition, scope) ? yes : no, scope);
    }
    case 'Fn::Equals':
    case 'Fn::Not':
    case 'Fn::And':
    case 'Fn::Or':
      return test({ [name]: argument }, scope);
    default:
      return onResolved(name, resolve(argument, scope), scope);
  }
}

function onResolved(name: string, argument: unknown, scope: Scope): unknown {
  const list = Array.isArray(argument) ? (argument as unknown[]) : [];
  switch (name) {
    case 'Fn::Join':
      return (list[1] as unknown[]).map(text).join(text(list[0]));
    case 'Fn::Select': {
      const from = list[1];
      const item = Array.isArray(from) ? (from as unknown[])[Number(list[0])] : undefined;
      if (item === undefined) {
        throw invalid('Template error: Fn::Select cannot select nonexistent value at index');
      }
      return item;
    }
    case 'Fn::Split':
      return text(list[1]).split(text(list[0]));
    case 'Fn::ImportValue': {
      const value = scope.imported(text(argument));
      if (value === undefined) throw invalid(`No export named ${text(argument)} found.`);
      return value;
    }
    case 'Fn::Base64':
      return Buffer.from(text(argument)).toString('base64');
    case 'Fn::FindInMap': {
      const [map, first, second] = list.map(text) as [string, string, string];
      const found = scope.template.Mappings?.[map]?.[first]?.[second];
      if (found === undefined) {
        throw invalid(`Template error: Unable to get mapping for ${map}::${first}::${second}`);
      }
      return found;
    }
    default:
      throw invalid(`Template error: the local runtime does not implement ${name}`);
  }
}

function substitute(argument: unknown, scope: Scope): string {
  const [template, given] = Array.isArray(argument) ? argument : [argument, {}];
  const values = resolve(given, scope) as Fields;
  return String(template).replace(/\$\{([^}]+)\}/g, (_, inner: string) => {
    const name = inner.trim();
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(values, name)) return text(values[name]);
    const direct = scope.ref(name);
    if (direct !== undefined) return text(direct);
    const dot = name.indexOf('.');
    if (dot < 0) return text(reference(name, scope));
    return text(scope.attribute(name.slice(0, dot), name.slice(dot + 1)));
  });
}

function reference(name: string, scope: Scope): unknown {
  const value = scope.ref(name);
  if (value === undefined) {
    throw invalid(
      `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
    );
  }
  return value;
}

/** A value as the text that CloudFormation makes of it. */
export function text(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(text).join(',') : JSON.stringify(value);
}
