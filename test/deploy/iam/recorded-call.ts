import type { Permission } from '../../../src/local/iam/permission.ts';

/** A permission that a request needed, without the random parts of names. */
export type RecordedCall = Pick<Permission, 'action' | 'resource'> & {
  readonly conditions?: Readonly<Record<string, string | readonly string[]>>;
};

/** The permissions that the requests of each command, or the functions with each role, needed. */
export type Recording = Readonly<Record<string, readonly RecordedCall[]>>;

const compareTexts = (a: string, b: string) => (a < b ? -1 : 1);

/** Condition keys that the policies of the project use. */
const usedKeys = ['dynamodb:Attributes', 'dynamodb:Select', 'iam:PassedToService'];

/** Returns a permission without the random parts of names, so that two recordings are equal. */
export function normalizeCall({ action, resource, conditions = {} }: Permission): RecordedCall {
  const kept = Object.entries(conditions)
    .filter(([key]) => usedKeys.includes(key))
    .map(([key, value]) => [key, Array.isArray(value) ? value.toSorted(compareTexts) : value]);
  return {
    action,
    resource: resource
      .replaceAll(/-[A-Z0-9]{12}(?=$|\/index)/g, '-ABCDEFGHIJKL')
      .replace(/(stack\/[^/]+)\/.*/, '$1/ID')
      .replace(/(function:[^:]+):\d+(?=\/|$)/, '$1:VERSION')
      .replace(/durable-execution\/.*/, 'durable-execution/ORDER/ID')
      .replace(/(execute-api:.*):[^:]*\/prod\/(\w+)\/orders(\/.*)?$/, '$1:API/prod/$2/orders$3')
      .replace(/\/orders\/[^/]+$/, '/orders/ORDER')
      .replace(/restapis\/[^/]+/, 'restapis/API')
      .replace(/(deployments)\/[^/]+$/, '$1/ID')
      .replace(/log-stream:.*/, 'log-stream:STREAM')
      .replace(/\/functions\/.*\.zip$/, '/functions/CODE.zip'),
    ...(kept.length > 0 ? { conditions: Object.fromEntries(kept) } : {}),
  };
}

/** Returns distinct calls in a stable order. */
export function distinctCalls(calls: readonly RecordedCall[]): RecordedCall[] {
  const byText = new Map(calls.map((call) => [formatCall(call), call]));
  return [...byText].sort(([a], [b]) => compareTexts(a, b)).map(([, call]) => call);
}

/** Returns a recording as texts, one for each call: the action, the resource and the conditions. */
export function formatRecording(recording: Recording): string {
  const texts = Object.entries(recording).map(([name, calls]) => [name, calls.map(formatCall)]);
  return `${JSON.stringify(Object.fromEntries(texts), null, 2)}\n`;
}

export function parseRecording(text: string): Recording {
  const texts = JSON.parse(text) as Record<string, string[]>;
  return Object.fromEntries(
    Object.entries(texts).map(([name, calls]) => [name, calls.map(parseCall)]),
  );
}

/** Returns a call as one line. */
export function formatCall({ action, resource, conditions }: RecordedCall): string {
  return `${action} ${resource}${conditions ? ` ${JSON.stringify(conditions)}` : ''}`;
}

function parseCall(text: string): RecordedCall {
  const [, action = '', resource = '', conditions] = /^(\S+) (\S+)(?: (.*))?$/.exec(text) ?? [];
  return { action, resource, ...(conditions ? { conditions: JSON.parse(conditions) } : {}) };
}
