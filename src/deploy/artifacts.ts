import type { S3Client } from '@aws-sdk/client-s3';
import type { Target } from '../environment/target.ts';
import { type ArtifactsBucket, createBucket } from './bucket.ts';

/** S3's limit for a bucket's name. */
const longestName = 63;

/** The bucket that a stack's archives are kept in; a long stack name is cut so that the name is legal. */
export function artifactsBucket(stack: string, account: string, region: string): string {
  const rest = `-artifacts-${account}-${region}`;
  return `${stack
    .toLowerCase()
    .slice(0, longestName - rest.length)
    .replace(/-+$/, '')}${rest}`;
}

/** The bucket of the target's stack, in the account that its credentials belong to. */
export async function bucketOf(target: Target, account?: string): Promise<ArtifactsBucket> {
  const { stack, region } = target.environment;
  const owner = account ?? (await callerOf(target)).account;
  return { bucket: artifactsBucket(stack, owner, region), account: owner };
}

/** Who the target's credentials are, and in which account. */
export async function callerOf(target: Target): Promise<{ account: string; arn: string }> {
  const { GetCallerIdentityCommand } = await import('../aws/sdk/sts.ts');
  const identity = await target.clients.sts();
  const { Account, Arn = '' } = await identity.send(new GetCallerIdentityCommand({}));
  if (!Account) throw new Error('STS named no account');
  return { account: Account, arn: Arn };
}

export interface StoredObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: Uint8Array;
}

/**
 * Stores an object; makes the bucket when it is not there yet. Never writes to another account's bucket. `once` for a key that
 * names its content: it is not sent again.
 */
export async function store(
  target: Target,
  account: string,
  object: StoredObject & { readonly once?: boolean },
): Promise<void> {
  const { PutObjectCommand } = await import('../aws/sdk/s3.ts');
  const client = await target.clients.s3();
  if (object.once && (await exists(client, account, object))) return;
  const put = () =>
    client.send(
      new PutObjectCommand({
        Bucket: object.bucket,
        Key: object.key,
        Body: object.bytes,
        ExpectedBucketOwner: account,
      }),
    );
  try {
    await put();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'NoSuchBucket') throw error;
    await createBucket(client, object.bucket, target);
    await put();
  }
}

/** Whether an object is there; whoever may not look is told that it is not. */
async function exists(
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
