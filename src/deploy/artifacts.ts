import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Target } from '../environment/target.ts';
import { type ArtifactsBucket, configureBucket, createBucket } from './bucket.ts';

/** S3's limit for bucket names (characters). */
const maxBucketNameLength = 63;
const digestLength = 8;

/**
 * Returns the name of the bucket for a stack's archives. A stack name that is too long for S3 or has capital letters is shortened
 * and gets a digest, so that no two stacks share a bucket. So does a name that ends like a digest.
 */
export function artifactsBucketName(stack: string, account: string, region: string): string {
  const suffix = `-artifacts-${account}-${region}`;
  const maxLength = maxBucketNameLength - suffix.length;
  const isUnchanged = stack.length <= maxLength && /^[a-z0-9-]*[a-z0-9]$/.test(stack);
  if (isUnchanged && !/-[0-9a-f]{8}$/.test(stack)) {
    return `${stack}${suffix}`;
  }
  const digest = createHash('sha256').update(stack).digest('hex').slice(0, digestLength);
  const start = stack
    .toLowerCase()
    .slice(0, maxLength - digestLength - 1)
    .replace(/-+$/, '');
  return `${start}-${digest}${suffix}`;
}

/** Returns the bucket of the target's stack. Reads the account of the credentials unless `account` is set. */
export async function findArtifactsBucket(
  target: Target,
  account?: string,
): Promise<ArtifactsBucket> {
  const { stack, region } = target.environment;
  const owner = account ?? (await readCaller(target)).account;
  return { bucket: artifactsBucketName(stack, owner, region), account: owner };
}

/** Returns the account and the ARN of the target's credentials. */
export async function readCaller(target: Target): Promise<{ account: string; arn: string }> {
  const { GetCallerIdentityCommand } = await import('../aws/sdk/sts.ts');
  const identity = await target.clients.sts();
  const { Account, Arn = '' } = await identity.send(new GetCallerIdentityCommand({}));
  if (!Account) throw new Error('STS returned no account');
  return { account: Account, arn: Arn };
}

export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: () => Uint8Array;
}

/**
 * Uploads an object and returns true. Creates the bucket if it does not exist. Never writes to another account's bucket. With
 * `once`, an object that exists is not uploaded again, because its key is derived from its content: returns false. With
 * `configures`, the settings of the bucket are completed first, in case that its creation was interrupted.
 */
export async function storeObject(
  target: Target,
  account: string,
  object: StoredObject & { readonly once?: boolean; readonly configures?: boolean },
): Promise<boolean> {
  const { PutObjectCommand } = await import('../aws/sdk/s3.ts');
  const client = await target.clients.s3();
  if (object.once && (await objectExists(client, account, object))) return false;
  const Body = object.bytes();
  const put = () =>
    client.send(
      new PutObjectCommand({
        Bucket: object.bucket,
        Key: object.key,
        Body,
        ExpectedBucketOwner: account,
      }),
    );
  try {
    if (object.configures) await configureBucket(client, object.bucket, target);
    await put();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NoSuchBucket') throw error;
    await createBucket(client, object.bucket, target);
    await put();
  }
  return true;
}

/** Whether the object exists. Returns false if the caller may not read it. */
async function objectExists(
  client: S3Client,
  ExpectedBucketOwner: string,
  { bucket, key }: StoredObject,
): Promise<boolean> {
  const { HeadObjectCommand } = await import('../aws/sdk/s3.ts');
  const head = new HeadObjectCommand({ Bucket: bucket, Key: key, ExpectedBucketOwner });
  return client.send(head).then(
    () => true,
    (error: unknown) => {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata
        ?.httpStatusCode;
      if (status === 404 || status === 403) return false;
      throw error;
    },
  );
}
