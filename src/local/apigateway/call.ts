import { randomUUID } from 'node:crypto';
import { account, type WireRequest, type WireResponse } from '../wire/http.ts';
import { render, util } from './vtl.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Api {
  readonly id: string;
  readonly name: string;
  readonly stage: string;
  readonly definition: Fields;
}

/** One request to an API: where it goes and what templates see of it. */
export interface Call {
  readonly api: Api;
  readonly request: WireRequest;
  /** The path after the stage, still encoded. */
  readonly path: string;
  readonly resource: string;
  readonly method: Fields;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly context: Record<string, unknown>;
}

/** The route of a request; undefined when the API has none. */
export function route(api: Api, request: WireRequest, path: string): Call | undefined {
  const wanted = path.split('/').filter((each) => each !== '');
  const paths = Object.entries(fields(api.definition['paths'])).sort(
    ([a], [b]) => a.split('{').length - b.split('{').length,
  );
  for (const [resource, methods] of paths) {
    const pathParameters = match(resource.split('/').slice(1), wanted);
    const all = fields(methods);
    const method = all[request.method.toLowerCase()] ?? all['x-amazon-apigateway-any-method'];
    if (!pathParameters || !method) continue;
    const context = contextOf(api, request, resource);
    return { api, request, path, resource, method: fields(method), pathParameters, context };
  }
  return undefined;
}

function match(pattern: string[], wanted: string[]): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  const parts = pattern.filter((each) => each !== '');
  for (const [index, part] of parts.entries()) {
    const [, name, greedy] = /^\{([^+}]+)(\+?)\}$/.exec(part) ?? [];
    const value = wanted[index];
    if (value === undefined) return undefined;
    if (name && greedy) {
      found[name] = wanted.slice(index).map(decode).join('/');
      return found;
    }
    if (name) found[name] = decode(value);
    else if (part !== decode(value)) return undefined;
  }
  return parts.length === wanted.length ? found : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `$context` of a request. */
export function contextOf(
  { id, stage }: Api,
  request: WireRequest,
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

const defaults: Readonly<Record<string, number>> = {
  BAD_REQUEST_BODY: 400,
  BAD_REQUEST_PARAMETERS: 400,
  UNSUPPORTED_MEDIA_TYPE: 415,
  REQUEST_TOO_LARGE: 413,
  THROTTLED: 429,
  MISSING_AUTHENTICATION_TOKEN: 403,
  INTEGRATION_FAILURE: 500,
  API_CONFIGURATION_ERROR: 500,
};

/** A response of the gateway itself, as the API maps it or as it is by default. */
export function gatewayResponse(
  { api, context }: Pick<Call, 'api' | 'context'>,
  type: string,
  error: { message: string; validation?: string },
): WireResponse {
  const all = fields(api.definition['x-amazon-apigateway-gateway-responses']);
  const standard = defaults[type] ?? 500;
  const fallback = fields(all[standard < 500 ? 'DEFAULT_4XX' : 'DEFAULT_5XX']);
  const mapped = all[type] === undefined ? fallback : fields(all[type]);
  const template = fields(mapped['responseTemplates'])['application/json'];
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
  for (const [name, value] of Object.entries(fields(mapped['responseParameters']))) {
    const header = name.replace(/^gatewayresponse\.header\./, '').toLowerCase();
    headers[header] = String(value).replace(/^'(.*)'$/, '$1');
  }
  return {
    status: Number(mapped['statusCode'] ?? standard),
    headers: {
      'content-type': 'application/json',
      'x-amzn-requestid': String(context['requestId']),
      'x-amzn-errortype': type,
      ...headers,
    },
    body:
      typeof template === 'string'
        ? render(template, { context: scope, util })
        : JSON.stringify({ message: error.message }),
  };
}

export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}
