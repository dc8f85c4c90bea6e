import { invalid } from './query-protocol.ts';
import { sortedJsonDigest } from './sam-version.ts';
import { type Fields, isFields, type ResourceDeclaration, type Resources } from './template.ts';

/** Returns the resources that SAM creates for an API: the API, its deployment and its stage. */
export function expandApi(
  id: string,
  resource: ResourceDeclaration,
  renames: Map<string, string>,
): Resources {
  const { Type: _, Properties: properties = {}, ...common } = resource;
  const stage = properties['StageName'];
  if (typeof stage !== 'string' || !isFields(properties['DefinitionBody'])) {
    throw invalid(
      `Transform AWS::Serverless-2016-10-31 failed with: Resource with id [${id}] is invalid. ` +
        'The local runtime requires StageName and DefinitionBody.',
    );
  }
  const body = { ...properties['DefinitionBody'], ...toGatewayResponses(properties) };
  const { MethodSettings, AccessLogSetting, TracingEnabled, OpenApiVersion, AlwaysDeploy } =
    properties;
  // SAM hashes the body before intrinsics are resolved: another value of a parameter creates no deployment.
  const digest = sortedJsonDigest(
    AlwaysDeploy === true ? Math.floor(Date.now() / 1000) : [body, OpenApiVersion ?? ''],
  );
  const deployment = `${id}Deployment${digest.slice(0, 10)}`;
  renames.set(`${id}.Stage`, `${id}${stage}Stage`);
  renames.set(`${id}.Deployment`, deployment);
  return {
    [id]: {
      ...common,
      Type: 'AWS::ApiGateway::RestApi',
      Properties: { Name: properties['Name'] ?? id, Body: body },
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
    [`${id}${stage}Stage`]: {
      ...common,
      Type: 'AWS::ApiGateway::Stage',
      Properties: {
        RestApiId: { Ref: id },
        DeploymentId: { Ref: deployment },
        StageName: stage,
        ...JSON.parse(JSON.stringify({ MethodSettings, AccessLogSetting, TracingEnabled })),
      },
    },
  };
}

/** Converts SAM's `GatewayResponses` to the OpenAPI extension. */
function toGatewayResponses({ GatewayResponses: responses }: Fields): Fields {
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
