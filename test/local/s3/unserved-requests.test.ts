import {
  CreateBucketCommand,
  type ObjectCannedACL,
  PutBucketAccelerateConfigurationCommand,
  PutBucketCorsCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectRetentionCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presignUrl } from '../../support/credentials.ts';
import { type Fixture, start } from './fixture.ts';

let fixture: Fixture;
const Bucket = 'unserved';
const Key = 'kept';

beforeAll(async () => {
  fixture = await start(Bucket);
  await fixture.client.send(new PutObjectCommand({ Bucket, Key, Body: 'content' }));
});
afterAll(() => fixture.close());

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html */
describe('S3 rejects an operation on a sub-resource by its name and keeps the object', () => {
  it.each([
    [
      'PutObjectTagging',
      () => new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: [] } }),
    ],
    ['PutObjectAcl', () => new PutObjectAclCommand({ Bucket, Key, ACL: 'private' })],
    ['PutObjectRetention', () => new PutObjectRetentionCommand({ Bucket, Key, Retention: {} })],
    ['RestoreObject', () => new RestoreObjectCommand({ Bucket, Key })],
    [
      'PutBucketCors',
      () => new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [] } }),
    ],
    [
      'PutBucketAccelerate',
      () =>
        new PutBucketAccelerateConfigurationCommand({
          Bucket,
          AccelerateConfiguration: { Status: 'Enabled' },
        }),
    ],
  ])('%s', async (name, command) => {
    await expect(fixture.client.send(command() as never)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining(name),
    });
    expect(await fixture.read(Bucket, Key)).toBe('content');
  });
});

/** API_PutObject: request headers. A header that is not implemented has the form of S3's own error. */
describe('S3 rejects a header or a parameter by its name and stores nothing', () => {
  it.each([
    ['x-amz-tagging', { Tagging: 'a=b' }],
    ['x-amz-object-lock-mode', { ObjectLockMode: 'COMPLIANCE' }],
    ['x-amz-website-redirect-location', { WebsiteRedirectLocation: '/other' }],
    [
      'x-amz-server-side-encryption-customer-algorithm',
      { SSECustomerAlgorithm: 'AES256', SSECustomerKey: 'k'.repeat(32) },
    ],
    ['x-amz-grant-read', { GrantRead: 'id=1' }],
  ] satisfies [string, Partial<PutObjectCommandInput>][])('%s', async (header, more) => {
    const put = new PutObjectCommand({ Bucket, Key: 'new', Body: 'x', ...more });
    await expect(fixture.client.send(put)).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining(header),
    });
    await expect(fixture.read(Bucket, 'new')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it.each([
    ['GET', `/${Bucket}?list-type=2&invented=1`, 'invented'],
    ['PUT', `/${Bucket}/new?append`, 'append'],
    ['GET', `/${Bucket}/${Key}?prefix=a`, 'prefix'],
  ])('%s %s', async (method, path, name) => {
    const response = await fixture.send(method, path, method === 'PUT' ? { body: 'x' } : {});
    expect(response.status).toBe(501);
    expect(await response.text()).toContain(name);
  });

  it('an invented element of a document', async () => {
    const body = '<CreateBucketConfiguration><Invented>1</Invented></CreateBucketConfiguration>';
    const response = await fixture.send('PUT', '/another', { body });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Invented');
  });

  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
  it.each(['public-read', 'authenticated-read', 'aws-exec-read'])('the ACL %s', async (acl) => {
    const ACL = acl as ObjectCannedACL;
    const put = new PutObjectCommand({ Bucket, Key: 'new', Body: 'x', ACL });
    await expect(fixture.client.send(put)).rejects.toMatchObject({
      name: 'AccessControlListNotSupported',
    });
  });

  it('the bucket of another account (ExpectedBucketOwner)', async () => {
    const put = { Bucket, Key: 'new', Body: 'x', ExpectedBucketOwner: '111122223333' };
    await expect(fixture.client.send(new PutObjectCommand(put))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('a location in another Region (API_CreateBucket)', async () => {
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;
    const create = new CreateBucketCommand({ Bucket: 'elsewhere', CreateBucketConfiguration });
    await expect(fixture.client.send(create)).rejects.toMatchObject({
      name: 'IllegalLocationConstraintException',
    });
  });
});

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html#LogFormatCustom
it('S3 ignores parameters for access logs, as AWS does', async () => {
  const response = await fixture.send('GET', `/${Bucket}/${Key}?x-user=1&x-id=GetObject`);
  expect(await response.text()).toBe('content');
});

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
describe('a presigned URL', () => {
  const presign = (
    path: string,
    options: { method?: string; signedAt?: Date; more?: string } = {},
  ) => presignUrl('s3', `${fixture.url}${path}?${options.more ?? ''}`, options);

  it('reads, writes and lists', async () => {
    const read = await fetch(await presign(`/${Bucket}/${Key}`));
    expect(await read.text()).toBe('content');
    const put = { method: 'PUT', more: 'x-amz-meta-color=red' };
    await fetch(await presign(`/${Bucket}/sent`, put), { method: 'PUT', body: 'sent' });
    const response = await fetch(await presign(`/${Bucket}/sent`));
    expect(response.headers.get('x-amz-meta-color')).toBe('red');
    expect(await response.text()).toBe('sent');
    const list = await fetch(await presign(`/${Bucket}`));
    expect(await list.text()).toContain('<Key>sent</Key>');
  });

  // Regions that AWS opened after 2013 do not accept them.
  it('of version 2 is rejected', async () => {
    const expires = Math.ceil(Date.now() / 1000) + 60;
    const url = `${fixture.url}/${Bucket}/${Key}?AWSAccessKeyId=a&Signature=s&Expires=${expires}`;
    const response = await fetch(url);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('<Code>InvalidRequest</Code>');
  });

  it('is rejected after it has expired', async () => {
    const signedAt = new Date(Date.now() - 61_000);
    const response = await fetch(await presign(`/${Bucket}/${Key}`, { signedAt }));
    expect(response.status).toBe(403);
    expect(await response.text()).toContain('Request has expired');
  });

  // https://github.com/localstack/localstack/issues/12169
  it('ignores a checksum in its query, as AWS does', async () => {
    const more = 'x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32';
    const url = await presign(`/${Bucket}/sum`, { method: 'PUT', more });
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(200);
  });
});
