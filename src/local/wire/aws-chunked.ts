import { AwsError } from './aws-error.ts';

/** A chunk of an `aws-chunked` body. */
export interface AwsChunk {
  readonly data: Buffer;
  readonly signature: string | undefined;
}

/** A decoded `aws-chunked` body: its chunks, the last of which is empty, and the lines after them. */
export interface AwsChunkedBody {
  readonly chunks: readonly AwsChunk[];
  /** Trailers by lower-case name, in the order of the body. */
  readonly trailers: ReadonlyMap<string, string>;
}

/**
 * Parses frames of the form `<hex length>[;chunk-signature=…]\r\n<bytes>\r\n`. A frame of length 0 ends the content. Trailers of the
 * form `name:value\r\n` may follow it. Throws IncompleteBody for any other body.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export function parseAwsChunked(body: Buffer): AwsChunkedBody {
  const chunks: AwsChunk[] = [];
  let start = 0;
  for (;;) {
    const end = body.indexOf('\r\n', start);
    const header = end < 0 ? '' : body.toString('latin1', start, end);
    const [, size = '', signature] =
      /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]*))?$/i.exec(header) ?? [];
    const from = end + 2;
    const to = from + Number.parseInt(size, 16);
    if (size === '' || to > body.length) throw incompleteBody();
    const data = body.subarray(from, to);
    chunks.push({ data, signature });
    if (data.length === 0) {
      return { chunks, trailers: parseTrailers(body.toString('latin1', from)) };
    }
    if (body.toString('latin1', to, to + 2) !== '\r\n') throw incompleteBody();
    start = to + 2;
  }
}

function incompleteBody(): AwsError {
  return new AwsError('IncompleteBody', 'The request body is not well-formed aws-chunked');
}

function parseTrailers(text: string): Map<string, string> {
  const trailers = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, value] = /^([^:]+):(.*)$/.exec(line) ?? [];
    if (name !== undefined) trailers.set(name.toLowerCase(), (value ?? '').trim());
  }
  return trailers;
}
