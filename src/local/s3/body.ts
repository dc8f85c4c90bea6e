import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest } from '../wire/http.ts';

/** The content of a PutObject: as it came, or taken out of its `aws-chunked` frames. */
export function contentOf({ headers, body }: WireRequest): Buffer {
  const chunked =
    headers['content-encoding']?.includes('aws-chunked') ||
    headers['x-amz-content-sha256']?.startsWith('STREAMING-');
  return chunked ? unchunk(body) : body;
}

/** Frames are `<hex length>[;chunk-signature=…]\r\n<bytes>\r\n`; one of length 0, then trailers, end them. */
function unchunk(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, end), 16);
    if (end < 0 || Number.isNaN(length) || end + 2 + length > body.length) {
      throw new AwsError('IncompleteBody', 'The request body is not well-formed aws-chunked');
    }
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}
