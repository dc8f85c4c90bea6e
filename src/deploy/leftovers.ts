import { configuredEnvironments, readConfig } from '../environment/config-file.ts';
import type { Target } from '../environment/target.ts';
import type { StackResource } from './inventory.ts';

/** A resource or setting that remains after the stack was deleted. */
export interface Leftover {
  /** Noun for messages: `table`, `bucket`. */
  readonly kind: string;
  readonly name: string;
  /** The command that removes the resource, or an instruction. */
  readonly remove: string;
}

const removalCommands: Readonly<Record<string, (name: string) => string>> = {
  table: (name) => `aws dynamodb delete-table --table-name ${name}`,
  'log group': (name) => `aws logs delete-log-group --log-group-name ${name}`,
  bucket: (name) => `aws s3 rb s3://${name} --force`,
};

/** Returns what remains after the stack was deleted, with the command that removes each. */
export async function findLeftovers(
  target: Target,
  { kept, bucket }: { readonly kept: readonly StackResource[]; readonly bucket: string },
): Promise<Leftover[]> {
  const { name, region, profile } = target.environment;
  const options = [
    '',
    `--region ${region}`,
    ...(profile ? [`--profile ${profile}`] : []),
    ...(target.endpoint ? [`--endpoint-url ${target.endpoint}`] : []),
  ].join(' ');
  const removal = (kind: string, resource: string) =>
    target.autoDeploys
      ? 'orders local reset --yes'
      : removalCommands[kind]
        ? `${removalCommands[kind](resource)}${options}`
        : 'delete it in the AWS console';
  const resources = [
    ...kept.map(({ kind, physicalId }) => ({ kind, name: physicalId })),
    ...((await bucketExists(target, bucket)) ? [{ kind: 'bucket', name: bucket }] : []),
  ].map((resource) => ({ ...resource, remove: removal(resource.kind, resource.name) }));
  return isConfigured(target)
    ? [...resources, { kind: 'environment', name, remove: `orders env remove ${name}` }]
    : resources;
}

async function bucketExists(target: Target, bucket: string): Promise<boolean> {
  const { HeadBucketCommand } = await import('../aws/sdk/s3.ts');
  const objects = await target.clients.s3();
  try {
    await objects.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    // A caller without access to the bucket cannot delete it either.
    if (error instanceof Error && ['NotFound', 'Forbidden', '403'].includes(error.name)) {
      return false;
    }
    throw error;
  }
}

function isConfigured({ root, environment }: Target): boolean {
  return Object.hasOwn(configuredEnvironments(readConfig(root)), environment.name);
}
