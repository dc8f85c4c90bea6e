import { hash } from 'node:crypto';
import { parseAwsChunked } from './aws-chunked.ts';

interface ChunkOptions {
  /** Signature of the request, with which the chain of signatures begins. */
  readonly signature: string;
  readonly time: string;
  readonly scopeText: string;
  /** Returns whether a signature is that of a text. */
  readonly isSigned: (stringToSign: string, signature: string) => boolean;
}

const trailerSignature = 'x-amz-trailer-signature';
const emptyHash = hash('sha256', '');

/**
 * Returns the first signature of a chunk or of the trailers that does not match; undefined if all match. Each signature includes the
 * one before. Throws IncompleteBody for a malformed body. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export function verifyChunks(
  body: Buffer,
  { signature, time, scopeText, isSigned }: ChunkOptions,
): { signature: string; stringToSign: string } | undefined {
  const { chunks, trailers } = parseAwsChunked(body);
  let previous = signature;
  for (const chunk of chunks) {
    const stringToSign = `AWS4-HMAC-SHA256-PAYLOAD\n${time}\n${scopeText}\n${previous}\n${emptyHash}\n${hash('sha256', chunk.data)}`;
    const claimed = chunk.signature ?? '';
    if (!isSigned(stringToSign, claimed)) return { signature: claimed, stringToSign };
    previous = claimed;
  }
  const lines = [...trailers].filter(([name]) => name !== trailerSignature);
  const claimed = trailers.get(trailerSignature);
  if (lines.length === 0 && claimed === undefined) return undefined;
  const text = lines.map(([name, value]) => `${name}:${value}\n`).join('');
  const stringToSign = `AWS4-HMAC-SHA256-TRAILER\n${time}\n${scopeText}\n${previous}\n${hash('sha256', text)}`;
  return isSigned(stringToSign, claimed ?? '')
    ? undefined
    : { signature: claimed ?? '', stringToSign };
}
