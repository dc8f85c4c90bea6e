import { randomBytes } from 'node:crypto';
import { account, partition } from '../shared/account.ts';
import { AwsError } from '../wire/aws-error.ts';
import { limitExceeded, noSuchEntity } from './errors.ts';
import { findManagedPolicy, isAwsManaged } from './managed-policies.ts';
import { parsePolicy } from './policy-document.ts';
import {
  checkInlineSize,
  checkManagedSize,
  checkName,
  checkPath,
  checkRole,
} from './role-checks.ts';
import type { ManagedPolicy, Role, RoleRepository, Tags } from './role-repository.ts';

/** Number of managed policies of one role. */
const maxAttached = 10;

/** The settings of a new role. */
export interface RoleInput {
  readonly name: string;
  readonly path?: string | undefined;
  readonly trust: string;
  readonly description?: string | undefined;
  /** Seconds. */
  readonly maxSessionDuration?: number | undefined;
  readonly tags?: Tags;
}

/** The settings of a role that can change. */
export type RoleChanges = Partial<
  Pick<Role, 'description' | 'maxSessionDuration' | 'trust' | 'tags'>
>;

/** A managed policy of the account that is created or replaced. */
export interface ManagedPolicyInput {
  readonly name: string;
  readonly path?: string | undefined;
  readonly description?: string | undefined;
  readonly document: string;
}

/** Creates, changes and deletes roles and managed policies. Throws the errors of IAM. */
export class Roles {
  readonly #repository: RoleRepository;

  constructor(repository: RoleRepository) {
    this.#repository = repository;
  }

  /** Returns a role. Throws NoSuchEntity. */
  require(name: string): Role {
    const role = this.#repository.findRole(name);
    if (role) return role;
    throw noSuchEntity(`The role with name ${name} cannot be found.`);
  }

  find(name: string): Role | undefined {
    return this.#repository.findRole(name);
  }

  list(): Role[] {
    return this.#repository.listRoles();
  }

  /** Creates a role. Throws EntityAlreadyExists, MalformedPolicyDocument, ValidationError or LimitExceeded. */
  create(input: RoleInput): Role {
    const {
      name,
      path = '/',
      trust,
      description = '',
      maxSessionDuration = 3_600,
      tags = {},
    } = input;
    checkName('roleName', name, 64);
    checkPath(path);
    if (this.#repository.findRole(name)) {
      throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, {
        status: 409,
      });
    }
    const role: Role = {
      name,
      path,
      id: generateId('AROA'),
      arn: `arn:${partition}:iam::${account}:role${path}${name}`,
      created: Date.now(),
      description,
      maxSessionDuration,
      trust,
      tags,
      inline: {},
      attached: [],
    };
    checkRole(role);
    this.#repository.putRole(role);
    return role;
  }

  update(name: string, changes: RoleChanges): Role {
    const role = { ...this.require(name), ...changes };
    checkRole(role);
    this.#repository.putRole(role);
    return role;
  }

  /** Deletes a role. Throws DeleteConflict while it has policies. */
  remove(name: string): void {
    const { inline, attached } = this.require(name);
    if (attached.length > 0)
      throw deleteConflict('Cannot delete entity, must detach all policies first.');
    if (Object.keys(inline).length > 0) {
      throw deleteConflict('Cannot delete entity, must delete policies first.');
    }
    this.#repository.removeRole(name);
  }

  /** Creates or replaces an inline policy. */
  putInline(name: string, policyName: string, document: string): void {
    const role = this.require(name);
    checkName('policyName', policyName, 128);
    parsePolicy(document, 'identity');
    const inline = { ...role.inline, [policyName]: document };
    checkInlineSize(name, Object.values(inline));
    this.#repository.putRole({ ...role, inline });
  }

  /** Returns the document of an inline policy. Throws NoSuchEntity. */
  readInline(name: string, policyName: string): string {
    const { inline } = this.require(name);
    const document = Object.hasOwn(inline, policyName) ? inline[policyName] : undefined;
    if (document !== undefined) return document;
    throw noSuchEntity(`The role policy with name ${policyName} cannot be found.`);
  }

  removeInline(name: string, policyName: string): void {
    this.readInline(name, policyName);
    const role = this.require(name);
    const inline = Object.entries(role.inline).filter(([other]) => other !== policyName);
    this.#repository.putRole({ ...role, inline: Object.fromEntries(inline) });
  }

  /** Attaches a managed policy. A policy of AWS that the runtime does not know is accepted. */
  attach(name: string, arn: string): void {
    const role = this.require(name);
    this.#requirePolicy(arn);
    if (role.attached.includes(arn)) return;
    if (role.attached.length >= maxAttached) {
      throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${maxAttached}`);
    }
    this.#repository.putRole({ ...role, attached: [...role.attached, arn] });
  }

  /** Detaches a managed policy. Throws NoSuchEntity if it is not attached. */
  detach(name: string, arn: string): void {
    const role = this.require(name);
    if (!role.attached.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
    this.#repository.putRole({ ...role, attached: role.attached.filter((other) => other !== arn) });
  }

  findPolicy(arn: string): ManagedPolicy | undefined {
    return this.#repository.findPolicy(arn);
  }

  /** Creates a managed policy. Throws EntityAlreadyExists, and the errors of `putPolicy`. */
  createPolicy(input: ManagedPolicyInput): ManagedPolicy {
    const { name, path = '/' } = input;
    if (this.#repository.findPolicy(formatPolicyArn(path, name))) {
      throw new AwsError('EntityAlreadyExists', `A policy called ${name} already exists.`, {
        status: 409,
      });
    }
    return this.putPolicy(input);
  }

  /** Creates or replaces a managed policy of the account. Throws LimitExceeded or MalformedPolicyDocument. */
  putPolicy({ name, path = '/', description = '', document }: ManagedPolicyInput): ManagedPolicy {
    checkName('policyName', name, 128);
    checkPath(path);
    parsePolicy(document, 'identity');
    checkManagedSize(document);
    const arn = formatPolicyArn(path, name);
    const before = this.#repository.findPolicy(arn);
    const policy: ManagedPolicy = {
      name,
      path,
      id: before?.id ?? generateId('ANPA'),
      arn,
      created: before?.created ?? Date.now(),
      description,
      document,
    };
    this.#repository.putPolicy(policy);
    return policy;
  }

  /** Deletes a managed policy. Throws DeleteConflict while a role has it. */
  removePolicy(arn: string): void {
    if (this.list().some(({ attached }) => attached.includes(arn))) {
      throw deleteConflict('Cannot delete a policy attached to entities.');
    }
    this.#repository.removePolicy(arn);
  }

  #requirePolicy(arn: string): void {
    if (isAwsManaged(arn) || findManagedPolicy(arn) || this.#repository.findPolicy(arn)) return;
    throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  }
}

function formatPolicyArn(path: string, name: string): string {
  return `arn:${partition}:iam::${account}:policy${path}${name}`;
}

function deleteConflict(message: string): AwsError {
  return new AwsError('DeleteConflict', message, { status: 409 });
}

/** Returns a unique id in the format of IAM: a prefix and 17 upper-case letters or digits. */
function generateId(prefix: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const random = Array.from(randomBytes(17), (byte) => alphabet[byte % alphabet.length]);
  return `${prefix}${random.join('')}`;
}
