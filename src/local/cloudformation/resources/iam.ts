import { formatUnknownPolicy } from '../../iam/iam.ts';
import { findManagedPolicy, isAwsManaged } from '../../iam/managed-policies.ts';
import type { Tags } from '../../iam/role-repository.ts';
import type { Roles } from '../../iam/roles.ts';
import { invalid } from '../query-protocol.ts';
import { toText } from '../templates/intrinsics.ts';
import { type Fields, isFields } from '../templates/template.ts';
import {
  generateName,
  nonEmptyText,
  type PhysicalResource,
  type PreviousResource,
  type ResourceHandler,
  type ResourceRequest,
  type Services,
} from './handler.ts';

/** IAM's limits for the length of a name. */
const maxRoleName = 64;
const maxPolicyName = 128;

/** AWS::IAM::Role: `Ref` is its name. */
export function roleHandler({ iam: { roles } }: Pick<Services, 'iam'>): ResourceHandler {
  /** Replaces the policies that the role's resource declares; policies of other resources stay. */
  const replacePolicies = (name: string, before: Fields, after: Fields): void => {
    for (const policy of readInline(before)) dropInline(roles, name, policy.name);
    for (const policy of readInline(after)) roles.putInline(name, policy.name, policy.document);
    for (const arn of readList(before['ManagedPolicyArns'])) dropAttached(roles, name, arn);
    for (const arn of readList(after['ManagedPolicyArns'])) roles.attach(name, arn);
  };
  const create = (request: ResourceRequest, name: string): PhysicalResource => {
    const { properties } = request;
    const path = nonEmptyText(properties['Path']);
    const { arn, id } = roles.create({ name, path, ...readSettings(properties) });
    replacePolicies(name, {}, properties);
    return withNotice(request, { physicalId: name, attributes: { Arn: arn, RoleId: id } });
  };
  return {
    createOnly: ['RoleName', 'Path'],
    create(request) {
      rejectBoundary(request.properties);
      const explicit = nonEmptyText(request.properties['RoleName']);
      return create(request, explicit ?? generateName(request, maxRoleName));
    },
    update(request, { physicalId, attributes, properties }) {
      rejectBoundary(request.properties);
      // Stacks of earlier versions of the runtime have roles that exist only in the stack.
      if (!roles.find(physicalId)) return create(request, physicalId);
      roles.update(physicalId, readSettings(request.properties));
      replacePolicies(physicalId, properties, request.properties);
      return withNotice(request, { physicalId, attributes });
    },
    remove({ physicalId, properties }) {
      if (!roles.find(physicalId)) return;
      replacePolicies(physicalId, properties, {});
      roles.remove(physicalId);
    },
  };
}

/** AWS::IAM::Policy: an inline policy of roles. `Ref` is its name. */
export function policyHandler({ iam: { roles } }: Pick<Services, 'iam'>): ResourceHandler {
  const put = ({ properties }: ResourceRequest, before: Fields): PhysicalResource => {
    rejectOtherHolders(properties, 'AWS::IAM::Policy');
    const name = toText(properties['PolicyName'] ?? '');
    const holders = readList(properties['Roles']);
    if (holders.length === 0)
      throw invalid('At least one of [Groups,Roles,Users] must be non-empty.');
    for (const role of readList(before['Roles'])) {
      dropInline(roles, role, toText(before['PolicyName']));
    }
    const document = toDocument(properties['PolicyDocument']);
    for (const role of holders) roles.putInline(role, name, document);
    return { physicalId: name, attributes: {} };
  };
  return {
    createOnly: [],
    create: (request) => put(request, {}),
    update: (request, { properties }) => put(request, properties),
    remove({ properties }) {
      for (const role of readList(properties['Roles'])) {
        dropInline(roles, role, toText(properties['PolicyName']));
      }
    },
  };
}

/** AWS::IAM::RolePolicy: an inline policy of one role. `Ref` is `name|role`. */
export function rolePolicyHandler({ iam: { roles } }: Pick<Services, 'iam'>): ResourceHandler {
  const put = ({ properties }: ResourceRequest): PhysicalResource => {
    const [name, role] = [toText(properties['PolicyName']), toText(properties['RoleName'])];
    roles.putInline(role, name, toDocument(properties['PolicyDocument']));
    return { physicalId: `${name}|${role}`, attributes: {} };
  };
  return {
    createOnly: ['PolicyName', 'RoleName'],
    create: put,
    update: put,
    remove({ physicalId }) {
      const [name = '', role = ''] = physicalId.split('|');
      dropInline(roles, role, name);
    },
  };
}

/** AWS::IAM::ManagedPolicy: `Ref` is its ARN. */
export function managedPolicyHandler({ iam: { roles } }: Pick<Services, 'iam'>): ResourceHandler {
  const put = ({ properties }: ResourceRequest, name: string): PhysicalResource => {
    rejectOtherHolders(properties, 'AWS::IAM::ManagedPolicy');
    const { arn, id } = roles.putPolicy({
      name,
      path: nonEmptyText(properties['Path']),
      description: nonEmptyText(properties['Description']),
      document: toDocument(properties['PolicyDocument']),
    });
    return { physicalId: arn, attributes: { PolicyArn: arn, PolicyId: id } };
  };
  const attach = (arn: string, before: readonly string[], after: readonly string[]): void => {
    for (const role of before) dropAttached(roles, role, arn);
    for (const role of after) roles.attach(role, arn);
  };
  return {
    createOnly: ['ManagedPolicyName', 'Path', 'Description'],
    create(request) {
      const explicit = nonEmptyText(request.properties['ManagedPolicyName']);
      const name = explicit ?? generateName(request, maxPolicyName);
      const created = put(request, name);
      attach(created.physicalId, [], readList(request.properties['Roles']));
      return created;
    },
    update(request, { physicalId, properties }: PreviousResource) {
      const updated = put(request, physicalId.split('/').at(-1) ?? '');
      attach(physicalId, readList(properties['Roles']), readList(request.properties['Roles']));
      return updated;
    },
    remove({ physicalId, properties }) {
      attach(physicalId, readList(properties['Roles']), []);
      roles.removePolicy(physicalId);
    },
  };
}

/** Removes an inline policy unless it, or its role, was removed by hand. */
function dropInline(roles: Roles, role: string, name: string): void {
  if (Object.hasOwn(roles.find(role)?.inline ?? {}, name)) roles.removeInline(role, name);
}

/** Detaches a managed policy unless it was detached by hand. */
function dropAttached(roles: Roles, role: string, arn: string): void {
  if (roles.find(role)?.attached.includes(arn)) roles.detach(role, arn);
}

/** Adds what the user should know about the policies of a role. */
function withNotice(
  { properties, metadata }: ResourceRequest,
  resource: PhysicalResource,
): PhysicalResource {
  const unknown = readList(properties['ManagedPolicyArns'])
    .filter((arn) => isAwsManaged(arn) && !findManagedPolicy(arn))
    .map(formatUnknownPolicy);
  const ignored = readList(metadata?.['IgnoredPolicyTemplates']).map(
    (name) => `The local runtime has no service for the policy template ${name}.`,
  );
  const notice = [...unknown, ...ignored].join(' ');
  return notice === '' ? resource : { ...resource, notice };
}

function readSettings(properties: Fields) {
  const { Description, MaxSessionDuration, Tags: tags } = properties;
  return {
    trust: toDocument(properties['AssumeRolePolicyDocument']),
    description: nonEmptyText(Description) ?? '',
    maxSessionDuration: Number(MaxSessionDuration ?? 3_600),
    tags: readTags(tags),
  };
}

function readTags(tags: unknown): Tags {
  const list = Array.isArray(tags) ? tags.filter(isFields) : [];
  return Object.fromEntries(list.map(({ Key, Value }) => [toText(Key), toText(Value)]));
}

function readInline({ Policies: policies }: Fields): { name: string; document: string }[] {
  const list = Array.isArray(policies) ? policies.filter(isFields) : [];
  return list.map(({ PolicyName, PolicyDocument }) => ({
    name: toText(PolicyName),
    document: toDocument(PolicyDocument),
  }));
}

function readList(value: unknown): string[] {
  return Array.isArray(value) ? value.map(toText) : [];
}

function toDocument(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? {});
}

function rejectBoundary(properties: Fields): void {
  if (properties['PermissionsBoundary'] === undefined) return;
  throw invalid('The local runtime does not implement PermissionsBoundary of AWS::IAM::Role');
}

function rejectOtherHolders(properties: Fields, type: string): void {
  const other = ['Users', 'Groups'].find((name) => readList(properties[name]).length > 0);
  if (other !== undefined)
    throw invalid(`The local runtime does not implement ${other} of ${type}`);
}
