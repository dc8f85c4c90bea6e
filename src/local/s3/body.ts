import { parseAwsChunked } from '../wire/aws-chunked.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest } from '../wire/http.ts';
import { type Checksum, readChecksum, verifyChecksum, verifyMd5 } from './checksums.ts';
import { invalidRequest } from './errors.ts';

type Headers = WireRequest['headers'];

interface Content {
  readonly body: Buffer;
  /** The checksum that the client sent, in a header or a trailer. */
  readonly checksum: Checksum | undefined;
}

/**
 * Returns the content of a request body, decoded if its encoding is `aws-chunked`. Throws an error, for example BadDigest, if it
 * is incomplete or does not match a digest in the headers or trailers.
 */
export function readContent({ headers, body: sent }: WireRequest): Content {
  const chunked =
    headers['content-encoding']?.includes('aws-chunked') ||
    headers['x-amz-content-sha256']?.startsWith('STREAMING-');
  const { body, trailers } = chunked ? decodeChunks(sent) : { body: sent, trailers: {} };
  checkLength(headers, body);
  const checksum = readChecksum({ ...headers, ...readAnnouncedTrailers(headers, trailers) });
  checkAlgorithm(headers, checksum);
  if (checksum) verifyChecksum(checksum, body);
  verifyMd5(headers['content-md5'], body);
  return { body, checksum };
}

/** Returns the text of a request body after the checks of `readContent`. */
export function readText(request: WireRequest): string {
  return readContent(request).body.toString('utf8');
}

function checkLength(headers: Headers, body: Buffer): void {
  const length = headers['x-amz-decoded-content-length'];
  if (length === undefined || Number(length) === body.length) return;
  throw new AwsError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}

/** Returns the trailers that a header announces. Throws if one of them is missing. */
function readAnnouncedTrailers(headers: Headers, trailers: Headers): Headers {
  const names = (headers['x-amz-trailer'] ?? '').split(',').map((name) => name.trim());
  for (const name of names) {
    if (name !== '' && trailers[name.toLowerCase()] === undefined) {
      throw new AwsError(
        'MalformedTrailerError',
        'The request contained trailing data that was not well-formed or did not conform to our published schema.',
      );
    }
  }
  return trailers;
}

function checkAlgorithm(headers: Headers, checksum: Checksum | undefined): void {
  const algorithm = headers['x-amz-sdk-checksum-algorithm']?.toLowerCase();
  if (!algorithm || algorithm === checksum?.algorithm) return;
  if (checksum) throw invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.');
  // A Content-MD5 header replaces a checksum.
  if (headers['content-md5'] !== undefined) return;
  throw invalidRequest(
    'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
  );
}

function decodeChunks(sent: Buffer): { body: Buffer; trailers: Record<string, string> } {
  const { chunks, trailers } = parseAwsChunked(sent);
  return {
    body: Buffer.concat(chunks.map(({ data }) => data)),
    trailers: Object.fromEntries(trailers),
  };
}

/** Returns the headers that describe a checksum of a whole object. */
export function checksumHeaders({ algorithm, value }: Checksum): Record<string, string> {
  return { [`x-amz-checksum-${algorithm}`]: value, 'x-amz-checksum-type': 'FULL_OBJECT' };
}
