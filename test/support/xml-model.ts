import { listEnumFaults } from './enum-values.ts';

/** An element of a document: its children, or its text. */
interface Element {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

/** A schema of the SDK: a number for a simple type, a function for a reference, an array for a structure or list. */
type Schema = number | string | (() => Schema) | readonly unknown[];

/** Traits of a member: what its element or header is called, and whether its list has an element of its own. */
interface Traits {
  readonly xmlName?: string;
  readonly xmlFlattened?: number;
  readonly httpHeader?: string;
}

interface Member {
  readonly name: string;
  readonly schema: Schema;
  readonly traits: Traits;
  readonly isPayload: boolean;
}

interface Structure {
  readonly namespace: string;
  readonly name: string;
  readonly members: readonly Member[];
  readonly required: readonly string[];
  readonly rootName?: string;
}

/** Bit of a simple schema that marks a list of the simple type in the other bits. */
const listBit = 64;
/** Bit of a member's traits that marks the member as the whole body. */
const payloadBit = 16;

function parseDocument(body: string): Element {
  const root: Element = { name: '', children: [], text: '' };
  const open = [root];
  for (const [token, closing, name] of body.matchAll(/<\?[^>]*\?>|<(\/?)(\w+)[^>]*>|[^<]+/g)) {
    const element = open.at(-1) ?? root;
    if (name !== undefined && !closing) {
      const child = { name, children: [], text: '' };
      element.children.push(child);
      if (!token.endsWith('/>')) open.push(child);
    } else if (closing) open.pop();
    else if (!token.startsWith('<?')) element.text += token;
  }
  const [document] = root.children;
  if (!document) throw new Error(`No element in ${body}`);
  return document;
}

/** Returns the unknown, missing and mistyped members of a response in the awsQuery protocol, by its schema in the SDK. */
export function listQueryFaults(body: string, schema: unknown): string[] {
  const [result] = parseDocument(body).children;
  if (result === undefined) throw new Error(`No result in ${body}`);
  return listFaults(result, schema as Schema, '');
}

/**
 * Returns the unknown, missing and mistyped members of a response of S3, in its XML and in its headers that start with `x-amz-`. A body
 * that is no XML is the bytes of an object.
 */
export function listRestFaults(
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  schema: unknown,
): string[] {
  const output = readStructure(schema as Schema);
  const faults = listHeaderFaults(headers, output);
  if (!body.startsWith('<')) return faults;
  const payload = output.members.find(({ isPayload }) => isPayload);
  const document = parseDocument(body);
  // https://smithy.io/2.0/aws/customizations/s3-customizations.html: GetBucketLocation returns its member as the root.
  if (output.rootName === output.members[0]?.name) return faults;
  if (!payload) {
    const rootName = output.rootName ?? document.name;
    const fault = document.name === rootName ? [] : [`root: is ${document.name}, not ${rootName}`];
    return [...faults, ...fault, ...listMemberFaults(document, output, '')];
  }
  return [...faults, ...listFaults(document, payload.schema, `.${payload.name}`)];
}

function listHeaderFaults(
  headers: Readonly<Record<string, string>>,
  { members }: Structure,
): string[] {
  const known = new Set(['x-amz-request-id', 'x-amz-id-2']);
  for (const { traits } of members) known.add((traits.httpHeader ?? '').toLowerCase());
  return Object.keys(headers)
    .filter((name) => name.startsWith('x-amz-') && !known.has(name))
    .filter((name) => !name.startsWith('x-amz-meta-'))
    .map((name) => `header ${name}: is unknown`);
}

function listFaults(element: Element, schema: Schema, path: string): string[] {
  const resolved = resolveSchema(schema);
  if (typeof resolved === 'string') return [];
  if (typeof resolved === 'number') {
    if (resolved & listBit)
      return listItems(element.children, { schema: resolved & ~listBit }, path);
    return listSimpleFaults(element, resolved, path);
  }
  const [kind, , , , content] = resolved as readonly [number, ...unknown[]];
  if (kind === 0) return listFaults(element, content as Schema, path);
  if (kind === 1) return listItems(element.children, readItem(content as Schema), path);
  return listMemberFaults(element, readStructure(resolved), path);
}

/** Returns a schema without references and without the traits of a member. */
function resolveSchema(schema: Schema): Schema {
  if (typeof schema === 'function') return resolveSchema(schema());
  if (!Array.isArray(schema)) return schema;
  const [kind] = schema as readonly unknown[];
  return typeof kind === 'number' && schema.length > 2 ? schema : resolveSchema(kind as Schema);
}

function readStructure(schema: Schema): Structure {
  const resolved = resolveSchema(schema);
  // An operation without output has the schema `unit`.
  if (!Array.isArray(resolved)) return { namespace: '', name: '', members: [], required: [] };
  const [, namespace, name, traits, names, schemas, required] = resolved as readonly unknown[];
  const { xmlName } = readTraits(traits);
  const members = (names as readonly string[]).map((name, index) => {
    const member = (schemas as readonly Schema[])[index] as Schema;
    const own = Array.isArray(member) && member.length === 2 ? (member[1] as unknown) : 0;
    const isPayload = typeof own === 'number' && (own & payloadBit) !== 0;
    return { name, schema: member, traits: readTraits(own), isPayload };
  });
  return {
    namespace: String(namespace),
    name: String(name),
    members,
    required: (names as readonly string[]).slice(0, Number(required ?? 0)),
    ...(xmlName === undefined ? {} : { rootName: xmlName }),
  };
}

function readTraits(traits: unknown): Traits {
  return typeof traits === 'object' && traits !== null ? traits : {};
}

function listMemberFaults(element: Element, structure: Structure, path: string): string[] {
  const inBody = structure.members.filter(({ traits }) => traits.httpHeader === undefined);
  const missing = inBody.filter(
    ({ name, traits }) =>
      structure.required.includes(name) &&
      !element.children.some((child) => child.name === (traits.xmlName ?? name)),
  );
  const faults = element.children.flatMap((child) => {
    const member = inBody.find(({ name, traits }) => child.name === (traits.xmlName ?? name));
    if (!member) return [`${path}.${child.name}: is unknown`];
    const { name, schema, traits } = member;
    if (traits.xmlFlattened === undefined) {
      return [
        ...listFaults(child, schema, `${path}.${name}`),
        ...listEnumFaults(structure, name, { value: child.text, path }),
      ];
    }
    const list = resolveSchema(schema);
    const item = typeof list === 'number' ? list & ~listBit : (list as readonly Schema[])[4];
    return listFaults(child, item as Schema, `${path}.${name}[]`);
  });
  return [...missing.map(({ name }) => `${path}.${name}: is missing`), ...faults];
}

/** Returns the schema of a list's items, with the name of their elements. */
function readItem(schema: Schema): { readonly schema: Schema; readonly name?: string } {
  const [, traits] = Array.isArray(schema) && schema.length === 2 ? schema : [];
  const { xmlName } = readTraits(traits);
  return { schema, ...(xmlName === undefined ? {} : { name: xmlName }) };
}

function listItems(
  elements: readonly Element[],
  { schema, name = 'member' }: { readonly schema: Schema; readonly name?: string },
  path: string,
): string[] {
  return elements.flatMap((child, index) =>
    child.name === name
      ? listFaults(child, schema, `${path}[${index}]`)
      : [`${path}.${child.name}: is not an item of a list`],
  );
}

/** Patterns of the texts of numbers, booleans and times. */
const patterns: Readonly<Record<number, RegExp>> = {
  1: /^-?\d+(\.\d+)?$/,
  2: /^(true|false)$/,
  4: /^\d{4}-\d\d-\d\dT/,
};

function listSimpleFaults(element: Element, schema: number, path: string): string[] {
  if (element.children.length > 0) return [`${path}: is not a simple value`];
  const pattern = patterns[schema];
  return pattern && !pattern.test(element.text) ? [`${path}: is "${element.text}"`] : [];
}
