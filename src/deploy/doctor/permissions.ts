import { listingIndex, listingKey, outputs as names } from '../../../functions/contract/api.ts';
import { isDenied, isTransient, needsSignIn } from '../../aws/errors.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { type Check, failing, ok, warning } from './finding.ts';

/** Nobody's: Crockford's base32 has no such order. */
const nobody = 'order-0000000000';

type Ask = (target: Target, outputs: StackOutputs) => Promise<unknown>;

/** By command: a request that changes nothing, and needs the permission that the command does. */
const requests: Readonly<Record<string, Ask>> = {
  async list(target, outputs) {
    const { QueryCommand } = await import('../../aws/sdk/dynamodb.ts');
    const tables = await target.clients.dynamodb();
    const query = new QueryCommand({
      TableName: outputs[names.ordersTable],
      IndexName: listingIndex,
      KeyConditionExpression: 'listing = :listing',
      ExpressionAttributeValues: { ':listing': listingKey(nobody, '1970-01-01') },
      Limit: 1,
    });
    return tables.send(query);
  },
  async watch(target, outputs) {
    const { ListDurableExecutionsByFunctionCommand } = await import('../../aws/sdk/lambda.ts');
    const lambda = await target.clients.lambda();
    const FunctionName = outputs[names.workflowFunctionArn];
    return lambda.send(new ListDurableExecutionsByFunctionCommand({ FunctionName, MaxItems: 1 }));
  },
  async get(target, outputs) {
    const { GetCommand } = await import('../../aws/sdk/dynamodb.ts');
    const tables = await target.clients.dynamodb();
    const TableName = outputs[names.ordersTable];
    return tables.send(new GetCommand({ TableName, Key: { orderId: nobody } }));
  },
  async history(target, outputs) {
    const { GetDurableExecutionHistoryCommand } = await import('../../aws/sdk/lambda.ts');
    const lambda = await target.clients.lambda();
    const DurableExecutionArn = `${outputs[names.workflowFunctionArn]}:1/durable-execution/${nobody}/00000000-0000-0000-0000-000000000000`;
    return lambda.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn, MaxItems: 1 }));
  },
  async logs(target, outputs) {
    const { FilterLogEventsCommand } = await import('../../aws/sdk/cloudwatch-logs.ts');
    const logs = await target.clients.cloudWatchLogs();
    const logGroupName = outputs[names.workflowLogGroup];
    const startTime = Date.now();
    return logs.send(new FilterLogEventsCommand({ logGroupName, startTime, limit: 1 }));
  },
  async submit(target, outputs) {
    const { InvokeCommand } = await import('../../aws/sdk/lambda.ts');
    const lambda = await target.clients.lambda();
    const FunctionName = outputs[names.workflowAliasArn];
    return lambda.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }));
  },
};

/** What whoever only observes may do: everything begins with it. */
const observed: readonly string[] = ['list', 'watch'];

/** Which commands may not be carried out, as far as requests that change nothing can tell. */
export const permissions: Check = {
  needs: 'stack',
  async look(facts) {
    const outputs = await facts.outputs();
    const denied: string[] = [];
    for (const [command, ask] of Object.entries(requests)) {
      try {
        await ask(facts.target, outputs);
      } catch (error) {
        if (isDenied(error)) denied.push(command);
        // Who is told what is wrong with a request may make it; what is not there, other checks tell.
        else if (isTransient(error) || needsSignIn(error)) throw error;
      }
    }
    const all = Object.keys(requests).join(', ');
    if (denied.length === 0) return ok(`${all} are allowed`);
    const message = `not allowed: ${denied.join(', ')}`;
    return denied.some((each) => observed.includes(each))
      ? failing(message, 'orders iam observe')
      : warning(message, 'orders iam operate');
  },
};
