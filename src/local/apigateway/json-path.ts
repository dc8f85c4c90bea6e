import { parseFilter } from './json-path-filter.ts';

/** A step of a path. It returns the values that it selects from one value. */
type Step = (value: unknown) => unknown[];

/** A parsed path. */
interface Path {
  readonly steps: readonly Step[];
  /** False if the path can select several values: its result is then a list. */
  readonly isDefinite: boolean;
  /** The function at the end of the path, such as `length`. */
  readonly reduce?: (value: unknown) => unknown;
}

const aggregates: Readonly<Record<string, (numbers: readonly number[]) => number>> = {
  sum: (numbers) => numbers.reduce((total, number) => total + number, 0),
  avg: (numbers) => numbers.reduce((total, number) => total + number, 0) / numbers.length,
  min: (numbers) => Math.min(...numbers),
  max: (numbers) => Math.max(...numbers),
};

const tokens = {
  descend: /\.\.(?=[*[]|[^\s.[\]()]+)/y,
  call: /\.(length|size|keys|sum|avg|min|max)\(\)$/y,
  wildcard: /\.?\*|\[\s*\*\s*\]/y,
  name: /\.?([^\s.[\]()'"*]+)/y,
  names:
    /\[\s*((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*)\s*\]/y,
  indices: /\[\s*(-?\d+(?:\s*,\s*-?\d+)*)\s*\]/y,
  slice: /\[\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?\]/y,
} as const;

/**
 * Returns the values that a JSONPath selects: a list for a path that can select several, otherwise the value, or undefined if there is
 * none. Throws SyntaxError for a malformed path. The dialect is that of the Java library which API Gateway uses:
 * https://github.com/json-path/JsonPath
 */
export function selectJsonPath(document: unknown, text: string): unknown {
  const path = parsePath(text);
  const selected = path.steps.reduce<unknown[]>(
    (values, step) => values.flatMap((value) => step(value)),
    [document],
  );
  const result = path.isDefinite ? selected[0] : selected;
  return path.reduce && result !== undefined ? path.reduce(result) : result;
}

/** Returns a parsed path. `$` or `@` is its root. */
function parsePath(text: string): Path {
  const source = /^[$@]/.test(text) ? text.slice(1) : `.${text}`;
  const steps: Step[] = [];
  let isDefinite = true;
  let reduce: Path['reduce'];
  let position = 0;
  const take = (token: RegExp): RegExpExecArray | undefined => {
    token.lastIndex = position;
    const match = token.exec(source) ?? undefined;
    if (match) position = token.lastIndex;
    return match;
  };
  while (position < source.length) {
    const call = take(tokens.call)?.[1];
    if (call !== undefined) {
      reduce = (value) => callFunction(call, value);
      continue;
    }
    if (take(tokens.descend)) {
      steps.push(listDescendants);
      isDefinite = false;
    }
    if (source.startsWith('[?', position)) {
      const filter = parseFilter(source, position, selectJsonPath);
      steps.push((value) => listItems(value).filter((item) => filter.test(item)));
      position = filter.end;
      isDefinite = false;
      continue;
    }
    const step = readStep(take);
    if (!step) throw new SyntaxError(`Could not parse the path ${text} at ${position}`);
    steps.push(step.select);
    isDefinite &&= step.isDefinite;
  }
  return { steps, isDefinite, ...(reduce ? { reduce } : {}) };
}

function readStep(
  take: (token: RegExp) => RegExpExecArray | undefined,
): { select: Step; isDefinite: boolean } | undefined {
  if (take(tokens.wildcard)) return { select: listChildren, isDefinite: false };
  const [, name] = take(tokens.name) ?? [];
  if (name !== undefined) return { select: selectMember(name), isDefinite: true };
  const [, quoted] = take(tokens.names) ?? [];
  if (quoted !== undefined) {
    const members = [...quoted.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map(
      ([, single, double]) => (single ?? double ?? '').replaceAll(/\\(.)/g, '$1'),
    );
    // The values of several names are one map.
    return {
      select: members.length === 1 ? selectMember(members[0] ?? '') : pick(members),
      isDefinite: true,
    };
  }
  const [, list] = take(tokens.indices) ?? [];
  if (list !== undefined) {
    const indices = list.split(',').map(Number);
    const select: Step = (value) =>
      indices.flatMap((index) => (isIndex(value, index) ? [value.at(index)] : []));
    return { select, isDefinite: indices.length === 1 };
  }
  const slice = take(tokens.slice);
  if (!slice) return undefined;
  const [from, to, by] = slice
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const select: Step = (value) =>
    Array.isArray(value) ? value.slice(from, to).filter((_, index) => index % (by || 1) === 0) : [];
  return { select, isDefinite: false };
}

function isIndex(value: unknown, index: number): value is unknown[] {
  return Array.isArray(value) && index < value.length && index >= -value.length;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Number)
  );
}

/** Returns the items that a filter tests: the members of a list, or a map itself. */
const listItems: Step = (value) => {
  if (Array.isArray(value)) return value;
  return isMap(value) ? [value] : [];
};

const listChildren: Step = (value) => {
  if (Array.isArray(value)) return value;
  return isMap(value) ? Object.values(value) : [];
};

/** Returns a value and all values inside it. */
const listDescendants: Step = (value) => [
  value,
  ...listChildren(value).flatMap((child) => listDescendants(child)),
];

const selectMember =
  (name: string): Step =>
  (value) =>
    isMap(value) && Object.hasOwn(value, name) ? [value[name]] : [];

const pick =
  (names: readonly string[]): Step =>
  (value) =>
    isMap(value)
      ? [
          Object.fromEntries(
            names.flatMap((name) => (Object.hasOwn(value, name) ? [[name, value[name]]] : [])),
          ),
        ]
      : [];

function callFunction(name: string, value: unknown): unknown {
  if (name === 'keys') return isMap(value) ? Object.keys(value) : undefined;
  if (name === 'length' || name === 'size') {
    if (typeof value === 'string') return value.length;
    return listChildren(value).length;
  }
  const numbers = listChildren(value)
    .filter((member) => !Number.isNaN(Number(member)))
    .map(Number);
  return numbers.length === 0 ? undefined : aggregates[name]?.(numbers);
}
