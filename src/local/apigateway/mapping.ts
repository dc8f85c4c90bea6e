import type { Call, Fields } from './call.ts';
import { toFields } from './call.ts';
import { parseExactJson } from './exact-json.ts';
import { selectJsonPath } from './json-path.ts';
import type { Parameters } from './vtl.ts';

/** The body and the headers that a mapping of parameters can read in addition to the request. */
export interface MappingSource {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Returns the parameters of a request. Names of headers are in the spelling of the client, and a lookup is case-sensitive. A repeated
 * parameter has its last value.
 */
export function readParameters({ request, pathParameters }: Call): Parameters {
  return {
    path: pathParameters,
    querystring: Object.fromEntries(request.query),
    header: lastValues(request.exactHeaders),
  };
}

export function lastValues(
  values: Readonly<Record<string, readonly string[]>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, list]) => [name, list.at(-1) ?? '']),
  );
}

/** Expressions of a mapping. Each has the place in its first group and the name in its second. */
const expressions = {
  literal: /^'(.*)'$/s,
  context: /^context\.(.+)$/,
  stageVariable: /^stageVariables\.(.+)$/,
  request:
    /^method\.request\.(header|querystring|path|multivalueheader|multivaluequerystring)\.(.+)$/,
  requestBody: /^method\.request\.body(?:\.(.+))?$/,
  response: /^integration\.response\.(header|multivalueheader)\.(.+)$/,
  responseBody: /^integration\.response\.body(?:\.(.+))?$/,
} as const;

/** Reports whether the local runtime knows an expression. */
export function isMappingExpression(text: string): boolean {
  return Object.values(expressions).some((expression) => expression.test(text));
}

/**
 * Returns the value of an expression such as `method.request.header.Name`, `context.requestId` or `'static'`; undefined if there is none.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
 */
export function evaluateMapping(
  text: string,
  call: Call,
  response?: MappingSource,
): string | undefined {
  const group = (name: keyof typeof expressions) => expressions[name].exec(text) ?? undefined;
  const literal = group('literal');
  if (literal) return literal[1];
  const [, variable] = group('context') ?? [];
  if (variable !== undefined) return toText(readPath(call.context, variable));
  const [, stageVariable] = group('stageVariable') ?? [];
  if (stageVariable !== undefined) return toText(readPath(call.api.variables, stageVariable));
  const [, place, name = ''] = group('request') ?? [];
  if (place !== undefined) return readRequest(call, place, name);
  const requestBody = group('requestBody');
  if (requestBody) return readBody(call.request.body.toString('utf8'), requestBody[1]);
  const [, , header] = group('response') ?? [];
  if (header !== undefined) return response?.headers[header.toLowerCase()];
  const responseBody = group('responseBody');
  return responseBody && response ? readBody(response.body, responseBody[1]) : undefined;
}

function readRequest(call: Call, place: string, name: string): string | undefined {
  if (place === 'multivalueheader') return call.request.exactHeaders[name]?.join(',');
  if (place === 'multivaluequerystring') {
    return call.request.query.has(name) ? call.request.query.getAll(name).join(',') : undefined;
  }
  const values = readParameters(call)[place as 'header' | 'path' | 'querystring'];
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function readPath(root: Fields, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) => (Object.hasOwn(toFields(value), name) ? toFields(value)[name] : undefined),
      root,
    );
}

/** Returns a body, or the value of a JSONPath in it. */
function readBody(body: string, path: string | undefined): string | undefined {
  if (path === undefined) return body;
  try {
    return toText(selectJsonPath(parseExactJson(body), `$.${path}`));
  } catch {
    return undefined;
  }
}

function toText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
