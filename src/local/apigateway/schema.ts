import { withTimeLimit } from '../shared/time-limit.ts';

/** Maximum time for a pattern with several repetitions (ms). */
const maxPatternMs = 500;

type Schema = Readonly<Record<string, unknown>>;

/** Validates values against the subset of JSON Schema draft-04 that API Gateway models use. */
export class SchemaValidator {
  readonly #definition: Schema;

  constructor(definition: Schema) {
    this.#definition = definition;
  }

  /** Returns one message per violation, each with the path of its field; an empty list for a valid value. */
  validate(schema: Schema, value: unknown, path = ''): string[] {
    const resolved = this.#resolveReference(schema);
    const types = [resolved['type'] ?? []].flat() as string[];
    if (types.length > 0 && !types.some((type) => isType(type, value))) {
      return [`${path || 'body'}: must be of type ${types.join(' or ')}`];
    }
    const allowed = resolved['enum'];
    if (Array.isArray(allowed) && !allowed.includes(value)) {
      return [`${path || 'body'}: must be one of ${JSON.stringify(allowed)}`];
    }
    if (typeof value === 'string') return prefixErrors(path, validateText(resolved, value));
    if (typeof value === 'number') return prefixErrors(path, validateNumber(resolved, value));
    if (Array.isArray(value)) return this.#validateList(resolved, value, path);
    return typeof value === 'object' && value !== null
      ? this.#validateObject(resolved, value as Schema, path)
      : [];
  }

  #validateObject(schema: Schema, value: Schema, path: string): string[] {
    const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
    const errors: string[] = [];
    for (const name of (schema['required'] ?? []) as string[]) {
      if (!Object.hasOwn(value, name)) errors.push(`${joinPath(path, name)}: is required`);
    }
    for (const [name, member] of Object.entries(value)) {
      const declared = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (declared) errors.push(...this.validate(declared, member, joinPath(path, name)));
      else if (schema['additionalProperties'] === false)
        errors.push(`${joinPath(path, name)}: is not allowed`);
    }
    return errors;
  }

  #validateList(schema: Schema, value: unknown[], path: string): string[] {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items } = schema;
    if (value.length < Number(minItems))
      return prefixErrors(path, [`must have at least ${Number(minItems)} items`]);
    if (value.length > Number(maxItems))
      return prefixErrors(path, [`must have at most ${Number(maxItems)} items`]);
    if (typeof items !== 'object') return [];
    return value.flatMap((member, index) =>
      this.validate(items as Schema, member, `${path}[${index}]`),
    );
  }

  #resolveReference(schema: Schema): Schema {
    const reference = schema['$ref'];
    if (typeof reference !== 'string') return schema;
    let target: unknown = this.#definition;
    for (const part of reference.split('/').slice(1)) {
      const isMember = typeof target === 'object' && target !== null && Object.hasOwn(target, part);
      target = isMember ? (target as Schema)[part] : undefined;
    }
    return this.#resolveReference((target ?? {}) as Schema);
  }
}

function validateText(schema: Schema, value: string): string[] {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
  if (value.length < Number(minLength))
    return [`must have at least ${Number(minLength)} characters`];
  if (value.length > Number(maxLength))
    return [`must have at most ${Number(maxLength)} characters`];
  if (typeof pattern !== 'string' || matchesSchemaPattern(pattern, value)) return [];
  return [`must match ${pattern}`];
}

/** Returns whether a text matches. A pattern with at most one repetition cannot backtrack much and needs no time limit. */
function matchesSchemaPattern(pattern: string, value: string): boolean {
  const expression = new RegExp(pattern, 'u');
  const repetitions = pattern.match(/[*+]|\{\d+,\d*\}/g) ?? [];
  if (repetitions.length <= 1 && pattern.startsWith('^')) return expression.test(value);
  return withTimeLimit(maxPatternMs, () => expression.test(value));
}

function validateNumber(schema: Schema, value: number): string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const min = Number(typeof exclusiveMinimum === 'number' ? exclusiveMinimum : minimum);
  const max = Number(typeof exclusiveMaximum === 'number' ? exclusiveMaximum : maximum);
  if (value < min || (exclusiveMinimum && value === min)) return [`must be at least ${min}`];
  if (value > max || (exclusiveMaximum && value === max)) return [`must be at most ${max}`];
  const ratio = typeof multipleOf === 'number' ? value / multipleOf : 0;
  const isMultiple = Math.abs(ratio - Math.round(ratio)) <= 1e-9;
  return isMultiple ? [] : [`must be a multiple of ${String(multipleOf)}`];
}

function isType(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function prefixErrors(path: string, errors: string[]): string[] {
  return errors.map((error) => `${path || 'body'}: ${error}`);
}

function joinPath(path: string, name: string): string {
  return path ? `${path}.${name}` : name;
}
