import { createHash } from 'node:crypto';
import { type Fields, isFields } from '../templates/template.ts';

/**
 * Returns the digest in the logical id of the version that SAM publishes. Intrinsics are not resolved, so the value of a parameter
 * is never part of it. By default SAM includes only code, environment and memory:
 * https://github.com/aws/serverless-application-model/blob/develop/samtranslator/model/sam_resources.py
 */
export function versionDigest(
  properties: Fields,
  { hashesAllProperties }: { readonly hashesAllProperties: boolean },
): string {
  if (hashesAllProperties) return sortedJsonDigest(properties);
  const { Code, Environment, MemorySize } = properties;
  return sortedJsonDigest({
    ...(isFields(Code) ? Code : {}),
    ...(isFields(Environment) ? Environment : {}),
    ...(MemorySize === undefined ? {} : { MemorySize }),
  });
}

/** Returns the SHA-1 of a value as JSON with sorted keys (hexadecimal), like SAM's LogicalIdGenerator. */
export function sortedJsonDigest(value: unknown): string {
  return createHash('sha1')
    .update(JSON.stringify(sortKeys(value)))
    .digest('hex');
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isFields(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sortKeys(member)]));
}
