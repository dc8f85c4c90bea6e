import { AwsError } from './aws-error.ts';

/** Type of a member of a request. The operation itself checks a member of type `any`. */
export type Shape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'any'
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly fields: Fields }
  /** The values that AWS accepts. */
  | { readonly oneOf: readonly string[] }
  /** The values that the runtime implements. AWS accepts others, too. */
  | { readonly only: readonly (string | number | boolean)[] };

/** The members that the runtime implements. It rejects all others. */
export type Fields = Readonly<Record<string, Shape>>;

/** Names of a service's errors for input that it rejects. */
export interface InputErrors {
  /** For a value that is not valid. */
  readonly invalid: string;
  /** For a member, or a value, that is not implemented. */
  readonly unsupported: string;
}

type PlainObject = Record<string, unknown>;

/**
 * Returns a request's body after checking its members, so that operations can rely on them. Members that are `null` are removed.
 * Throws an AwsError that names the member: SerializationException for a wrong type, otherwise one of `errors`.
 */
export function checkFields(value: unknown, fields: Fields, errors: InputErrors): PlainObject {
  return new InputChecker(errors).checkObject(value, fields, '');
}

/** Returns the fields of `all` with these names, as the members of an operation. */
export function pickFields(all: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, all[name] ?? 'any']));
}

class InputChecker {
  readonly #errors: InputErrors;

  constructor(errors: InputErrors) {
    this.#errors = errors;
  }

  checkObject(value: unknown, fields: Fields, path: string): PlainObject {
    if (!isPlainObject(value)) throw typeError(path || 'The request', 'an object');
    const checked: PlainObject = {};
    for (const name of Object.keys(value)) {
      const member = value[name];
      if (member === null) continue;
      const memberPath = path ? `${path}.${name}` : name;
      if (!Object.hasOwn(fields, name)) throw this.#unsupported(memberPath);
      checked[name] = this.#check(member, fields[name] as Shape, memberPath);
    }
    return checked;
  }

  #check(value: unknown, shape: Shape, path: string): unknown {
    if (shape === 'any') return value;
    if (typeof shape === 'string') {
      if (typeof value !== shape) throw typeError(path, `a ${shape}`);
      return value;
    }
    if ('fields' in shape) return this.checkObject(value, shape.fields, path);
    if ('list' in shape) {
      if (!Array.isArray(value)) throw typeError(path, 'a list');
      return value.map((item, index) => this.#check(item, shape.list, `${path}[${index}]`));
    }
    if ('map' in shape) return this.#checkMap(value, shape.map, path);
    return this.#checkValue(value, shape, path);
  }

  #checkMap(value: unknown, shape: Shape, path: string): PlainObject {
    if (!isPlainObject(value)) throw typeError(path, 'a map');
    if (shape === 'any') return value;
    const entries = Object.entries(value).map(([name, item]) => [
      name,
      this.#check(item, shape, `${path}.${name}`),
    ]);
    return Object.fromEntries(entries);
  }

  #checkValue(
    value: unknown,
    shape: Extract<Shape, { oneOf: unknown } | { only: unknown }>,
    path: string,
  ): unknown {
    if ('only' in shape) {
      if (typeof value !== typeof shape.only[0]) throw typeError(path, `a ${typeof shape.only[0]}`);
      if (shape.only.some((known) => known === value)) return value;
      throw this.#unsupported(`${path} ${String(value)}`);
    }
    if (typeof value !== 'string') throw typeError(path, 'a string');
    if (shape.oneOf.includes(value)) return value;
    const name = path.charAt(0).toLowerCase() + path.slice(1);
    throw new AwsError(
      this.#errors.invalid,
      `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: ` +
        `Member must satisfy enum value set: [${shape.oneOf.join(', ')}]`,
    );
  }

  #unsupported(what: string): AwsError {
    return new AwsError(
      this.#errors.unsupported,
      `The local runtime does not implement the parameter ${what}`,
    );
  }
}

function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function typeError(path: string, expected: string): AwsError {
  return new AwsError('SerializationException', `${path} must be ${expected}`);
}
