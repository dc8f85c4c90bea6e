import { outputs as names } from '../../../functions/contract/api.ts';
import { listingIndex, listingKey } from '../../../functions/contract/tables.ts';
import { isDenied, isTransient, needsSignIn } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import { type Check, failing, ok, warning } from './finding.ts';

/** The id of no order: a generated id never consists of zeros only. */
const unusedOrderId = 'order-0000000000';

type PermissionProbe = (stack: Stack) => Promise<unknown>;

/** By command: a read-only request that requires the same permission as the command. */
const probes: Readonly<Record<string, PermissionProbe>> = {
  async list(stack) {
    const { QueryCommand } = await import('../../aws/sdk/dynamodb.ts');
    const tables = await stack.target.clients.dynamodb();
    const query = new QueryCommand({
      TableName: stack.outputs[names.ordersTable],
      IndexName: listingIndex,
      KeyConditionExpression: 'listing = :listing',
      ExpressionAttributeValues: { ':listing': listingKey(unusedOrderId, '1970-01-01') },
      Limit: 1,
    });
    return tables.send(query);
  },
  async watch(stack) {
    const { ListDurableExecutionsByFunctionCommand } = await import('../../aws/sdk/lambda.ts');
    const lambda = await stack.target.clients.lambda();
    const FunctionName = stack.outputs[names.workflowFunctionArn];
    return lambda.send(new ListDurableExecutionsByFunctionCommand({ FunctionName, MaxItems: 1 }));
  },
  async get(stack) {
    const { GetCommand } = await import('../../aws/sdk/dynamodb.ts');
    const tables = await stack.target.clients.dynamodb();
    const TableName = stack.outputs[names.ordersTable];
    return tables.send(new GetCommand({ TableName, Key: { orderId: unusedOrderId } }));
  },
  async history(stack) {
    const { GetDurableExecutionHistoryCommand } = await import('../../aws/sdk/lambda.ts');
    const lambda = await stack.target.clients.lambda();
    const DurableExecutionArn = `${stack.outputs[names.workflowFunctionArn]}:1/durable-execution/${unusedOrderId}/00000000-0000-0000-0000-000000000000`;
    return lambda.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn, MaxItems: 1 }));
  },
  async logs(stack) {
    const { FilterLogEventsCommand } = await import('../../aws/sdk/cloudwatch-logs.ts');
    const logs = await stack.target.clients.cloudWatchLogs();
    const logGroupName = stack.outputs[names.workflowLogGroup];
    const startTime = Date.now();
    return logs.send(new FilterLogEventsCommand({ logGroupName, startTime, limit: 1 }));
  },
  async submit(stack) {
    const { InvokeCommand } = await import('../../aws/sdk/lambda.ts');
    const lambda = await stack.target.clients.lambda();
    const FunctionName = stack.outputs[names.workflowAliasArn];
    return lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }));
  },
};

/** Commands of the role `observe`. All roles include its permissions. */
const observeCommands: readonly string[] = ['list', 'watch'];

/** Reports the commands for which the caller lacks permission. Sends read-only requests. */
export const permissions: Check = {
  needs: 'stack',
  async run(facts) {
    const outputs = await facts.outputs();
    const denied: string[] = [];
    for (const [command, probe] of Object.entries(probes)) {
      try {
        await probe({ target: facts.target, outputs });
      } catch (error) {
        if (isDenied(error)) denied.push(command);
        // Any other rejection proves that the caller has the permission. Other checks report missing resources.
        else if (isTransient(error) || needsSignIn(error)) throw error;
      }
    }
    const all = Object.keys(probes).join(', ');
    if (denied.length === 0) return ok(`${all} are allowed`);
    const message = `not allowed: ${denied.join(', ')}`;
    return denied.some((command) => observeCommands.includes(command))
      ? failing(message, 'orders iam observe')
      : warning(message, 'orders iam operate');
  },
};
