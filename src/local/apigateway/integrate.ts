import type { Authorizer } from '../iam/authorizer.ts';
import { account, partition } from '../shared/account.ts';
import { withPattern } from '../shared/linear-regexp.ts';
import type { Functions, InvokeOutput } from '../shared/service-interfaces.ts';
import type { WireResponse } from '../wire/http.ts';
import { convertResult, readRequestBody } from './binary.ts';
import { buildGatewayResponse, type Call, type Fields, toFields } from './call.ts';
import { callerCredentials } from './check-definition.ts';
import { evaluateMapping, type MappingSource, readParameters } from './mapping.ts';
import { buildProxyEvent, buildProxyResponse } from './proxy.ts';
import { readContentType } from './validate.ts';
import { renderTemplate } from './velocity.ts';
import { createInput, util } from './vtl.ts';

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
  const type = String(integration['type']).toLowerCase();
  const proxy = type === 'aws_proxy';
  const [, functionName, qualifier] =
    /:function:([^:/]+)(?::([^/]+))?\/invocations/.exec(readUri(call, integration)) ?? [];
  try {
    if (type === 'mock') return buildMockResponse(call, integration);
    if (!functionName) return buildConfigurationError(call);
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
      ? (buildProxyResponse(call, output) ?? malformedProxyResponse)
      : buildMappedResponse(call, integration, output);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UntransformableBody) return buildConfigurationError(call);
    return buildGatewayResponse(call, 'INTEGRATION_FAILURE', { message: 'Internal server error' });
  }
}

const malformedProxyResponse: WireResponse = {
  status: 502,
  headers: {
    'content-type': 'application/json',
    'x-amzn-errortype': 'InternalServerErrorException',
  },
  body: JSON.stringify({ message: 'Internal server error' }),
};

/** Returns the URI of an integration with its stage variables replaced. */
function readUri({ api }: Call, integration: Fields): string {
  return String(integration['uri']).replace(
    /\$\{stageVariables\.(\w+)\}/g,
    (whole, name: string) =>
      Object.hasOwn(api.variables, name) ? (api.variables[name] ?? '') : whole,
  );
}

/**
 * Throws if the policy of a function does not let the method of the API invoke it or, with the caller's credentials, if the caller may not.
 * https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
function checkPermission(iam: Authorizer, call: Call, resource: string): void {
  const { api, request, resource: path } = call;
  const { credentials } = toFields(call.method['x-amazon-apigateway-integration']);
  const method = `${api.id}/${api.stage}/${request.method}${path}`;
  const sourceArn = `arn:${partition}:execute-api:${request.region}:${account}:${method}`;
  const gateway = { kind: 'service', service: 'apigateway.amazonaws.com', sourceArn } as const;
  const invoker = credentials === callerCredentials ? request.caller : gateway;
  const decision = iam.authorize(invoker, { action: 'lambda:InvokeFunction', resource });
  if (!decision.allowed) throw new Error(`${sourceArn}: ${decision.message}`);
}

/** A body that a template cannot transform, because it consists of bytes. */
class UntransformableBody extends Error {}

function buildRequestBody(call: Call, integration: Fields): string | Buffer {
  const body = readRequestBody(call, integration);
  const template = toFields(integration['requestTemplates'])[readContentType(call)];
  if (typeof template !== 'string') return body.length > 0 ? body : '{}';
  if (typeof body !== 'string') throw new UntransformableBody('Unable to transform request');
  const { context } = call;
  return renderTemplate(template, {
    context,
    util,
    input: createInput(body, readParameters(call)),
    stageVariables: call.api.variables,
  }).trim();
}

/** Returns the headers of the request to the integration. Overrides set by the template win. */
function buildRequestHeaders(call: Call, integration: Fields): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [target, source] of Object.entries(toFields(integration['requestParameters']))) {
    const [, name] = /^integration\.request\.header\.(.+)$/.exec(target) ?? [];
    const value = evaluateMapping(String(source), call);
    if (name && value !== undefined) headers[name.toLowerCase()] = value;
  }
  const overrides = toFields(toFields(call.context['requestOverride'])['header']);
  for (const [name, value] of Object.entries(overrides))
    headers[name.toLowerCase()] = String(value);
  return headers;
}

/** Returns the response of an integration of type `aws`. The message of the function's error selects its mapping. */
function buildMappedResponse(call: Call, integration: Fields, output: InvokeOutput): WireResponse {
  const error = output.functionError
    ? ((JSON.parse(output.payload || '{}') as { errorMessage?: string }).errorMessage ?? '')
    : undefined;
  const mapping = selectResponse(integration, error);
  if (!mapping) return buildConfigurationError(call);
  return mapResponse(call, mapping, {
    body: output.payload,
    headers: { 'content-type': 'application/json' },
  });
}

/** Returns the mapping whose pattern matches a text; the default if there is no text or no match. */
function selectResponse(integration: Fields, text: string | undefined): Fields | undefined {
  const responses = Object.entries(toFields(integration['responses']));
  const matched =
    text === undefined
      ? undefined
      : responses.find(
          ([source]) =>
            source !== 'default' &&
            withPattern(`^(?:${source})$`, 's', (pattern) => pattern.test(text)),
        );
  const found = matched?.[1] ?? toFields(integration['responses'])['default'];
  return found === undefined ? undefined : toFields(found);
}

function mapResponse(call: Call, mapping: Fields, source: MappingSource): WireResponse {
  const { context } = call;
  const body = buildResponseBody(call, mapping, source);
  const overrides = toFields(context['responseOverride']);
  const headers: Record<string, string> = {};
  for (const [name, expression] of Object.entries(toFields(mapping['responseParameters']))) {
    const header = name.replace(/^method\.response\.header\./, '').toLowerCase();
    const value = evaluateMapping(String(expression), call, source);
    if (value !== undefined) headers[header] = value;
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

/** Returns the converted body of an integration, transformed by the template of its mapping. Throws UntransformableBody. */
function buildResponseBody(call: Call, mapping: Fields, source: MappingSource): string | Buffer {
  const body = convertResult(call, source.body, source.headers['content-type'] ?? '');
  const template = toFields(mapping['responseTemplates'])['application/json'];
  if (body === undefined || (typeof template === 'string' && typeof body !== 'string')) {
    throw new UntransformableBody('Unable to transform response');
  }
  if (typeof template !== 'string' || typeof body !== 'string') return body;
  const input = createInput(body, readParameters(call));
  const { context, api } = call;
  return renderTemplate(template, {
    context,
    util,
    input,
    stageVariables: api.variables,
  }).trim();
}

/**
 * Returns the response of a mock integration: the status code in its rendered request template selects the mapping.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
 */
function buildMockResponse(call: Call, integration: Fields): WireResponse {
  const rendered = buildRequestBody(call, integration);
  const [, status] = /"?statusCode"?\s*:\s*"?(\d{3})/.exec(String(rendered)) ?? [];
  const mapping = status === undefined ? undefined : selectResponse(integration, status);
  if (!mapping) return buildConfigurationError(call);
  return mapResponse(call, mapping, { body: '', headers: {} });
}

function buildConfigurationError(call: Call): WireResponse {
  return buildGatewayResponse(call, 'API_CONFIGURATION_ERROR', {
    message: 'Internal server error',
  });
}
