import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** Members of structures with the names of their enumerations, as `Structure.member`, by the namespace of a service. */
const enumNames = new Map<string, ReadonlyMap<string, string>>();

/** Results of `findEnumValues`. */
const enumValues = new Map<string, readonly string[] | undefined>();

/**
 * Returns the values of an enumeration that a member of a structure has by the type declarations of the SDK; undefined if it has none.
 * The schemas of the SDK do not contain enumerations.
 */
function findEnumValues(
  namespace: string,
  structure: string,
  member: string,
): readonly string[] | undefined {
  const client = clientName(namespace);
  if (!enumNames.has(namespace)) enumNames.set(namespace, readEnumNames(client));
  const place = `${structure}.${member}`;
  const name = enumNames.get(namespace)?.get(place);
  if (name === undefined) return undefined;
  const exported = require(client) as Record<string, unknown>;
  if (!isEnum(exported[name])) return undefined;
  const others = exported[otherEnums[place] ?? ''];
  return [...Object.values(exported[name]), ...(isEnum(others) ? Object.values(others) : [])];
}

/** The enumerations whose values a member has as well: an event of a stack itself has the status of the stack. */
const otherEnums: Readonly<Record<string, string>> = { 'StackEvent.ResourceStatus': 'StackStatus' };

function isEnum(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the package of a namespace such as `com.amazonaws.sqs`. */
function clientName(namespace: string): string {
  const service = namespace.replace('com.amazonaws.', '');
  return `@aws-sdk/client-${service === 'cloudwatchlogs' ? 'cloudwatch-logs' : service}`;
}

function readEnumNames(client: string): ReadonlyMap<string, string> {
  const models = join(dirname(require.resolve(`${client}/package.json`)), 'dist-types/models');
  const names = new Map<string, string>();
  for (const file of readdirSync(models)) {
    const text = readFileSync(join(models, file), 'utf8');
    for (const [, structure, body = ''] of text.matchAll(
      /^export interface (\w+).*?\{$(.*?)^\}/gms,
    )) {
      for (const [, member, type] of body.matchAll(/^ {4}(\w+)\??: (\w+) \| undefined;$/gm)) {
        names.set(`${structure}.${member}`, String(type));
      }
    }
  }
  return names;
}

/** Returns the fault of a text that is no value of its enumeration. */
export function listEnumFaults(
  { namespace, name: structure }: { readonly namespace: string; readonly name: string },
  member: string,
  { value, path }: { readonly value: unknown; readonly path: string },
): string[] {
  if (typeof value !== 'string') return [];
  const place = `${namespace} ${structure}.${member}`;
  if (!enumValues.has(place)) enumValues.set(place, findEnumValues(namespace, structure, member));
  const values = enumValues.get(place);
  if (!values || values.includes(value)) return [];
  return [`${path}.${member}: is "${value}"`];
}
