import { addDecimals, canonicalize, compareDecimals } from './decimal.ts';
import { invalid, invalidParameter } from './errors.ts';

/** A value in DynamoDB's JSON format. Exactly one member is set. */
export interface Value {
  S?: string;
  N?: string;
  /** Base64, as in requests. */
  B?: string;
  BOOL?: boolean;
  NULL?: boolean;
  SS?: string[];
  NS?: string[];
  BS?: string[];
  L?: Value[];
  M?: Item;
}

export type Item = Record<string, Value>;
export type Type = keyof Value;
export const types: readonly Type[] = ['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'];
const typeNames = new Set<string>(types);

/**
 * Levels of lists and maps in an item, the attribute itself included.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
const maxLevels = 32;

/** Returns the type of a checked value. */
export function typeOf(value: Value): Type {
  for (const type in value) return type as Type;
  return 'NULL';
}

/**
 * Returns a value from a request with its numbers in canonical form. `level` is its level in the item. Throws ValidationException if
 * the value is not valid or too deep.
 */
export function checkValue(value: unknown, level = 1): Value {
  if (level > maxLevels) throw tooDeep();
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const present = keys.filter((key) => typeNames.has(key));
  if (present.length === 0) {
    throw invalid(
      'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
    );
  }
  if (present.length > 1) {
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  const type = present[0] as Type;
  return checkTyped(type, (value as Record<string, unknown>)[type], level);
}

function tooDeep(): Error {
  return invalid(
    'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
  );
}

/** Throws ValidationException if a checked value is too deep for its level in the item. */
export function checkLevels({ L: list, M: map }: Value, level: number): void {
  if (level > maxLevels) throw tooDeep();
  for (const member of list ?? Object.values(map ?? {})) checkLevels(member, level + 1);
}

function checkTyped(type: Type, content: unknown, level: number): Value {
  switch (type) {
    case 'S':
      if (typeof content !== 'string') throw wrongType(type);
      return { S: content };
    case 'N':
      if (typeof content !== 'string') throw wrongType(type);
      return { N: canonicalize(content) };
    case 'B':
      return { B: checkBinary(content) };
    case 'BOOL':
      return { BOOL: content === true || content === 'true' };
    case 'NULL':
      if (content !== true && content !== 'true') {
        throw invalidParameter('Null attribute value types must have the value of true');
      }
      return { NULL: true };
    case 'L':
      if (!Array.isArray(content)) throw wrongType(type);
      return { L: content.map((member) => checkValue(member, level + 1)) };
    case 'M':
      return { M: checkItem(content, level + 1) };
    case 'SS':
    case 'NS':
    case 'BS':
      return checkSet(type, content);
  }
}

function wrongType(type: Type): Error {
  return invalid(`The value of type ${type} has the wrong JSON type`);
}

function checkBinary(content: unknown): string {
  if (typeof content !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(content)) throw wrongType('B');
  return content;
}

function checkSet(type: 'SS' | 'NS' | 'BS', content: unknown): Value {
  if (!Array.isArray(content)) throw wrongType(type);
  const name = { SS: 'string', NS: 'number', BS: 'binary' }[type];
  if (content.length === 0) throw invalidParameter(`An ${name} set  may not be empty`);
  const members = content.map((member: unknown) => {
    if (typeof member !== 'string') throw wrongType(type);
    return type === 'NS' ? canonicalize(member) : type === 'BS' ? checkBinary(member) : member;
  });
  if (new Set(members).size !== members.length) {
    throw type === 'NS'
      ? invalid('Input collection contains duplicates')
      : invalidParameter(`Input collection [${members.join(', ')}] contains duplicates.`);
  }
  return { [type]: members };
}

/** Returns an item or map from a request with its numbers in canonical form. Throws ValidationException if it is not valid. */
export function checkItem(content: unknown, level = 1): Item {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw wrongType('M');
  }
  const item: Item = {};
  for (const [name, value] of Object.entries(content)) {
    setAttribute(item, name, checkValue(value, level));
  }
  return item;
}

/** Returns an attribute; undefined if the item does not have it. Ignores inherited properties such as `constructor`. */
export function readAttribute(item: Item, name: string): Value | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

/** Sets an attribute. A plain assignment to `__proto__` would change the object's prototype. */
export function setAttribute(item: Item, name: string, value: Value): void {
  if (name !== '__proto__') item[name] = value;
  else {
    Object.defineProperty(item, name, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
}

/** Reports whether two values are equal in DynamoDB: the types match, and sets have no order. */
export function equal(left: Value, right: Value): boolean {
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  if (type === 'L') return equalLists(left.L ?? [], right.L ?? []);
  if (type === 'M') return equalMaps(left.M ?? {}, right.M ?? {});
  if (type === 'SS' || type === 'NS' || type === 'BS') {
    const [a, b] = [left[type] ?? [], new Set(right[type])];
    return a.length === b.size && a.every((member) => b.has(member));
  }
  return left[type] === right[type];
}

function equalLists(left: readonly Value[], right: readonly Value[]): boolean {
  return (
    left.length === right.length &&
    left.every((member, index) => {
      const other = right[index];
      return other !== undefined && equal(member, other);
    })
  );
}

function equalMaps(left: Item, right: Item): boolean {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => {
      const [a, b] = [left[name], right[name]];
      return a !== undefined && b !== undefined && equal(a, b);
    })
  );
}

/** Compares two strings, numbers or binaries of the same type; undefined for any other values. */
export function compare(left: Value, right: Value): number | undefined {
  if (left.N !== undefined && right.N !== undefined) return compareDecimals(left.N, right.N);
  if (left.S !== undefined && right.S !== undefined) {
    return left.S === right.S ? 0 : Buffer.compare(Buffer.from(left.S), Buffer.from(right.S));
  }
  if (left.B !== undefined && right.B !== undefined) {
    return Buffer.compare(Buffer.from(left.B, 'base64'), Buffer.from(right.B, 'base64'));
  }
  return undefined;
}

/** Returns the sum of two numbers, or their difference if `sign` is -1. */
export function addNumbers(left: string, right: string, sign: 1 | -1): Value {
  return { N: addDecimals(left, right, sign) };
}

/** Returns the size of an item that counts against the 400 KB limit and the 1 MB page (bytes). */
export function itemSize(item: Item): number {
  let size = 0;
  for (const name in item) {
    const value = item[name];
    if (value) size += Buffer.byteLength(name) + valueSize(value);
  }
  return size;
}

function valueSize(value: Value): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberSize(value.N);
  if (value.B !== undefined) return Buffer.byteLength(value.B, 'base64');
  if (value.M) return 3 + itemSize(value.M) + Object.keys(value.M).length;
  if (value.L) return 3 + value.L.reduce((sum, member) => sum + 1 + valueSize(member), 0);
  if (value.SS) return value.SS.reduce((sum, member) => sum + Buffer.byteLength(member), 0);
  if (value.NS) return value.NS.reduce((sum, member) => sum + numberSize(member), 0);
  if (value.BS) {
    return value.BS.reduce((sum, member) => sum + Buffer.byteLength(member, 'base64'), 0);
  }
  return 1;
}

function numberSize(text: string): number {
  const digits = text.replace(/^-?0*\.?0*|\.|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}
