import { invalid } from '../query-protocol.ts';
import { isFields, parseIntrinsic, readMember, type Template } from './template.ts';

const placeholder = /\$\{([^!}][^}]*)\}/g;

/** Calls `visit` with every logical id or parameter that a value refers to, at any depth. */
export function visitReferences(value: unknown, visit: (name: string) => void): void {
  if (Array.isArray(value)) {
    for (const member of value) visitReferences(member, visit);
    return;
  }
  if (!isFields(value)) return;
  const [name, argument] = parseIntrinsic(value) ?? [];
  if (name === 'Ref' && typeof argument === 'string') {
    visit(argument);
  } else if (name === 'Fn::GetAtt') {
    visitAttribute(argument, visit);
  } else if (name === 'Fn::Sub') {
    visitSubstitution(argument, visit);
  } else {
    for (const member of Object.values(value)) visitReferences(member, visit);
  }
}

/** Visits the resource of `Fn::GetAtt`, whose argument is `Resource.Attribute` or a list. */
function visitAttribute(argument: unknown, visit: (name: string) => void): void {
  const [id] = typeof argument === 'string' ? argument.split('.') : (argument as string[]);
  if (id) visit(id);
}

/** Visits the placeholders of `Fn::Sub` that its own variables do not define, then the references in those variables. */
function visitSubstitution(argument: unknown, visit: (name: string) => void): void {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const defined = isFields(variables) ? variables : {};
  for (const [, name = ''] of String(text).matchAll(placeholder)) {
    if (!Object.hasOwn(defined, name.trim())) visit(name.trim().split('.')[0] ?? '');
  }
  visitReferences(defined, visit);
}

/** Replaces references such as `Function.Alias` in `!Ref`, `!GetAtt` and `!Sub` with the new names in `renames`. */
export function renameReferences(value: unknown, renames: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((member) => renameReferences(member, renames));
  if (!isFields(value)) return value;
  const [name, argument] = parseIntrinsic(value) ?? [];
  if (name === 'Ref' && typeof argument === 'string') {
    return { Ref: renames.get(argument) ?? argument };
  }
  if (name === 'Fn::GetAtt') return { 'Fn::GetAtt': renameAttribute(argument, renames) };
  if (name === 'Fn::Sub' && typeof argument === 'string') {
    return { 'Fn::Sub': renameInText(argument, renames) };
  }
  if (name === 'Fn::Sub' && Array.isArray(argument)) {
    const [text, variables] = argument as [string, unknown];
    return { 'Fn::Sub': [renameInText(text, renames), renameReferences(variables, renames)] };
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, renameReferences(member, renames)]),
  );
}

/** Returns the argument of `Fn::GetAtt` with the new name, if its longest prefix without the attribute has one. */
function renameAttribute(argument: unknown, renames: ReadonlyMap<string, string>): unknown {
  const parts = Array.isArray(argument) ? argument : [argument];
  if (!parts.every((part) => typeof part === 'string')) return argument;
  const path = parts.join('.').split('.');
  const id = renames.get(path.slice(0, -1).join('.'));
  return id === undefined ? argument : [id, path.at(-1)];
}

function renameInText(text: string, renames: ReadonlyMap<string, string>): string {
  return text.replace(placeholder, (whole, name: string) =>
    renames.has(name) ? `\${${renames.get(name)}}` : whole,
  );
}

/** Throws ValidationError if a condition refers to itself, directly or through other conditions. */
export function checkConditionCycles({ Conditions = {} }: Template): void {
  const checked = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) {
      throw invalid(
        `Template validation error: Circular dependency between conditions: [${path.join(', ')}]`,
      );
    }
    if (checked.has(name)) return;
    for (const other of listConditions(readMember(Conditions, name))) visit(other, [...path, name]);
    checked.add(name);
  };
  for (const name of Object.keys(Conditions)) visit(name, []);
}

/** Returns the names of the conditions that a value refers to, at any depth. */
function listConditions(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(listConditions);
  if (!isFields(value)) return [];
  const [name, argument] = parseIntrinsic(value) ?? [];
  if (name === 'Condition') return [String(argument)];
  return Object.values(value).flatMap(listConditions);
}
