import { hash } from 'node:crypto';
import { AwsError } from './aws-error.ts';
import type { WireRequest } from './http.ts';

/** Values of `x-amz-content-sha256` for bodies whose chunks have signatures. */
export const signedChunks: ReadonlySet<string> = new Set([
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
]);
/** Values for bodies that the signature does not cover. */
const unsigned: ReadonlySet<string> = new Set([
  'UNSIGNED-PAYLOAD',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
]);

/** SHA-256 of an empty body. */
const emptyHash = hash('sha256', '');

interface HashOptions {
  readonly service: string;
  readonly isQuery: boolean;
}

/**
 * Returns the last line of the canonical request: the SHA-256 of the body, or for S3 the value that the client declares. Throws the
 * error of S3 if that value is missing, invalid, or not the hash of the body. The other services accept no unsigned bodies.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function readPayloadHash(
  { headers, query, body }: Pick<WireRequest, 'headers' | 'query' | 'body'>,
  { service, isQuery }: HashOptions,
): string {
  if (service !== 's3') return body.length === 0 ? emptyHash : hash('sha256', body);
  const header = headers['x-amz-content-sha256'];
  const declared = isQuery
    ? (header ?? query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD')
    : header;
  if (declared === undefined) {
    throw new AwsError(
      'InvalidRequest',
      'Missing required header for this request: x-amz-content-sha256',
    );
  }
  if (unsigned.has(declared) || signedChunks.has(declared)) return declared;
  if (!/^[0-9a-f]{64}$/i.test(declared)) throw invalidHash(declared);
  const computed = hash('sha256', body);
  if (computed === declared.toLowerCase()) return declared;
  throw new AwsError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { fields: { ClientComputedContentSHA256: declared, S3ComputedContentSHA256: computed } },
  );
}

function invalidHash(declared: string): AwsError {
  return new AwsError(
    'InvalidArgument',
    'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, ' +
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    { fields: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: declared } },
  );
}
