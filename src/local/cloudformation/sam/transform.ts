import { invalid } from '../query-protocol.ts';
import { dropUnknownAttributes } from '../templates/check-template.ts';
import { renameReferences } from '../templates/references.ts';
import {
  type Fields,
  isFields,
  type ResourceDeclaration,
  type Resources,
  type Template,
} from '../templates/template.ts';
import { expandApi } from './api.ts';
import { expandConnectors } from './connectors.ts';
import { expandEventInvokeConfig } from './event-invoke-config.ts';
import { expandEvents } from './events.ts';
import { expandFunctionUrl } from './function-url.ts';
import { defineApis } from './implicit-api.ts';
import {
  checkGlobals,
  checkSamNames,
  checkSamProperties,
  invalidResource,
  mergeGlobals,
  resolveParameter,
} from './properties.ts';
import { buildFunctionRole, buildTags } from './role.ts';
import { expandSimpleTable } from './simple-table.ts';
import { versionDigest } from './version.ts';

const transform = 'AWS::Serverless-2016-10-31';

/** Reports whether a template declares the Serverless transform. */
export function isServerless({ Transform = [] }: Template): boolean {
  return [Transform].flat().includes(transform);
}

/**
 * Returns the template with its Serverless functions and APIs expanded to the resources that SAM creates. `parameters` are the values
 * of the template's parameters; the default of a parameter is used if they lack it.
 */
export function expandServerless(
  original: Template,
  parameters: Readonly<Record<string, string>> = {},
): Template {
  if (!isServerless(original)) {
    if (original.Globals === undefined) return original;
    throw invalid('Invalid template property or properties [Globals]');
  }
  checkGlobals(original);
  const known = { ...original, Resources: dropUnknownAttributes(original.Resources) };
  const template = { ...original, Resources: defineApis(known) };
  const renames = new Map<string, string>();
  const expansion: Expansion = {
    template,
    renames,
    decide: (value) => resolveParameter(value, template, parameters),
  };
  const resources: Resources = {};
  for (const [id, resource] of Object.entries(expandConnectors(template.Resources))) {
    Object.assign(resources, expandResource(id, resource, expansion));
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

interface Expansion {
  readonly template: Template;
  /** Receives the new names of references such as `Function.Alias`. */
  readonly renames: Map<string, string>;
  /** Replaces a `Ref` to a parameter. */
  readonly decide: (value: unknown) => unknown;
}

/** Returns the resources that SAM creates for a resource: the resource itself if its type is not one of SAM's. */
function expandResource(
  id: string,
  resource: ResourceDeclaration,
  expansion: Expansion,
): Resources {
  const { template, decide, renames } = expansion;
  const [, section] = /^AWS::Serverless::(Function|Api|SimpleTable)$/.exec(resource.Type) ?? [];
  if (section === undefined) return { [id]: resource };
  const globals = template.Globals?.[section as 'Function' | 'Api' | 'SimpleTable'] ?? {};
  const merged = mergeGlobals(globals, resource.Properties ?? {}) as Fields;
  checkSamProperties(id, resource.Type, merged);
  if (section === 'SimpleTable') {
    return { [id]: expandSimpleTable(id, { ...resource, Properties: merged }) };
  }
  if (section === 'Api') {
    return expandApi(id, { ...resource, Properties: merged }, renames);
  }
  const alias = readAlias(id, decide(merged['AutoPublishAlias']));
  const Properties: Fields = { ...merged, AutoPublishAlias: alias };
  const target = alias === undefined ? { Ref: id } : { Ref: `${id}.Alias` };
  const { Condition } = resource;
  const attributes = Condition === undefined ? {} : { Condition };
  const functionEvents = { id, events: Properties['Events'], target, attributes };
  return {
    ...expandFunction(id, { ...resource, Properties }, renames),
    ...expandEventInvokeConfig({ id, alias, attributes }, Properties['EventInvokeConfig']),
    ...expandFunctionUrl(
      { id, target, attributes: pickPolicies(resource) },
      merged['FunctionUrlConfig'],
    ),
    ...expandEvents(functionEvents, template, decide),
  };
}

function expandFunction(
  id: string,
  resource: ResourceDeclaration,
  renames: Map<string, string>,
): Resources {
  const {
    CodeUri,
    InlineCode,
    Tags: tags,
    PackageType: _packageType,
    AutoPublishAlias: alias,
    AutoPublishAliasAllProperties: hashesAllProperties,
    VersionDescription,
    DeadLetterQueue: deadLetterQueue,
    Tracing,
    Events: _events,
    EventInvokeConfig: _eventInvoke,
    FunctionUrlConfig: _url,
    Policies: _policies,
    AssumeRolePolicyDocument: _trust,
    RolePath: _path,
    PermissionsBoundary: _boundary,
    AutoPublishCodeSha256: codeDigest,
    ...properties
  } = resource.Properties ?? {};
  const { Type: _type, Properties: _properties, ...common } = resource;
  checkSamNames(id, { place: 'DeadLetterQueue', names: ['TargetArn', 'Type'] }, deadLetterQueue);
  const expanded: Resources = {};
  const functionProperties: Fields = {
    ...properties,
    Code: toCode(id, { CodeUri, InlineCode }),
    ...(isFields(deadLetterQueue)
      ? { DeadLetterConfig: { TargetArn: deadLetterQueue['TargetArn'] } }
      : {}),
    ...(Tracing ? { TracingConfig: { Mode: Tracing } } : {}),
    Role: properties['Role'] ?? { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
  };
  expanded[id] = {
    ...common,
    Type: 'AWS::Lambda::Function',
    Properties: { ...functionProperties, Tags: buildTags(tags) },
  };
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

/** Returns the name of the alias. Throws ValidationError if it is not known before the stack is deployed. */
function readAlias(id: string, alias: unknown): string | undefined {
  if (alias === undefined || typeof alias === 'string') return alias;
  throw invalidResource(id, "'AutoPublishAlias' must be a string or a Ref to a template parameter");
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

/** Returns the code of a function, from `InlineCode` or from an object in S3. */
function toCode(id: string, { CodeUri: uri, InlineCode: inline }: Fields): Fields {
  if (inline !== undefined) return { ZipFile: inline };
  if (uri === undefined) throw invalidResource(id, "Either 'InlineCode' or 'CodeUri' must be set.");
  if (isFields(uri)) {
    checkSamNames(id, { place: 'CodeUri', names: ['Bucket', 'Key', 'Version'] }, uri);
    const { Bucket, Key, Version } = uri;
    if (Bucket === undefined || Key === undefined) {
      throw invalidResource(id, "'CodeUri' requires Bucket and Key properties to be specified.");
    }
    return {
      S3Bucket: Bucket,
      S3Key: Key,
      ...(Version === undefined ? {} : { S3ObjectVersion: Version }),
    };
  }
  const text = typeof uri === 'string' ? uri : '';
  const [, bucket, key, version] =
    /^s3:\/\/([^/]+)\/([^?]+)(?:\?versionId=(.+))?$/.exec(text) ?? [];
  if (!bucket || !key) {
    throw invalidResource(id, "'CodeUri' is not a valid S3 Uri of the form 's3://bucket/key'");
  }
  return {
    S3Bucket: bucket,
    S3Key: key,
    ...(version === undefined ? {} : { S3ObjectVersion: version }),
  };
}
