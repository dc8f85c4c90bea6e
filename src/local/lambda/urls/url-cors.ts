import type { UnverifiedRequest, WireResponse } from '../../wire/http.ts';
import type { Cors } from './function-urls.ts';

type CorsRequest = Pick<UnverifiedRequest, 'method' | 'headers'>;

/** Reports whether a request is a preflight request, which a URL with CORS settings answers itself. */
export function isPreflight({ method, headers }: CorsRequest): boolean {
  return (
    method === 'OPTIONS' &&
    headers['origin'] !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/**
 * Returns the response to a preflight request. It has no headers of CORS if the settings do not allow the origin, the method and all
 * headers. https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors
 */
export function answerPreflight(cors: Cors, { headers }: CorsRequest): WireResponse {
  const origin = findOrigin(cors, headers);
  const method = headers['access-control-request-method'] ?? '';
  const requested = splitList(headers['access-control-request-headers']);
  const { AllowMethods: methods = [], AllowHeaders: names = [], MaxAge: maxAge } = cors;
  const areHeadersAllowed = requested.every((name) => includes(names, name));
  if (!origin || !(methods.includes('*') || methods.includes(method)) || !areHeadersAllowed) {
    return { status: 200, body: '' };
  }
  return {
    status: 200,
    headers: {
      ...origin,
      'access-control-allow-methods': method,
      ...(requested.length > 0 ? { 'access-control-allow-headers': requested.join(',') } : {}),
      ...(maxAge === undefined ? {} : { 'access-control-max-age': String(maxAge) }),
    },
    body: '',
  };
}

/** Returns a response with the headers of CORS. Those that the function set are kept, so that a header can be there twice. */
export function addCorsHeaders(
  cors: Cors,
  { headers }: CorsRequest,
  response: WireResponse,
): WireResponse {
  const origin = findOrigin(cors, headers);
  if (!origin) return response;
  const { ExposeHeaders: exposed = [] } = cors;
  const added = {
    ...origin,
    ...(exposed.length > 0 ? { 'access-control-expose-headers': exposed.join(',') } : {}),
  };
  const { headerLists = {} } = response;
  const merged = Object.entries(added).map(
    ([name, value]) => [name, [value, ...(headerLists[name] ?? [])]] as const,
  );
  return { ...response, headerLists: { ...headerLists, ...Object.fromEntries(merged) } };
}

/** Returns the headers for the origin of a request; undefined if it has no origin or the settings do not allow it. */
function findOrigin(
  { AllowOrigins: origins = [], AllowCredentials: credentials }: Cors,
  { origin }: CorsRequest['headers'],
): Record<string, string> | undefined {
  if (origin === undefined) return undefined;
  const allowed = origins.includes('*') ? '*' : origins.find((known) => known === origin);
  if (allowed === undefined) return undefined;
  return {
    'access-control-allow-origin': allowed,
    ...(credentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(allowed === '*' ? {} : { vary: 'Origin' }),
  };
}

function includes(names: readonly string[], name: string): boolean {
  return names.some((known) => known === '*' || known.toLowerCase() === name.toLowerCase());
}

function splitList(text = ''): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
