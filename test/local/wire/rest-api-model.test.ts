import { Readable } from 'node:stream';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as sts from '@aws-sdk/client-sts';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkResponses } from '../../support/api-model.ts';
import { startClientRuntime } from '../client-runtime.ts';

const role = 'arn:aws:iam::000000000000:role/any';
let local: Awaited<ReturnType<typeof startClientRuntime>>;

beforeAll(async () => {
  local = await startClientRuntime({ faults: { enforceIam: false } });
});
afterAll(async () => {
  await local.close();
});

const settings = () => local.settings;

it('finds unknown, missing and mistyped members and unknown headers in the XML of S3', async () => {
  const contents = '<Contents><Key>a</Key><Size>many</Size><Colour>blue</Colour></Contents>';
  const body = `<?xml version="1.0"?><ListBucketResults><IsTruncated>no</IsTruncated>${contents}</ListBucketResults>`;
  const headers = { 'x-amz-colour': 'blue', 'x-amz-request-id': '1' };
  const response = { statusCode: 200, headers, body: Readable.from([Buffer.from(body)]) };
  const client = new s3.S3Client({
    ...settings(),
    requestHandler: { handle: async () => ({ response }) } as never,
  });
  const faults = checkResponses(client);
  await client.send(new s3.ListObjectsV2Command({ Bucket: 'b' })).catch(() => undefined);
  expect(faults).toEqual([
    'ListObjectsV2: header x-amz-colour: is unknown',
    'ListObjectsV2: root: is ListBucketResults, not ListBucketResult',
    'ListObjectsV2: .IsTruncated: is "no"',
    'ListObjectsV2: .Contents[].Size: is "many"',
    'ListObjectsV2: .Contents[].Colour: is unknown',
  ]);
});

it('S3 responds to requests for buckets as its API model describes', async () => {
  const client = new s3.S3Client({ ...settings(), forcePathStyle: true });
  const faults = checkResponses(client);
  const Bucket = 'model-bucket';
  const bucket = { Bucket };
  await client.send(new s3.CreateBucketCommand(bucket));
  await client.send(new s3.HeadBucketCommand(bucket));
  await client.send(new s3.ListBucketsCommand({}));
  await client.send(new s3.GetBucketLocationCommand(bucket));
  const VersioningConfiguration = { Status: 'Enabled' as const };
  await client.send(new s3.PutBucketVersioningCommand({ ...bucket, VersioningConfiguration }));
  await client.send(new s3.GetBucketVersioningCommand(bucket));
  const Tagging = { TagSet: [{ Key: 'a', Value: 'b' }] };
  await client.send(new s3.PutBucketTaggingCommand({ ...bucket, Tagging }));
  const tags = await client.send(new s3.GetBucketTaggingCommand(bucket));
  expect(tags.TagSet).toEqual(Tagging.TagSet);
  await client.send(new s3.GetBucketEncryptionCommand(bucket));
  const PublicAccessBlockConfiguration = { BlockPublicAcls: true };
  await client.send(
    new s3.PutPublicAccessBlockCommand({ ...bucket, PublicAccessBlockConfiguration }),
  );
  await client.send(new s3.GetPublicAccessBlockCommand(bucket));
  for (const Key of ['a/1', 'a/2', 'b']) {
    await client.send(new s3.PutObjectCommand({ ...bucket, Key, Body: Key }));
  }
  const deletion = await client.send(new s3.DeleteObjectCommand({ ...bucket, Key: 'b' }));
  expect(deletion.DeleteMarker).toBe(true);
  await client.send(new s3.ListObjectsCommand({ ...bucket, Delimiter: '/' }));
  await client.send(new s3.ListObjectsV2Command({ ...bucket, MaxKeys: 1, FetchOwner: true }));
  await client.send(new s3.ListObjectsV2Command({ ...bucket, Delimiter: '/', Prefix: '' }));
  const versions = await client.send(new s3.ListObjectVersionsCommand(bucket));
  expect(versions.DeleteMarkers).toHaveLength(1);
  const Objects = [{ Key: 'a/1' }, { Key: 'none' }];
  await client.send(new s3.DeleteObjectsCommand({ ...bucket, Delete: { Objects } }));
  client.destroy();
  expect(faults).toEqual([]);
});

it('S3 responds to requests for objects as its API model describes', async () => {
  const client = new s3.S3Client({ ...settings(), forcePathStyle: true });
  const faults = checkResponses(client);
  const Bucket = 'model-objects';
  await client.send(new s3.CreateBucketCommand({ Bucket }));
  const object = { Bucket, Key: 'k' };
  const Metadata = { colour: 'blue' };
  const CopySource = `${Bucket}/k`;
  await client.send(
    new s3.PutObjectCommand({ ...object, Body: 'x', Metadata, ChecksumAlgorithm: 'SHA256' }),
  );
  await client.send(new s3.HeadObjectCommand({ ...object, ChecksumMode: 'ENABLED' }));
  await client.send(new s3.GetObjectCommand({ ...object, Range: 'bytes=0-0' }));
  await client.send(new s3.CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
  const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand(object));
  const upload = { ...object, UploadId };
  const { ETag } = await client.send(
    new s3.UploadPartCommand({ ...upload, PartNumber: 1, Body: 'y' }),
  );
  await client.send(new s3.UploadPartCopyCommand({ ...upload, PartNumber: 2, CopySource }));
  await client.send(new s3.ListPartsCommand({ ...upload, MaxParts: 1 }));
  await client.send(new s3.ListMultipartUploadsCommand({ Bucket }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await client.send(new s3.CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
  await client.send(new s3.DeleteObjectCommand(object));
  client.destroy();
  expect(faults).toEqual([]);
});

it('STS responds as its API model describes', async () => {
  const client = new sts.STSClient(settings());
  const faults = checkResponses(client);
  const identity = await client.send(new sts.GetCallerIdentityCommand({}));
  expect(identity.Account).toBe('000000000000');
  client.destroy();
  expect(faults).toEqual([]);
});

it('Lambda responds as its API model describes', async () => {
  const client = new lambda.LambdaClient(settings());
  const faults = checkResponses(client);
  const FunctionName = 'model';
  const code = 'export const handler = async () => 1;';
  const ZipFile = zipSync({ 'index.mjs': Buffer.from(code) });
  const created = await client.send(
    new lambda.CreateFunctionCommand({
      FunctionName,
      Role: role,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Code: { ZipFile },
      Publish: true,
      Tags: { a: 'b' },
      Environment: { Variables: { A: '1' } },
    }),
  );
  const target = { FunctionName };
  await client.send(new lambda.GetFunctionCommand(target));
  await client.send(new lambda.GetFunctionConfigurationCommand(target));
  await client.send(new lambda.ListFunctionsCommand({}));
  await client.send(new lambda.UpdateFunctionConfigurationCommand({ ...target, Timeout: 5 }));
  await client.send(new lambda.UpdateFunctionCodeCommand({ ...target, ZipFile }));
  await client.send(new lambda.PublishVersionCommand(target));
  await client.send(new lambda.ListVersionsByFunctionCommand(target));
  const alias = { ...target, Name: 'live' };
  await client.send(new lambda.CreateAliasCommand({ ...alias, FunctionVersion: '1' }));
  await client.send(new lambda.UpdateAliasCommand({ ...alias, FunctionVersion: '2' }));
  await client.send(new lambda.GetAliasCommand(alias));
  await client.send(new lambda.ListAliasesCommand(target));
  await client.send(
    new lambda.AddPermissionCommand({
      ...target,
      StatementId: 's',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
    }),
  );
  await client.send(new lambda.GetPolicyCommand(target));
  await client.send(new lambda.ListTagsCommand({ Resource: created.FunctionArn }));
  const invocation = await client.send(new lambda.InvokeCommand(target));
  expect(Buffer.from(invocation.Payload ?? []).toString()).toBe('1');
  await client.send(new lambda.DeleteAliasCommand(alias));
  await client.send(new lambda.DeleteFunctionCommand(target));
  client.destroy();
  expect(faults).toEqual([]);
});
