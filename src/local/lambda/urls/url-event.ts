import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { formatPrincipal } from '../../iam/principal.ts';
import { account } from '../../shared/account.ts';
import { formatUrlHost } from '../../shared/function-url-address.ts';
import type { WireRequest } from '../../wire/http.ts';
import type { FunctionUrl } from './function-urls.ts';

/**
 * Returns the event of a request, in the payload format 2.0. Members that function URLs do not use are absent.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload
 */
export function buildUrlEvent(url: FunctionUrl, request: WireRequest, path: string): object {
  const { method, headers, query, rawQuery, region, body } = request;
  const { cookies, others } = readHeaders(request);
  const now = new Date();
  const isText = isTextBody(headers['content-type'], body);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: rawQuery,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: others,
    ...(query.size > 0 ? { queryStringParameters: joinParameters(query) } : {}),
    requestContext: {
      accountId: url.authType === 'NONE' ? 'anonymous' : account,
      apiId: url.id,
      ...(url.authType === 'NONE' ? {} : { authorizer: { iam: describeCaller(request) } }),
      domainName: formatUrlHost(url.id, region),
      domainPrefix: url.id,
      http: {
        method,
        path,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: formatTime(now),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 ? { body: body.toString(isText ? 'utf8' : 'base64') } : {}),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Returns the headers in lower case, repeated ones joined by commas, and the cookies, which are not among them. */
function readHeaders({ exactHeaders }: WireRequest) {
  const lists = new Map<string, string[]>();
  for (const [name, values] of Object.entries(exactHeaders)) {
    const key = name.toLowerCase();
    lists.set(key, [...(lists.get(key) ?? []), ...values]);
  }
  const cookies = (lists.get('cookie') ?? [])
    .flatMap((text) => text.split(';'))
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '');
  lists.delete('cookie');
  const others = Object.fromEntries([...lists].map(([name, values]) => [name, values.join(',')]));
  return { cookies, others };
}

function joinParameters(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query.keys()].map((name) => [name, query.getAll(name).join(',')]));
}

/** Media types of bodies that are passed as text. Forms are not among them: https://github.com/localstack/localstack/issues/7009 */
const textTypes = /^(text\/|application\/(json|xml|javascript)\b)/i;

function isTextBody(type: string | undefined, body: Buffer): boolean {
  return textTypes.test(type?.trim() ?? '') && isUtf8(body);
}

function describeCaller({ caller, signature }: WireRequest) {
  const userArn = formatPrincipal(caller);
  return {
    accessKey: signature?.accessKey ?? '',
    accountId: account,
    callerId: userArn,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn,
    userId: userArn,
  };
}

/** Returns a time in the common log format, such as `29/Nov/2026:07:31:29 +0000`. */
function formatTime(time: Date): string {
  const [, day, month, year, clock] = time.toUTCString().split(' ');
  return `${day}/${month}/${year}:${clock} +0000`;
}
