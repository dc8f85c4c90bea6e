import { account } from '../shared/account.ts';
import type { Functions, InvokeOutput } from '../shared/service-interfaces.ts';
import type { WireResponse } from '../wire/http.ts';
import { buildGatewayResponse, type Call, toFields } from './call.ts';
import { readContentType } from './validate.ts';
import { createInput, findParameter, type Parameters, renderTemplate, util } from './vtl.ts';

/** Invokes the function behind a method and converts its result to a response. */
export async function integrate(functions: Functions, call: Call): Promise<WireResponse> {
  const integration = toFields(call.method['x-amazon-apigateway-integration']);
  const proxy = integration['type'] === 'aws_proxy';
  const [, functionName, qualifier] =
    /:function:([^:/]+)(?::([^/]+))?\/invocations/.exec(String(integration['uri'])) ?? [];
  if (!functionName) {
    return buildGatewayResponse(call, 'API_CONFIGURATION_ERROR', {
      message: 'Internal server error',
    });
  }
  let output: InvokeOutput;
  try {
    const body = proxy
      ? JSON.stringify(buildProxyEvent(call))
      : buildRequestBody(call, integration);
    const headers = proxy ? {} : buildRequestHeaders(call, integration);
    const executionName = headers['x-amz-durable-execution-name'];
    output = await functions.invoke({
      functionName,
      ...(qualifier ? { qualifier } : {}),
      payload: Buffer.from(body),
      type: headers['x-amz-invocation-type'] === 'Event' ? 'Event' : 'RequestResponse',
      ...(executionName ? { executionName } : {}),
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return buildGatewayResponse(call, 'INTEGRATION_FAILURE', { message: 'Internal server error' });
  }
  return proxy ? buildProxyResponse(call, output) : buildMappedResponse(call, integration, output);
}

/** Returns the parameters of a request. Names of headers are in the spelling of the client, and a lookup is case-sensitive. */
function readParameters({ request, pathParameters }: Call): Parameters {
  return {
    path: pathParameters,
    querystring: Object.fromEntries(request.query),
    header: request.exactHeaders,
  };
}

function buildRequestBody(call: Call, integration: ReturnType<typeof toFields>): string {
  const body = call.request.body.toString('utf8');
  const template = toFields(integration['requestTemplates'])[readContentType(call)];
  if (typeof template !== 'string') return body || '{}';
  const { context } = call;
  return renderTemplate(template, {
    context,
    util,
    input: createInput(body, readParameters(call)),
  }).trim();
}

/** A quoted source is a static value; any other names a part of the request. Overrides set by the template win. */
function buildRequestHeaders(
  call: Call,
  integration: ReturnType<typeof toFields>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [target, source] of Object.entries(toFields(integration['requestParameters']))) {
    const [, name] = /^integration\.request\.header\.(.+)$/.exec(target) ?? [];
    if (!name) continue;
    const [, literal] = /^'(.*)'$/.exec(String(source)) ?? [];
    const [, from = ''] = /^method\.request\.\w+\.(.+)$/.exec(String(source)) ?? [];
    headers[name.toLowerCase()] = literal ?? findParameter(readParameters(call), from);
  }
  const overrides = toFields(toFields(call.context['requestOverride'])['header']);
  for (const [name, value] of Object.entries(overrides))
    headers[name.toLowerCase()] = String(value);
  return headers;
}

function buildMappedResponse(
  call: Call,
  integration: ReturnType<typeof toFields>,
  output: InvokeOutput,
): WireResponse {
  const responses = Object.entries(toFields(integration['responses']));
  const errorMessage = output.functionError
    ? ((JSON.parse(output.payload || '{}') as { errorMessage?: string }).errorMessage ?? '')
    : undefined;
  const matched =
    errorMessage === undefined
      ? undefined
      : responses.find(
          ([p]) => p !== 'default' && new RegExp(`^(?:${p})$`, 's').test(errorMessage),
        );
  const mapping = toFields(matched?.[1] ?? toFields(integration['responses'])['default']);
  const template = toFields(mapping['responseTemplates'])['application/json'];
  const { context } = call;
  const source = createInput(output.payload, readParameters(call));
  const body =
    typeof template === 'string'
      ? renderTemplate(template, { context, util, input: source }).trim()
      : output.payload;
  const overrides = toFields(context['responseOverride']);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(toFields(mapping['responseParameters']))) {
    const header = name.replace(/^method\.response\.header\./, '').toLowerCase();
    headers[header] = String(value).replace(/^'(.*)'$/, '$1');
  }
  for (const [name, value] of Object.entries(toFields(overrides['header'])))
    headers[name.toLowerCase()] = String(value);
  return {
    status: Number(overrides['status'] ?? mapping['statusCode'] ?? 200),
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': String(context['requestId']),
      ...headers,
    },
    body,
  };
}

function buildProxyEvent(call: Call): object {
  const { request, resource, pathParameters, api, context, path } = call;
  const entries = Object.entries(request.exactHeaders);
  const query = Object.fromEntries(request.query);
  const toLists = (values: [string, unknown][]) =>
    Object.fromEntries(values.map(([name, value]) => [name, [value]]));
  const queryLists = Object.fromEntries(
    Object.keys(query).map((name) => [name, request.query.getAll(name)]),
  );
  const nullIfEmpty = (value: object) => (Object.keys(value).length === 0 ? null : value);
  return {
    version: '1.0',
    resource,
    path,
    httpMethod: request.method,
    headers: Object.fromEntries(entries),
    multiValueHeaders: toLists(entries),
    queryStringParameters: nullIfEmpty(query),
    multiValueQueryStringParameters: nullIfEmpty(queryLists),
    pathParameters: nullIfEmpty(pathParameters),
    stageVariables: null,
    requestContext: { ...context, accountId: account, protocol: 'HTTP/1.1', stage: api.stage },
    body: request.body.length === 0 ? null : request.body.toString('utf8'),
    isBase64Encoded: false,
  };
}

function buildProxyResponse(call: Call, output: InvokeOutput): WireResponse {
  const response = output.functionError ? {} : toFields(JSON.parse(output.payload || 'null'));
  const { statusCode, body = '', isBase64Encoded } = response;
  if (typeof statusCode !== 'number' || typeof body !== 'string') {
    return {
      status: 502,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'Internal server error' }),
    };
  }
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(toFields(response['headers'])))
    headers[name.toLowerCase()] = String(value);
  headers['x-amzn-requestid'] = String(call.context['requestId']);
  return {
    status: statusCode,
    headers,
    body: isBase64Encoded ? Buffer.from(body, 'base64') : body,
  };
}
