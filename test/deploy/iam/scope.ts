import { artifactsBucketName } from '../../../src/deploy/artifacts.ts';
import type { PolicyScope } from '../../../src/deploy/iam/resources.ts';
import { listHandlerPermissions } from '../../../src/local/cloudformation/access/handler-permissions.ts';
import type { Permission } from '../../../src/local/iam/permission.ts';
import { listTemplateResources } from './template-resources.ts';

export const account = '000000000000';

export function scopeFor(stack: string, region = 'us-east-2'): PolicyScope {
  return { region, account, stack, bucket: artifactsBucketName(stack, account, region) };
}

/** Returns the permissions that CloudFormation needs to create, read, change and delete all resources of a stack. */
export function listResourcePermissions(stack: string): Permission[] {
  const { bucket } = scopeFor(stack);
  return listTemplateResources(stack, bucket).flatMap((resource) =>
    (['create', 'read', 'update', 'delete'] as const).flatMap((operation) =>
      listHandlerPermissions(resource, operation),
    ),
  );
}
