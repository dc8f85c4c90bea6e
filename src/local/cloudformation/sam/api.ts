import { createHash } from 'node:crypto';
import {
  type Fields,
  isFields,
  type ResourceDeclaration,
  type Resources,
} from '../templates/template.ts';
import { addAuth } from './auth.ts';
import { addPreflight } from './cors.ts';
import { checkSamNames, invalidResource } from './properties.ts';
import { sortedJsonDigest } from './version.ts';

/** Returns the resources that SAM creates for an API: the API, its deployment and its stage. */
export function expandApi(
  id: string,
  resource: ResourceDeclaration,
  renames: Map<string, string>,
): Resources {
  const { Type: _, Properties: properties = {}, ...common } = resource;
  const { StageName: stage, Auth: auth, Cors: cors } = properties;
  if (stage === undefined) throw invalidResource(id, "Missing required property 'StageName'.");
  const definition = properties['DefinitionBody'];
  if (!isFields(definition)) {
    throw invalidResource(id, 'The local runtime requires a DefinitionBody, or events of the API.');
  }
  const paths = addPreflight(id, cors, isFields(definition['paths']) ? definition['paths'] : {});
  const served = cors === undefined ? definition : { ...definition, paths };
  const { BinaryMediaTypes: types } = properties;
  const body = {
    ...addAuth(id, auth, served),
    ...toGatewayResponses(id, properties),
    ...(types === undefined ? {} : { 'x-amazon-apigateway-binary-media-types': types }),
  };
  const { OpenApiVersion, AlwaysDeploy, Description, EndpointConfiguration, Tags } = properties;
  const { MethodSettings, AccessLogSetting, TracingEnabled, Variables } = properties;
  // SAM hashes the body before intrinsics are resolved: another value of a parameter creates no deployment.
  const digest = sortedJsonDigest(
    AlwaysDeploy === true ? Math.floor(Date.now() / 1000) : [body, OpenApiVersion ?? ''],
  );
  const deployment = `${id}Deployment${digest.slice(0, 10)}`;
  const stageId = formatStageId(id, stage);
  renames.set(`${id}.Stage`, stageId);
  renames.set(`${id}.Deployment`, deployment);
  return {
    [id]: {
      ...common,
      Type: 'AWS::ApiGateway::RestApi',
      Properties: {
        Name: properties['Name'] ?? id,
        Body: body,
        ...omitUndefined({ Description, EndpointConfiguration: toEndpoint(EndpointConfiguration) }),
        ...(isFields(Tags) ? { Tags: toTagList(Tags) } : {}),
      },
    },
    [deployment]: {
      ...common,
      Type: 'AWS::ApiGateway::Deployment',
      Properties: {
        RestApiId: { Ref: id },
        Description: `RestApi deployment id: ${digest}`,
        // Without an OpenAPI version, SAM's deployment creates a second stage.
        ...(OpenApiVersion === undefined ? { StageName: 'Stage' } : {}),
      },
    },
    [stageId]: {
      ...common,
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        RestApiId: { Ref: id },
        DeploymentId: { Ref: deployment },
        StageName: stage,
        ...omitUndefined({ MethodSettings, AccessLogSetting, TracingEnabled, Variables }),
      },
    },
  };
}

/** Returns the logical id of the stage. SAM replaces a name that is not alphanumeric with its digest. */
function formatStageId(id: string, stage: unknown): string {
  const name = typeof stage === 'string' ? stage : '';
  if (/^[A-Za-z0-9]*$/.test(name)) return `${id}${name}Stage`;
  return `${id}Stage${createHash('sha1').update(name).digest('hex').slice(0, 10)}`;
}

function omitUndefined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Returns the endpoint configuration of the API: SAM has a text `Type` instead of a list. */
function toEndpoint(configuration: unknown): unknown {
  if (typeof configuration === 'string') return { Types: [configuration] };
  if (!isFields(configuration) || configuration['Type'] === undefined) return configuration;
  const { Type, ...others } = configuration;
  return { ...others, Types: [Type] };
}

function toTagList(tags: Fields): { Key: string; Value: unknown }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Converts SAM's `GatewayResponses` to the OpenAPI extension. */
function toGatewayResponses(id: string, { GatewayResponses: responses }: Fields): Fields {
  if (!isFields(responses)) return {};
  const names = ['ResponseParameters', 'ResponseTemplates', 'StatusCode'];
  const extension = Object.entries(responses).map(([type, response]) => {
    checkSamNames(id, { place: `GatewayResponses.${type}`, names }, response);
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
