import { Readable } from 'node:stream';
import { listEnumFaults } from './enum-values.ts';
import { listQueryFaults, listRestFaults } from './xml-model.ts';

/** A schema of the SDK: a number for a simple type, a function for a reference, an array for a structure, list or map. */
type Schema = number | string | (() => Schema) | readonly unknown[];

interface Deserialized {
  readonly response: {
    body: unknown;
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly output: unknown;
}

/**
 * Makes a client compare each response with the schema of its operation in the SDK. Returns the list to which it adds unknown, missing
 * and mistyped members as `Operation: path: fault`. Payloads of functions and bytes of objects have no members.
 */
export function checkResponses(client: { readonly middlewareStack: unknown }): string[] {
  const faults: string[] = [];
  const stack = client.middlewareStack as { add(middleware: unknown, options: object): void };
  stack.add(
    (next: (args: never) => Promise<unknown>, context: unknown) => async (args: never) => {
      const result = (await next(args)) as Deserialized;
      const { response } = result;
      const body = await readBody(response.body);
      response.body = Readable.from([body]);
      if (response.statusCode < 300) {
        const operation = findOperation(context);
        for (const fault of findFaults(response.headers, body.toString(), operation)) {
          faults.push(`${operation.name}: ${fault}`);
        }
      }
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'checkResponses' },
  );
  return faults;
}

interface Operation {
  readonly name: string;
  readonly service: string;
  readonly output: Schema;
}

/** An operation in the exports of an SDK client: a marker, namespace, name, traits, input and output. */
export type OperationSchema = readonly [number, string, string, unknown, unknown, unknown];

/** Returns the unknown, missing and mistyped members of a response as `Operation: path: fault`. */
export function listResponseFaults(
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  [, service, name, , , output]: OperationSchema,
): string[] {
  const faults = findFaults(headers, body, { name, service, output: output as Schema });
  return faults.map((fault) => `${name}: ${fault}`);
}

/** Operations of Lambda whose body is what the function returned. */
const payloadOperations = ['Invoke', 'InvokeWithResponseStream'];

function findFaults(
  headers: Readonly<Record<string, string>>,
  body: string,
  { name, service, output }: Operation,
): string[] {
  if (service === 'com.amazonaws.s3') return listRestFaults({ headers, body }, output);
  if (body === '' || payloadOperations.includes(name)) return [];
  if (body.startsWith('<')) return listQueryFaults(body, output);
  return listFaults(JSON.parse(body), output, '');
}

async function readBody(body: unknown): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Returns the operation in a middleware context. */
function findOperation(context: unknown): Operation {
  const { __smithy_context: smithy } = context as {
    __smithy_context: {
      operationSchema: { name: string; namespace: string; output: Schema } | OperationSchema;
    };
  };
  const { operationSchema: schema } = smithy;
  if (!('name' in schema))
    return { service: schema[1], name: schema[2], output: schema[5] as Schema };
  return { name: schema.name, service: schema.namespace, output: schema.output };
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
  const [kind, second, third, , fourth, fifth, required] = resolved as readonly unknown[];
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
    {
      namespace: String(second),
      name: String(third),
      names: fourth as string[],
      schemas: fifth as Schema[],
      required: Number(required ?? 0),
    },
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
  structure: {
    namespace: string;
    name: string;
    names: readonly string[];
    schemas: readonly Schema[];
    required: number;
  },
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
    return [
      ...listFaults(member, schemas[index] as Schema, `${path}.${name}`),
      ...listEnumFaults(structure, name, { value: member, path }),
    ];
  });
  return [...missing, ...faults];
}
