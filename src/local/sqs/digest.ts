import { createHash } from 'node:crypto';
import type { MessageAttribute } from './repository.ts';

/** The MD5 of a text, in hex: clients compare it with what they sent. */
export function md5(data: string | Buffer): string {
  return createHash('md5').update(data).digest('hex');
}

/**
 * The MD5 of a message's attributes: of each in the order of the names, its name, its type, a byte for how its value is
 * stored, and the value, each with its length before it.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
export function md5OfAttributes(attributes: Readonly<Record<string, MessageAttribute>>): string {
  const parts = Object.keys(attributes)
    .sort()
    .flatMap((name) => {
      const { DataType = '', StringValue, BinaryValue } = attributes[name] ?? {};
      const value =
        BinaryValue === undefined
          ? Buffer.from(StringValue ?? '')
          : Buffer.from(BinaryValue, 'base64');
      const stored = Buffer.from([BinaryValue === undefined ? 1 : 2]);
      return [...withLength(name), ...withLength(DataType), stored, ...withLength(value)];
    });
  return md5(Buffer.concat(parts));
}

function withLength(data: string | Buffer): Buffer[] {
  const bytes = Buffer.from(data as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return [length, bytes];
}
