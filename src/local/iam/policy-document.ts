import { type Caller, createContext } from './condition-keys.ts';
import { type Condition, compileCondition } from './conditions.ts';
import { malformed } from './errors.ts';
import { compileAction, compileResource, type Matcher } from './patterns.ts';
import type { Permission } from './permission.ts';
import { compilePrincipals, type PolicyKind, type PrincipalMatcher } from './policy-principals.ts';

/** A statement of a policy, compiled to functions. */
export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  /** Reports whether the statement names the action and the resource of a permission. */
  covers(permission: Permission): boolean;
  /** Reports whether the statement names the caller. Always true in an identity policy. */
  readonly names: PrincipalMatcher;
  /** Undefined if the statement has no conditions. */
  readonly condition: Condition | undefined;
}

/** A policy whose document was checked and compiled. */
export interface Policy {
  readonly statements: readonly Statement[];
}

type Fields = Readonly<Record<string, unknown>>;

const documentElements = new Set(['Version', 'Id', 'Statement']);
const statementElements = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const versions = ['2012-10-17', '2008-10-17'];

/**
 * Returns the compiled policy of a document, which is an object or JSON. Throws MalformedPolicyDocument with the first element,
 * operator, condition key or variable that AWS or the runtime does not accept.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function parsePolicy(document: unknown, kind: PolicyKind): Policy {
  const parsed = typeof document === 'string' ? parseJson(document) : document;
  if (!isFields(parsed)) throw malformed('Syntax errors in policy.');
  rejectUnknown(parsed, documentElements);
  const { Version: version = '2008-10-17', Id: id } = parsed;
  if (!versions.includes(String(version))) {
    throw malformed(`The policy version ${String(version)} is not valid.`);
  }
  if (id !== undefined && typeof id !== 'string') throw malformed('Syntax errors in policy.');
  const statements = [parsed['Statement'] ?? []].flat();
  if (statements.length === 0) throw malformed('Syntax errors in policy.');
  const hasVariables = version === '2012-10-17';
  checkSids(statements);
  return {
    statements: statements.map((statement) => compileStatement(statement, kind, hasVariables)),
  };
}

/** Reports whether a statement applies to a request. */
export function applies(statement: Statement, caller: Caller, permission: Permission): boolean {
  return (
    statement.covers(permission) &&
    statement.names(caller, statement.effect) &&
    (statement.condition?.matches(createContext(caller, permission)) ?? true)
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('This policy contains invalid Json');
  }
}

function rejectUnknown(fields: Fields, known: ReadonlySet<string>): void {
  const unknown = Object.keys(fields).find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw malformed(`Syntax errors in policy. The element ${unknown} is not valid.`);
  }
}

function checkSids(statements: readonly unknown[]): void {
  const sids = statements.flatMap((statement) =>
    isFields(statement) && statement['Sid'] !== undefined ? [statement['Sid']] : [],
  );
  if (sids.some((sid) => typeof sid !== 'string')) throw malformed('Syntax errors in policy.');
  const names = sids.map(String).filter((sid) => sid !== '');
  if (new Set(names).size < names.length) {
    throw malformed('Statement IDs (SID) in a single policy must be unique.');
  }
}

function compileStatement(statement: unknown, kind: PolicyKind, hasVariables: boolean): Statement {
  if (!isFields(statement)) throw malformed('Syntax errors in policy.');
  rejectUnknown(statement, statementElements);
  const { Effect: effect, Condition: condition } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed('Syntax errors in policy.');
  const action = compileElement(statement, 'Action', compileActionPattern);
  if (!action) throw malformed('Policy statement must contain actions.');
  const resource = compileElement(statement, 'Resource', (pattern) => {
    checkResource(pattern, kind);
    rejectVariables(pattern, hasVariables);
    return compileResource(pattern, { hasVariables });
  });
  if (kind === 'trust' ? resource : !resource) {
    throw malformed(
      resource ? 'Has prohibited field Resource' : 'Policy statement must contain resources.',
    );
  }
  rejectVariables(JSON.stringify(condition) ?? '', hasVariables);
  return {
    effect,
    covers: (permission) => action(permission.action) && (resource?.(permission.resource) ?? true),
    names: compilePrincipals(statement, kind),
    condition: condition === undefined ? undefined : compileCondition(condition, { hasVariables }),
  };
}

/** Returns the matcher of an element or of its opposite, such as `Action` or `NotAction`; undefined if the statement has neither. */
function compileElement(
  statement: Fields,
  name: 'Action' | 'Resource',
  compile: (pattern: string) => Matcher,
): Matcher | undefined {
  const [own, opposite] = [statement[name], statement[`Not${name}`]];
  if (own !== undefined && opposite !== undefined) throw malformed('Syntax errors in policy.');
  const patterns = [own ?? opposite ?? []].flat();
  if (patterns.length === 0) return undefined;
  const matchers = patterns.map((pattern) => {
    if (typeof pattern !== 'string') throw malformed('Syntax errors in policy.');
    return compile(pattern);
  });
  return (text) => matchers.some((matches) => matches(text)) === (own !== undefined);
}

function compileActionPattern(pattern: string): Matcher {
  if (pattern !== '*' && !pattern.includes(':')) {
    throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  const [vendor = ''] = pattern.split(':');
  if (pattern !== '*' && !/^[a-z0-9-]+$/i.test(vendor)) {
    throw malformed(`Vendor ${vendor} is not valid`);
  }
  return compileAction(pattern);
}

/** Throws if a resource is neither `*` nor an ARN. The resources of queues, functions and buckets follow the same rules. */
function checkResource(pattern: string, kind: PolicyKind): void {
  if (pattern === '*') return;
  const [prefix, partition = '', vendor = '', ...rest] = pattern.split(':');
  if (prefix !== 'arn' || rest.length === 0) {
    throw malformed(
      kind === 'identity'
        ? `Resource ${pattern} must be in ARN format or "*".`
        : `Policy has invalid resource: ${pattern}`,
    );
  }
  if (!/^(aws|aws-cn|aws-us-gov|\*)$/.test(partition)) {
    throw malformed(`Partition "${partition}" is not valid for resource "${pattern}".`);
  }
  if (/[*?]/.test(vendor)) {
    throw malformed('Resource vendor must be fully qualified and cannot contain regexes.');
  }
}

/** Throws if a text contains a policy variable. Only the escapes of `*`, `?` and `$` are supported. */
function rejectVariables(text: string, hasVariables: boolean): void {
  const [variable] = hasVariables ? (/\$\{(?![*?$]\})[^}]*\}?/.exec(text) ?? []) : [];
  if (variable !== undefined) {
    throw malformed(`The local runtime does not implement the policy variable ${variable}`);
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
