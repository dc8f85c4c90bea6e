import type { Functions, InvokeOutput } from '../service-interfaces.ts';
import { account, type WireResponse } from '../wire/http.ts';
import { type Call, fields, gatewayResponse } from './call.ts';
import { contentType } from './validate.ts';
import { input, render, util } from './vtl.ts';

/** Calls the function behind a method and makes its answer a response. */
export async function integrate(functions: Functions, call: Call): Promise<WireResponse> {
  const integration = fields(call.method['x-amazon-apigateway-integration']);
  const proxy = integration['type'] === 'aws_proxy';
  const [, functionName, qualifier] =
    /:function:([^:/]+)(?::([^/]+))?\/invocations/.exec(String(integration['uri'])) ?? [];
  if (!functionName) {
    return gatewayResponse(call, 'API_CONFIGURATION_ERROR', { message: 'Internal server error' });
  }
  let output: InvokeOutput;
  try {
    const body = proxy ? JSON.stringify(proxyEvent(call)) : requestBody(call, integration);
    const headers = proxy ? {} : requestHeaders(call, integration);
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
    return gatewayResponse(call, 'INTEGRATION_FAILURE', { message: 'Internal server error' });
  }
  return proxy ? proxyResponse(call, output) : mappedResponse(call, integration, output);
}

function parameters({ request, pathParameters }: Call): (name: string) => string {
  return (name) =>
    pathParameters[name] ?? request.query.get(name) ?? request.headers[name.toLowerCase()] ?? '';
}

function requestBody(call: Call, integration: ReturnType<typeof fields>): string {
  const body = call.request.body.toString('utf8');
  const template = fields(integration['requestTemplates'])[contentType(call)];
  if (typeof template !== 'string') return body || '{}';
  const { context } = call;
  return render(template, { context, util, input: input(body, parameters(call)) }).trim();
}

/** Static values stand in quotes; the others name a part of the request. Overrides of the template win. */
function requestHeaders(
  call: Call,
  integration: ReturnType<typeof fields>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [target, source] of Object.entries(fields(integration['requestParameters']))) {
    const [, name] = /^integration\.request\.header\.(.+)$/.exec(target) ?? [];
    if (!name) continue;
    const [, fixed] = /^'(.*)'$/.exec(String(source)) ?? [];
    const [, from = ''] = /^method\.request\.\w+\.(.+)$/.exec(String(source)) ?? [];
    headers[name.toLowerCase()] = fixed ?? parameters(call)(from);
  }
  const overrides = fields(fields(call.context['requestOverride'])['header']);
  for (const [name, value] of Object.entries(overrides))
    headers[name.toLowerCase()] = String(value);
  return headers;
}

function mappedResponse(
  call: Call,
  integration: ReturnType<typeof fields>,
  output: InvokeOutput,
): WireResponse {
  const responses = Object.entries(fields(integration['responses']));
  const failure = output.functionError
    ? ((JSON.parse(output.payload || '{}') as { errorMessage?: string }).errorMessage ?? '')
    : undefined;
  const matched =
    failure === undefined
      ? undefined
      : responses.find(([p]) => p !== 'default' && new RegExp(`^(?:${p})$`, 's').test(failure));
  const mapping = fields(matched?.[1] ?? fields(integration['responses'])['default']);
  const template = fields(mapping['responseTemplates'])['application/json'];
  const { context } = call;
  const source = input(output.payload, parameters(call));
  const body =
    typeof template === 'string'
      ? render(template, { context, util, input: source }).trim()
      : output.payload;
  const override = fields(context['responseOverride']);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields(mapping['responseParameters']))) {
    const header = name.replace(/^method\.response\.header\./, '').toLowerCase();
    headers[header] = String(value).replace(/^'(.*)'$/, '$1');
  }
  for (const [name, value] of Object.entries(fields(override['header'])))
    headers[name.toLowerCase()] = String(value);
  return {
    status: Number(override['status'] ?? mapping['statusCode'] ?? 200),
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': String(context['requestId']),
      ...headers,
    },
    body,
  };
}

function proxyEvent(call: Call): object {
  const { request, resource, pathParameters, api, context, path } = call;
  const entries = Object.entries(request.headers).filter(([, value]) => value !== undefined);
  const query = Object.fromEntries(request.query);
  const several = (values: [string, unknown][]) =>
    Object.fromEntries(values.map(([name, value]) => [name, [value]]));
  const lists = Object.fromEntries(
    Object.keys(query).map((name) => [name, request.query.getAll(name)]),
  );
  const none = (value: object) => (Object.keys(value).length === 0 ? null : value);
  return {
    version: '1.0',
    resource,
    path,
    httpMethod: request.method,
    headers: Object.fromEntries(entries),
    multiValueHeaders: several(entries),
    queryStringParameters: none(query),
    multiValueQueryStringParameters: none(lists),
    pathParameters: none(pathParameters),
    stageVariables: null,
    requestContext: { ...context, accountId: account, protocol: 'HTTP/1.1', stage: api.stage },
    body: request.body.length === 0 ? null : request.body.toString('utf8'),
    isBase64Encoded: false,
  };
}

function proxyResponse(call: Call, output: InvokeOutput): WireResponse {
  const answer = output.functionError ? {} : fields(JSON.parse(output.payload || 'null'));
  const { statusCode, body = '', isBase64Encoded } = answer;
  if (typeof statusCode !== 'number' || typeof body !== 'string') {
    return {
      status: 502,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ message: 'Internal server error' }),
    };
  }
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(fields(answer['headers'])))
    headers[name.toLowerCase()] = String(value);
  headers['x-amzn-requestid'] = String(call.context['requestId']);
  return {
    status: statusCode,
    headers,
    body: isBase64Encoded ? Buffer.from(body, 'base64') : body,
  };
}
