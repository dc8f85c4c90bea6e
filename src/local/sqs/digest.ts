import { createHash } from 'node:crypto';
import type { MessageAttribute } from './repository.ts';

/** Returns the MD5 digest of a message body (hex). Clients compare it with the body that they sent. */
export function md5(data: string | Buffer): string {
  return createHash('md5').update(data).digest('hex');
}

/**
 * Returns the MD5 digest of a message's attributes (hex). Sorted by name, every attribute contributes its name, its type, one
 * byte for the encoding of the value, and the value. A length precedes the name, the type and the value.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function hashAttributes(attributes: Readonly<Record<string, MessageAttribute>>): string {
  const parts = Object.keys(attributes)
    .sort()
    .flatMap((name) => {
      const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
      const value =
        BinaryValue === undefined
          ? Buffer.from(StringValue ?? '')
          : Buffer.from(BinaryValue, 'base64');
      const encoding = Buffer.from([BinaryValue === undefined ? 1 : 2]);
      return [...prefixLength(name), ...prefixLength(DataType), encoding, ...prefixLength(value)];
    });
  return md5(Buffer.concat(parts));
}

/** Returns the bytes, preceded by their length (32 bits). */
function prefixLength(data: string | Buffer): Buffer[] {
  const bytes = Buffer.from(data as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}
