import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadObjectCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fixture, start } from './fixture.ts';

let fixture: Fixture;
const Bucket = 'source';
const metadata = {
  CacheControl: 'max-age=60',
  ContentDisposition: 'attachment',
  ContentEncoding: 'gzip',
  ContentLanguage: 'de',
  ContentType: 'text/plain',
  StorageClass: 'STANDARD_IA',
  Metadata: { color: 'red' },
} as const;
let etag: string | undefined;

beforeAll(async () => {
  fixture = await start(Bucket, 'target');
  const put = new PutObjectCommand({ Bucket, Key: 'a b+c', Body: '0123456789', ...metadata });
  ({ ETag: etag } = await fixture.client.send(put));
});
afterAll(() => fixture.close());

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
describe('CopyObject', () => {
  const copy = (more: object, Key = 'copy') =>
    fixture.client.send(
      new CopyObjectCommand({ Bucket: 'target', Key, CopySource: `${Bucket}/a%20b%2Bc`, ...more }),
    );

  it('copies content and metadata, and not the storage class', async () => {
    const { CopyObjectResult } = await copy({});
    expect(CopyObjectResult?.ETag).toBe(etag);
    expect(await fixture.read('target', 'copy')).toBe('0123456789');
    const head = await fixture.client.send(
      new HeadObjectCommand({ Bucket: 'target', Key: 'copy' }),
    );
    const { StorageClass, ...kept } = metadata;
    expect(head).toMatchObject(kept);
    expect([StorageClass, head.StorageClass]).toEqual(['STANDARD_IA', undefined]);
  });

  it('replaces metadata on request', async () => {
    await copy({ MetadataDirective: 'REPLACE', Metadata: { size: 'big' } }, 'replaced');
    const head = await fixture.client.send(
      new HeadObjectCommand({ Bucket: 'target', Key: 'replaced' }),
    );
    expect(head.Metadata).toEqual({ size: 'big' });
    expect(head.CacheControl).toBeUndefined();
  });

  it.each([
    ['a missing source', { CopySource: `${Bucket}/none` }, 'NoSuchKey'],
    ['a missing bucket', { CopySource: 'nowhere/k' }, 'NoSuchBucket'],
    ['a source without a key', { CopySource: 'nowhere' }, 'InvalidArgument'],
    ['another ETag', { CopySourceIfMatch: '"x"' }, 'PreconditionFailed'],
    [
      'an unmodified source',
      { CopySourceIfModifiedSince: new Date(Date.now() + 1000) },
      'PreconditionFailed',
    ],
  ])('rejects %s', async (_, more, name) => {
    await expect(copy(more, 'rejected')).rejects.toMatchObject({ name });
    await expect(fixture.read('target', 'rejected')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('rejects a copy of an object to itself without a change', async () => {
    const same = { Bucket, Key: 'a b+c', CopySource: `${Bucket}/a%20b%2Bc` };
    await expect(fixture.client.send(new CopyObjectCommand(same))).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
  });
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html and RFC 9110, sections 13 and 14 */
describe('GetObject', () => {
  const get = async (more: Partial<GetObjectCommandInput>) => {
    const input = { Bucket, Key: 'a b+c', ...more };
    const { Body, ...rest } = await fixture.client.send(new GetObjectCommand(input));
    return { text: await Body?.transformToString(), ...rest };
  };

  it.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=8-', '89', 'bytes 8-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=5-100', '56789', 'bytes 5-9/10'],
    // S3 ignores several ranges and malformed ones.
    ['bytes=0-1,3-4', '0123456789', undefined],
    ['bytes=4-2', '0123456789', undefined],
  ])('returns the range %s', async (Range, text, ContentRange) => {
    expect(await get({ Range })).toMatchObject({ text, ContentLength: text.length });
    expect((await get({ Range })).ContentRange).toBe(ContentRange);
  });

  it.each(['bytes=10-', 'bytes=-0'])('rejects the range %s', async (Range) => {
    await expect(get({ Range })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  const past = new Date(Date.now() - 3_600_000);
  const future = new Date(Date.now() + 3_600_000);
  it.each([
    ['another ETag', { IfMatch: '"x"' }, 412],
    ['a modified object', { IfUnmodifiedSince: past }, 412],
    ['its own ETag', { IfNoneMatch: '*' }, 304],
    ['an unmodified object', { IfModifiedSince: future }, 304],
    ['its own ETag and a date', { IfNoneMatch: '*', IfModifiedSince: past }, 304],
  ])('reports the condition for %s', async (_, condition, status) => {
    await expect(get(condition)).rejects.toMatchObject({ $metadata: { httpStatusCode: status } });
  });

  it.each([
    ['its ETag and a date', { IfMatch: '*', IfUnmodifiedSince: past }],
    ['another ETag and a date', { IfNoneMatch: '"x"', IfModifiedSince: future }],
  ])('returns the object for %s', async (_, condition) => {
    expect((await get(condition)).text).toBe('0123456789');
  });

  it('replaces headers of the response on request', async () => {
    const more = { ResponseContentType: 'text/csv', ResponseCacheControl: 'no-store' };
    expect(await get(more)).toMatchObject({ ContentType: 'text/csv', CacheControl: 'no-store' });
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
it('PutObject replaces an object only if its conditions hold', async () => {
  const put = (Key: string, more: object) =>
    fixture.client.send(new PutObjectCommand({ Bucket: 'target', Key, Body: 'x', ...more }));
  const { ETag } = await put('conditional', { IfNoneMatch: '*' });
  const failed = { name: 'PreconditionFailed' };
  await expect(put('conditional', { IfNoneMatch: '*' })).rejects.toMatchObject(failed);
  await expect(put('conditional', { IfMatch: '"other"' })).rejects.toMatchObject(failed);
  await expect(put('none', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  await put('conditional', { IfMatch: ETag });
});

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html
it('keeps the versions of a bucket whose versioning is suspended', async () => {
  const versioning = (Status: 'Enabled' | 'Suspended') =>
    fixture.client.send(
      new PutBucketVersioningCommand({ Bucket: 'target', VersioningConfiguration: { Status } }),
    );
  const address = { Bucket: 'target', Key: 'versions' };
  await versioning('Enabled');
  const { VersionId } = await fixture.client.send(new PutObjectCommand({ ...address, Body: '1' }));
  await versioning('Suspended');
  await fixture.client.send(new PutObjectCommand({ ...address, Body: '2' }));
  await fixture.client.send(new DeleteObjectCommand(address));
  const old = await fixture.client.send(new GetObjectCommand({ ...address, VersionId }));
  expect(await old.Body?.transformToString()).toBe('1');
  const { Versions, DeleteMarkers } = await fixture.client.send(
    new ListObjectVersionsCommand({ Bucket: 'target', Prefix: 'versions' }),
  );
  expect(Versions?.map((version) => version.VersionId)).toEqual([VersionId]);
  expect(DeleteMarkers).toMatchObject([{ VersionId: 'null', IsLatest: true }]);
});

// API_ListObjects and API_ListObjectsV2: EncodingType, FetchOwner, Marker
it('lists in both versions of the API, with encoded keys', async () => {
  const first = await fixture.client.send(new ListObjectsCommand({ Bucket, MaxKeys: 1 }));
  expect(first).toMatchObject({ IsTruncated: false, Contents: [{ Key: 'a b+c' }] });
  const input = { Bucket, EncodingType: 'url', FetchOwner: true } as const;
  const second = await fixture.client.send(new ListObjectsV2Command(input));
  expect(second).toMatchObject({
    EncodingType: 'url',
    Contents: [{ Key: 'a%20b%2Bc', StorageClass: 'STANDARD_IA', Owner: { ID: '000000000000' } }],
  });
});
