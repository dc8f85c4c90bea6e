import { AwsError } from '../wire/aws-error.ts';
import { noSuchEntity } from './errors.ts';
import { findManagedPolicy } from './managed-policies.ts';
import type { ManagedPolicy, Role, Tags } from './role-repository.ts';
import type { Roles } from './roles.ts';

export type Form = URLSearchParams;

/** An operation of the IAM API. */
interface Action {
  /** Names of the parameters that it has. */
  readonly parameters: readonly string[];
  /** Returns the result; undefined for an operation without one. Throws an AwsError. */
  run(roles: Roles, form: Form): object | undefined;
}

const split = (parameters: string) => parameters.split(' ').filter((name) => name !== '');

/** Returns an operation that reads or creates a role. */
function onRole(
  parameters: string,
  run: (roles: Roles, name: string, form: Form) => object,
): Action {
  return {
    parameters: ['RoleName', ...split(parameters)],
    run: (roles, form) => run(roles, require(form, 'RoleName'), form),
  };
}

/** Returns an operation that changes a role and has no result. */
function changeRole(
  parameters: string,
  run: (roles: Roles, name: string, form: Form) => void,
): Action {
  return {
    parameters: ['RoleName', ...split(parameters)],
    run(roles, form) {
      run(roles, require(form, 'RoleName'), form);
      return undefined;
    },
  };
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html */
export const roleActions: Readonly<Record<string, Action>> = {
  CreateRole: onRole(
    'AssumeRolePolicyDocument Path Description MaxSessionDuration Tags',
    (roles, name, form) => ({
      Role: formatRole(
        roles.create({
          name,
          path: form.get('Path') ?? '/',
          trust: require(form, 'AssumeRolePolicyDocument'),
          description: form.get('Description') ?? '',
          ...readDuration(form),
          tags: readTags(form),
        }),
      ),
    }),
  ),
  GetRole: onRole('', (roles, name) => ({ Role: formatRole(roles.require(name)) })),
  DeleteRole: changeRole('', (roles, name) => roles.remove(name)),
  UpdateRole: onRole('Description MaxSessionDuration', (roles, name, form) => {
    const description = form.get('Description');
    roles.update(name, { ...(description === null ? {} : { description }), ...readDuration(form) });
    return {};
  }),
  UpdateAssumeRolePolicy: changeRole('PolicyDocument', (roles, name, form) => {
    roles.update(name, { trust: require(form, 'PolicyDocument') });
  }),
  ListRoles: {
    parameters: ['PathPrefix'],
    run(roles, form) {
      const prefix = form.get('PathPrefix') ?? '/';
      const found = roles.list().filter(({ path }) => path.startsWith(prefix));
      return { Roles: found.map(formatRole), IsTruncated: false };
    },
  },
  PutRolePolicy: changeRole('PolicyName PolicyDocument', (roles, name, form) =>
    roles.putInline(name, require(form, 'PolicyName'), require(form, 'PolicyDocument')),
  ),
  GetRolePolicy: onRole('PolicyName', (roles, name, form) => {
    const policy = require(form, 'PolicyName');
    const document = roles.readInline(name, policy);
    return { RoleName: name, PolicyName: policy, PolicyDocument: encodeDocument(document) };
  }),
  DeleteRolePolicy: changeRole('PolicyName', (roles, name, form) =>
    roles.removeInline(name, require(form, 'PolicyName')),
  ),
  ListRolePolicies: onRole('', (roles, name) => ({
    PolicyNames: Object.keys(roles.require(name).inline).sort(),
    IsTruncated: false,
  })),
  AttachRolePolicy: changeRole('PolicyArn', (roles, name, form) =>
    roles.attach(name, require(form, 'PolicyArn')),
  ),
  DetachRolePolicy: changeRole('PolicyArn', (roles, name, form) =>
    roles.detach(name, require(form, 'PolicyArn')),
  ),
  ListAttachedRolePolicies: onRole('', (roles, name) => ({
    AttachedPolicies: roles
      .require(name)
      .attached.map((arn) => ({ PolicyName: arn.split('/').at(-1), PolicyArn: arn })),
    IsTruncated: false,
  })),
  TagRole: changeRole('Tags', (roles, name, form) => {
    const { tags } = roles.require(name);
    roles.update(name, { tags: { ...tags, ...readTags(form) } });
  }),
  UntagRole: changeRole('TagKeys', (roles, name, form) => {
    const keys = readList(form, 'TagKeys');
    const kept = Object.entries(roles.require(name).tags).filter(([key]) => !keys.includes(key));
    roles.update(name, { tags: Object.fromEntries(kept) });
  }),
  ListRoleTags: onRole('', (roles, name) => ({
    Tags: formatTags(roles.require(name).tags),
    IsTruncated: false,
  })),
  CreatePolicy: {
    parameters: ['PolicyName', 'PolicyDocument', 'Path', 'Description'],
    run(roles, form) {
      const policy = roles.createPolicy({
        name: require(form, 'PolicyName'),
        path: form.get('Path') ?? '/',
        description: form.get('Description') ?? '',
        document: require(form, 'PolicyDocument'),
      });
      return { Policy: formatPolicy(policy) };
    },
  },
  GetPolicy: {
    parameters: ['PolicyArn'],
    run(roles, form) {
      const arn = require(form, 'PolicyArn');
      const own = roles.findPolicy(arn);
      if (own) return { Policy: formatPolicy(own) };
      if (!findManagedPolicy(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
      return { Policy: { PolicyName: arn.split('/').at(-1), Arn: arn, IsAttachable: true } };
    },
  },
  DeletePolicy: {
    parameters: ['PolicyArn'],
    run(roles, form) {
      const arn = require(form, 'PolicyArn');
      if (!roles.findPolicy(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
      roles.removePolicy(arn);
      return undefined;
    },
  },
};

/** Returns the tags of a request. */
export function readTags(form: Form): Tags {
  const keys = [...form.keys()].filter((key) => /^Tags\.member\.\d+\.Key$/.test(key));
  const pairs = keys.map((key) => [
    form.get(key) ?? '',
    form.get(key.replace(/Key$/, 'Value')) ?? '',
  ]);
  return Object.fromEntries(pairs);
}

function readList(form: Form, name: string): string[] {
  return [...form].flatMap(([key, value]) => (key.startsWith(`${name}.member.`) ? [value] : []));
}

function readDuration(form: Form): { maxSessionDuration?: number } {
  const text = form.get('MaxSessionDuration');
  return text === null ? {} : { maxSessionDuration: Number(text) };
}

/** Returns a required parameter. Throws ValidationError if it is missing. */
function require(form: Form, name: string): string {
  const value = form.get(name);
  if (value !== null && value !== '') return value;
  const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  throw new AwsError(
    'ValidationError',
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

function formatRole({ name, path, id, arn, created, ...role }: Role): object {
  const { description, maxSessionDuration, trust, tags } = role;
  return {
    Path: path,
    RoleName: name,
    RoleId: id,
    Arn: arn,
    CreateDate: new Date(created),
    AssumeRolePolicyDocument: encodeDocument(trust),
    ...(description === '' ? {} : { Description: description }),
    MaxSessionDuration: maxSessionDuration,
    ...(Object.keys(tags).length > 0 ? { Tags: formatTags(tags) } : {}),
  };
}

function formatPolicy({ name, path, id, arn, created, description }: ManagedPolicy): object {
  return {
    PolicyName: name,
    PolicyId: id,
    Arn: arn,
    Path: path,
    DefaultVersionId: 'v1',
    IsAttachable: true,
    CreateDate: new Date(created),
    ...(description === '' ? {} : { Description: description }),
  };
}

function formatTags(tags: Tags): object[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Returns a document with percent-encoding (RFC 3986), as IAM returns documents. */
function encodeDocument(document: string): string {
  return encodeURIComponent(document).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
