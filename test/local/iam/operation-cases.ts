import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import { zipSync } from 'fflate';
import type { User } from './user-runtime.ts';

type ServiceName = Exclude<keyof User, 'send'>;

/** Values that are known only when the runtime runs. */
export interface Ids {
  readonly queueUrl: string;
  /** ARN of a durable execution and the id of a callback in it. */
  readonly executionArn: string;
  readonly callbackId: string;
  /** Id of the stack `s` and of its change set `c`. */
  readonly stackId: string;
  readonly changeSetId: string;
}

/** A permission in a policy. */
export interface Need {
  readonly action: string;
  /** Resource in the policy. */
  readonly resource: string;
  /** Resource in the refusal; that of the policy by default. */
  readonly refused?: (ids: Ids) => string;
}

export interface OperationCase {
  /** Name of the service of the client, and of the operation in the table of the service. */
  readonly service: ServiceName;
  readonly operation: string;
  /** Distinguishes several cases of one operation. */
  readonly variant?: string;
  /** The minimal policy, in the order in which the permissions are checked. */
  readonly needs: readonly Need[];
  readonly call: (user: User, ids: Ids) => Promise<unknown>;
}

const arn = (service: string, resource: string) =>
  `arn:aws:${service}:us-east-2:000000000000:${resource}`;
const need = (action: string, resource: string, refused?: Need['refused']): Need => ({
  action,
  resource,
  ...(refused ? { refused } : {}),
});

export const role = 'arn:aws:iam::000000000000:role/r';
export const code = Buffer.from(
  zipSync({
    'index.mjs': Buffer.from(
      "export const handler = async () => ({ Status: 'SUCCEEDED', Result: 'null' });",
    ),
  }),
);

/** Returns the cases of a service from `[operation, needs, call, variant?]`. */
function casesOf<S extends ServiceName>(
  service: S,
  rows: readonly (readonly [
    string,
    readonly Need[],
    (client: User[S], ids: Ids) => Promise<unknown>,
    string?,
  ])[],
): OperationCase[] {
  return rows.map(([operation, needs, call, variant]) => ({
    service,
    operation,
    needs,
    call: (user, ids) => call(user[service], ids),
    ...(variant === undefined ? {} : { variant }),
  }));
}

const fn = (suffix: string) => arn('lambda', `function:${suffix}`);
const onFunction = (action: string) => [need(`lambda:${action}`, fn('f'))];
const onExecution = (action: string) => [
  need(`lambda:${action}`, fn('d:1/durable-execution/e/*'), ({ executionArn }) => executionArn),
];
const FunctionName = 'f';
const newFunction = {
  Role: role,
  Runtime: 'nodejs24.x',
  Handler: 'index.handler',
  Code: { ZipFile: code },
} as const;

const lambdaCases = casesOf('lambda', [
  [
    'CreateFunction',
    [need('lambda:CreateFunction', fn('new')), need('iam:PassRole', role)],
    (client) =>
      client.send(new lambda.CreateFunctionCommand({ FunctionName: 'new', ...newFunction })),
  ],
  [
    'CreateFunction',
    [
      need('lambda:CreateFunction', fn('tagged')),
      need('iam:PassRole', role),
      need('lambda:TagResource', fn('tagged')),
    ],
    (client) =>
      client.send(
        new lambda.CreateFunctionCommand({
          FunctionName: 'tagged',
          ...newFunction,
          Tags: { a: 'b' },
        }),
      ),
    'with tags',
  ],
  [
    'ListFunctions',
    [need('lambda:ListFunctions', '*')],
    (client) => client.send(new lambda.ListFunctionsCommand({})),
  ],
  [
    'GetFunction',
    onFunction('GetFunction'),
    (client) => client.send(new lambda.GetFunctionCommand({ FunctionName })),
  ],
  [
    'GetFunctionConfiguration',
    [
      need('lambda:GetFunctionConfiguration', fn('f')),
      need('lambda:GetFunctionConfiguration', fn('f:live')),
    ],
    (client) =>
      client.send(new lambda.GetFunctionConfigurationCommand({ FunctionName, Qualifier: 'live' })),
  ],
  [
    'UpdateFunctionConfiguration',
    [need('lambda:UpdateFunctionConfiguration', fn('f')), need('iam:PassRole', role)],
    (client) =>
      client.send(new lambda.UpdateFunctionConfigurationCommand({ FunctionName, Role: role })),
  ],
  [
    'UpdateFunctionCode',
    onFunction('UpdateFunctionCode'),
    (client) => client.send(new lambda.UpdateFunctionCodeCommand({ FunctionName, ZipFile: code })),
  ],
  [
    'DeleteFunction',
    [need('lambda:DeleteFunction', fn('f:9'))],
    (client) => client.send(new lambda.DeleteFunctionCommand({ FunctionName, Qualifier: '9' })),
  ],
  [
    'Invoke',
    [need('lambda:InvokeFunction', fn('f:live'))],
    (client) => client.send(new lambda.InvokeCommand({ FunctionName, Qualifier: 'live' })),
  ],
  [
    'Invoke',
    [need('lambda:InvokeFunction', fn('f:1'))],
    (client) =>
      client.send(new lambda.InvokeCommand({ FunctionName: fn('f:1'), InvocationType: 'DryRun' })),
    'of an ARN, as a dry run',
  ],
  [
    'Invoke',
    [need('lambda:InvokeFunction', fn('absent'))],
    (client) =>
      client.send(new lambda.InvokeCommand({ FunctionName: 'absent', InvocationType: 'Event' })),
    'of a function that does not exist',
  ],
  [
    'PublishVersion',
    onFunction('PublishVersion'),
    (client) => client.send(new lambda.PublishVersionCommand({ FunctionName })),
  ],
  [
    'ListVersionsByFunction',
    onFunction('ListVersionsByFunction'),
    (client) => client.send(new lambda.ListVersionsByFunctionCommand({ FunctionName })),
  ],
  [
    'CreateAlias',
    onFunction('CreateAlias'),
    (client) =>
      client.send(
        new lambda.CreateAliasCommand({ FunctionName, Name: 'other', FunctionVersion: '1' }),
      ),
  ],
  [
    'ListAliases',
    onFunction('ListAliases'),
    (client) => client.send(new lambda.ListAliasesCommand({ FunctionName })),
  ],
  [
    'GetAlias',
    onFunction('GetAlias'),
    (client) => client.send(new lambda.GetAliasCommand({ FunctionName, Name: 'live' })),
  ],
  [
    'UpdateAlias',
    onFunction('UpdateAlias'),
    (client) =>
      client.send(
        new lambda.UpdateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' }),
      ),
  ],
  [
    'DeleteAlias',
    onFunction('DeleteAlias'),
    (client) => client.send(new lambda.DeleteAliasCommand({ FunctionName, Name: 'none' })),
  ],
  [
    'PutFunctionEventInvokeConfig',
    onFunction('PutFunctionEventInvokeConfig'),
    (client) =>
      client.send(
        new lambda.PutFunctionEventInvokeConfigCommand({
          FunctionName,
          Qualifier: 'live',
          MaximumRetryAttempts: 1,
        }),
      ),
  ],
  [
    'UpdateFunctionEventInvokeConfig',
    onFunction('UpdateFunctionEventInvokeConfig'),
    (client) =>
      client.send(
        new lambda.UpdateFunctionEventInvokeConfigCommand({
          FunctionName,
          Qualifier: 'live',
          MaximumRetryAttempts: 1,
        }),
      ),
  ],
  [
    'GetFunctionEventInvokeConfig',
    onFunction('GetFunctionEventInvokeConfig'),
    (client) =>
      client.send(
        new lambda.GetFunctionEventInvokeConfigCommand({ FunctionName, Qualifier: 'live' }),
      ),
  ],
  [
    'DeleteFunctionEventInvokeConfig',
    onFunction('DeleteFunctionEventInvokeConfig'),
    (client) =>
      client.send(
        new lambda.DeleteFunctionEventInvokeConfigCommand({ FunctionName, Qualifier: 'live' }),
      ),
  ],
  [
    'ListFunctionEventInvokeConfigs',
    onFunction('ListFunctionEventInvokeConfigs'),
    (client) => client.send(new lambda.ListFunctionEventInvokeConfigsCommand({ FunctionName })),
  ],
  [
    'CreateFunctionUrlConfig',
    onFunction('CreateFunctionUrlConfig'),
    (client) =>
      client.send(new lambda.CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'AWS_IAM' })),
  ],
  [
    'UpdateFunctionUrlConfig',
    onFunction('UpdateFunctionUrlConfig'),
    (client) => client.send(new lambda.UpdateFunctionUrlConfigCommand({ FunctionName })),
  ],
  [
    'GetFunctionUrlConfig',
    onFunction('GetFunctionUrlConfig'),
    (client) => client.send(new lambda.GetFunctionUrlConfigCommand({ FunctionName })),
  ],
  [
    'DeleteFunctionUrlConfig',
    onFunction('DeleteFunctionUrlConfig'),
    (client) => client.send(new lambda.DeleteFunctionUrlConfigCommand({ FunctionName })),
  ],
  [
    'ListFunctionUrlConfigs',
    onFunction('ListFunctionUrlConfigs'),
    (client) => client.send(new lambda.ListFunctionUrlConfigsCommand({ FunctionName })),
  ],
  [
    'GetPolicy',
    onFunction('GetPolicy'),
    (client) => client.send(new lambda.GetPolicyCommand({ FunctionName })),
  ],
  [
    'AddPermission',
    [need('lambda:AddPermission', fn('f:live'))],
    (client) =>
      client.send(
        new lambda.AddPermissionCommand({
          FunctionName,
          Qualifier: 'live',
          StatementId: 's',
          Action: 'lambda:InvokeFunction',
          Principal: 'events.amazonaws.com',
        }),
      ),
  ],
  [
    'RemovePermission',
    [need('lambda:RemovePermission', fn('f:live'))],
    (client) =>
      client.send(
        new lambda.RemovePermissionCommand({ FunctionName, Qualifier: 'live', StatementId: 'no' }),
      ),
  ],
  [
    'ListTags',
    onFunction('ListTags'),
    (client) => client.send(new lambda.ListTagsCommand({ Resource: fn('f') })),
  ],
  [
    'TagResource',
    onFunction('TagResource'),
    (client) =>
      client.send(new lambda.TagResourceCommand({ Resource: fn('f'), Tags: { team: 'a' } })),
  ],
  [
    'UntagResource',
    onFunction('UntagResource'),
    (client) =>
      client.send(new lambda.UntagResourceCommand({ Resource: fn('f'), TagKeys: ['none'] })),
  ],
  [
    'ListDurableExecutionsByFunction',
    [need('lambda:ListDurableExecutionsByFunction', fn('d:1'))],
    (client) =>
      client.send(
        new lambda.ListDurableExecutionsByFunctionCommand({ FunctionName: 'd', Qualifier: '1' }),
      ),
  ],
  [
    'GetDurableExecution',
    onExecution('GetDurableExecution'),
    (client, { executionArn: DurableExecutionArn }) =>
      client.send(new lambda.GetDurableExecutionCommand({ DurableExecutionArn })),
  ],
  [
    'GetDurableExecutionHistory',
    onExecution('GetDurableExecutionHistory'),
    (client, { executionArn: DurableExecutionArn }) =>
      client.send(new lambda.GetDurableExecutionHistoryCommand({ DurableExecutionArn })),
  ],
  [
    'GetDurableExecutionState',
    onExecution('GetDurableExecutionState'),
    (client, { executionArn: DurableExecutionArn }) =>
      client.send(
        new lambda.GetDurableExecutionStateCommand({ DurableExecutionArn, CheckpointToken: 't' }),
      ),
  ],
  [
    'CheckpointDurableExecution',
    onExecution('CheckpointDurableExecution'),
    (client, { executionArn }) =>
      client.send(
        new lambda.CheckpointDurableExecutionCommand({
          // The id alone finds the execution: the rest of the ARN may not select the permission.
          DurableExecutionArn: executionArn.replace('function:d', 'function:other'),
          CheckpointToken: 't',
          Updates: [],
        }),
      ),
  ],
  [
    'StopDurableExecution',
    onExecution('StopDurableExecution'),
    (client, { executionArn: DurableExecutionArn }) =>
      client.send(new lambda.StopDurableExecutionCommand({ DurableExecutionArn })),
  ],
  [
    'SendDurableExecutionCallbackSuccess',
    onExecution('SendDurableExecutionCallbackSuccess'),
    (client, { callbackId: CallbackId }) =>
      client.send(new lambda.SendDurableExecutionCallbackSuccessCommand({ CallbackId })),
  ],
  [
    'SendDurableExecutionCallbackFailure',
    onExecution('SendDurableExecutionCallbackFailure'),
    (client, { callbackId: CallbackId }) =>
      client.send(new lambda.SendDurableExecutionCallbackFailureCommand({ CallbackId })),
  ],
  [
    'SendDurableExecutionCallbackHeartbeat',
    onExecution('SendDurableExecutionCallbackHeartbeat'),
    (client, { callbackId: CallbackId }) =>
      client.send(new lambda.SendDurableExecutionCallbackHeartbeatCommand({ CallbackId })),
  ],
]);

const executionPath = ({ executionArn }: Ids) =>
  `/2025-12-01/durable-executions/${encodeURIComponent(executionArn)}`;

/** Sends a request without a client. Throws the error of the response. */
async function sendToLambda(user: User, method: string, path: string): Promise<void> {
  const { status, headers, text } = await user.send('lambda', path, { method });
  if (status < 400) return;
  const { Message } = JSON.parse(text) as { Message: string };
  throw Object.assign(new Error(Message), { name: headers.get('x-amzn-errortype') ?? '' });
}

/** Operations that clients of the SDK do not have in every version. */
const rawLambdaCases: readonly OperationCase[] = [
  {
    service: 'lambda',
    operation: 'PauseDurableExecution',
    needs: onExecution('PauseDurableExecution'),
    call: (user, ids) => sendToLambda(user, 'POST', `${executionPath(ids)}/pause`),
  },
  {
    service: 'lambda',
    operation: 'ResumeDurableExecution',
    needs: onExecution('ResumeDurableExecution'),
    call: (user, ids) => sendToLambda(user, 'POST', `${executionPath(ids)}/resume`),
  },
  {
    service: 'lambda',
    operation: 'DeleteDurableExecution',
    needs: onExecution('DeleteDurableExecution'),
    call: (user, ids) => sendToLambda(user, 'DELETE', executionPath(ids)),
  },
];

const table = (name: string) => arn('dynamodb', `table/${name}`);
const onTable = (action: string) => [need(`dynamodb:${action}`, table('items'))];
const TableName = 'items';
const Key = { id: { S: 'a' } };
const Item = { ...Key, n: { N: '1' } };

const dynamodbCases = casesOf('dynamodb', [
  [
    'CreateTable',
    [need('dynamodb:CreateTable', table('new-table'))],
    (client) =>
      client.send(
        new dynamodb.CreateTableCommand({
          TableName: 'new-table',
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        }),
      ),
  ],
  [
    'DeleteTable',
    [need('dynamodb:DeleteTable', table('absent'))],
    (client) => client.send(new dynamodb.DeleteTableCommand({ TableName: 'absent' })),
  ],
  [
    'DescribeTable',
    onTable('DescribeTable'),
    (client) => client.send(new dynamodb.DescribeTableCommand({ TableName: table('items') })),
  ],
  [
    'ListTables',
    [need('dynamodb:ListTables', table('*'))],
    (client) => client.send(new dynamodb.ListTablesCommand({})),
  ],
  [
    'DescribeTimeToLive',
    onTable('DescribeTimeToLive'),
    (client) => client.send(new dynamodb.DescribeTimeToLiveCommand({ TableName })),
  ],
  [
    'UpdateTimeToLive',
    onTable('UpdateTimeToLive'),
    (client) =>
      client.send(
        new dynamodb.UpdateTimeToLiveCommand({
          TableName,
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        }),
      ),
  ],
  [
    'PutItem',
    onTable('PutItem'),
    (client) => client.send(new dynamodb.PutItemCommand({ TableName, Item })),
  ],
  [
    'GetItem',
    onTable('GetItem'),
    (client) => client.send(new dynamodb.GetItemCommand({ TableName, Key })),
  ],
  [
    'UpdateItem',
    onTable('UpdateItem'),
    (client) =>
      client.send(new dynamodb.UpdateItemCommand({ TableName, Key, UpdateExpression: 'remove x' })),
  ],
  [
    'DeleteItem',
    onTable('DeleteItem'),
    (client) => client.send(new dynamodb.DeleteItemCommand({ TableName, Key })),
  ],
  [
    'Query',
    onTable('Query'),
    (client) =>
      client.send(
        new dynamodb.QueryCommand({
          TableName,
          KeyConditionExpression: 'id = :i',
          ExpressionAttributeValues: { ':i': { S: 'a' } },
        }),
      ),
  ],
  [
    'Query',
    [need('dynamodb:Query', table('items/index/byN'))],
    (client) =>
      client.send(
        new dynamodb.QueryCommand({
          TableName,
          IndexName: 'byN',
          KeyConditionExpression: 'n = :n',
          ExpressionAttributeValues: { ':n': { N: '1' } },
        }),
      ),
    'of an index',
  ],
  ['Scan', onTable('Scan'), (client) => client.send(new dynamodb.ScanCommand({ TableName }))],
  [
    'Scan',
    [need('dynamodb:Scan', table('items/index/byN'))],
    (client) => client.send(new dynamodb.ScanCommand({ TableName, IndexName: 'byN' })),
    'of an index',
  ],
  [
    'BatchGetItem',
    [need('dynamodb:BatchGetItem', table('items')), need('dynamodb:BatchGetItem', table('other'))],
    (client) =>
      client.send(
        new dynamodb.BatchGetItemCommand({
          RequestItems: { items: { Keys: [Key] }, other: { Keys: [Key] } },
        }),
      ),
  ],
  [
    'BatchWriteItem',
    onTable('BatchWriteItem'),
    (client) =>
      client.send(
        new dynamodb.BatchWriteItemCommand({ RequestItems: { items: [{ PutRequest: { Item } }] } }),
      ),
  ],
  [
    'TransactWriteItems',
    [
      need('dynamodb:PutItem', table('items')),
      need('dynamodb:UpdateItem', table('items')),
      need('dynamodb:DeleteItem', table('items')),
      need('dynamodb:ConditionCheckItem', table('other')),
    ],
    (client) =>
      client.send(
        new dynamodb.TransactWriteItemsCommand({
          TransactItems: [
            { Put: { TableName, Item: { id: { S: '1' } } } },
            { Update: { TableName, Key: { id: { S: '2' } }, UpdateExpression: 'remove x' } },
            { Delete: { TableName, Key: { id: { S: '3' } } } },
            {
              ConditionCheck: {
                TableName: 'other',
                Key: { id: { S: '4' } },
                ConditionExpression: 'attribute_not_exists(id)',
              },
            },
          ],
        }),
      ),
  ],
  [
    'TransactGetItems',
    onTable('GetItem'),
    (client) =>
      client.send(
        new dynamodb.TransactGetItemsCommand({ TransactItems: [{ Get: { TableName, Key } }] }),
      ),
  ],
]);

const onQueue = (action: string) => [need(`sqs:${action}`, arn('sqs', 'q'))];
const Entries = [{ Id: '1', ReceiptHandle: 'r', VisibilityTimeout: 0 }];

const sqsCases = casesOf('sqs', [
  [
    'CreateQueue',
    [need('sqs:CreateQueue', arn('sqs', 'new'))],
    (client) => client.send(new sqs.CreateQueueCommand({ QueueName: 'new' })),
  ],
  [
    'DeleteQueue',
    [need('sqs:DeleteQueue', arn('sqs', 'absent'))],
    (client, { queueUrl }) =>
      client.send(new sqs.DeleteQueueCommand({ QueueUrl: queueUrl.replace(/q$/, 'absent') })),
  ],
  [
    'PurgeQueue',
    onQueue('PurgeQueue'),
    (client, { queueUrl: QueueUrl }) => client.send(new sqs.PurgeQueueCommand({ QueueUrl })),
  ],
  [
    'GetQueueUrl',
    onQueue('GetQueueUrl'),
    (client) => client.send(new sqs.GetQueueUrlCommand({ QueueName: 'q' })),
  ],
  [
    'ListQueues',
    [need('sqs:ListQueues', '*')],
    (client) => client.send(new sqs.ListQueuesCommand({})),
  ],
  [
    'GetQueueAttributes',
    onQueue('GetQueueAttributes'),
    (client, { queueUrl: QueueUrl }) =>
      client.send(new sqs.GetQueueAttributesCommand({ QueueUrl })),
  ],
  [
    'SetQueueAttributes',
    onQueue('SetQueueAttributes'),
    (client, { queueUrl: QueueUrl }) =>
      client.send(
        new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '1' } }),
      ),
  ],
  [
    'SendMessage',
    onQueue('SendMessage'),
    (client, { queueUrl: QueueUrl }) =>
      client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x' })),
  ],
  [
    'SendMessageBatch',
    onQueue('SendMessage'),
    (client, { queueUrl: QueueUrl }) =>
      client.send(
        new sqs.SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', MessageBody: 'x' }] }),
      ),
  ],
  [
    'ReceiveMessage',
    onQueue('ReceiveMessage'),
    (client, { queueUrl: QueueUrl }) => client.send(new sqs.ReceiveMessageCommand({ QueueUrl })),
  ],
  [
    'DeleteMessage',
    onQueue('DeleteMessage'),
    (client, { queueUrl: QueueUrl }) =>
      client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'r' })),
  ],
  [
    'DeleteMessageBatch',
    onQueue('DeleteMessage'),
    (client, { queueUrl: QueueUrl }) =>
      client.send(
        new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', ReceiptHandle: 'r' }] }),
      ),
  ],
  [
    'ChangeMessageVisibility',
    onQueue('ChangeMessageVisibility'),
    (client, { queueUrl: QueueUrl }) =>
      client.send(
        new sqs.ChangeMessageVisibilityCommand({
          QueueUrl,
          ReceiptHandle: 'r',
          VisibilityTimeout: 0,
        }),
      ),
  ],
  [
    'ChangeMessageVisibilityBatch',
    onQueue('ChangeMessageVisibility'),
    (client, { queueUrl: QueueUrl }) =>
      client.send(new sqs.ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })),
  ],
]);

const group = (name: string, stream = '') => arn('logs', `log-group:${name}:log-stream:${stream}`);
const logGroupName = 'g';
const stream = { logGroupName, logStreamName: 's' };

const logsCases = casesOf('logs', [
  [
    'CreateLogGroup',
    [need('logs:CreateLogGroup', group('new'))],
    (client) => client.send(new logs.CreateLogGroupCommand({ logGroupName: 'new' })),
  ],
  [
    'DeleteLogGroup',
    [need('logs:DeleteLogGroup', group('absent'))],
    (client) => client.send(new logs.DeleteLogGroupCommand({ logGroupName: 'absent' })),
  ],
  [
    'PutRetentionPolicy',
    [need('logs:PutRetentionPolicy', group('g'))],
    (client) =>
      client.send(new logs.PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 })),
  ],
  [
    'DeleteRetentionPolicy',
    [need('logs:DeleteRetentionPolicy', group('g'))],
    (client) => client.send(new logs.DeleteRetentionPolicyCommand({ logGroupName })),
  ],
  [
    'CreateLogStream',
    [need('logs:CreateLogStream', group('g', 's2'))],
    (client) => client.send(new logs.CreateLogStreamCommand({ logGroupName, logStreamName: 's2' })),
  ],
  [
    'PutLogEvents',
    [need('logs:PutLogEvents', group('g', 's'))],
    (client) =>
      client.send(
        new logs.PutLogEventsCommand({
          ...stream,
          logEvents: [{ timestamp: Date.now(), message: 'x' }],
        }),
      ),
  ],
  [
    'GetLogEvents',
    [need('logs:GetLogEvents', group('g', 's'))],
    (client) =>
      client.send(
        new logs.GetLogEventsCommand({
          logGroupIdentifier: arn('logs', 'log-group:g'),
          logStreamName: 's',
        }),
      ),
  ],
  [
    'FilterLogEvents',
    [need('logs:FilterLogEvents', group('g'))],
    (client) => client.send(new logs.FilterLogEventsCommand({ logGroupName })),
  ],
  [
    'DescribeLogStreams',
    [need('logs:DescribeLogStreams', group('g'))],
    (client) => client.send(new logs.DescribeLogStreamsCommand({ logGroupName })),
  ],
  [
    'DescribeLogGroups',
    [need('logs:DescribeLogGroups', group(''))],
    (client) => client.send(new logs.DescribeLogGroupsCommand({})),
  ],
]);

const parameter = (path: string) => arn('ssm', `parameter/${path}`);

const ssmCases = casesOf('ssm', [
  [
    'PutParameter',
    [need('ssm:PutParameter', parameter('a/new'))],
    (client) =>
      client.send(new ssm.PutParameterCommand({ Name: '/a/new', Value: 'v', Type: 'String' })),
  ],
  [
    'GetParameter',
    [need('ssm:GetParameter', parameter('a/b'))],
    (client) => client.send(new ssm.GetParameterCommand({ Name: '/a/b:1' })),
  ],
  [
    'GetParameters',
    [need('ssm:GetParameters', parameter('a/b')), need('ssm:GetParameters', parameter('plain'))],
    (client) => client.send(new ssm.GetParametersCommand({ Names: ['/a/b', 'plain'] })),
  ],
  [
    'DeleteParameter',
    [need('ssm:DeleteParameter', parameter('a/absent'))],
    (client) => client.send(new ssm.DeleteParameterCommand({ Name: '/a/absent' })),
  ],
]);

const stack = (name: string) => arn('cloudformation', `stack/${name}/*`);
const onStack = (action: string) => [
  need(`cloudformation:${action}`, stack('s'), ({ stackId }) => stackId),
];
const StackName = 's';
export const TemplateBody =
  'Resources: {W: {Type: "AWS::Logs::LogGroup", Properties: {LogGroupName: stack}}}';

const cloudformationCases = casesOf('cloudformation', [
  [
    'CreateStack',
    [need('cloudformation:CreateStack', stack('new'))],
    (client) =>
      client.send(new cloudformation.CreateStackCommand({ StackName: 'new', TemplateBody })),
  ],
  [
    'UpdateStack',
    onStack('UpdateStack'),
    (client) => client.send(new cloudformation.UpdateStackCommand({ StackName, TemplateBody })),
  ],
  [
    'DeleteStack',
    [need('cloudformation:DeleteStack', stack('absent'))],
    (client) => client.send(new cloudformation.DeleteStackCommand({ StackName: 'absent' })),
  ],
  [
    'CreateChangeSet',
    onStack('CreateChangeSet'),
    (client) =>
      client.send(
        new cloudformation.CreateChangeSetCommand({
          StackName,
          ChangeSetName: 'c2',
          ChangeSetType: 'UPDATE',
          TemplateBody,
        }),
      ),
  ],
  [
    'DescribeChangeSet',
    onStack('DescribeChangeSet'),
    (client) =>
      client.send(new cloudformation.DescribeChangeSetCommand({ StackName, ChangeSetName: 'c' })),
  ],
  [
    'DescribeChangeSet',
    onStack('DescribeChangeSet'),
    (client, { changeSetId: ChangeSetName }) =>
      client.send(new cloudformation.DescribeChangeSetCommand({ ChangeSetName })),
    'by its id',
  ],
  [
    'ExecuteChangeSet',
    onStack('ExecuteChangeSet'),
    (client) =>
      client.send(new cloudformation.ExecuteChangeSetCommand({ StackName, ChangeSetName: 'c' })),
  ],
  [
    'DeleteChangeSet',
    onStack('DeleteChangeSet'),
    (client) =>
      client.send(new cloudformation.DeleteChangeSetCommand({ StackName, ChangeSetName: 'no' })),
  ],
  [
    'DescribeStacks',
    onStack('DescribeStacks'),
    (client) => client.send(new cloudformation.DescribeStacksCommand({ StackName })),
  ],
  [
    'DescribeStacks',
    [need('cloudformation:DescribeStacks', '*'), need('cloudformation:ListStacks', '*')],
    (client) => client.send(new cloudformation.DescribeStacksCommand({})),
    'without a name',
  ],
  [
    'ListStacks',
    [need('cloudformation:ListStacks', '*')],
    (client) => client.send(new cloudformation.ListStacksCommand({})),
  ],
  [
    'DescribeStackEvents',
    onStack('DescribeStackEvents'),
    (client) => client.send(new cloudformation.DescribeStackEventsCommand({ StackName })),
  ],
  [
    'DescribeStackResource',
    onStack('DescribeStackResource'),
    (client) =>
      client.send(
        new cloudformation.DescribeStackResourceCommand({ StackName, LogicalResourceId: 'W' }),
      ),
  ],
  [
    'DescribeStackResources',
    onStack('DescribeStackResources'),
    (client) => client.send(new cloudformation.DescribeStackResourcesCommand({ StackName })),
  ],
  [
    'ListStackResources',
    onStack('ListStackResources'),
    (client) => client.send(new cloudformation.ListStackResourcesCommand({ StackName })),
  ],
  [
    'GetTemplate',
    onStack('GetTemplate'),
    (client) => client.send(new cloudformation.GetTemplateCommand({ StackName })),
  ],
  [
    'GetTemplateSummary',
    onStack('GetTemplateSummary'),
    (client) => client.send(new cloudformation.GetTemplateSummaryCommand({ StackName })),
  ],
  [
    'GetTemplateSummary',
    [need('cloudformation:GetTemplateSummary', '*')],
    (client) => client.send(new cloudformation.GetTemplateSummaryCommand({ TemplateBody })),
    'of a template',
  ],
  [
    'ValidateTemplate',
    [need('cloudformation:ValidateTemplate', '*')],
    (client) => client.send(new cloudformation.ValidateTemplateCommand({ TemplateBody })),
  ],
]);

const bucketArn = 'arn:aws:s3:::bucket';
const onBucket = (action: string) => [need(`s3:${action}`, bucketArn)];
const onObject = (action: string) => [need(`s3:${action}`, `${bucketArn}/k`)];
const Bucket = 'bucket';
const object = { Bucket, Key: 'k' };
const upload = { ...object, UploadId: 'none' };

const s3Cases = casesOf('s3', [
  [
    'ListBuckets',
    [need('s3:ListAllMyBuckets', '*')],
    (client) => client.send(new s3.ListBucketsCommand({})),
  ],
  [
    'CreateBucket',
    [need('s3:CreateBucket', 'arn:aws:s3:::another')],
    (client) => client.send(new s3.CreateBucketCommand({ Bucket: 'another' })),
  ],
  [
    'DeleteBucket',
    onBucket('DeleteBucket'),
    (client) => client.send(new s3.DeleteBucketCommand({ Bucket })),
  ],
  [
    'HeadBucket',
    onBucket('ListBucket'),
    (client) => client.send(new s3.HeadBucketCommand({ Bucket })),
  ],
  [
    'ListObjects',
    onBucket('ListBucket'),
    (client) => client.send(new s3.ListObjectsCommand({ Bucket })),
  ],
  [
    'ListObjectsV2',
    onBucket('ListBucket'),
    (client) => client.send(new s3.ListObjectsV2Command({ Bucket })),
  ],
  [
    'ListObjectVersions',
    onBucket('ListBucketVersions'),
    (client) => client.send(new s3.ListObjectVersionsCommand({ Bucket })),
  ],
  [
    'ListMultipartUploads',
    onBucket('ListBucketMultipartUploads'),
    (client) => client.send(new s3.ListMultipartUploadsCommand({ Bucket })),
  ],
  [
    'GetBucketLocation',
    onBucket('GetBucketLocation'),
    (client) => client.send(new s3.GetBucketLocationCommand({ Bucket })),
  ],
  [
    'GetBucketVersioning',
    onBucket('GetBucketVersioning'),
    (client) => client.send(new s3.GetBucketVersioningCommand({ Bucket })),
  ],
  [
    'PutBucketVersioning',
    onBucket('PutBucketVersioning'),
    (client) =>
      client.send(
        new s3.PutBucketVersioningCommand({
          Bucket,
          VersioningConfiguration: { Status: 'Enabled' },
        }),
      ),
  ],
  [
    'PutBucketPolicy',
    onBucket('PutBucketPolicy'),
    (client) =>
      client.send(
        new s3.PutBucketPolicyCommand({
          Bucket,
          Policy: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Deny',
                Principal: '*',
                Action: 's3:GetObject',
                Resource: `${bucketArn}/no`,
              },
            ],
          }),
        }),
      ),
  ],
  [
    'GetBucketPolicy',
    onBucket('GetBucketPolicy'),
    (client) => client.send(new s3.GetBucketPolicyCommand({ Bucket })),
  ],
  [
    'DeleteBucketPolicy',
    onBucket('DeleteBucketPolicy'),
    (client) => client.send(new s3.DeleteBucketPolicyCommand({ Bucket })),
  ],
  [
    'PutBucketEncryption',
    onBucket('PutEncryptionConfiguration'),
    (client) =>
      client.send(
        new s3.PutBucketEncryptionCommand({
          Bucket,
          ServerSideEncryptionConfiguration: { Rules: [] },
        }),
      ),
  ],
  [
    'GetBucketEncryption',
    onBucket('GetEncryptionConfiguration'),
    (client) => client.send(new s3.GetBucketEncryptionCommand({ Bucket })),
  ],
  [
    'DeleteBucketEncryption',
    onBucket('PutEncryptionConfiguration'),
    (client) => client.send(new s3.DeleteBucketEncryptionCommand({ Bucket })),
  ],
  [
    'PutBucketTagging',
    onBucket('PutBucketTagging'),
    (client) => client.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [] } })),
  ],
  [
    'GetBucketTagging',
    onBucket('GetBucketTagging'),
    (client) => client.send(new s3.GetBucketTaggingCommand({ Bucket })),
  ],
  [
    'DeleteBucketTagging',
    onBucket('PutBucketTagging'),
    (client) => client.send(new s3.DeleteBucketTaggingCommand({ Bucket })),
  ],
  [
    'PutPublicAccessBlock',
    onBucket('PutBucketPublicAccessBlock'),
    (client) =>
      client.send(
        new s3.PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: {} }),
      ),
  ],
  [
    'GetPublicAccessBlock',
    onBucket('GetBucketPublicAccessBlock'),
    (client) => client.send(new s3.GetPublicAccessBlockCommand({ Bucket })),
  ],
  [
    'DeletePublicAccessBlock',
    onBucket('PutBucketPublicAccessBlock'),
    (client) => client.send(new s3.DeletePublicAccessBlockCommand({ Bucket })),
  ],
  [
    'PutBucketLifecycleConfiguration',
    onBucket('PutLifecycleConfiguration'),
    (client) =>
      client.send(
        new s3.PutBucketLifecycleConfigurationCommand({
          Bucket,
          LifecycleConfiguration: { Rules: [] },
        }),
      ),
  ],
  [
    'GetBucketLifecycleConfiguration',
    onBucket('GetLifecycleConfiguration'),
    (client) => client.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })),
  ],
  [
    'DeleteBucketLifecycle',
    onBucket('PutLifecycleConfiguration'),
    (client) => client.send(new s3.DeleteBucketLifecycleCommand({ Bucket })),
  ],
  [
    'PutObject',
    [need('s3:PutObject', `${bucketArn}/new`)],
    (client) => client.send(new s3.PutObjectCommand({ Bucket, Key: 'new', Body: 'x' })),
  ],
  [
    'PutObject',
    [
      need('s3:PutObject', `${bucketArn}/new`),
      need('s3:PutObjectAcl', `${bucketArn}/new`),
      need('s3:GetObject', `${bucketArn}/new`),
    ],
    (client) =>
      client.send(
        new s3.PutObjectCommand({ Bucket, Key: 'new', Body: 'x', ACL: 'private', IfMatch: '"no"' }),
      ),
    'with an ACL and a condition',
  ],
  ['GetObject', onObject('GetObject'), (client) => client.send(new s3.GetObjectCommand(object))],
  [
    'GetObject',
    onObject('GetObjectVersion'),
    (client) => client.send(new s3.GetObjectCommand({ ...object, VersionId: 'null' })),
    'of a version',
  ],
  ['HeadObject', onObject('GetObject'), (client) => client.send(new s3.HeadObjectCommand(object))],
  [
    'CopyObject',
    [need('s3:GetObject', `${bucketArn}/k`), need('s3:PutObject', `${bucketArn}/copy`)],
    (client) =>
      client.send(new s3.CopyObjectCommand({ Bucket, Key: 'copy', CopySource: 'bucket/k' })),
  ],
  [
    'DeleteObject',
    [need('s3:DeleteObject', `${bucketArn}/absent`)],
    (client) => client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'absent' })),
  ],
  [
    'DeleteObject',
    [need('s3:DeleteObjectVersion', `${bucketArn}/absent`)],
    (client) =>
      client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'absent', VersionId: 'none' })),
    'of a version',
  ],
  [
    'CreateMultipartUpload',
    onObject('PutObject'),
    (client) => client.send(new s3.CreateMultipartUploadCommand(object)),
  ],
  [
    'UploadPart',
    onObject('PutObject'),
    (client) => client.send(new s3.UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x' })),
  ],
  [
    'UploadPartCopy',
    [need('s3:GetObjectVersion', `${bucketArn}/a b`), ...onObject('PutObject')],
    (client) =>
      client.send(
        new s3.UploadPartCopyCommand({
          ...upload,
          PartNumber: 1,
          CopySource: 'bucket/a%20b?versionId=v',
        }),
      ),
  ],
  [
    'CompleteMultipartUpload',
    onObject('PutObject'),
    (client) => client.send(new s3.CompleteMultipartUploadCommand(upload)),
  ],
  [
    'AbortMultipartUpload',
    onObject('AbortMultipartUpload'),
    (client) => client.send(new s3.AbortMultipartUploadCommand(upload)),
  ],
  [
    'ListParts',
    onObject('ListMultipartUploadParts'),
    (client) => client.send(new s3.ListPartsCommand(upload)),
  ],
]);

/** Every operation of the runtime that needs a permission, with its minimal policy. */
export const operationCases: readonly OperationCase[] = [
  ...lambdaCases,
  ...dynamodbCases,
  ...sqsCases,
  ...logsCases,
  ...ssmCases,
  ...cloudformationCases,
  ...s3Cases,
  // Deletes the execution that the other cases use.
  ...rawLambdaCases,
];
