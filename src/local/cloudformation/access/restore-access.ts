import type { Store } from '../../store/store.ts';
import type { ResourceHandler } from '../resources/handler.ts';
import type { StackRepository } from '../stacks/stack-repository.ts';

const types =
  /^AWS::(IAM::(Role|Policy|RolePolicy|ManagedPolicy)|Lambda::Permission|(SQS::Queue|S3::Bucket)Policy)$/;

/**
 * Creates the roles and policies of stacks that an earlier version of the runtime deployed. That version stored them only with the stack.
 * A resource that cannot be created is reported on stderr; its stack has to be deployed again.
 */
export function restoreAccess(
  store: Store,
  repository: StackRepository,
  findHandler: (type: string) => ResourceHandler,
): void {
  for (const { status, name, region, resources } of repository.listStacks()) {
    if (status === 'DELETE_COMPLETE') continue;
    for (const resource of resources.filter(({ type }) => types.test(type))) {
      try {
        const request = { ...resource, stack: name, region };
        store.transact(() => findHandler(resource.type).update(request, resource));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        process.stderr.write(`${resource.logicalId} of the stack ${name}: ${reason}\n`);
      }
    }
  }
}
