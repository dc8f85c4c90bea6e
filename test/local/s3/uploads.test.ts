import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import {
  AbortMultipartUploadCommand,
  ChecksumAlgorithm,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeChecksum } from '../../../src/local/s3/checksums.ts';
import { type Fixture, start } from './fixture.ts';

let fixture: Fixture;
const Bucket = 'uploads';

beforeAll(async () => {
  fixture = await start(Bucket);
});
afterAll(() => fixture.close());

const digest = (algorithm: string, data: string) =>
  createHash(algorithm).update(data).digest('base64');

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
describe('the integrity of an upload', () => {
  // The check values of the CRC catalogue for the text 123456789.
  it.each([
    ['crc32', 'cbf43926'],
    ['crc32c', 'e3069283'],
    ['crc64nvme', 'ae8b14860a799888'],
  ] as const)('is computed with %s', (algorithm, expected) => {
    const { value } = computeChecksum(algorithm, Buffer.from('123456789'));
    expect(Buffer.from(value, 'base64').toString('hex')).toBe(expected);
  });

  it.each([
    ['content-md5', digest('md5', 'y'), 'BadDigest'],
    ['content-md5', 'short', 'InvalidDigest'],
    ['x-amz-checksum-crc32', 'AAAAAA==', 'BadDigest'],
    ['x-amz-checksum-crc32', 'AAAA', 'InvalidRequest'],
    ['x-amz-checksum-crc32c', 'AAAAAA==', 'BadDigest'],
    ['x-amz-checksum-crc64nvme', 'AAAAAAAAAAA=', 'BadDigest'],
    ['x-amz-checksum-sha1', digest('sha1', 'y'), 'BadDigest'],
    ['x-amz-checksum-sha256', digest('sha256', 'y'), 'BadDigest'],
    ['x-amz-content-sha256', 'a'.repeat(64), 'XAmzContentSHA256Mismatch'],
    ['x-amz-sdk-checksum-algorithm', 'CRC32', 'InvalidRequest'],
    ['x-amz-decoded-content-length', '2', 'IncompleteBody'],
    ['x-amz-checksum-crc128', 'AAAA', 'NotImplemented'],
  ])('is rejected for %s: %s', async (header, value, code) => {
    const headers = { [header]: value };
    const response = await fixture.send('PUT', `/${Bucket}/bad`, { headers, body: 'x' });
    expect(await response.text()).toContain(`<Code>${code}</Code>`);
    await expect(fixture.read(Bucket, 'bad')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  const chunked = (trailer: string) =>
    fixture.send('PUT', `/${Bucket}/trailer`, {
      headers: {
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': '1',
        'x-amz-trailer': 'x-amz-checksum-crc32',
      },
      body: `1\r\nx\r\n0\r\n${trailer}\r\n`,
    });

  it('is checked with a trailer', async () => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32('x'));
    const good = await chunked(`x-amz-checksum-crc32:${sum.toString('base64')}\r\n`);
    expect(good.status).toBe(200);
    const bad = await chunked('x-amz-checksum-crc32:AAAAAA==\r\n');
    expect(await bad.text()).toContain('BadDigest');
    expect(await (await chunked('')).text()).toContain('MalformedTrailerError');
    const head = await fixture.client.send(new HeadObjectCommand({ Bucket, Key: 'trailer' }));
    expect(head.ContentEncoding).toBeUndefined();
  });

  it.each([ChecksumAlgorithm.CRC32C, ChecksumAlgorithm.SHA1, ChecksumAlgorithm.SHA256])(
    'is checked by the SDK with %s, in both directions',
    async (algorithm) => {
      const body = Readable.from([Buffer.from('streamed')]);
      const address = { Bucket, Key: algorithm };
      const put = { ...address, Body: body, ContentLength: 8, ChecksumAlgorithm: algorithm };
      const stored = await fixture.client.send(new PutObjectCommand(put));
      const got = await fixture.client.send(
        new GetObjectCommand({ ...address, ChecksumMode: 'ENABLED' }),
      );
      const member = `Checksum${algorithm}` as 'ChecksumSHA256';
      expect(got[member]).toBe(stored[member]);
      expect(got[member]).toBeDefined();
      expect(await got.Body?.transformToString()).toBe('streamed');
    },
  );
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
describe('a multipart upload', () => {
  const first = Buffer.alloc(5 * 1024 * 1024, 'a');
  const Key = 'big';

  async function create(more: object = {}): Promise<string> {
    const command = new CreateMultipartUploadCommand({ Bucket, Key, ...more });
    return (await fixture.client.send(command)).UploadId ?? '';
  }
  async function put(UploadId: string, PartNumber: number, Body: Buffer): Promise<CompletedPart> {
    const command = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body });
    const { ETag, ChecksumCRC32 } = await fixture.client.send(command);
    return { ETag, PartNumber, ChecksumCRC32 };
  }
  const complete = (UploadId: string, Parts: CompletedPart[], more: object = {}) =>
    fixture.client.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        MultipartUpload: { Parts },
        ...more,
      }),
    );

  it('becomes an object with its metadata, its composite checksum and its parts', async () => {
    const UploadId = await create({ ChecksumAlgorithm: 'CRC32', Metadata: { color: 'red' } });
    const parts = [await put(UploadId, 1, first), await put(UploadId, 3, Buffer.from('b'))];
    const listed = await fixture.client.send(new ListPartsCommand({ Bucket, Key, UploadId }));
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, first.length],
      [3, 1],
    ]);
    const { ETag, ChecksumCRC32 } = await complete(UploadId, parts);
    expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect(ChecksumCRC32).toMatch(/-2$/);
    const head = await fixture.client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({ ContentLength: first.length + 1, Metadata: { color: 'red' } });
    const part = await fixture.client.send(new GetObjectCommand({ Bucket, Key, PartNumber: 2 }));
    expect(part).toMatchObject({ PartsCount: 2, ContentLength: 1 });
    expect(await part.Body?.transformToString()).toBe('b');
    await expect(complete(UploadId, parts)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  it('takes parts from an existing object', async () => {
    const CopySource = `${Bucket}/range`;
    await fixture.client.send(new PutObjectCommand({ Bucket, Key: 'range', Body: '0123456789' }));
    const UploadId = await create();
    const copy = { Bucket, Key, UploadId, PartNumber: 1, CopySource, CopySourceRange: 'bytes=2-4' };
    const { CopyPartResult } = await fixture.client.send(new UploadPartCopyCommand(copy));
    await complete(UploadId, [{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
    expect(await fixture.read(Bucket, Key)).toBe('234');
  });

  it('is listed until it is aborted', async () => {
    const UploadId = await create();
    const list = async () =>
      (await fixture.client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads;
    expect(await list()).toMatchObject([{ Key, UploadId }]);
    await fixture.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    expect(await list()).toBeUndefined();
    await expect(put(UploadId, 1, first)).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  /** API_CompleteMultipartUpload, Errors */
  it.each([
    ['parts out of order', (parts: CompletedPart[]) => parts.toReversed(), 'InvalidPartOrder'],
    [
      'an ETag of another part',
      ([one]: CompletedPart[]) => [{ ...one, ETag: '"0"' }],
      'InvalidPart',
    ],
    ['a part that is missing', () => [{ PartNumber: 7, ETag: '"0"' }], 'InvalidPart'],
    ['a small part before the last', (parts: CompletedPart[]) => parts, 'EntityTooSmall'],
    ['no parts', () => [], 'MalformedXML'],
  ])('is rejected for %s', async (_, select, name) => {
    const UploadId = await create();
    const parts = [
      await put(UploadId, 1, Buffer.from('small')),
      await put(UploadId, 2, Buffer.from('b')),
    ];
    await expect(complete(UploadId, select(parts))).rejects.toMatchObject({ name });
    await fixture.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  });

  it('is rejected for another checksum algorithm, part number or size', async () => {
    const UploadId = await create({ ChecksumAlgorithm: 'SHA256' });
    await expect(put(UploadId, 1, first)).rejects.toMatchObject({
      message: expect.stringContaining('expected checksum Type: sha256'),
    });
    await expect(put(UploadId, 10_001, first)).rejects.toMatchObject({ name: 'InvalidArgument' });
    const plain = await create();
    const parts = [await put(plain, 1, Buffer.from('b'))];
    await expect(complete(plain, parts, { MpuObjectSize: 2 })).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
  });
});
