import { memoize } from './memoize.ts';

/** The access key and the scope that a request names. They select the service and are not verified. */
export interface Signature {
  readonly accessKey: string;
  /** Region and service of the credential scope; undefined if the signature has none. */
  readonly region?: string | undefined;
  readonly service?: string | undefined;
}

/**
 * Returns what the signature in a header or in the query (a presigned URL) names; undefined for a request without one. A signature
 * of version 2 names no service: only S3 has ever accepted it in this form.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function parseSignature(
  authorization: string | undefined,
  query: URLSearchParams,
): Signature | undefined {
  if (authorization !== undefined) {
    // The SDKs name the credential first, and the signature, which is different in each request, last.
    const [start] = /^AWS4-HMAC-SHA256 Credential=[^,\s]+,/.exec(authorization) ?? [];
    return start === undefined ? parseAuthorization(authorization) : parseFrequent(start);
  }
  const credential = query.get('X-Amz-Credential');
  if (credential !== null) return parseCredential(credential);
  const accessKey = query.get('AWSAccessKeyId');
  if (accessKey === null || !query.has('Signature')) return undefined;
  return { accessKey, service: 's3' };
}

function parseAuthorization(authorization: string): Signature {
  const version2 = /^AWS ([^:]*):/.exec(authorization);
  if (version2) return { accessKey: version2[1] ?? '', service: 's3' };
  return parseCredential(/Credential=([^,\s]*)/.exec(authorization)?.[1] ?? '');
}

const parseFrequent = memoize(parseAuthorization);

/** Parses `key/date/region/service/aws4_request`. The scope of version 4a has no region. */
function parseCredential(credential: string): Signature {
  const [accessKey = '', date = '', ...rest] = credential.split('/');
  if (!/^\d+$/.test(date)) return { accessKey };
  const [region, service] = rest.length === 2 ? [undefined, rest[0]] : rest;
  return { accessKey, region, service };
}
