import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createS3 } from '../../../src/local/s3/service.ts';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import { type RunningServer, serve } from '../../../src/local/wire/server.ts';
import { testCredentials, testVerifier } from '../../support/credentials.ts';

const directory = mkdtempSync(join(tmpdir(), 's3-'));
let store: Store;
let server: RunningServer;
let client: S3Client;
let s3: ReturnType<typeof createS3>;

beforeAll(async () => {
  store = openStore(join(directory, 'state.sqlite'));
  s3 = createS3({ store });
  server = await serve({ services: [s3.service], store, port: 0, verifier: testVerifier });
  client = new S3Client({
    region: 'us-east-2',
    endpoint: server.url,
    forcePathStyle: true,
    credentials: testCredentials,
  });
});

afterAll(async () => {
  await server.close();
  store.close();
  rmSync(directory, { recursive: true });
});

async function bucket(Bucket: string): Promise<string> {
  await client.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

describe('S3', () => {
  it('keeps objects with their type and metadata', async () => {
    const Bucket = await bucket('objects');
    const address = { Bucket, Key: 'a/b c+é.zip' };
    const content = { Body: Buffer.from([0, 1, 255]), ContentType: 'application/zip' };
    const { ETag } = await client.send(
      new PutObjectCommand({ ...address, ...content, Metadata: { hash: 'h' } }),
    );
    const head = await client.send(new HeadObjectCommand(address));
    expect(head).toMatchObject({
      ETag,
      ContentLength: 3,
      ContentType: 'application/zip',
      Metadata: { hash: 'h' },
    });
    const got = await client.send(new GetObjectCommand(address));
    expect(await got.Body?.transformToByteArray()).toEqual(new Uint8Array([0, 1, 255]));
    expect(s3.read(Bucket, address.Key)).toEqual(Buffer.from([0, 1, 255]));
    expect(s3.read(Bucket, 'missing')).toBeUndefined();
  });

  it('accepts a stream that the SDK sends in chunks with a trailing checksum', async () => {
    const Bucket = await bucket('chunked');
    const body = Buffer.alloc(200_000, 'x');
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'big',
        Body: Readable.from([body.subarray(0, 70_000), body.subarray(70_000)]),
        ContentLength: body.length,
      }),
    );
    expect(s3.read(Bucket, 'big')?.equals(body)).toBe(true);
  });

  it('reports missing buckets and objects', async () => {
    await expect(client.send(new HeadBucketCommand({ Bucket: 'nowhere' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(
      client.send(new PutObjectCommand({ Bucket: 'nowhere', Key: 'k', Body: 'x' })),
    ).rejects.toMatchObject({ name: 'NoSuchBucket' });
    const Bucket = await bucket('empty-one');
    await client.send(new HeadBucketCommand({ Bucket }));
    await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(client.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    await expect(client.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
  });

  it('lists keys in order, by prefix and delimiter, in pages', async () => {
    const Bucket = await bucket('listing');
    for (const Key of ['b/2', 'a', 'b/1', 'c&d'])
      await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    const list = (input: object) => client.send(new ListObjectsV2Command({ Bucket, ...input }));
    const first = await list({ MaxKeys: 3 });
    expect(first.Contents?.map((object) => object.Key)).toEqual(['a', 'b/1', 'b/2']);
    const rest = await list({ ContinuationToken: first.NextContinuationToken });
    expect(rest.Contents?.map((object) => object.Key)).toEqual(['c&d']);
    expect((await list({ Prefix: 'b/' })).KeyCount).toBe(2);
    expect((await list({ Delimiter: '/' })).CommonPrefixes).toEqual([{ Prefix: 'b/' }]);
  });

  it('accepts the access settings of an artifacts bucket and keeps versions', async () => {
    const Bucket = await bucket('versions');
    await client.send(
      new PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: { BlockPublicAcls: true },
      }),
    );
    await client.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      }),
    );
    const Statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: `arn:aws:s3:::${Bucket}/*`,
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    await client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: [{ ID: 'r', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }],
        },
      }),
    );
    await client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    for (const Body of ['one', 'two'])
      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(s3.read(Bucket, 'k')).toBeUndefined();
    await expect(client.send(new DeleteBucketCommand({ Bucket }))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
    });
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    expect([Versions.length, DeleteMarkers.length]).toEqual([2, 1]);
    const old = await client.send(
      new GetObjectCommand({ Bucket, Key: 'k', VersionId: Versions[1]?.VersionId }),
    );
    expect(await old.Body?.transformToString()).toBe('one');
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }));
    await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    await client.send(new DeleteBucketCommand({ Bucket }));
  });
});
