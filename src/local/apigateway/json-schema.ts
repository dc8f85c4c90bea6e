import type { Definition, Schema } from './definition.ts';

/** The JSON Schema (draft 4) keywords that request models use; each problem names where it is. */
export function schemaProblems(value: unknown, schema: Schema, definition: Definition): string[] {
  return problems(value, { schema: follow(schema, definition), at: '', definition });
}

interface Place {
  readonly schema: Schema;
  readonly at: string;
  readonly definition: Definition;
}

function follow(schema: Schema, definition: Definition): Schema {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return schema;
  return definition.components?.schemas?.[reference.split('/').at(-1) ?? ''] ?? {};
}

function problems(value: unknown, place: Place): string[] {
  const { schema, at } = place;
  const name = at || 'the body';
  const type = schema['type'];
  if (typeof type === 'string' && !isOfType(value, type))
    return [`${name} must be of type ${type}`];
  if (Array.isArray(value)) return ofList(value, place);
  if (typeof value === 'object' && value !== null) return ofObject(value, place);
  if (typeof value === 'number') return ofNumber(value, place);
  if (typeof value === 'string') return ofString(value, place);
  return [];
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function ofObject(value: object, { schema, at, definition }: Place): string[] {
  const declared = (schema['properties'] ?? {}) as Record<string, Schema>;
  const path = (key: string) => (at ? `${at}.${key}` : key);
  const missing = ((schema['required'] ?? []) as string[])
    .filter((key) => !Object.hasOwn(value, key))
    .map((key) => `${path(key)} is required`);
  const others = Object.entries(value).flatMap(([key, each]) => {
    const property = Object.hasOwn(declared, key) ? declared[key] : undefined;
    if (property)
      return problems(each, { schema: follow(property, definition), at: path(key), definition });
    return schema['additionalProperties'] === false ? [`${path(key)} is not allowed`] : [];
  });
  return [...missing, ...others];
}

function ofList(value: unknown[], { schema, at, definition }: Place): string[] {
  const { minItems, maxItems, items } = schema as {
    minItems?: number;
    maxItems?: number;
    items?: Schema;
  };
  const name = at || 'the body';
  if (maxItems !== undefined && value.length > maxItems)
    return [`${name} must have at most ${maxItems} items`];
  if (minItems !== undefined && value.length < minItems)
    return [`${name} must have at least ${minItems} items`];
  if (!items) return [];
  const schemaOfItems = follow(items, definition);
  return value.flatMap((each, index) =>
    problems(each, { schema: schemaOfItems, at: `${at}[${index}]`, definition }),
  );
}

function ofNumber(value: number, { schema, at }: Place): string[] {
  const { minimum, maximum } = schema as { minimum?: number; maximum?: number };
  if (minimum !== undefined && value < minimum) return [`${at} must be at least ${minimum}`];
  if (maximum !== undefined && value > maximum) return [`${at} must be at most ${maximum}`];
  return [];
}

function ofString(value: string, { schema, at }: Place): string[] {
  const { minLength, maxLength, pattern } = schema as {
    minLength?: number;
    maxLength?: number;
    pattern?: string;
  };
  if (minLength !== undefined && value.length < minLength)
    return [`${at} must have at least ${minLength} characters`];
  if (maxLength !== undefined && value.length > maxLength)
    return [`${at} must have at most ${maxLength} characters`];
  if (pattern !== undefined && !new RegExp(pattern, 'u').test(value))
    return [`${at} must match ${pattern}`];
  return [];
}
