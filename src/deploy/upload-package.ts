/** Packs the functions of a template and stores their archives, and a long template, in S3. */
import type { Target } from '../environment/target.ts';
import { findArtifactsBucket, storeObject } from './artifacts.ts';
import type { ArtifactsBucket } from './bucket.ts';
import type { PlanSource } from './change-set.ts';
import { type DeployEvent, stageEvent } from './events.ts';
import { type Package, packageStack } from './package.ts';
import type { TemplateFile } from './template-file.ts';

/** CloudFormation's limit for a template in the request body (bytes). A longer one must be in S3. */
const maxInlineTemplateBytes = 51_200;
const templateRoot = 'templates';

/** Packs the functions and uploads their archives. Returns the package and its bucket. */
export async function* packageAndUpload(
  target: Target,
  template: TemplateFile,
  { account, bucket: ownBucket }: { account: string; bucket: string | undefined },
): AsyncGenerator<DeployEvent, Package & { readonly archive: ArtifactsBucket }> {
  const stackBucket = await findArtifactsBucket(target, account);
  const archive = { ...stackBucket, bucket: ownBucket ?? stackBucket.bucket };
  const packaged = await packageStack(template, archive.bucket);
  yield stageEvent('package', formatPackageSize(packaged));
  await uploadArtifacts(target, { ...archive, isOwn: ownBucket === undefined }, packaged);
  yield stageEvent('upload', `s3://${archive.bucket}`);
  return { ...packaged, archive };
}

function formatPackageSize({ artifacts }: Package): string {
  const total = artifacts.reduce((sum, { size }) => sum + size, 0);
  return `${artifacts.length} functions, ${Math.round(total / 1000)} kB unpacked`;
}

async function uploadArtifacts(
  target: Target,
  { account, bucket, isOwn }: ArtifactsBucket & { readonly isOwn: boolean },
  { artifacts }: Package,
): Promise<void> {
  let configures = isOwn;
  // One after the other: the first upload may have to create the bucket.
  for (const { key, bytes } of artifacts) {
    const object = { bucket, key, bytes, once: true, configures };
    if (await storeObject(target, account, object)) configures = false;
  }
}

/** Returns the template for a change set. Stores it in S3 if it is too long for a request. */
export async function toTemplateSource(
  target: Target,
  { account, bucket }: ArtifactsBucket,
  body: string,
): Promise<PlanSource['template']> {
  const bytes = () => Buffer.from(body);
  if (bytes().length <= maxInlineTemplateBytes) return { body };
  const key = `${templateRoot}/${target.environment.stack}.yaml`;
  await storeObject(target, account, { bucket, key, bytes });
  return { url: `https://${bucket}.s3.${target.environment.region}.amazonaws.com/${key}` };
}
