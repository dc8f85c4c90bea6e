/** What a stack consists of, and what of it would outlive the stack. */
import type { StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { parseDocument } from 'yaml';
import { outputs as names } from '../../functions/contract/api.ts';
import { isNotFound } from '../aws/errors.ts';
import { isObject } from '../environment/project.ts';
import { describeStack, outputsOf, type StackOutputs } from '../environment/stack-outputs.ts';
import type { Target } from '../environment/target.ts';
import type { ListedExecution } from '../orders/lookup/executions.ts';
import { kindOf } from './kinds.ts';
import { findRunning } from './running.ts';

export interface StackResource {
  /** In words: `function`, `log group`. */
  readonly kind: string;
  readonly type: string;
  readonly logicalId: string;
  /** What the resource itself is called. */
  readonly physicalId: string;
}

export interface Inventory {
  readonly stack: string;
  readonly stackId: string;
  readonly status: string;
  readonly outputs: StackOutputs;
  /** What goes with the stack. */
  readonly deleted: readonly StackResource[];
  /** What the template keeps. */
  readonly kept: readonly StackResource[];
  /** How many orders there are, roughly: DynamoDB counts every few hours. Absent without a table. */
  readonly orders?: number;
  readonly running: readonly ListedExecution[];
  /** Whether CloudFormation is told to refuse. */
  readonly terminationProtection: boolean;
}

/** The target's stack with everything in it; `undefined` when there is none. */
export async function takeInventory(target: Target): Promise<Inventory | undefined> {
  const described = await describeStack(target);
  if (!described) return undefined;
  const { StackId: stackId = '', StackStatus: status = '' } = described;
  const outputs = outputsOf(described);
  const resources = await listResources(target, stackId);
  // A stack that was only planned has no template either.
  const retained = resources.length > 0 ? await retainedIds(target, stackId) : new Set();
  const table = outputs[names.ordersTable];
  const orders = table === undefined ? undefined : await countItems(target, table);
  return {
    stack: target.environment.stack,
    stackId,
    status,
    outputs,
    deleted: resources.filter(({ logicalId }) => !retained.has(logicalId)),
    kept: resources.filter(({ logicalId }) => retained.has(logicalId)),
    ...(orders === undefined ? {} : { orders }),
    running: await findRunning(target, outputs),
    terminationProtection: described.EnableTerminationProtection ?? false,
  };
}

async function listResources(target: Target, stackId: string): Promise<StackResource[]> {
  const { ListStackResourcesCommand } = await import('../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  const found: StackResourceSummary[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(
      new ListStackResourcesCommand({ StackName: stackId, ...(NextToken ? { NextToken } : {}) }),
    );
    found.push(...(page.StackResourceSummaries ?? []));
    ({ NextToken } = page);
  } while (NextToken);
  return found
    .filter(({ ResourceStatus }) => ResourceStatus !== 'DELETE_COMPLETE')
    .map(({ ResourceType: type = '', LogicalResourceId = '', PhysicalResourceId = '' }) => ({
      kind: kindOf(type),
      type,
      logicalId: LogicalResourceId,
      physicalId: PhysicalResourceId,
    }));
}

/** The resources that the deployed template keeps when the stack is deleted. */
async function retainedIds(target: Target, stackId: string): Promise<ReadonlySet<string>> {
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

async function countItems(target: Target, table: string): Promise<number | undefined> {
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
