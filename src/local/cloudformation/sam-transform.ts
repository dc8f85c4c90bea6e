import { invalid } from './query-protocol.ts';
import { renameReferences } from './references.ts';
import { expandApi } from './sam-api.ts';
import { expandConnectors } from './sam-connectors.ts';
import { expandEvents } from './sam-events.ts';
import { buildFunctionRole } from './sam-role.ts';
import { versionDigest } from './sam-version.ts';
import {
  type Fields,
  isFields,
  type ResourceDeclaration,
  type Resources,
  type Template,
} from './template.ts';

const transform = 'AWS::Serverless-2016-10-31';

/** Reports whether a template declares the Serverless transform. */
export function isServerless({ Transform = [] }: Template): boolean {
  return [Transform].flat().includes(transform);
}

/** Returns the template with its Serverless functions and APIs expanded to the resources that SAM creates. */
export function expandServerless(template: Template): Template {
  if (!isServerless(template)) return template;
  const renames = new Map<string, string>();
  const resources: Resources = {};
  for (const [id, resource] of Object.entries(expandConnectors(template.Resources))) {
    if (resource.Type === 'AWS::Serverless::Function') {
      const defaults = template.Globals?.Function ?? {};
      const Properties = mergeGlobals(defaults, resource.Properties ?? {}) as Fields;
      const target = isText(Properties['AutoPublishAlias']) ? { Ref: `${id}.Alias` } : { Ref: id };
      const { Condition } = resource;
      const attributes = Condition === undefined ? {} : { Condition };
      const permissions = { id, events: Properties['Events'], target, attributes };
      Object.assign(resources, expandFunction(id, { ...resource, Properties }, renames));
      Object.assign(resources, expandEvents(permissions, template));
    } else if (resource.Type === 'AWS::Serverless::Api') {
      Object.assign(resources, expandApi(id, resource, renames));
    } else {
      resources[id] = resource;
    }
  }
  const { Globals: _, ...rest } = template;
  return {
    ...rest,
    Resources: renameReferences(resources, renames) as Resources,
    ...(template.Outputs
      ? { Outputs: renameReferences(template.Outputs, renames) as Template['Outputs'] & {} }
      : {}),
  };
}

function expandFunction(
  id: string,
  resource: ResourceDeclaration,
  renames: Map<string, string>,
): Resources {
  const {
    CodeUri,
    AutoPublishAlias: alias,
    AutoPublishAliasAllProperties: hashesAllProperties,
    VersionDescription,
    DeadLetterQueue: deadLetterQueue,
    Tracing,
    Events: _events,
    Policies: _policies,
    AssumeRolePolicyDocument: _trust,
    RolePath: _path,
    PermissionsBoundary: _boundary,
    AutoPublishCodeSha256: codeDigest,
    ...properties
  } = resource.Properties ?? {};
  const { Type: _type, Properties: _properties, ...common } = resource;
  const expanded: Resources = {};
  const functionProperties: Fields = {
    ...properties,
    Code: toCode(id, CodeUri),
    ...(isFields(deadLetterQueue)
      ? { DeadLetterConfig: { TargetArn: deadLetterQueue['TargetArn'] } }
      : {}),
    ...(Tracing ? { TracingConfig: { Mode: Tracing } } : {}),
    Role: properties['Role'] ?? { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
  };
  expanded[id] = { ...common, Type: 'AWS::Lambda::Function', Properties: functionProperties };
  if (!properties['Role']) {
    const role = buildFunctionRole(id, resource.Properties ?? {});
    expanded[`${id}Role`] = { ...pickPolicies(resource), ...role };
  }
  if (typeof alias !== 'string') return expanded;
  const digest =
    typeof codeDigest === 'string'
      ? codeDigest
      : versionDigest(functionProperties, { hashesAllProperties: hashesAllProperties === true });
  const version = `${id}Version${digest.slice(0, 10)}`;
  renames.set(`${id}.Alias`, `${id}Alias${alias}`);
  renames.set(`${id}.Version`, version);
  expanded[version] = {
    DeletionPolicy: 'Retain',
    ...common,
    Type: 'AWS::Lambda::Version',
    Properties: {
      FunctionName: { Ref: id },
      ...(VersionDescription === undefined ? {} : { Description: VersionDescription }),
    },
  };
  expanded[`${id}Alias${alias}`] = {
    ...common,
    Type: 'AWS::Lambda::Alias',
    Properties: {
      Name: alias,
      FunctionName: { Ref: id },
      FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] },
    },
  };
  return expanded;
}

/** Returns the attributes that the role of a function shares with it. */
function pickPolicies({
  Condition,
  DeletionPolicy,
  UpdateReplacePolicy,
}: ResourceDeclaration): Partial<ResourceDeclaration> {
  return {
    ...(Condition === undefined ? {} : { Condition }),
    ...(DeletionPolicy === undefined ? {} : { DeletionPolicy }),
    ...(UpdateReplacePolicy === undefined ? {} : { UpdateReplacePolicy }),
  };
}

const isText = (value: unknown) => typeof value === 'string';

function toCode(id: string, uri: unknown): Fields {
  if (isFields(uri) && typeof uri['Bucket'] === 'string') {
    return { S3Bucket: uri['Bucket'], S3Key: uri['Key'] };
  }
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(typeof uri === 'string' ? uri : '') ?? [];
  if (bucket && key) return { S3Bucket: bucket, S3Key: key };
  throw invalid(
    `Transform ${transform} failed with: Invalid Serverless Application Specification document. Number of errors ` +
      `found: 1. Resource with id [${id}] is invalid. 'CodeUri' is not a valid S3 Uri of the form 's3://bucket/key'`,
  );
}

/** Merges globals with a function's own properties. Own values win, maps are merged and lists are concatenated. */
function mergeGlobals(globals: unknown, own: unknown): unknown {
  if (Array.isArray(globals) && Array.isArray(own)) return [...globals, ...own];
  if (!isFields(globals) || !isFields(own)) return own;
  const merged: Fields = { ...globals };
  for (const [name, value] of Object.entries(own)) {
    merged[name] = Object.hasOwn(globals, name) ? mergeGlobals(globals[name], value) : value;
  }
  return merged;
}
