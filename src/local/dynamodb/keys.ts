import { parseDecimal } from './decimal.ts';
import { invalid, invalidParameter } from './errors.ts';
import type { KeySchema, Table } from './table.ts';
import { type Item, readAttribute, setAttribute, typeOf, type Value } from './values.ts';

/** A primary key as bytes. Byte order is the order of the values in DynamoDB. */
export interface EncodedKey {
  readonly hash: Buffer;
  /** Empty when the key has no range attribute. */
  readonly range: Buffer;
}

const noRange = Buffer.alloc(0);

/** Encodes a key value as bytes whose order is the order of the values. */
export function encodeValue(value: Value): Buffer {
  if (value.S !== undefined) return Buffer.from(value.S);
  if (value.B !== undefined) return Buffer.from(value.B, 'base64');
  return encodeNumber(value.N ?? '0');
}

function encodeNumber(text: string): Buffer {
  const { negative, digits, exponent } = parseDecimal(text);
  if (digits === '') return Buffer.from([1]);
  /** The decimal exponent, shifted so that the smallest one is 0. */
  const magnitude = digits.length + exponent - 1 + 130;
  const bytes = Buffer.from(digits, 'latin1');
  if (!negative) return Buffer.concat([Buffer.from([2, magnitude]), bytes]);
  // Negative numbers sort in reverse: complement all bytes and end with a byte above every digit.
  const inverted = bytes.map((byte) => 0x69 - byte);
  return Buffer.concat([Buffer.from([0, 255 - magnitude]), inverted, Buffer.from([255])]);
}

/** Returns the key of an item; undefined if a key attribute is missing. An index omits such items. */
export function encodeKey(item: Item, schema: KeySchema): EncodedKey | undefined {
  const hash = readAttribute(item, schema.hash);
  if (!hash) return undefined;
  if (schema.range === undefined) return { hash: encodeValue(hash), range: noRange };
  const range = readAttribute(item, schema.range);
  return range && { hash: encodeValue(hash), range: encodeValue(range) };
}

/** Returns the encoded primary key of an item. Throws ValidationException if it is missing or has other types. */
export function encodePrimaryKey(table: Table, item: Item): EncodedKey {
  const { hash, range } = table.keys;
  checkKeyAttribute(table, item, hash);
  if (range !== undefined) checkKeyAttribute(table, item, range);
  return encodeKey(item, table.keys) as EncodedKey;
}

function checkKeyAttribute(table: Table, item: Item, name: string): void {
  const value = readAttribute(item, name);
  const type = table.types[name];
  if (!value) throw invalidParameter(`Missing the key ${name} in the item`);
  if (typeOf(value) !== type) {
    throw invalidParameter(
      `Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`,
    );
  }
  checkKeySize(value, name, name === table.keys.hash ? 2048 : 1024);
}

function checkKeySize(value: Value, name: string, limit: number): void {
  if (value.S === '' || value.B === '') {
    const kind = value.S === '' ? 'string' : 'binary';
    throw invalidParameter(
      `The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`,
    );
  }
  if (value.N === undefined && encodeValue(value).length > limit) {
    const kind = limit === 2048 ? 'hashkey' : 'rangekey';
    throw invalidParameter(`Size of ${kind} has exceeded the maximum size limit of${limit} bytes`);
  }
}

/** Returns an encoded primary key. Throws ValidationException if `key` has other attributes, as in GetItem. */
export function encodeExactKey(table: Table, key: Item): EncodedKey {
  const expected = table.keys.range === undefined ? 1 : 2;
  const matches =
    Object.keys(key).length === expected &&
    table.keyNames.every((name) => {
      const value = readAttribute(key, name);
      return value !== undefined && typeOf(value) === table.types[name];
    });
  if (!matches) throw invalid('The provided key element does not match the schema');
  return encodePrimaryKey(table, key);
}

/** Throws ValidationException if the key attributes of an index do not have the declared types. */
export function checkIndexKeys(table: Table, item: Item): void {
  for (const index of table.indexes) {
    for (const name of index.keyNames) {
      const value = readAttribute(item, name);
      if (!value) continue;
      if (typeOf(value) !== table.types[name]) {
        throw invalidParameter(
          `Type mismatch for Index Key ${name} Expected: ${table.types[name]} Actual: ${typeOf(value)} IndexName: ${index.name}`,
        );
      }
      checkKeySize(value, name, name === index.keys.hash ? 2048 : 1024);
    }
  }
}

/** Returns the named attributes of an item. */
export function pickKeys(item: Item, names: readonly string[]): Item {
  const key: Item = {};
  for (const name of names) {
    const value = readAttribute(item, name);
    if (value) setAttribute(key, name, value);
  }
  return key;
}
