import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from '../wire/aws-error.ts';
import { invalidRequest } from './errors.ts';

/** Checksum algorithms of S3. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export type Algorithm = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256';

export interface Checksum {
  readonly algorithm: Algorithm;
  /** Base64. */
  readonly value: string;
}

const compute: Readonly<Record<Algorithm, (data: Buffer) => Buffer>> = {
  crc32: (data) => toBytes(crc32(data)),
  crc32c: (data) => toBytes(crc32c(data)),
  crc64nvme,
  sha1: (data) => createHash('sha1').update(data).digest(),
  sha256: (data) => createHash('sha256').update(data).digest(),
};

const algorithms = Object.keys(compute) as Algorithm[];

/** Returns the algorithm with this name in upper or lower case. Throws InvalidRequest if S3 has no such algorithm. */
export function parseAlgorithm(name: string): Algorithm {
  const algorithm = algorithms.find((known) => known === name.toLowerCase());
  if (algorithm) return algorithm;
  throw invalidRequest(
    'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  );
}

export function computeChecksum(algorithm: Algorithm, data: Buffer): Checksum {
  return { algorithm, value: compute[algorithm](data).toString('base64') };
}

/** Returns the checksum in the headers or trailers of a request; undefined if there is none. Throws if there are several. */
export function readChecksum(
  headers: Readonly<Record<string, string | undefined>>,
): Checksum | undefined {
  const [algorithm, another] = algorithms.filter((name) => headers[`x-amz-checksum-${name}`]);
  if (another) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  return algorithm && { algorithm, value: headers[`x-amz-checksum-${algorithm}`] ?? '' };
}

/** Throws BadDigest if the checksum is not that of the data. */
export function verifyChecksum({ algorithm, value }: Checksum, data: Buffer): void {
  const actual = compute[algorithm](data);
  const expected = Buffer.from(value, 'base64');
  if (expected.length !== actual.length) {
    throw invalidRequest(`Value for x-amz-checksum-${algorithm} header is invalid.`);
  }
  if (expected.equals(actual)) return;
  throw badDigest(algorithm.toUpperCase());
}

/** Throws if a Content-MD5 header is malformed or is not the digest of the data. */
export function verifyMd5(header: string | undefined, data: Buffer): void {
  if (header === undefined) return;
  const expected = Buffer.from(header, 'base64');
  if (expected.length !== 16) {
    throw new AwsError('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  if (expected.equals(createHash('md5').update(data).digest())) return;
  throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
}

/** Returns the error for a checksum that does not match. */
export function badDigest(algorithm: string): AwsError {
  return new AwsError(
    'BadDigest',
    `The ${algorithm} you specified did not match the calculated checksum.`,
  );
}

function toBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Reversed polynomial of CRC-32C (Castagnoli). */
const castagnoli = 0x82f6_3b78;
const table32 = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 1 ? (value >>> 1) ^ castagnoli : value >>> 1;
  }
  return value;
});

function crc32c(data: Buffer): number {
  let crc = 0xffff_ffff;
  for (const byte of data) crc = (crc >>> 8) ^ (table32[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

/** Reversed polynomial of CRC-64/NVME. */
const nvme = 0x9a6c_9329_ac4b_c9b5n;
const table64 = Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ nvme : value >> 1n;
  return value;
});
/** The table's upper and lower halves: numbers of 32 bits are much faster than a BigInt. */
const upper = Uint32Array.from(table64, (value) => Number(value >> 32n));
const lower = Uint32Array.from(table64, (value) => Number(value & 0xffff_ffffn));

function crc64nvme(data: Buffer): Buffer {
  let high = 0xffff_ffff;
  let low = 0xffff_ffff;
  for (const byte of data) {
    const index = (low ^ byte) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (lower[index] ?? 0);
    high = (high >>> 8) ^ (upper[index] ?? 0);
  }
  return Buffer.concat([toBytes(~high >>> 0), toBytes(~low >>> 0)]);
}
