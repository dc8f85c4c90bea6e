/** Reads the resources of a stack, and which of them are kept when it is deleted. */
import { parseDocument } from 'yaml';
import { outputs as names } from '../../functions/contract/api.ts';
import { isNotFound } from '../aws/errors.ts';
import { isObject } from '../environment/project.ts';
import type { StackOutputs } from '../environment/stack.ts';
import { describeStack, parseOutputs } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import type { ListedExecution } from '../orders/lookup/executions.ts';
import { resourceKind } from './resource-kinds.ts';
import { listRunningExecutions } from './running-executions.ts';
import { listStackResources } from './stack-resources.ts';

export interface StackResource {
  /** Noun for messages: `function`, `log group`. */
  readonly kind: string;
  readonly type: string;
  readonly logicalId: string;
  /** The resource's own name or ARN. */
  readonly physicalId: string;
}

export interface Inventory {
  readonly stack: string;
  readonly stackId: string;
  readonly status: string;
  readonly outputs: StackOutputs;
  /** Resources that are deleted with the stack. */
  readonly deleted: readonly StackResource[];
  /** Resources that the template retains. */
  readonly kept: readonly StackResource[];
  /** Approximate number of orders: DynamoDB updates its count every few hours. Absent without an orders table. */
  readonly orders?: number;
  readonly running: readonly ListedExecution[];
  /** Whether CloudFormation would reject the deletion. */
  readonly terminationProtection: boolean;
}

/** Returns the target's stack with its resources and running orders; undefined if it does not exist. */
export async function readInventory(target: Target): Promise<Inventory | undefined> {
  const described = await describeStack(target);
  if (!described) return undefined;
  const { StackId: stackId = '', StackStatus: status = '' } = described;
  const outputs = parseOutputs(described);
  const resources = await listResources(target, stackId);
  // A stack that was only planned has no template.
  const retained = resources.length > 0 ? await readRetainedIds(target, stackId) : new Set();
  const table = outputs[names.ordersTable];
  const orders = table === undefined ? undefined : await readItemCount(target, table);
  return {
    stack: target.environment.stack,
    stackId,
    status,
    outputs,
    deleted: resources.filter(({ logicalId }) => !retained.has(logicalId)),
    kept: resources.filter(({ logicalId }) => retained.has(logicalId)),
    ...(orders === undefined ? {} : { orders }),
    running: await listRunningExecutions({ target, outputs }),
    terminationProtection: described.EnableTerminationProtection ?? false,
  };
}

async function listResources(target: Target, stackId: string): Promise<StackResource[]> {
  const found = await listStackResources(target, stackId);
  return found
    .filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE')
    .map(({ ResourceType: type = '', LogicalResourceId = '', PhysicalResourceId = '' }) => ({
      kind: resourceKind(type),
      type,
      logicalId: LogicalResourceId,
      physicalId: PhysicalResourceId,
    }));
}

/** Returns the logical ids of the resources that the deployed template retains when the stack is deleted. */
async function readRetainedIds(target: Target, stackId: string): Promise<ReadonlySet<string>> {
  const { GetTemplateCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  const { TemplateBody = '' } = await client.send(new GetTemplateCommand({ StackName: stackId }));
  const template: unknown = parseDocument(TemplateBody, { logLevel: 'error' }).toJS();
  const resources = isObject(template) && isObject(template['Resources']) && template['Resources'];
  const isRetained = (resource: unknown) =>
    isObject(resource) && /^Retain/.test(String(resource['DeletionPolicy']));
  const found = Object.entries(resources || {}).filter(([, resource]) => isRetained(resource));
  return new Set(found.map(([id]) => id));
}

async function readItemCount(target: Target, table: string): Promise<number | undefined> {
  const { DescribeTableCommand } = await import('../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  try {
    const { Table } = await tables.send(new DescribeTableCommand({ TableName: table }));
    return Table?.ItemCount;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
