import { createHash, randomUUID } from 'node:crypto';
import { account } from '../shared/account.ts';
import type { UnverifiedRequest, WireRequest, WireResponse } from '../wire/http.ts';
import { renderTemplate } from './velocity.ts';
import { util } from './vtl.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Api {
  readonly id: string;
  readonly name: string;
  readonly stage: string;
  readonly definition: Fields;
  /** Stage variables. */
  readonly variables: Readonly<Record<string, string>>;
}

/** One request to an API: its route and the values that mapping templates can read. */
export interface Call extends Route {
  readonly api: Api;
  readonly request: WireRequest;
  /** The path after the stage, still percent-encoded. */
  readonly path: string;
  readonly context: Record<string, unknown>;
}

/** A method of an API, with the resource that it belongs to. */
export interface Route {
  readonly resource: string;
  readonly method: Fields;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** Returns a segment of a path without percent-encoding; unchanged if its encoding is not valid. */
export function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Returns the `$context` of a request for mapping templates.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
export function buildContext(
  { id, stage }: Api,
  request: UnverifiedRequest,
  resourcePath: string,
): Record<string, unknown> {
  const requestId = randomUUID();
  const now = new Date();
  return {
    requestId,
    extendedRequestId: requestId,
    requestTimeEpoch: now.getTime(),
    requestTime: formatRequestTime(now),
    apiId: id,
    stage,
    accountId: account,
    httpMethod: request.method,
    resourceId: createHash('sha256').update(`${id}${resourcePath}`).digest('hex').slice(0, 6),
    resourcePath,
    path: request.path,
    protocol: 'HTTP/1.1',
    domainName: `${id}.execute-api.${request.region}.amazonaws.com`,
    domainPrefix: id,
    identity: { sourceIp: '127.0.0.1', userAgent: request.headers['user-agent'] ?? '' },
    requestOverride: { header: {}, path: {}, querystring: {} },
    responseOverride: { header: {} },
  };
}

/** Returns a time in the common log format, such as `29/Nov/2026:07:31:29 +0000`. */
function formatRequestTime(time: Date): string {
  // RFC 7231: `Sun, 29 Nov 2026 07:31:29 GMT`.
  const [, day, month, year, clock] = time.toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}

/**
 * Types of gateway responses, with their default status and the name in `x-amzn-errortype`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
const responseTypes: Readonly<Record<string, readonly [status: number, errorName: string]>> = {
  BAD_REQUEST_BODY: [400, 'BadRequestException'],
  BAD_REQUEST_PARAMETERS: [400, 'BadRequestException'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'UnsupportedMediaTypeException'],
  REQUEST_TOO_LARGE: [413, 'RequestTooLargeException'],
  THROTTLED: [429, 'TooManyRequestsException'],
  MISSING_AUTHENTICATION_TOKEN: [403, 'MissingAuthenticationTokenException'],
  INVALID_SIGNATURE: [403, 'InvalidSignatureException'],
  EXPIRED_TOKEN: [403, 'ExpiredTokenException'],
  ACCESS_DENIED: [403, 'AccessDeniedException'],
  INTEGRATION_FAILURE: [500, 'InternalServerErrorException'],
  API_CONFIGURATION_ERROR: [500, 'InternalServerErrorException'],
};

/** Returns the type of the gateway response for a refused signature. */
export function toResponseType(errorName: string): string {
  const found = Object.entries(responseTypes).find(([, [, name]]) => name === errorName);
  return found?.[0] ?? 'ACCESS_DENIED';
}

/** Returns a response of the gateway itself: the mapping of the API for this type, otherwise the default. */
export function buildGatewayResponse(
  { api, context }: Pick<Call, 'api' | 'context'>,
  type: string,
  error: { message: string; validation?: string; name?: string },
): WireResponse {
  const mappings = toFields(api.definition['x-amazon-apigateway-gateway-responses']);
  const [defaultStatus, errorName] = responseTypes[type] ?? [500, 'InternalServerErrorException'];
  const fallback = toFields(mappings[defaultStatus < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX']);
  const mapping = mappings[type] === undefined ? fallback : toFields(mappings[type]);
  const template = toFields(mapping['responseTemplates'])['application/json'];
  const scope = {
    ...context,
    error: {
      message: error.message,
      messageString: JSON.stringify(error.message),
      validationErrorString: error.validation ? JSON.stringify(error.validation).slice(1, -1) : '',
      responseType: type,
    },
  };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(toFields(mapping['responseParameters']))) {
    const header = name.replace(/^gatewayresponse\.header\./, '').toLowerCase();
    headers[header] = String(value).replace(/^'(.*)'$/, '$1');
  }
  return {
    status: Number(mapping['statusCode'] ?? defaultStatus),
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': String(context['requestId']),
      'x-amzn-errortype': error.name ?? errorName,
      ...headers,
    },
    body:
      typeof template === 'string'
        ? renderTemplate(template, { context: scope, util })
        : JSON.stringify({ message: error.message }),
  };
}

/** Returns an object's properties; an empty object for any other value. */
export function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
