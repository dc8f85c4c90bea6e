import type { Quotas } from '../fault-injection/quotas.ts';
import type { S3 } from '../shared/service-interfaces.ts';
import type { UsageMeter } from '../shared/usage-meter.ts';
import type { AsyncInvocations } from './async-invocations.ts';
import type { EventInvokeConfigs } from './event-invoke-configs.ts';
import type { Engine } from './execution/engine.ts';
import type { ExecutionEnvironments } from './execution-environments.ts';
import type { ExecutionRoles } from './execution-roles.ts';
import type { FunctionPolicies } from './function-policies.ts';
import type { FunctionRegistry } from './function-registry.ts';
import type { FunctionTags } from './function-tags.ts';
import type { FunctionUrls } from './urls/function-urls.ts';

/** Collaborators of the Lambda operations. */
export interface LambdaContext {
  readonly engine: Engine;
  readonly functions: FunctionRegistry;
  readonly tags: FunctionTags;
  /** Resource policies. */
  readonly policies: FunctionPolicies;
  readonly roles: ExecutionRoles;
  readonly environments: ExecutionEnvironments;
  readonly asynchronous: AsyncInvocations;
  readonly eventInvokeConfigs: EventInvokeConfigs;
  readonly urls: FunctionUrls;
  /** Returns the address of the runtime. */
  readonly endpoint: () => string;
  readonly meter?: UsageMeter | undefined;
  /** S3 objects that contain function code. */
  readonly s3?: Pick<S3, 'read'> | undefined;
  readonly quotas?: Quotas | undefined;
  /** Deletes a function: a durable function after its last execution has ended, any other at once. */
  readonly removeFunction: (name: string) => void;
}
