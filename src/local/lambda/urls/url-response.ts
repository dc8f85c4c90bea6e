import type { InvokeOutput } from '../../shared/service-interfaces.ts';
import type { WireResponse } from '../../wire/http.ts';
import { type Fields, isFields } from '../constraints.ts';

type HeaderLists = Readonly<Record<string, readonly string[]>>;

const jsonType: HeaderLists = { 'content-type': ['application/json'] };

/** The response to a function that fails or returns a malformed response. */
const badGateway: WireResponse = {
  status: 502,
  headerLists: jsonType,
  body: 'Internal Server Error',
};

/** Headers that the server sets itself. */
const ownHeaders = ['connection', 'content-length', 'transfer-encoding'];

/**
 * Returns the response of a function: a result without `statusCode` is the body of a successful response.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload
 */
export function buildUrlResponse({ payload, functionError }: InvokeOutput): WireResponse {
  if (functionError !== undefined) return badGateway;
  const result = parseJson(payload);
  if (!isFields(result) || result['statusCode'] === undefined || result['statusCode'] === null) {
    const body = typeof result === 'string' ? result : payload;
    return { status: 200, headerLists: jsonType, body };
  }
  return buildExplicitResponse(result) ?? badGateway;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text || 'null');
  } catch {
    return text;
  }
}

/** Returns the response that a function describes; undefined if a member is not valid. */
function buildExplicitResponse(result: Fields): WireResponse | undefined {
  const { statusCode, body, isBase64Encoded = false } = result;
  const status = typeof statusCode === 'number' ? String(statusCode) : statusCode;
  if (typeof status !== 'string' || !/^[2-5]\d\d$/.test(status)) return undefined;
  const headers = readHeaders(result);
  if (!headers || typeof isBase64Encoded !== 'boolean') return undefined;
  const text =
    typeof body === 'string'
      ? body
      : body === undefined || body === null
        ? ''
        : JSON.stringify(body);
  return {
    status: Number(status),
    headerLists: { ...jsonType, ...headers },
    body: isBase64Encoded ? Buffer.from(text, 'base64') : text,
  };
}

/** Returns the headers with lower-case names, and the cookies as `set-cookie`; undefined if one is not valid. */
function readHeaders({ headers, cookies }: Fields): HeaderLists | undefined {
  const entries = Object.entries(isFields(headers) ? headers : {});
  const list = cookies ?? [];
  const isValid = (value: unknown) =>
    typeof value === 'string' && !/[^\t\x20-\x7e\x80-\xff]/.test(value);
  const areNamesValid = entries.every(([name]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name));
  if (!areNamesValid || !entries.every(([, value]) => isValid(value))) return undefined;
  if (!Array.isArray(list) || !list.every(isValid)) return undefined;
  const lists = Object.fromEntries(
    entries
      .map(([name, value]) => [name.toLowerCase(), [String(value)]] as const)
      .filter(([name]) => !ownHeaders.includes(name)),
  );
  const setCookies = [...(lists['set-cookie'] ?? []), ...list.map(String)];
  return setCookies.length > 0 ? { ...lists, 'set-cookie': setCookies } : lists;
}
