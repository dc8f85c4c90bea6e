import { randomUUID } from 'node:crypto';
import type { Functions } from '../services.ts';
import { AwsError } from '../wire/aws-error.ts';
import { account, type WireRequest, type WireResponse } from '../wire/http.ts';
import { type Definition, type Integration, type Route, route } from './definition.ts';
import { schemaProblems } from './json-schema.ts';
import { type MappingContext, renderMapping } from './mapping.ts';

export interface RestApi {
  readonly id: string;
  readonly name: string;
  readonly stage: string;
  readonly definition: Definition;
}

interface Call {
  readonly api: RestApi;
  readonly found: Route;
  readonly integration: Integration;
  readonly request: WireRequest;
  readonly context: MappingContext;
  readonly functions: Functions;
}

const json = { 'content-type': 'application/json' };

/** The kinds of refusal of the gateway itself, with their default statuses. */
const refusals = {
  MISSING_AUTHENTICATION_TOKEN: 403,
  BAD_REQUEST_BODY: 400,
  UNSUPPORTED_MEDIA_TYPE: 415,
  REQUEST_TOO_LARGE: 413,
  INTEGRATION_FAILURE: 500,
} as const;

/** API Gateway takes 10 MB, an asynchronous invoke 1 MB. */
const largestBody = 10 * 1024 * 1024;

/** Answers a request to an API as the REST front of API Gateway would. `path` is what follows the stage. */
export async function callApi(
  api: RestApi,
  path: string,
  { request, functions }: { request: WireRequest; functions: Functions },
): Promise<WireResponse> {
  const context = contextOf(api, request);
  const found = route(api.definition, request.method, path);
  const integration = found?.method['x-amazon-apigateway-integration'];
  if (!found || !integration) {
    return refuse('MISSING_AUTHENTICATION_TOKEN', 'Missing Authentication Token', {
      api,
      request,
      context,
    });
  }
  const call = { api, found, integration, request, context, functions };
  const refusal = checkBody(call);
  if (refusal) return refusal;
  try {
    return integration.type === 'aws_proxy' ? await proxy(call) : await mapped(call);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return refuse('INTEGRATION_FAILURE', `The integration refused: ${error.message}`, call);
  }
}

function contextOf(api: RestApi, request: WireRequest): MappingContext {
  const now = new Date();
  return {
    requestId: randomUUID(),
    requestTime: now.toISOString(),
    requestTimeEpoch: now.getTime(),
    httpMethod: request.method,
    resourcePath: request.path,
    stage: api.stage,
    apiId: api.id,
    requestOverride: { header: {} },
    responseOverride: { header: {} },
  };
}

function checkBody(call: Call): WireResponse | undefined {
  const { api, found, request } = call;
  if (request.body.length > largestBody)
    return refuse('REQUEST_TOO_LARGE', 'Request Too Long', call);
  const { definition } = api;
  const validator = found.method['x-amazon-apigateway-request-validator'] ?? '';
  if (!definition['x-amazon-apigateway-request-validators']?.[validator]?.validateRequestBody)
    return undefined;
  const schema = found.method.requestBody?.content?.['application/json']?.schema;
  if (!schema) return undefined;
  try {
    const problems = schemaProblems(JSON.parse(request.body.toString('utf8')), schema, definition);
    if (problems.length === 0) return undefined;
    return refuse(
      'BAD_REQUEST_BODY',
      'Invalid request body',
      call,
      problems.slice(0, 10).join('; '),
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuse('BAD_REQUEST_BODY', 'Invalid request body', call, 'the body is not JSON');
  }
}

function refuse(
  kind: keyof typeof refusals,
  message: string,
  ...[{ api, request, context }, detail = '']: [Pick<Call, 'api' | 'request' | 'context'>, string?]
): WireResponse {
  const custom = api.definition['x-amazon-apigateway-gateway-responses']?.[kind];
  const status = Number(custom?.statusCode ?? refusals[kind]);
  const template = custom?.responseTemplates?.['application/json'];
  if (!template)
    return {
      status,
      headers: json,
      body: JSON.stringify({ message, ...(detail && { error: detail }) }),
    };
  context.error = {
    message,
    messageString: JSON.stringify(message),
    validationErrorString: JSON.stringify(detail).slice(1, -1),
  };
  const body = renderMapping(template, { body: '', request, pathParameters: {}, context });
  return { status, headers: json, body };
}

/** `arn:…:lambda:path/2015-03-31/functions/<function arn>[:qualifier]/invocations`. */
function functionOf({ uri }: Integration): { functionName: string; qualifier?: string } {
  const arn = /functions\/(arn:[^/]+)\/invocations/.exec(uri)?.[1] ?? '';
  const [functionName = '', qualifier] = arn.split(':').slice(6);
  return { functionName, ...(qualifier !== undefined && { qualifier }) };
}

async function mapped(call: Call): Promise<WireResponse> {
  const { integration, found, request, context, functions } = call;
  const contentType = request.headers['content-type']?.split(';')[0]?.trim() ?? 'application/json';
  const template = integration.requestTemplates?.[contentType];
  if (template === undefined && integration.passthroughBehavior !== 'when_no_match') {
    return refuse('UNSUPPORTED_MEDIA_TYPE', 'Unsupported Media Type', call);
  }
  const input = {
    body: request.body.toString('utf8'),
    request,
    pathParameters: found.pathParameters,
    context,
  };
  const payload = template === undefined ? input.body : renderMapping(template, input);
  const headers = { ...requestHeaders(call), ...lowerCase(context.requestOverride.header) };
  const name = headers['x-amz-durable-execution-name'];
  const output = await functions.invoke({
    ...functionOf(integration),
    payload: Buffer.from(payload),
    type: headers['x-amz-invocation-type'] === 'Event' ? 'Event' : 'RequestResponse',
    ...(name !== undefined && { executionName: name }),
  });
  const response = integration.responses?.['default'] ?? { statusCode: '200' };
  const answer = response.responseTemplates?.['application/json'];
  const body =
    answer === undefined
      ? output.payload
      : renderMapping(answer, { ...input, body: output.payload });
  return {
    status: context.responseOverride.status ?? Number(response.statusCode),
    headers: { ...json, ...context.responseOverride.header },
    body,
  };
}

/** Static values are quoted in the definition; the others name a header, a query parameter or a path parameter. */
function requestHeaders({ integration, request, found }: Call): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [target, source] of Object.entries(integration.requestParameters ?? {})) {
    const [, name] = /^integration\.request\.header\.(.+)$/.exec(target) ?? [];
    if (!name) continue;
    const [, place, key = ''] =
      /^method\.request\.(header|querystring|path)\.(.+)$/.exec(source) ?? [];
    const value = {
      header: request.headers[key.toLowerCase()],
      querystring: request.query.get(key) ?? undefined,
      path: found.pathParameters[key],
      static: source.replace(/^'|'$/g, ''),
    }[place ?? 'static'];
    if (value !== undefined) headers[name.toLowerCase()] = value;
  }
  return headers;
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

async function proxy(call: Call): Promise<WireResponse> {
  const { api, found, integration, request, context, functions } = call;
  const query = Object.fromEntries(request.query);
  const event = {
    resource: found.resource,
    path: request.path,
    httpMethod: request.method,
    headers: request.headers,
    queryStringParameters: request.query.size > 0 ? query : null,
    pathParameters: Object.keys(found.pathParameters).length > 0 ? found.pathParameters : null,
    stageVariables: null,
    requestContext: {
      accountId: account,
      apiId: api.id,
      httpMethod: request.method,
      requestId: context.requestId,
      requestTimeEpoch: context.requestTimeEpoch,
      resourcePath: found.resource,
      stage: api.stage,
      identity: { sourceIp: '127.0.0.1' },
    },
    body: request.body.length > 0 ? request.body.toString('utf8') : null,
    isBase64Encoded: false,
  };
  const output = await functions.invoke({
    ...functionOf(integration),
    payload: Buffer.from(JSON.stringify(event)),
    type: 'RequestResponse',
  });
  if (output.functionError)
    return { status: 502, headers: json, body: '{"message": "Internal server error"}' };
  const answer = JSON.parse(output.payload) as {
    statusCode?: number;
    headers?: Record<string, string>;
    body?: string;
  };
  return {
    status: answer.statusCode ?? 200,
    headers: { ...json, ...lowerCase(answer.headers ?? {}) },
    body: answer.body ?? '',
  };
}
