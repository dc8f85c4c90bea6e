import { account } from '../shared/account.ts';
import type { Permission } from './permission.ts';
import { formatPrincipal, type Principal } from './principal.ts';

/** A principal with the ARN that the condition key `aws:PrincipalArn` has. */
export interface Caller {
  readonly principal: Principal;
  /** ARN of the user, of the account's root, or of the role of a session; undefined for services and anonymous requests. */
  readonly arn: string | undefined;
}

/** Returns the values of a condition key (name in lower case); undefined if the request does not have the key. */
export type ConditionContext = (key: string) => readonly string[] | undefined;

type PrincipalKey = (principal: Principal, arn: string | undefined) => string | undefined;

const isService = (principal: Principal) => principal.kind === 'service';
const fromAccount = (principal: Principal) =>
  isService(principal) || principal.kind === 'anonymous' ? undefined : account;

/** Keys whose values follow from the caller. Decisions that depend only on them can be cached. */
const principalKeys: ReadonlyMap<string, PrincipalKey> = new Map<string, PrincipalKey>([
  // The runtime is reached only from its own machine, which counts as an encrypted connection.
  ['aws:securetransport', () => 'true'],
  ['aws:sourceip', (principal) => (isService(principal) ? undefined : '127.0.0.1')],
  ['aws:principalarn', (_, arn) => arn],
  ['aws:principalaccount', fromAccount],
  ['aws:principaltype', formatPrincipalType],
  ['aws:principalisawsservice', (principal) => String(isService(principal))],
  [
    'aws:principalservicename',
    (principal) => (isService(principal) ? formatPrincipal(principal) : undefined),
  ],
  ['aws:viaawsservice', () => 'false'],
  // The account is in no organization.
  ['aws:principalorgid', () => undefined],
  ['aws:username', (principal) => (principal.kind === 'user' ? principal.name : undefined)],
  [
    'aws:sourcearn',
    (principal) => (principal.kind === 'service' ? principal.sourceArn : undefined),
  ],
  ['aws:sourceaccount', (principal) => (isService(principal) ? account : undefined)],
]);

/** Keys whose values are the time of the request. */
const timeKeys: ReadonlyMap<string, () => string> = new Map([
  ['aws:currenttime', () => new Date().toISOString()],
  ['aws:epochtime', () => String(Math.floor(Date.now() / 1000))],
]);

/** Keys whose values an operation passes with its permission. */
const requestKeys = new Set([
  'aws:tagkeys',
  'iam:passedtoservice',
  'dynamodb:attributes',
  'dynamodb:enclosingoperation',
  'dynamodb:leadingkeys',
  'dynamodb:returnconsumedcapacity',
  'dynamodb:returnvalues',
  'dynamodb:select',
  'lambda:functionurlauthtype',
  'lambda:invokedviafunctionurl',
  'lambda:principal',
  'cloudformation:changesetname',
  'cloudformation:rolearn',
  'cloudformation:templateurl',
  's3:delimiter',
  's3:if-match',
  's3:if-none-match',
  's3:max-keys',
  's3:prefix',
  's3:versionid',
  's3:x-amz-acl',
  's3:x-amz-copy-source',
  's3:x-amz-metadata-directive',
  's3:x-amz-server-side-encryption',
  's3:x-amz-storage-class',
  'ssm:overwrite',
]);

/** Prefixes of keys that end with the name of a tag. */
const tagPrefixes = ['aws:resourcetag/', 'aws:requesttag/'];

/** Reports whether the runtime knows a condition key. */
export function isKnownKey(name: string): boolean {
  const key = name.toLowerCase();
  return principalKeys.has(key) || timeKeys.has(key) || isRequestKey(key);
}

/** Reports whether the value of a key can differ between two requests of the same caller for the same resource. */
export function dependsOnRequest(name: string): boolean {
  return !principalKeys.has(name.toLowerCase());
}

function isRequestKey(key: string): boolean {
  return requestKeys.has(key) || tagPrefixes.some((prefix) => key.startsWith(prefix));
}

/** Returns the condition keys of a request. */
export function createContext(
  { principal, arn }: Caller,
  permission: Pick<Permission, 'conditions'>,
): ConditionContext {
  let own: Map<string, readonly string[]> | undefined;
  return (name) => {
    const fromPrincipal = principalKeys.get(name) ?? timeKeys.get(name);
    if (fromPrincipal) {
      const value = fromPrincipal(principal, arn);
      return value === undefined ? undefined : [value];
    }
    own ??= new Map(
      Object.entries(permission.conditions ?? {}).map(([key, value]) => [
        key.toLowerCase(),
        [value].flat(),
      ]),
    );
    return own.get(name);
  };
}

function formatPrincipalType({ kind }: Principal): string | undefined {
  if (kind === 'service') return undefined;
  return { root: 'Account', user: 'User', session: 'AssumedRole', anonymous: 'Anonymous' }[kind];
}
