type Schema = Readonly<Record<string, unknown>>;

/** Validates against the subset of JSON schema draft-04 that API Gateway models use. */
export class SchemaValidator {
  readonly #definition: Schema;

  constructor(definition: Schema) {
    this.#definition = definition;
  }

  /** What is wrong, each naming its field; empty when valid. */
  errors(schema: Schema, value: unknown, at = ''): string[] {
    const actual = this.#follow(schema);
    const types = [actual['type'] ?? []].flat() as string[];
    if (types.length > 0 && !types.some((type) => isType(type, value))) {
      return [`${at || 'body'}: must be of type ${types.join(' or ')}`];
    }
    const allowed = actual['enum'];
    if (Array.isArray(allowed) && !allowed.includes(value)) {
      return [`${at || 'body'}: must be one of ${JSON.stringify(allowed)}`];
    }
    if (typeof value === 'string') return named(at, textErrors(actual, value));
    if (typeof value === 'number') return named(at, numberErrors(actual, value));
    if (Array.isArray(value)) return this.#list(actual, value, at);
    return typeof value === 'object' && value !== null
      ? this.#object(actual, value as Schema, at)
      : [];
  }

  #object(schema: Schema, value: Schema, at: string): string[] {
    const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
    const errors: string[] = [];
    for (const name of (schema['required'] ?? []) as string[]) {
      if (!Object.hasOwn(value, name)) errors.push(`${path(at, name)}: is required`);
    }
    for (const [name, member] of Object.entries(value)) {
      const declared = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (declared) errors.push(...this.errors(declared, member, path(at, name)));
      else if (schema['additionalProperties'] === false)
        errors.push(`${path(at, name)}: is not allowed`);
    }
    return errors;
  }

  #list(schema: Schema, value: unknown[], at: string): string[] {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items } = schema;
    if (value.length < Number(minItems))
      return named(at, [`must have at least ${Number(minItems)} items`]);
    if (value.length > Number(maxItems))
      return named(at, [`must have at most ${Number(maxItems)} items`]);
    if (typeof items !== 'object') return [];
    return value.flatMap((each, i) => this.errors(items as Schema, each, `${at}[${i}]`));
  }

  #follow(schema: Schema): Schema {
    const reference = schema['$ref'];
    if (typeof reference !== 'string') return schema;
    let found: unknown = this.#definition;
    for (const part of reference.split('/').slice(1)) found = (found as Schema | undefined)?.[part];
    return this.#follow((found ?? {}) as Schema);
  }
}

function textErrors(schema: Schema, value: string): string[] {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern } = schema;
  if (value.length < Number(minLength))
    return [`must have at least ${Number(minLength)} characters`];
  if (value.length > Number(maxLength))
    return [`must have at most ${Number(maxLength)} characters`];
  if (typeof pattern !== 'string' || new RegExp(pattern, 'u').test(value)) return [];
  return [`must match ${pattern}`];
}

function numberErrors(schema: Schema, value: number): string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const least = Number(typeof exclusiveMinimum === 'number' ? exclusiveMinimum : minimum);
  const most = Number(typeof exclusiveMaximum === 'number' ? exclusiveMaximum : maximum);
  if (value < least || (exclusiveMinimum && value === least)) return [`must be at least ${least}`];
  if (value > most || (exclusiveMaximum && value === most)) return [`must be at most ${most}`];
  const ratio = typeof multipleOf === 'number' ? value / multipleOf : 0;
  const off = Math.abs(ratio - Math.round(ratio)) > 1e-9;
  return off ? [`must be a multiple of ${String(multipleOf)}`] : [];
}

function isType(type: string, value: unknown): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function named(at: string, errors: string[]): string[] {
  return errors.map((error) => `${at || 'body'}: ${error}`);
}

function path(at: string, name: string): string {
  return at ? `${at}.${name}` : name;
}
