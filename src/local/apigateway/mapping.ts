import { render } from 'velocityjs';
import type { WireRequest } from '../wire/http.ts';

/** What mapping templates see of one request, and what they override. */
export interface MappingContext {
  readonly requestId: string;
  readonly requestTime: string;
  readonly requestTimeEpoch: number;
  readonly httpMethod: string;
  readonly resourcePath: string;
  readonly stage: string;
  readonly apiId: string;
  readonly requestOverride: { readonly header: Record<string, string> };
  readonly responseOverride: { status?: number; readonly header: Record<string, string> };
  error?: { message: string; messageString: string; validationErrorString: string };
}

interface MappingInput {
  readonly body: string;
  readonly request: WireRequest;
  readonly pathParameters: Readonly<Record<string, string>>;
  readonly context: MappingContext;
}

/**
 * Renders a mapping template (VTL, API Gateway developer guide, "mapping template reference"). `$input.params(name)` looks
 * in the path, the query and the headers, in this order.
 */
export function renderMapping(
  template: string,
  { body, request, pathParameters, context }: MappingInput,
): string {
  const header = (name: string) => request.headers[name.toLowerCase()];
  const input = {
    body,
    json: (path: string) => JSON.stringify(select(body, path)) ?? '',
    path: (path: string) => select(body, path),
    params: (name: string) => pathParameters[name] ?? request.query.get(name) ?? header(name) ?? '',
  };
  return render(template, { input, context, util } as never);
}

const util = {
  escapeJavaScript: (text: string) =>
    JSON.stringify(String(text)).slice(1, -1).replaceAll("'", "\\'"),
  urlEncode: encodeURIComponent,
  urlDecode: decodeURIComponent,
  base64Encode: (text: string) => Buffer.from(text).toString('base64'),
  base64Decode: (text: string) => Buffer.from(text, 'base64').toString('utf8'),
  parseJson: (text: string) => JSON.parse(text),
};

/** `$`, `$.a.b` and `$.a[0]` of a JSON body. */
function select(body: string, path: string): unknown {
  let value: unknown = body === '' ? {} : JSON.parse(body);
  for (const key of path
    .replace(/^\$\.?/, '')
    .split(/[.[\]]+/)
    .filter(Boolean)) {
    value = (value as Record<string, unknown> | undefined)?.[key];
  }
  return value;
}
