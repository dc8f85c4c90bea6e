/** Creates and deletes the bucket for a stack's archives. */
import type { ObjectIdentifier, S3Client } from '@aws-sdk/client-s3';
import { partitionFor } from '../aws/partition.ts';
import type { Target } from '../environment/target.ts';

/** Retention of archives that a newer deployment replaced (days). */
const oldVersionDays = 30;

/** The place of a bucket: its region and endpoint. */
type BucketPlace = Pick<Target, 'environment' | 'endpoint'>;

/** Creates a bucket with the settings of `configureBucket`. */
export async function createBucket(
  client: S3Client,
  bucket: string,
  place: BucketPlace,
): Promise<void> {
  const { CreateBucketCommand, BucketLocationConstraint } = await import('../aws/sdk/s3.ts');
  const { region } = place.environment;
  const location = Object.values(BucketLocationConstraint).find((value) => value === region);
  await client.send(
    new CreateBucketCommand({
      Bucket: bucket,
      ...(location ? { CreateBucketConfiguration: { LocationConstraint: location } } : {}),
    }),
  );
  await configureBucket(client, bucket, place);
}

/**
 * Makes a bucket private and versioned. It expires old versions and rejects requests without TLS (unless its endpoint has no TLS). A
 * repeated call completes the settings of a bucket whose creation was interrupted. Throws NoSuchBucket if it does not exist.
 */
export async function configureBucket(
  client: S3Client,
  bucket: string,
  { environment: { region }, endpoint }: BucketPlace,
): Promise<void> {
  const {
    PutBucketLifecycleConfigurationCommand,
    PutBucketPolicyCommand,
    PutBucketVersioningCommand,
    PutPublicAccessBlockCommand,
  } = await import('../aws/sdk/s3.ts');
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
  const hasTls = !endpoint?.startsWith('http:');
  if (hasTls) {
    const Policy = JSON.stringify(buildTlsOnlyPolicy(bucket, region));
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

function buildTlsOnlyPolicy(bucket: string, region: string): object {
  const arn = `arn:${partitionFor(region)}:s3:::${bucket}`;
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

/** A bucket with the account that must own it. */
export interface ArtifactsBucket {
  readonly bucket: string;
  readonly account: string;
}

/** Key prefixes of the objects that deployments upload. */
const artifactPrefixes = ['functions/', 'templates/'];

/**
 * Deletes all versions of the archives and templates in the bucket, then the bucket if nothing else is in it. Returns
 * whether the bucket no longer exists. After an interruption, the next call deletes the rest.
 */
export async function removeBucket(
  target: Target,
  { bucket, account }: ArtifactsBucket,
): Promise<boolean> {
  const { DeleteBucketCommand } = await import('../aws/sdk/s3.ts');
  const client = await target.clients.s3();
  const owned = { Bucket: bucket, ExpectedBucketOwner: account };
  try {
    for (const prefix of artifactPrefixes) await deleteObjects(client, owned, prefix);
    await client.send(new DeleteBucketCommand(owned));
    return true;
  } catch (error) {
    const { name } = error as Error;
    if (name === 'NoSuchBucket' || name === 'NotFound') return true;
    // The bucket also contains objects that no deployment uploaded.
    if (name === 'BucketNotEmpty') return false;
    throw error;
  }
}

/** Deletes all versions and delete markers of the objects whose keys start with `prefix`, one page after the other. */
async function deleteObjects(
  client: S3Client,
  owned: { readonly Bucket: string; readonly ExpectedBucketOwner: string },
  prefix: string,
): Promise<void> {
  const { DeleteObjectsCommand, ListObjectVersionsCommand } = await import('../aws/sdk/s3.ts');
  for (;;) {
    const page = await client.send(new ListObjectVersionsCommand({ ...owned, Prefix: prefix }));
    const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(
      ({ Key, VersionId }): ObjectIdentifier => ({ Key, ...(VersionId ? { VersionId } : {}) }),
    );
    if (Objects.length === 0) return;
    const { Errors = [] } = await client.send(
      new DeleteObjectsCommand({ ...owned, Delete: { Objects, Quiet: true } }),
    );
    const [error] = Errors;
    if (error) throw new Error(`${owned.Bucket}/${error.Key} cannot be deleted: ${error.Message}`);
  }
}
