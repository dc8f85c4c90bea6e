import type { Store } from '../store/store.ts';
import { type Authorizer, createAuthorizer } from './authorizer.ts';
import { trusts } from './evaluate.ts';
import { findManagedPolicy } from './managed-policies.ts';
import { type Policy, parsePolicy } from './policy-document.ts';
import type { PolicyKind } from './policy-principals.ts';
import { PolicyChanges, ResourcePolicies } from './policy-store.ts';
import type { Principal } from './principal.ts';
import { RoleRepository } from './role-repository.ts';
import { Roles } from './roles.ts';

/** Roles, policies and decisions of a runtime. */
export interface Iam extends Authorizer {
  /** Creates, changes and deletes roles and managed policies. */
  readonly roles: Roles;
  /** Policies of queues, functions and buckets. */
  readonly resourcePolicies: ResourcePolicies;
  /** False if functions and services may do everything. */
  readonly enforced: boolean;
  /** Must be called before every change of a user's policies. */
  noteChange(): void;
  /** Reports whether a service may assume a role, given by its ARN. Always true if nothing is enforced. */
  canAssume(roleArn: string, service: Principal & { kind: 'service' }): boolean;
}

export interface IamOptions {
  readonly store: Store;
  /** Returns the policy documents of a user; undefined if there is no such user. */
  readonly userPolicies?: (name: string) => readonly unknown[] | undefined;
  /** False if functions and services may do everything. */
  readonly enforced?: boolean;
  /** Reports a problem that changes a decision. By default it is written to stderr. */
  readonly warn?: (message: string) => void;
}

const allowEverything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** Creates the roles and policies of a runtime, and the authorizer that applies them. */
export function createIam({
  store,
  userPolicies = () => undefined,
  enforced = true,
  warn = (message) => void process.stderr.write(`${message}\n`),
}: IamOptions): Iam {
  const changes = new PolicyChanges(store);
  const repository = new RoleRepository(store, changes);
  const resourcePolicies = new ResourcePolicies(store, changes);
  const compile = createCompiler();
  const warned = new Set<string>();

  /** Returns a managed policy. A policy of AWS that the runtime does not know allows everything, and is reported once. */
  function compileManaged(arn: string): Policy {
    const document = repository.findPolicy(arn)?.document ?? findManagedPolicy(arn);
    if (document !== undefined) return compile(document, 'identity');
    if (!warned.has(arn)) warn(formatUnknownPolicy(arn));
    warned.add(arn);
    return compile(allowEverything, 'identity');
  }

  function identityPolicies(principal: Principal): readonly Policy[] {
    if (principal.kind === 'user') {
      const documents = userPolicies(principal.name) ?? [];
      return documents.map((document) => compile(document, 'identity'));
    }
    return principal.kind === 'session' ? (readRole(principal.role)?.policies ?? []) : [];
  }

  const readRole = createRoleCache(changes, (name): CompiledRole | undefined => {
    const role = repository.findRole(name);
    if (!role) return undefined;
    const inline = Object.values(role.inline).map((document) => compile(document, 'identity'));
    return { arn: role.arn, policies: [...inline, ...role.attached.map(compileManaged)] };
  });

  const authorizer = createAuthorizer({
    identityPolicies,
    resourcePolicy(arn) {
      const document = resourcePolicies.read(arn);
      return document === undefined ? undefined : compile(document, 'resource');
    },
    roleArn: (name) => readRole(name)?.arn,
    generation: () => changes.current(),
    enforced,
  });

  return {
    ...authorizer,
    roles: new Roles(repository),
    resourcePolicies,
    enforced,
    noteChange: () => changes.note(),
    canAssume(roleArn, service) {
      if (!enforced) return true;
      const role = repository.findRole(roleArn.split('/').at(-1) ?? '');
      return role?.arn === roleArn && trusts(compile(role.trust, 'trust'), service);
    },
  };
}

/** A role as decisions need it. */
interface CompiledRole {
  readonly arn: string;
  readonly policies: readonly Policy[];
}

/** Returns `read` with a cache that is valid until a policy changes. */
function createRoleCache(
  changes: PolicyChanges,
  read: (name: string) => CompiledRole | undefined,
): (name: string) => CompiledRole | undefined {
  const roles = new Map<string, CompiledRole>();
  let generation: number | undefined;
  return (name) => {
    const current = changes.current();
    if (current !== generation) roles.clear();
    generation = current;
    const known = roles.get(name);
    if (known) return known;
    const role = read(name);
    if (role && current !== undefined) roles.set(name, role);
    return role;
  };
}

/** Returns the report of a managed policy of AWS that the runtime does not know. */
export function formatUnknownPolicy(arn: string): string {
  return `The local runtime does not know the managed policy ${arn}: roles with this policy may do everything here.`;
}

/** Number of compiled documents that are kept. */
const maxCompiled = 1_000;

/** Returns `parsePolicy` with a cache: roles share documents, and most documents do not change. */
function createCompiler(): (document: unknown, kind: PolicyKind) => Policy {
  const compiled = new Map<string, Policy>();
  return (document, kind) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document);
    const key = `${kind} ${text}`;
    const known = compiled.get(key);
    if (known) return known;
    if (compiled.size >= maxCompiled) compiled.clear();
    const policy = parsePolicy(text, kind);
    compiled.set(key, policy);
    return policy;
  };
}
