import { invalid } from './query-protocol.ts';
import { renameReferences } from './references.ts';
import { expandApi } from './sam-api.ts';
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
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (resource.Type === 'AWS::Serverless::Function') {
      const defaults = template.Globals?.Function ?? {};
      const Properties = mergeGlobals(defaults, resource.Properties ?? {}) as Fields;
      Object.assign(resources, expandFunction(id, { ...resource, Properties }, renames));
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
    Events: events,
    Policies: policies,
    AutoPublishCodeSha256: codeDigest,
    ...properties
  } = resource.Properties ?? {};
  const { Type: _type, Properties: _properties, ...common } = resource;
  rejectUnsupportedEvents(id, events);
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
    // Policies and policy templates are stored without effect: the local runtime has no access control.
    const Policies = policies === undefined ? {} : { Policies: policies };
    expanded[`${id}Role`] = { Type: 'AWS::IAM::Role', Properties: Policies };
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

/** Throws ValidationError for an event source that is not defined by an API of the template. */
function rejectUnsupportedEvents(id: string, events: unknown): void {
  for (const [name, event] of Object.entries(isFields(events) ? events : {})) {
    const { Type, Properties } = isFields(event) ? event : {};
    const isApiEvent =
      Type === 'Api' && isFields(Properties) && Properties['RestApiId'] !== undefined;
    if (isApiEvent) continue;
    throw invalid(
      `Resource ${id}: the local runtime does not implement the event ${name} of type ${String(Type)}; it supports only Api with a RestApiId`,
    );
  }
}

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
    merged[name] = name in globals ? mergeGlobals(globals[name], value) : value;
  }
  return merged;
}
