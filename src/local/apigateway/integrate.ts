import type { Authorizer } from '../iam/authorizer.ts';
import { account, partition } from '../shared/account.ts';
import { withPattern } from '../shared/linear-regexp.ts';
import type { Functions, InvokeOutput } from '../shared/service-interfaces.ts';
import type { WireResponse } from '../wire/http.ts';
import { buildGatewayResponse, type Call, toFields } from './call.ts';
import { readContentType } from './validate.ts';
import { createInput, findParameter, type Parameters, renderTemplate, util } from './vtl.ts';

interface IntegrationDeps {
  readonly functions: Functions;
  readonly iam: Authorizer;
}

/**
 * Invokes the function behind a method and converts its result to a response. A missing permission of the API is an integration failure,
 * whose cause only the log has.
 */
export async function integrate(
  { functions, iam }: IntegrationDeps,
  call: Call,
): Promise<WireResponse> {
  const integration = toFields(call.method['x-amazon-apigateway-integration']);
  const proxy = integration['type'] === 'aws_proxy';
  const [, functionName, qualifier] =
    /:function:([^:/]+)(?::([^/]+))?\/invocations/.exec(String(integration['uri'])) ?? [];
  if (!functionName) {
    return buildGatewayResponse(call, 'API_CONFIGURATION_ERROR', {
      message: 'Internal server error',
    });
  }
  try {
    checkPermission(iam, call, functions.arn(functionName, qualifier));
    const body = proxy
      ? JSON.stringify(buildProxyEvent(call))
      : buildRequestBody(call, integration);
    const headers = proxy ? {} : buildRequestHeaders(call, integration);
    const executionName = headers['x-amz-durable-execution-name'];
    const output = await functions.invoke({
      functionName,
      ...(qualifier ? { qualifier } : {}),
      payload: Buffer.from(body),
      type: headers['x-amz-invocation-type'] === 'Event' ? 'Event' : 'RequestResponse',
      ...(executionName ? { executionName } : {}),
    });
    return proxy
      ? buildProxyResponse(call, output)
      : buildMappedResponse(call, integration, output);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return buildGatewayResponse(call, 'INTEGRATION_FAILURE', { message: 'Internal server error' });
  }
}

/**
 * Throws if the policy of a function does not let the method of the API invoke it.
 * https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
function checkPermission(iam: Authorizer, call: Call, resource: string): void {
  const { api, request, resource: path } = call;
  const method = `${api.id}/${api.stage}/${request.method}${path}`;
  const sourceArn = `arn:${partition}:execute-api:${request.region}:${account}:${method}`;
  const gateway = { kind: 'service', service: 'apigateway.amazonaws.com', sourceArn } as const;
  const decision = iam.authorize(gateway, { action: 'lambda:InvokeFunction', resource });
  if (!decision.allowed) throw new Error(`${sourceArn}: ${decision.message}`);
}

/**
 * Returns the parameters of a request. Names of headers are in the spelling of the client, and a lookup is case-sensitive. A repeated
 * parameter has its last value.
 */
function readParameters({ request, pathParameters }: Call): Parameters {
  return {
    path: pathParameters,
    querystring: Object.fromEntries(request.query),
    header: lastValues(request.exactHeaders),
  };
}

function lastValues(values: Readonly<Record<string, readonly string[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, list]) => [name, list.at(-1) ?? '']),
  );
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
          ([p]) =>
            p !== 'default' &&
            withPattern(`^(?:${p})$`, 's', (pattern) => pattern.test(errorMessage)),
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
  const query = Object.fromEntries(request.query);
  const queryLists = Object.fromEntries(
    Object.keys(query).map((name) => [name, request.query.getAll(name)]),
  );
  const nullIfEmpty = (value: object) => (Object.keys(value).length === 0 ? null : value);
  return {
    version: '1.0',
    resource,
    path,
    httpMethod: request.method,
    headers: lastValues(request.exactHeaders),
    multiValueHeaders: request.exactHeaders,
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
