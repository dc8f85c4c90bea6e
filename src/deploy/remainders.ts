import { join } from 'node:path';
import { isObject, readJson } from '../environment/project.ts';
import type { Target } from '../environment/target.ts';
import type { StackResource } from './inventory.ts';

/** Something that outlives a stack. */
export interface Remainder {
  /** In words: `table`, `bucket`. */
  readonly kind: string;
  readonly name: string;
  /** The command that removes it, or what to do. */
  readonly remove: string;
}

const commands: Readonly<Record<string, (name: string) => string>> = {
  table: (name) => `aws dynamodb delete-table --table-name ${name}`,
  'log group': (name) => `aws logs delete-log-group --log-group-name ${name}`,
  bucket: (name) => `aws s3 rb s3://${name} --force`,
};

/** What is still there when the stack is gone, each with the command that removes it. */
export async function remainders(
  target: Target,
  { kept, bucket }: { readonly kept: readonly StackResource[]; readonly bucket: string },
): Promise<Remainder[]> {
  const { name, region, profile } = target.environment;
  const where = [
    '',
    `--region ${region}`,
    ...(profile ? [`--profile ${profile}`] : []),
    ...(target.endpoint ? [`--endpoint-url ${target.endpoint}`] : []),
  ].join(' ');
  const removed = (kind: string, each: string) =>
    target.deploysItself
      ? 'orders local reset --yes'
      : commands[kind]
        ? `${commands[kind](each)}${where}`
        : 'delete it in the AWS console';
  const things = [
    ...kept.map(({ kind, physicalId }) => ({ kind, name: physicalId })),
    ...((await hasBucket(target, bucket)) ? [{ kind: 'bucket', name: bucket }] : []),
  ].map((each) => ({ ...each, remove: removed(each.kind, each.name) }));
  return isConfigured(target)
    ? [...things, { kind: 'environment', name, remove: 'take its entry out of orders.config.json' }]
    : things;
}

async function hasBucket(target: Target, bucket: string): Promise<boolean> {
  const { HeadBucketCommand } = await import('../aws/sdk/s3.ts');
  const objects = await target.clients.s3();
  try {
    await objects.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    // Whoever may not look may not delete either.
    if (error instanceof Error && ['NotFound', 'Forbidden', '403'].includes(error.name)) {
      return false;
    }
    throw error;
  }
}

function isConfigured({ root, environment }: Target): boolean {
  const config = readJson(join(root, 'orders.config.json'));
  const known = isObject(config) && isObject(config['environments']) && config['environments'];
  return known !== false && Object.hasOwn(known, environment.name);
}
