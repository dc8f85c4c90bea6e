/** The signature of a request, in its Authorization header or in its query (a presigned URL). It is read but not verified. */
export interface Signature {
  readonly accessKey: string;
  /** Region and service of the credential scope; undefined if the signature has none. */
  readonly region?: string | undefined;
  readonly service?: string | undefined;
}

/**
 * Returns the signature of a request; undefined if it has none. A presigned URL of version 2 names no service: only S3 accepts it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 */
export function parseSignature(
  authorization: string | undefined,
  query: URLSearchParams,
): Signature | undefined {
  if (authorization !== undefined) {
    return parseCredential(/Credential=([^,\s]*)/.exec(authorization)?.[1] ?? '');
  }
  const credential = query.get('X-Amz-Credential');
  if (credential !== null) return parseCredential(credential);
  const accessKey = query.get('AWSAccessKeyId');
  if (accessKey === null || !query.has('Signature')) return undefined;
  return { accessKey, service: 's3' };
}

function parseCredential(credential: string): Signature {
  const [accessKey = '', date = '', region, service] = credential.split('/');
  return /^\d+$/.test(date) ? { accessKey, region, service } : { accessKey };
}

/** Returns the time at which a presigned URL expires (epoch ms); undefined if the query has no signature. */
export function findExpiry(query: URLSearchParams): number | undefined {
  const date = query.get('X-Amz-Date');
  if (date !== null) {
    const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
    return Date.parse(iso) + Number(query.get('X-Amz-Expires')) * 1000;
  }
  const expires = query.has('Signature') ? query.get('Expires') : null;
  return expires === null ? undefined : Number(expires) * 1000;
}
