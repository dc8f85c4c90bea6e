import { createHash } from 'node:crypto';
import { invalid } from './query-protocol.ts';
import { renameReferences } from './references.ts';
import { type Fields, isFields, type ResourceDeclaration, type Template } from './template.ts';

const transform = 'AWS::Serverless-2016-10-31';
type Resources = Record<string, ResourceDeclaration>;

/** Whether a template asks for the Serverless transform. */
export function isServerless({ Transform = [] }: Template): boolean {
  return [Transform].flat().includes(transform);
}

/** Expands the Serverless functions and APIs of a template to the resources that SAM makes of them. */
export function expandServerless(template: Template): Template {
  if (!isServerless(template)) return template;
  const rename = new Map<string, string>();
  const resources: Resources = {};
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (resource.Type === 'AWS::Serverless::Function') {
      const global = template.Globals?.Function ?? {};
      const Properties = merge(global, resource.Properties ?? {}) as Fields;
      Object.assign(resources, expandFunction(id, { ...resource, Properties }, rename));
    } else if (resource.Type === 'AWS::Serverless::Api') {
      Object.assign(resources, expandApi(id, resource, rename));
    } else {
      resources[id] = resource;
    }
  }
  const { Globals: _, ...rest } = template;
  return {
    ...rest,
    Resources: renameReferences(resources, rename) as Resources,
    ...(template.Outputs
      ? { Outputs: renameReferences(template.Outputs, rename) as Template['Outputs'] & {} }
      : {}),
  };
}

function expandFunction(
  id: string,
  resource: ResourceDeclaration,
  rename: Map<string, string>,
): Resources {
  const {
    CodeUri,
    AutoPublishAlias: alias,
    AutoPublishAliasAllProperties: all,
    VersionDescription,
    DeadLetterQueue: dead,
    Tracing,
    Events: events,
    Policies: policies,
    AutoPublishCodeSha256: sha,
    ...properties
  } = resource.Properties ?? {};
  const { Type: _type, Properties, ...common } = resource;
  refuseEvents(id, events);
  const made: Resources = {};
  made[id] = {
    ...common,
    Type: 'AWS::Lambda::Function',
    Properties: {
      ...properties,
      Code: code(id, CodeUri),
      ...(isFields(dead) ? { DeadLetterConfig: { TargetArn: dead['TargetArn'] } } : {}),
      ...(Tracing ? { TracingConfig: { Mode: Tracing } } : {}),
      Role: properties['Role'] ?? { 'Fn::GetAtt': [`${id}Role`, 'Arn'] },
    },
  };
  if (!properties['Role']) {
    // Policy templates too are only recorded: nobody is kept from anything here.
    const Policies = policies === undefined ? {} : { Policies: policies };
    made[`${id}Role`] = { Type: 'AWS::IAM::Role', Properties: Policies };
  }
  if (typeof alias !== 'string') return made;
  const hash = createHash('sha256').update(JSON.stringify(all ? Properties : CodeUri));
  const digest = typeof sha === 'string' ? sha : hash.digest('hex');
  const version = `${id}Version${digest.slice(0, 10)}`;
  rename.set(`${id}.Alias`, `${id}Alias${alias}`);
  rename.set(`${id}.Version`, version);
  made[version] = {
    DeletionPolicy: 'Retain',
    ...common,
    Type: 'AWS::Lambda::Version',
    Properties: {
      FunctionName: { Ref: id },
      ...(VersionDescription === undefined ? {} : { Description: VersionDescription }),
    },
  };
  made[`${id}Alias${alias}`] = {
    ...common,
    Type: 'AWS::Lambda::Alias',
    Properties: {
      Name: alias,
      FunctionName: { Ref: id },
      FunctionVersion: { 'Fn::GetAtt': [version, 'Version'] },
    },
  };
  return made;
}

/** Of a function's events only those are known that an API of the template has in its own definition. */
function refuseEvents(id: string, events: unknown): void {
  for (const [name, event] of Object.entries(isFields(events) ? events : {})) {
    const { Type, Properties } = isFields(event) ? event : {};
    const ofApi = Type === 'Api' && isFields(Properties) && Properties['RestApiId'] !== undefined;
    if (ofApi) continue;
    throw invalid(
      `Resource ${id}: the local runtime does not implement the event ${name} of type ${String(Type)}; it knows Api with a RestApiId`,
    );
  }
}

function code(id: string, uri: unknown): Fields {
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

function expandApi(
  id: string,
  resource: ResourceDeclaration,
  rename: Map<string, string>,
): Resources {
  const { Type: _, Properties: properties = {}, ...common } = resource;
  const stage = properties['StageName'];
  if (typeof stage !== 'string' || !isFields(properties['DefinitionBody'])) {
    throw invalid(
      `Transform ${transform} failed with: Resource with id [${id}] is invalid. ` +
        'The local runtime needs its StageName and DefinitionBody.',
    );
  }
  const body = { ...properties['DefinitionBody'], ...gatewayResponses(properties) };
  const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex').slice(0, 10);
  rename.set(`${id}.Stage`, `${id}${stage}Stage`);
  rename.set(`${id}.Deployment`, `${id}Deployment${digest}`);
  const { MethodSettings, AccessLogSetting, TracingEnabled } = properties;
  return {
    [id]: {
      ...common,
      Type: 'AWS::ApiGateway::RestApi',
      Properties: { Name: properties['Name'] ?? id, Body: body, StageName: stage },
    },
    [`${id}Deployment${digest}`]: {
      ...common,
      Type: 'AWS::ApiGateway::Deployment',
      Properties: { RestApiId: { Ref: id } },
    },
    [`${id}${stage}Stage`]: {
      ...common,
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        RestApiId: { Ref: id },
        DeploymentId: { Ref: `${id}Deployment${digest}` },
        StageName: stage,
        ...JSON.parse(JSON.stringify({ MethodSettings, AccessLogSetting, TracingEnabled })),
      },
    },
  };
}

/** SAM's `GatewayResponses` in the spelling of the OpenAPI extension. */
function gatewayResponses({ GatewayResponses: responses }: Fields): Fields {
  if (!isFields(responses)) return {};
  const extension = Object.entries(responses).map(([type, response]) => {
    const { StatusCode, ResponseTemplates, ResponseParameters } = response as {
      StatusCode?: unknown;
      ResponseTemplates?: Fields;
      ResponseParameters?: { Headers?: Fields };
    };
    const headers = Object.entries(ResponseParameters?.Headers ?? {}).map(
      ([name, value]) => [`gatewayresponse.header.${name}`, value] as const,
    );
    return [
      type,
      {
        ...(StatusCode === undefined ? {} : { statusCode: StatusCode }),
        ...(ResponseTemplates ? { responseTemplates: ResponseTemplates } : {}),
        ...(headers.length > 0 ? { responseParameters: Object.fromEntries(headers) } : {}),
      },
    ];
  });
  return { 'x-amazon-apigateway-gateway-responses': Object.fromEntries(extension) };
}

/** Globals give way to the function's own properties; maps merge and lists add up. */
function merge(global: unknown, own: unknown): unknown {
  if (Array.isArray(global) && Array.isArray(own)) return [...global, ...own];
  if (!isFields(global) || !isFields(own)) return own;
  const merged: Fields = { ...global };
  for (const [name, value] of Object.entries(own)) {
    merged[name] = name in global ? merge(global[name], value) : value;
  }
  return merged;
}
