import { Readable } from 'node:stream';
import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as sqs from '@aws-sdk/client-sqs';
import * as ssm from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkResponses, listResponseFaults } from '../../support/api-model.ts';
import { startClientRuntime } from '../client-runtime.ts';

let local: Awaited<ReturnType<typeof startClientRuntime>>;

beforeAll(async () => {
  local = await startClientRuntime();
});
afterAll(async () => {
  await local.close();
});

const settings = () => local.settings;

it('finds unknown, missing and mistyped members', async () => {
  const body = '{"Successful":[{"Id":1,"MessageId":"m","Age":1,"MD5OfMessageBody":"d"}]}';
  const response = { statusCode: 200, headers: {}, body: Readable.from([Buffer.from(body)]) };
  const client = new sqs.SQSClient({
    ...settings(),
    md5: false,
    requestHandler: { handle: async () => ({ response }) } as never,
  });
  const faults = checkResponses(client);
  const Entries = [{ Id: '1', MessageBody: 'x' }];
  await client.send(new sqs.SendMessageBatchCommand({ QueueUrl: 'http://q/1/q', Entries }));
  expect(faults).toEqual([
    'SendMessageBatch: .Failed: is missing',
    'SendMessageBatch: .Successful[0].Id: is number, not string',
    'SendMessageBatch: .Successful[0].Age: is unknown',
  ]);
});

it('finds values that an enumeration does not have', () => {
  const states =
    '<R><R><StackEvents><member><ResourceStatus>DONE</ResourceStatus></member></StackEvents></R></R>';
  expect(
    listResponseFaults({ headers: {}, body: states }, cloudformation.DescribeStackEvents$),
  ).toContain('DescribeStackEvents: .StackEvents[0].ResourceStatus: is "DONE"');
  const table = '{"Table":{"TableStatus":"READY"}}';
  expect(listResponseFaults({ headers: {}, body: table }, dynamodb.DescribeTable$)).toEqual([
    'DescribeTable: .Table.TableStatus: is "READY"',
  ]);
});

it('DynamoDB responds as its API model describes', async () => {
  const client = new dynamodb.DynamoDBClient(settings());
  const faults = checkResponses(client);
  const TableName = 'model';
  const Key = { id: { S: 'a' } };
  const all = { ReturnConsumedCapacity: 'INDEXES' } as const;
  const index = {
    IndexName: 'by-s',
    KeySchema: [{ AttributeName: 's', KeyType: 'HASH' as const }],
    Projection: { ProjectionType: 'ALL' as const },
  };
  const create = new dynamodb.CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [
      { AttributeName: 'id', AttributeType: 'S' },
      { AttributeName: 's', AttributeType: 'S' },
    ],
    GlobalSecondaryIndexes: [index],
  });
  await client.send(create);
  const { Table } = await client.send(new dynamodb.DescribeTableCommand({ TableName }));
  // API_GlobalSecondaryIndexDescription and API_TableDescription: members of every active table
  expect(Table).toMatchObject({
    TableStatus: 'ACTIVE',
    TableSizeBytes: 0,
    GlobalSecondaryIndexes: [{ IndexStatus: 'ACTIVE', ItemCount: 0, IndexSizeBytes: 0 }],
  });
  const Item = { ...Key, s: { S: 'x' }, n: { N: '1' }, l: { L: [{ BOOL: true }, { NULL: true }] } };
  const RequestItems = { [TableName]: { Keys: [Key] } };
  await client.send(new dynamodb.PutItemCommand({ TableName, Item, ...all }));
  await client.send(new dynamodb.GetItemCommand({ TableName, Key, ...all }));
  await client.send(new dynamodb.ScanCommand({ TableName, Limit: 1, ...all }));
  await client.send(new dynamodb.BatchGetItemCommand({ RequestItems, ...all }));
  await client.send(new dynamodb.DeleteItemCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }));
  await client.send(new dynamodb.ListTablesCommand({}));
  await client.send(new dynamodb.DescribeTimeToLiveCommand({ TableName }));
  await client.send(new dynamodb.DeleteTableCommand({ TableName }));
  client.destroy();
  expect(faults).toEqual([]);
});

it('SQS responds as its API model describes', async () => {
  const client = new sqs.SQSClient(settings());
  const faults = checkResponses(client);
  const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: 'model' }));
  const MessageAttributes = { a: { DataType: 'String', StringValue: 'x' } };
  const Entries = [{ Id: '1', MessageBody: 'x' }];
  await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x', MessageAttributes }));
  await client.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }));
  const names = { MessageSystemAttributeNames: ['All' as const], MessageAttributeNames: ['All'] };
  await client.send(new sqs.ReceiveMessageCommand({ QueueUrl, ...names }));
  await client.send(
    new sqs.DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: '1', ReceiptHandle: 'x' }] }),
  );
  await client.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  await client.send(new sqs.GetQueueUrlCommand({ QueueName: 'model' }));
  await client.send(new sqs.ListQueuesCommand({ MaxResults: 1 }));
  client.destroy();
  expect(faults).toEqual([]);
});

it('CloudWatch Logs responds as its API model describes', async () => {
  const client = new logs.CloudWatchLogsClient(settings());
  const faults = checkResponses(client);
  const logGroupName = 'model';
  const stream = { logGroupName, logStreamName: 's' };
  await client.send(new logs.CreateLogGroupCommand({ logGroupName }));
  await client.send(new logs.PutRetentionPolicyCommand({ logGroupName, retentionInDays: 1 }));
  await client.send(new logs.CreateLogStreamCommand(stream));
  const logEvents = [
    { timestamp: Date.now(), message: 'x' },
    { timestamp: Date.now() + 10_000_000, message: 'new' },
  ];
  await client.send(new logs.PutLogEventsCommand({ ...stream, logEvents }));
  await client.send(new logs.GetLogEventsCommand(stream));
  await client.send(new logs.FilterLogEventsCommand({ logGroupName }));
  await client.send(new logs.DescribeLogGroupsCommand({}));
  await client.send(new logs.DescribeLogStreamsCommand({ logGroupName }));
  client.destroy();
  expect(faults).toEqual([]);
});

it('Parameter Store responds as its API model describes', async () => {
  const client = new ssm.SSMClient(settings());
  const faults = checkResponses(client);
  const Name = '/model';
  await client.send(new ssm.PutParameterCommand({ Name, Value: 'v', Type: 'String' }));
  await client.send(new ssm.GetParameterCommand({ Name: `${Name}:1` }));
  await client.send(new ssm.GetParametersCommand({ Names: [Name, 'none'] }));
  await client.send(new ssm.DeleteParameterCommand({ Name }));
  client.destroy();
  expect(faults).toEqual([]);
});

it('finds unknown, missing and mistyped members in XML', async () => {
  const summary =
    '<member><LogicalResourceId>Q</LogicalResourceId><Timestamp>1</Timestamp><LastUpdatedTimestamp>soon</LastUpdatedTimestamp></member>';
  const body = `<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>${summary}</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>`;
  const response = { statusCode: 200, headers: {}, body: Readable.from([Buffer.from(body)]) };
  const client = new cloudformation.CloudFormationClient({
    ...settings(),
    requestHandler: { handle: async () => ({ response }) } as never,
  });
  const faults = checkResponses(client);
  const command = new cloudformation.ListStackResourcesCommand({ StackName: 'a' });
  await client.send(command).catch(() => undefined);
  expect(faults).toEqual([
    'ListStackResources: .StackResourceSummaries[0].ResourceType: is missing',
    'ListStackResources: .StackResourceSummaries[0].ResourceStatus: is missing',
    'ListStackResources: .StackResourceSummaries[0].Timestamp: is unknown',
    'ListStackResources: .StackResourceSummaries[0].LastUpdatedTimestamp: is "soon"',
  ]);
});

it('CloudFormation responds as its API model describes', async () => {
  const client = new cloudformation.CloudFormationClient(settings());
  const faults = checkResponses(client);
  const StackName = 'model';
  const TemplateBody = JSON.stringify({
    Parameters: { P: { Type: 'Number', Default: 30 } },
    Resources: { Q: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: { Ref: 'P' } } } },
    Outputs: { O: { Value: { Ref: 'P' }, Export: { Name: 'model' } } },
  });
  const tagged = { StackName, TemplateBody, Tags: [{ Key: 'a', Value: 'b' }] };
  await client.send(new cloudformation.ValidateTemplateCommand({ TemplateBody }));
  await client.send(new cloudformation.GetTemplateSummaryCommand({ TemplateBody }));
  await client.send(new cloudformation.CreateStackCommand(tagged));
  const ChangeSetName = 'change';
  const Parameters = [{ ParameterKey: 'P', ParameterValue: '40' }];
  const change = { ...tagged, ChangeSetName, Parameters };
  await client.send(new cloudformation.CreateChangeSetCommand(change));
  const set = { StackName, ChangeSetName };
  await client.send(
    new cloudformation.DescribeChangeSetCommand({ ...set, IncludePropertyValues: true }),
  );
  await client.send(new cloudformation.ExecuteChangeSetCommand(set));
  await client.send(new cloudformation.DescribeStacksCommand({ StackName }));
  await client.send(new cloudformation.ListStacksCommand({}));
  await client.send(new cloudformation.DescribeStackEventsCommand({ StackName }));
  await client.send(new cloudformation.DescribeStackResourcesCommand({ StackName }));
  await client.send(new cloudformation.ListStackResourcesCommand({ StackName }));
  const resource = { StackName, LogicalResourceId: 'Q' };
  await client.send(new cloudformation.DescribeStackResourceCommand(resource));
  await client.send(new cloudformation.GetTemplateCommand({ StackName }));
  client.destroy();
  expect(faults).toEqual([]);
});
