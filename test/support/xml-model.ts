/** An element of a document: its children, or its text. */
interface Element {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

type Schema = number | string | (() => Schema) | readonly unknown[];

/** Bit of a simple schema that marks a list of the simple type in the other bits. */
const listBit = 64;

/** Returns the result element of a response in the awsQuery protocol. */
function parseResult(body: string): Element {
  const root: Element = { name: '', children: [], text: '' };
  const open = [root];
  for (const [token, closing, name] of body.matchAll(/<(\/?)(\w+)[^>]*>|[^<]+/g)) {
    const element = open.at(-1) ?? root;
    if (name === undefined) element.text += token;
    else if (closing) open.pop();
    else {
      const child = { name, children: [], text: '' };
      element.children.push(child);
      open.push(child);
    }
  }
  const [result] = root.children[0]?.children ?? [];
  if (result === undefined) throw new Error(`No result in ${body}`);
  return result;
}

/** Returns the unknown and missing members of a response in the awsQuery protocol, by its schema in the SDK. */
export function listQueryFaults(body: string, schema: unknown): string[] {
  return listFaults(parseResult(body), schema as Schema, '');
}

function listFaults(element: Element, schema: Schema, path: string): string[] {
  const resolved = typeof schema === 'function' ? schema() : schema;
  if (typeof resolved === 'string') return [];
  if (typeof resolved === 'number') {
    if (resolved & listBit) return listMembers(element, resolved & ~listBit, path);
    return listSimpleFaults(element, resolved, path);
  }
  const definition = resolved as readonly unknown[];
  const [kind, , , , fourth, fifth, required] = definition;
  if (typeof kind !== 'number' || definition.length === 2)
    return listFaults(element, kind as Schema, path);
  if (kind === 0) return listFaults(element, fourth as Schema, path);
  if (kind === 1) return listMembers(element, fourth as Schema, path);
  const names = fourth as readonly string[];
  const schemas = fifth as readonly Schema[];
  const found = element.children.map(({ name }) => name);
  const missing = names
    .slice(0, Number(required ?? 0))
    .filter((name) => !found.includes(name))
    .map((name) => `${path}.${name}: is missing`);
  const faults = element.children.flatMap((child) => {
    const index = names.indexOf(child.name);
    if (index < 0) return [`${path}.${child.name}: is unknown`];
    return listFaults(child, schemas[index] ?? 0, `${path}.${child.name}`);
  });
  return [...missing, ...faults];
}

function listMembers(element: Element, schema: Schema, path: string): string[] {
  return element.children.flatMap((child, index) =>
    child.name === 'member'
      ? listFaults(child, schema, `${path}[${index}]`)
      : [`${path}.${child.name}: is not a member of a list`],
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
