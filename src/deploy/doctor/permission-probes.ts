/** Requests that need the permission of a command and change nothing. They name an order and an execution that do not exist. */
import { outputs as names } from '../../../functions/contract/api.ts';
import { listingIndex, listingPartition } from '../../../functions/contract/tables.ts';
import type { Stack } from '../../environment/stack.ts';
import type { TableOutput } from '../../orders/tables/table.ts';
import type { ResourceKindName } from '../iam/resources.ts';

/** The id of no order: a generated id never consists of zeros only. */
const unusedOrderId = 'order-0000000000';

type Probe = (stack: Stack) => Promise<unknown>;

/** Keys of items that do not exist. */
const unusedKeys = {
  [names.ordersTable]: { orderId: unusedOrderId },
  [names.productsTable]: { productId: unusedOrderId },
  [names.paymentsTable]: { idempotencyKey: unusedOrderId },
  [names.loyaltyTable]: { customerId: unusedOrderId, entry: unusedOrderId },
  [names.providerCallsTable]: { orderId: unusedOrderId, callId: unusedOrderId },
} as const satisfies Record<TableOutput, Readonly<Record<string, string>>>;

async function openTables({ target }: Stack) {
  return {
    sdk: await import('../../aws/sdk/dynamodb.ts'),
    client: await target.clients.dynamodb(),
  };
}

const getItem =
  (table: TableOutput): Probe =>
  async (stack) => {
    const { sdk, client } = await openTables(stack);
    const TableName = stack.outputs[table];
    return client.send(new sdk.GetCommand({ TableName, Key: unusedKeys[table] }));
  };

const batchGetItem =
  (table: TableOutput, projection?: string): Probe =>
  async (stack) => {
    const { sdk, client } = await openTables(stack);
    const options = projection ? { ProjectionExpression: projection } : {};
    const request = { Keys: [unusedKeys[table]], ...options };
    const RequestItems = { [stack.outputs[table] ?? '']: request };
    return client.send(new sdk.BatchGetCommand({ RequestItems }));
  };

const scan =
  (table: TableOutput): Probe =>
  async (stack) => {
    const { sdk, client } = await openTables(stack);
    return client.send(new sdk.ScanCommand({ TableName: stack.outputs[table], Limit: 1 }));
  };

const query =
  (
    table: TableOutput,
    index?: { readonly name: string; readonly key: string; readonly value: string },
  ): Probe =>
  async (stack) => {
    const { sdk, client } = await openTables(stack);
    const [[key, value] = ['', '']] = Object.entries(unusedKeys[table]);
    return client.send(
      new sdk.QueryCommand({
        TableName: stack.outputs[table],
        ...(index ? { IndexName: index.name } : {}),
        KeyConditionExpression: '#key = :value',
        ExpressionAttributeNames: { '#key': index?.key ?? key },
        ExpressionAttributeValues: { ':value': index?.value ?? value },
        Limit: 1,
      }),
    );
  };

/** The condition is false, so nothing is written. */
const updateItem =
  (table: TableOutput): Probe =>
  async (stack) => {
    const { sdk, client } = await openTables(stack);
    const Key = unusedKeys[table];
    const [keyName = ''] = Object.keys(Key);
    return client.send(
      new sdk.UpdateCommand({
        TableName: stack.outputs[table],
        Key,
        UpdateExpression: 'SET updatedAt = :value',
        ConditionExpression: `attribute_exists(${keyName})`,
        ExpressionAttributeValues: { ':value': '' },
      }),
    );
  };

const describeTable: Probe = async (stack) => {
  const { sdk, client } = await openTables(stack);
  return client.send(new sdk.DescribeTableCommand({ TableName: stack.outputs[names.ordersTable] }));
};

async function openLambda({ target }: Stack) {
  return { sdk: await import('../../aws/sdk/lambda.ts'), client: await target.clients.lambda() };
}

type LambdaSdk = typeof import('../../aws/sdk/lambda.ts');

const onExecution =
  (create: (sdk: LambdaSdk, input: { readonly DurableExecutionArn: string }) => object): Probe =>
  async (stack) => {
    const { sdk, client } = await openLambda(stack);
    const DurableExecutionArn = `${stack.outputs[names.workflowFunctionArn]}:1/durable-execution/${unusedOrderId}/00000000-0000-0000-0000-000000000000`;
    return client.send(create(sdk, { DurableExecutionArn }) as never);
  };

const invoke =
  (toAlias: (stack: Stack) => string | undefined): Probe =>
  async (stack) => {
    const { sdk, client } = await openLambda(stack);
    const FunctionName = toAlias(stack);
    return client.send(new sdk.InvokeCommand({ FunctionName, InvocationType: 'DryRun' }));
  };

const onFunction =
  (create: (sdk: LambdaSdk, FunctionName: string | undefined) => object): Probe =>
  async (stack) => {
    const { sdk, client } = await openLambda(stack);
    return client.send(create(sdk, stack.outputs[names.workflowFunctionArn]) as never);
  };

const getTemplate: Probe = async ({ target }) => {
  const { GetTemplateCommand } = await import('../../aws/sdk/cloudformation.ts');
  const client = await target.clients.cloudFormation();
  return client.send(new GetTemplateCommand({ StackName: target.environment.stack }));
};

const filterLogEvents: Probe = async ({ target, outputs }) => {
  const { FilterLogEventsCommand } = await import('../../aws/sdk/cloudwatch-logs.ts');
  const logs = await target.clients.cloudWatchLogs();
  const logGroupName = outputs[names.workflowLogGroup];
  const startTime = Date.now();
  return logs.send(new FilterLogEventsCommand({ logGroupName, startTime, limit: 1 }));
};

const describeLogGroups: Probe = async ({ target }) => {
  const { DescribeLogGroupsCommand } = await import('../../aws/sdk/cloudwatch-logs.ts');
  const logs = await target.clients.cloudWatchLogs();
  return logs.send(new DescribeLogGroupsCommand({ limit: 1 }));
};

const getQueueAttributes: Probe = async ({ target, outputs }) => {
  const { GetQueueAttributesCommand } = await import('../../aws/sdk/sqs.ts');
  const queues = await target.clients.sqs();
  const QueueUrl = outputs[names.deadLettersUrl];
  return queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
};

/** The receipt handle is not valid, so no message is deleted. */
const deleteMessage: Probe = async ({ target, outputs }) => {
  const { DeleteMessageCommand } = await import('../../aws/sdk/sqs.ts');
  const queues = await target.clients.sqs();
  const QueueUrl = outputs[names.deadLettersUrl];
  return queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: unusedOrderId }));
};

const live = (output: string) => (stack: Stack) =>
  stack.outputs[output] === undefined ? undefined : `${stack.outputs[output]}:live`;

/** Probes by kind of resource and action. */
export const probes: Readonly<Partial<Record<ResourceKindName, Readonly<Record<string, Probe>>>>> =
  {
    Stack: { 'cloudformation:GetTemplate': getTemplate },
    Listing: {
      'dynamodb:Query': query(names.ordersTable, {
        name: listingIndex,
        key: 'listing',
        value: listingPartition('1970-01-01', 0),
      }),
    },
    OrderStates: {
      'dynamodb:BatchGetItem': batchGetItem(names.ordersTable, 'orderId, transitions'),
    },
    OrdersTable: {
      'dynamodb:BatchGetItem': batchGetItem(names.ordersTable),
      'dynamodb:GetItem': getItem(names.ordersTable),
      'dynamodb:UpdateItem': updateItem(names.ordersTable),
    },
    ProductsTable: {
      'dynamodb:BatchGetItem': batchGetItem(names.productsTable),
      'dynamodb:Scan': scan(names.productsTable),
      'dynamodb:UpdateItem': updateItem(names.productsTable),
    },
    PaymentsTable: {
      'dynamodb:BatchGetItem': batchGetItem(names.paymentsTable),
      'dynamodb:Scan': scan(names.paymentsTable),
    },
    LoyaltyTable: {
      'dynamodb:BatchGetItem': batchGetItem(names.loyaltyTable),
      'dynamodb:Query': query(names.loyaltyTable),
    },
    ProviderCallsTable: {
      'dynamodb:GetItem': getItem(names.providerCallsTable),
      'dynamodb:Query': query(names.providerCallsTable),
      'dynamodb:UpdateItem': updateItem(names.providerCallsTable),
    },
    Tables: { 'dynamodb:DescribeTable': describeTable },
    DurableFunctions: {
      'lambda:GetAlias': onFunction(
        (sdk, FunctionName) => new sdk.GetAliasCommand({ FunctionName, Name: 'live' }),
      ),
      'lambda:ListDurableExecutionsByFunction': onFunction(
        (sdk, FunctionName) =>
          new sdk.ListDurableExecutionsByFunctionCommand({ FunctionName, MaxItems: 1 }),
      ),
      'lambda:ListVersionsByFunction': onFunction(
        (sdk, FunctionName) => new sdk.ListVersionsByFunctionCommand({ FunctionName, MaxItems: 1 }),
      ),
    },
    LiveAlias: {
      'lambda:InvokeFunction': invoke(({ outputs }) => outputs[names.workflowAliasArn]),
    },
    RecoveryAlias: { 'lambda:InvokeFunction': invoke(live(names.recoveryFunctionArn)) },
    Executions: {
      'lambda:GetDurableExecution': onExecution(
        (sdk, input) => new sdk.GetDurableExecutionCommand(input),
      ),
      'lambda:GetDurableExecutionHistory': onExecution(
        (sdk, input) => new sdk.GetDurableExecutionHistoryCommand(input),
      ),
      'lambda:PauseDurableExecution': onExecution(
        (sdk, input) => new sdk.PauseDurableExecutionCommand(input),
      ),
      'lambda:ResumeDurableExecution': onExecution(
        (sdk, input) => new sdk.ResumeDurableExecutionCommand(input),
      ),
      'lambda:StopDurableExecution': onExecution(
        (sdk, input) => new sdk.StopDurableExecutionCommand(input),
      ),
    },
    LogLines: { 'logs:FilterLogEvents': filterLogEvents },
    DeadLetters: {
      'sqs:DeleteMessage': deleteMessage,
      'sqs:GetQueueAttributes': getQueueAttributes,
    },
    Account: { 'logs:DescribeLogGroups': describeLogGroups },
  };
