/** The bucket that a stack's archives are kept in: made closed, and taken away with all its versions. */
import type { ObjectIdentifier, S3Client } from '@aws-sdk/client-s3';
import { partitionOf } from '../aws/partition.ts';
import type { Target } from '../environment/target.ts';

/** An archive that a newer deployment replaced is kept for so long. */
const oldVersionDays = 30;

/**
 * Makes a bucket that is private, versioned, reached over TLS only (where its endpoint has TLS), and forgets old versions.
 */
export async function createBucket(
  client: S3Client,
  bucket: string,
  { environment: { region }, endpoint }: Pick<Target, 'environment' | 'endpoint'>,
): Promise<void> {
  const {
    CreateBucketCommand,
    BucketLocationConstraint,
    PutBucketLifecycleConfigurationCommand,
    PutBucketPolicyCommand,
    PutBucketVersioningCommand,
    PutPublicAccessBlockCommand,
  } = await import('../aws/sdk/s3.ts');
  const place = Object.values(BucketLocationConstraint).find((each) => each === region);
  await client.send(
    new CreateBucketCommand({
      Bucket: bucket,
      ...(place ? { CreateBucketConfiguration: { LocationConstraint: place } } : {}),
    }),
  );
  await client.send(
    new PutPublicAccessBlockCommand({
      Bucket: bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    }),
  );
  await client.send(
    new PutBucketVersioningCommand({
      Bucket: bucket,
      VersioningConfiguration: { Status: 'Enabled' },
    }),
  );
  const plain = endpoint?.startsWith('http:') ?? false;
  if (!plain) {
    const Policy = JSON.stringify(policyOf(bucket, region));
    await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  }
  await client.send(
    new PutBucketLifecycleConfigurationCommand({
      Bucket: bucket,
      LifecycleConfiguration: {
        Rules: [
          {
            ID: 'old-versions',
            Status: 'Enabled',
            Filter: { Prefix: '' },
            NoncurrentVersionExpiration: { NoncurrentDays: oldVersionDays },
          },
        ],
      },
    }),
  );
}

function policyOf(bucket: string, region: string): object {
  const arn = `arn:${partitionOf(region)}:s3:::${bucket}`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'OverTlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  };
}

/** A bucket, and the account that must own it. */
export interface ArtifactsBucket {
  readonly bucket: string;
  readonly account: string;
}

/** What deployments put into a bucket. */
const ownPrefixes = ['functions/', 'templates/'];

/**
 * Deletes every version of what deployments put into a bucket of this account, and the bucket when nothing else is in it;
 * answers whether it is gone. A bucket that is not there is gone; what was begun and interrupted is gone on with.
 */
export async function removeBucket(
  target: Target,
  { bucket, account }: ArtifactsBucket,
): Promise<boolean> {
  const { DeleteBucketCommand, DeleteObjectsCommand, ListObjectVersionsCommand } = await import(
    '../aws/sdk/s3.ts'
  );
  const client = await target.clients.s3();
  const at = { Bucket: bucket, ExpectedBucketOwner: account };
  try {
    for (const Prefix of ownPrefixes) {
      for (;;) {
        const page = await client.send(new ListObjectVersionsCommand({ ...at, Prefix }));
        const found = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
        const Objects = found.map(
          ({ Key, VersionId }): ObjectIdentifier => ({ Key, ...(VersionId ? { VersionId } : {}) }),
        );
        if (Objects.length === 0) break;
        const answer = await client.send(
          new DeleteObjectsCommand({ ...at, Delete: { Objects, Quiet: true } }),
        );
        const [error] = answer.Errors ?? [];
        if (error) throw new Error(`${bucket}/${error.Key} cannot be deleted: ${error.Message}`);
      }
    }
    await client.send(new DeleteBucketCommand(at));
    return true;
  } catch (error) {
    const { name } = error as Error;
    if (name === 'NoSuchBucket' || name === 'NotFound') return true;
    // Somebody keeps other things in it.
    if (name === 'BucketNotEmpty') return false;
    throw error;
  }
}
