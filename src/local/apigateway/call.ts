import { randomUUID } from 'node:crypto';
import { account } from '../shared/account.ts';
import type { UnverifiedRequest, WireRequest, WireResponse } from '../wire/http.ts';
import { renderTemplate, util } from './vtl.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Api {
  readonly id: string;
  readonly name: string;
  readonly stage: string;
  readonly definition: Fields;
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

/** Returns the method for the path after the stage; undefined if the API has none. Literal segments win over parameters. */
export function findRoute(api: Api, httpMethod: string, path: string): Route | undefined {
  const segments = path.split('/').filter((segment) => segment !== '');
  const paths = Object.entries(toFields(api.definition['paths'])).sort(
    ([a], [b]) => a.split('{').length - b.split('{').length,
  );
  for (const [resource, methods] of paths) {
    const pathParameters = matchPath(resource.split('/').slice(1), segments);
    const byName = toFields(methods);
    const method = byName[httpMethod.toLowerCase()] ?? byName['x-amazon-apigateway-any-method'];
    if (pathParameters && method) return { resource, method: toFields(method), pathParameters };
  }
  return undefined;
}

/** Returns the path parameters if `segments` match `pattern`. */
function matchPath(pattern: string[], segments: string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  const parts = pattern.filter((part) => part !== '');
  for (const [index, part] of parts.entries()) {
    const [, name, greedy] = /^\{([^+}]+)(\+?)\}$/.exec(part) ?? [];
    const value = segments[index];
    if (value === undefined) return undefined;
    if (name && greedy) {
      parameters[name] = segments.slice(index).map(decodeSegment).join('/');
      return parameters;
    }
    if (name) parameters[name] = decodeSegment(value);
    else if (part !== decodeSegment(value)) return undefined;
  }
  return parts.length === segments.length ? parameters : undefined;
}

/** Returns a segment of a path without percent-encoding; unchanged if its encoding is not valid. */
export function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Returns the `$context` of a request for mapping templates. */
export function buildContext(
  { id, stage }: Api,
  request: UnverifiedRequest,
  resourcePath: string,
): Record<string, unknown> {
  const requestId = randomUUID();
  return {
    requestId,
    extendedRequestId: requestId,
    requestTimeEpoch: Date.now(),
    requestTime: new Date().toISOString(),
    apiId: id,
    stage,
    accountId: account,
    httpMethod: request.method,
    resourcePath,
    path: request.path,
    identity: { sourceIp: '127.0.0.1', userAgent: request.headers['user-agent'] ?? '' },
    requestOverride: { header: {}, path: {}, querystring: {} },
    responseOverride: { header: {} },
  };
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
