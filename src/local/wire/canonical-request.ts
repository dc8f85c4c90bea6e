/** Returns the canonical request of Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */

import type { WireRequest } from './http.ts';
import { memoize } from './memoize.ts';

interface CanonicalOptions {
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}

/** The parts of a request that its signature covers. */
export type SignableRequest = Pick<WireRequest, 'method' | 'path' | 'query' | 'exactHeaders'>;

export function buildCanonicalRequest(
  request: SignableRequest,
  { service, signedHeaders, payloadHash }: CanonicalOptions,
): string {
  const values = collectHeaders(request, signedHeaders);
  let headers = '';
  for (const name of signedHeaders) headers += `${name}:${values.get(name) ?? ''}\n`;
  const path = service === 's3' ? encodeObjectPath(request.path) : encodePath(request.path);
  return `${request.method}\n${path}\n${formatQuery(request.query)}\n${headers}\n${signedHeaders.join(';')}\n${payloadHash}`;
}

/** Returns the values of the signed headers by lower-case name. Several values of a header are separated by commas. */
function collectHeaders(
  { exactHeaders }: SignableRequest,
  signedHeaders: readonly string[],
): Map<string, string> {
  const headers = new Map<string, string>();
  for (const spelling in exactHeaders) {
    const name = spelling.toLowerCase();
    if (!signedHeaders.includes(name)) continue;
    const value = (exactHeaders[spelling] ?? []).map(normalizeSpace).join(',');
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return headers;
}

function normalizeSpace(text: string): string {
  return text.trim().replaceAll(/[ \t]+/g, ' ');
}

/** S3 encodes the decoded path once and does not normalize it. */
function encodeObjectPath(path: string): string {
  return path
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The other services encode the path a second time, after they have removed empty and relative segments. An execution sends all its
 * checkpoints to one path.
 */
const encodePath = memoize((path) => {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  const isFolder = segments.length > 0 && path.endsWith('/');
  return `/${segments.join('/')}${isFolder ? '/' : ''}`;
});

function formatQuery(query: URLSearchParams): string {
  if (query.size === 0) return '';
  const pairs: [string, string][] = [];
  for (const [name, value] of query) {
    if (name !== 'X-Amz-Signature') pairs.push([encode(name), encode(value)]);
  }
  pairs.sort(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  return pairs.map((pair) => pair.join('=')).join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Percent-encodes every character except the unreserved characters of RFC 3986. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
