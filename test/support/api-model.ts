import { listQueryFaults } from './xml-model.ts';

/** A schema of the SDK: a number for a simple type, a function for a reference, an array for a structure, list or map. */
type Schema = number | string | (() => Schema) | readonly unknown[];

interface Deserialized {
  readonly response: { body: unknown; readonly statusCode: number };
  readonly output: unknown;
}

/**
 * Makes a client compare each response in JSON or awsQuery with the schema of its operation in the SDK. Returns the list to which it adds unknown,
 * missing and mistyped members as `Operation: path: fault`.
 */
export function checkResponses(client: { readonly middlewareStack: unknown }): string[] {
  const faults: string[] = [];
  const stack = client.middlewareStack as { add(middleware: unknown, options: object): void };
  stack.add(
    (next: (args: never) => Promise<unknown>, context: unknown) => async (args: never) => {
      const result = (await next(args)) as Deserialized;
      const { response } = result;
      const body = await readBody(response.body);
      response.body = body;
      if (response.statusCode === 200 && body.length > 0) {
        const operation = findOperation(context);
        const text = Buffer.from(body).toString();
        const found = text.startsWith('<')
          ? listQueryFaults(text, operation.output)
          : listFaults(JSON.parse(text), operation.output, '');
        for (const fault of found) faults.push(`${operation.name}: ${fault}`);
      }
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'checkResponses' },
  );
  return faults;
}

async function readBody(body: unknown): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Returns the name and the output schema of the operation in a middleware context. */
function findOperation(context: unknown): { name: string; output: Schema } {
  const { __smithy_context: smithy } = context as {
    __smithy_context: { operationSchema: { name: string; output: Schema } | readonly unknown[] };
  };
  const { operationSchema: schema } = smithy;
  return Array.isArray(schema)
    ? { name: String(schema[2]), output: schema[5] as Schema }
    : (schema as { name: string; output: Schema });
}

/** The bits of a simple schema that mark a list and a map of the simple type in the other bits. */
const [listBit, mapBit] = [64, 128];
const typeNames: Readonly<Record<number, string>> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'number',
  5: 'string',
  7: 'number',
  21: 'string',
};

function listFaults(value: unknown, schema: Schema, path: string): string[] {
  const resolved = typeof schema === 'function' ? schema() : schema;
  if (typeof resolved === 'string') return [];
  if (typeof resolved === 'number') return listSimpleFaults(value, resolved, path);
  const [kind, second, , , fourth, fifth, required] = resolved as readonly unknown[];
  // A member with traits.
  if (typeof kind !== 'number' || (resolved as readonly unknown[]).length === 2) {
    return listFaults(value, kind as Schema, path);
  }
  if (kind === 0) return listFaults(value, fourth as Schema, path);
  if (kind === 1) return listItems(value, fourth as Schema, path);
  if (kind === 2) return listEntries(value, fifth as Schema, path);
  if (kind !== 3 && kind !== 4) return [`${path}: unknown schema ${String(second)}`];
  return listMembers(
    value,
    { names: fourth as string[], schemas: fifth as Schema[], required: Number(required ?? 0) },
    path,
  );
}

function listSimpleFaults(value: unknown, schema: number, path: string): string[] {
  if (schema & mapBit) return listEntries(value, schema & ~mapBit, path);
  if (schema & listBit) return listItems(value, schema & ~listBit, path);
  const expected = typeNames[schema];
  if (expected === undefined || typeof value === expected) return [];
  return [`${path}: is ${typeof value}, not ${expected}`];
}

function listItems(value: unknown, schema: Schema, path: string): string[] {
  if (!Array.isArray(value)) return [`${path}: is not a list`];
  return value.flatMap((item, index) => listFaults(item, schema, `${path}[${index}]`));
}

function listEntries(value: unknown, schema: Schema, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: is not a map`];
  return Object.entries(value).flatMap(([name, item]) =>
    listFaults(item, schema, `${path}.${name}`),
  );
}

function listMembers(
  value: unknown,
  structure: { names: readonly string[]; schemas: readonly Schema[]; required: number },
  path: string,
): string[] {
  if (typeof value !== 'object' || value === null) return [`${path}: is not an object`];
  const { names, schemas, required } = structure;
  const missing = names
    .slice(0, required)
    .filter((name) => !(name in value))
    .map((name) => `${path}.${name}: is missing`);
  const faults = Object.entries(value).flatMap(([name, member]) => {
    const index = names.indexOf(name);
    if (index < 0) return [`${path}.${name}: is unknown`];
    return listFaults(member, schemas[index] as Schema, `${path}.${name}`);
  });
  return [...missing, ...faults];
}
