import { AwsError } from './aws-error.ts';

/** What a member of a request may be. `any` is for the operation itself to check. */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'any'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly fields: Fields };

export type Fields = Readonly<Record<string, Shape>>;

type Plain = Record<string, unknown>;

/**
 * Checks a request's body against what the protocol says of its members, so that operations can rely on it: an absent
 * member and `null` are the same, members of no known name are left alone. Throws SerializationException.
 */
export function checkFields(value: unknown, fields: Fields, path = ''): Plain {
  if (!isPlain(value)) throw wrong(path || 'The request', 'an object');
  const checked: Plain = {};
  for (const [name, member] of Object.entries(value)) {
    if (member === null) continue;
    checked[name] = check(member, fields[name] ?? 'any', path ? `${path}.${name}` : name);
  }
  return checked;
}

function check(value: unknown, shape: Shape, path: string): unknown {
  if (shape === 'any') return value;
  if (typeof shape === 'string') {
    if (typeof value !== shape) throw wrong(path, `a ${shape}`);
    return value;
  }
  if ('list' in shape) {
    if (!Array.isArray(value)) throw wrong(path, 'a list');
    return value.map((each, index) => check(each, shape.list, `${path}[${index}]`));
  }
  if ('fields' in shape) return checkFields(value, shape.fields, path);
  if (!isPlain(value)) throw wrong(path, 'a map');
  const entries = Object.entries(value).map(([name, each]) => [
    name,
    check(each, shape.map, `${path}.${name}`),
  ]);
  return Object.fromEntries(entries);
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(path: string, what: string): AwsError {
  return new AwsError('SerializationException', `${path} must be ${what}`);
}
