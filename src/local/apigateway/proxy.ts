import { account } from '../shared/account.ts';
import type { InvokeOutput } from '../shared/service-interfaces.ts';
import type { WireResponse } from '../wire/http.ts';
import { acceptsBytes, decodeBase64, hasBinaryBody } from './binary.ts';
import { buildGatewayResponse, type Call, toFields } from './call.ts';
import { lastValues } from './mapping.ts';

/**
 * Returns the event of a proxy integration.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function buildProxyEvent(call: Call): object {
  const { request, resource, pathParameters, api, context, path } = call;
  const query = Object.fromEntries(request.query);
  const queryLists = Object.fromEntries(
    Object.keys(query).map((name) => [name, request.query.getAll(name)]),
  );
  const nullIfEmpty = (value: object) => (Object.keys(value).length === 0 ? null : value);
  const { requestOverride: _, responseOverride: _response, ...requestContext } = context;
  return {
    resource,
    path,
    httpMethod: request.method,
    headers: lastValues(request.exactHeaders),
    multiValueHeaders: request.exactHeaders,
    queryStringParameters: nullIfEmpty(query),
    multiValueQueryStringParameters: nullIfEmpty(queryLists),
    pathParameters: nullIfEmpty(pathParameters),
    stageVariables: nullIfEmpty(api.variables),
    requestContext: { ...requestContext, accountId: account, stage: api.stage },
    ...encodeBody(call),
  };
}

/** Returns the body of an event: bytes as Base64. */
function encodeBody(call: Call): { body: string | null; isBase64Encoded: boolean } {
  const { body } = call.request;
  if (body.length === 0) return { body: null, isBase64Encoded: false };
  const isBase64Encoded = hasBinaryBody(call);
  return { body: body.toString(isBase64Encoded ? 'base64' : 'utf8'), isBase64Encoded };
}

const fields = ['body', 'headers', 'isBase64Encoded', 'multiValueHeaders', 'statusCode'];

/**
 * Returns the response of a proxy integration; undefined if the function's result is malformed. No field is mandatory, and no other field
 * is allowed. A Base64 body is decoded only if the client accepts bytes; a body that is not valid Base64 is then an error of the configuration.
 */
export function buildProxyResponse(call: Call, output: InvokeOutput): WireResponse | undefined {
  const result = output.functionError ? undefined : parseJson(output.payload);
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return undefined;
  const response = toFields(result);
  if (Object.keys(response).some((name) => !fields.includes(name))) return undefined;
  const status = readStatus(response['statusCode'] ?? 200);
  const body = response['body'] ?? '';
  const isBase64Encoded = response['isBase64Encoded'] ?? false;
  const headers = readHeaders(response);
  if (!headers || status === undefined || typeof body !== 'string') return undefined;
  if (typeof isBase64Encoded !== 'boolean') return undefined;
  const content = isBase64Encoded && acceptsBytes(call) ? decodeBase64(body) : body;
  if (content === undefined) {
    return buildGatewayResponse(call, 'API_CONFIGURATION_ERROR', {
      message: 'Internal server error',
    });
  }
  return {
    status,
    headers: { 'x-amzn-requestid': String(call.context['requestId']) },
    headerLists: {
      ...(headers.has('content-type') ? {} : { 'content-type': ['application/json'] }),
      ...Object.fromEntries(headers),
    },
    body: content,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text || 'null');
  } catch {
    return undefined;
  }
}

/** Returns a status that is a number or its text; undefined if it is not a status of a final response. */
function readStatus(value: unknown): number | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return /^[2-5]\d\d$/.test(text) ? Number(text) : undefined;
}

/** Returns the headers with lower-case names, or undefined if a value is not valid. `multiValueHeaders` win. */
function readHeaders(
  response: Readonly<Record<string, unknown>>,
): Map<string, string[]> | undefined {
  const { headers, multiValueHeaders: lists } = response;
  const all = new Map<string, string[]>();
  for (const [name, value] of Object.entries(toFields(headers ?? {}))) {
    if (!isHeaderValue(value)) return undefined;
    all.set(name.toLowerCase(), [String(value)]);
  }
  const replaced = new Map<string, string[]>();
  for (const [name, values] of Object.entries(toFields(lists ?? {}))) {
    if (!Array.isArray(values) || !values.every(isHeaderValue)) return undefined;
    replaced.set(name.toLowerCase(), values.map(String));
  }
  // A value of `headers` that the list lacks is added to it.
  for (const [name, values] of replaced) {
    const single = all.get(name)?.filter((value) => !values.includes(value)) ?? [];
    all.set(name, [...values, ...single]);
  }
  // The gateway sets these itself.
  for (const name of ['connection', 'content-length', 'transfer-encoding']) all.delete(name);
  return all;
}

function isHeaderValue(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean';
}
