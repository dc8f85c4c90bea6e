import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../src/local/runtime.ts';

let directory: string;
let runtime: Runtime;
let client: CloudFormationClient;
let sets = 0;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cloudformation-'));
  runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  client = new CloudFormationClient({
    endpoint: runtime.url,
    region: 'us-east-2',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  await runtime.close();
  rmSync(directory, { recursive: true });
});

const describe = async (StackName: string) =>
  (await client.send(new DescribeStacksCommand({ StackName })).catch(() => undefined))?.Stacks?.[0];

async function plan(
  StackName: string,
  TemplateBody: string,
  parameters: Record<string, string> = {},
) {
  const { StackStatus = 'REVIEW_IN_PROGRESS' } = (await describe(StackName)) ?? {};
  const ChangeSetType = StackStatus === 'REVIEW_IN_PROGRESS' ? 'CREATE' : 'UPDATE';
  const ChangeSetName = `set${++sets}`;
  const Parameters = Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  }));
  const { Id } = await client.send(
    new CreateChangeSetCommand({
      StackName,
      ChangeSetName,
      ChangeSetType,
      TemplateBody,
      Parameters,
      Capabilities: ['CAPABILITY_IAM'],
    }),
  );
  return client.send(new DescribeChangeSetCommand({ ChangeSetName: Id }));
}

async function deploy(name: string, body: string, parameters: Record<string, string> = {}) {
  const set = await plan(name, body, parameters);
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
  return describe(name);
}

const outputsOf = (stack: Awaited<ReturnType<typeof describe>>) =>
  Object.fromEntries(stack?.Outputs?.map((each) => [each.OutputKey, each.OutputValue]) ?? []);

const queues = (text: string) => `Resources:\n${text}`;

it('says of each change what it does to which resource, through which properties', async () => {
  await deploy(
    'changing',
    queues(`
  Kept: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 1}}
  Renamed: {Type: AWS::SQS::Queue, Properties: {QueueName: before}}
  Gone: {Type: AWS::SQS::Queue}
  Stays: {Type: AWS::SQS::Queue, DeletionPolicy: Retain}`),
  );
  const { Changes = [] } = await plan(
    'changing',
    queues(`
  Kept: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 2, VisibilityTimeout: 9}}
  Renamed: {Type: AWS::SQS::Queue, Properties: {QueueName: after}}
  New: {Type: AWS::SQS::Queue}`),
  );
  const told = Changes.map(({ ResourceChange: each }) => [
    each?.LogicalResourceId,
    each?.Action,
    each?.Replacement,
    each?.PolicyAction,
    each?.Details?.map(
      ({ Target }) => `${Target?.Name}: ${Target?.BeforeValue} > ${Target?.AfterValue}`,
    ),
  ]);
  expect(told).toEqual([
    [
      'Kept',
      'Modify',
      'False',
      undefined,
      ['DelaySeconds: 1 > 2', 'VisibilityTimeout: undefined > 9'],
    ],
    ['Renamed', 'Modify', 'True', 'ReplaceAndDelete', ['QueueName: before > after']],
    ['New', 'Add', undefined, undefined, undefined],
    ['Gone', 'Remove', undefined, 'Delete', undefined],
    ['Stays', 'Remove', undefined, 'Retain', undefined],
  ]);
});

it.each([
  [
    '{Type: AWS::DynamoDB::Table, Properties: {ImportSourceSpecification: {}}}',
    'ImportSourceSpecification of AWS::DynamoDB::Table',
  ],
  ['{Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}', 'FifoQueue of AWS::SQS::Queue'],
  [
    '{Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day)}}',
    'ScheduleExpression of AWS::Events::Rule',
  ],
  ['{Type: AWS::StepFunctions::StateMachine}', 'AWS::StepFunctions::StateMachine'],
])('refuses %s at the change set, with the resource and the property', async (resource, what) => {
  const planned = plan('refused', queues(`  Odd: ${resource}`));
  await expect(planned).rejects.toThrow(what);
  await expect(planned).rejects.toThrow('Odd');
});

it('refuses a change that it cannot make in place, and an event that nothing would send', async () => {
  const table = (attribute: string) =>
    queues(
      `  Table: {Type: AWS::DynamoDB::Table, Properties: {BillingMode: PAY_PER_REQUEST, KeySchema: [{AttributeName: id, KeyType: HASH}], AttributeDefinitions: [{AttributeName: id, AttributeType: S}${attribute}]}}`,
    );
  await deploy('tables', table(''));
  await expect(plan('tables', table(', {AttributeName: b, AttributeType: S}'))).rejects.toThrow(
    'Resource Table: the local runtime does not change AttributeDefinitions of AWS::DynamoDB::Table in place',
  );
  const scheduled = `Transform: AWS::Serverless-2016-10-31
Resources:
  F: {Type: AWS::Serverless::Function, Properties: {CodeUri: 's3://b/k', Events: {Daily: {Type: Schedule}}}}`;
  await expect(plan('scheduled', scheduled)).rejects.toThrow(
    'Resource F: the local runtime does not implement the event Daily of type Schedule',
  );
});

it('gives one stack what another exports, and keeps that while it is used', async () => {
  const exporting = `
Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: shared}}}
Outputs: {Name: {Value: !GetAtt Q.QueueName, Export: {Name: !Sub '\${AWS::StackName}-queue'}}}`;
  const importing = `
Resources: {Q: {Type: AWS::SQS::Queue}}
Outputs: {Name: {Value: !Sub ['uses \${Other}', {Other: !ImportValue one-queue}]}}`;
  await expect(plan('two', importing).then(() => deploy('two', importing))).resolves.toMatchObject({
    StackStatus: 'ROLLBACK_COMPLETE',
    StackStatusReason: 'No export named one-queue found.',
  });
  await client.send(new DeleteStackCommand({ StackName: 'two' }));
  await deploy('one', exporting);
  expect(outputsOf(await deploy('two', importing))).toEqual({ Name: 'uses shared' });
  const remove = (StackName: string) => client.send(new DeleteStackCommand({ StackName }));
  await expect(remove('one')).rejects.toThrow(
    'Export one-queue cannot be deleted as it is in use by two',
  );
  const again = exporting
    .replace('QueueName: shared', 'QueueName: other')
    .replace(/\$\{[^}]+\}/, 'one');
  expect(await deploy('three', again)).toMatchObject({
    StackStatus: 'ROLLBACK_COMPLETE',
    StackStatusReason: 'Export with name one-queue is already exported by stack one.',
  });
  await remove('two');
  await remove('one');
  expect(await describe('one')).toBeUndefined();
});

it('resolves every intrinsic function, and leaves out what its conditions say', async () => {
  const body = `
Parameters:
  Stage: {Type: String, Default: prod}
  Names: {Type: CommaDelimitedList, Default: 'a, b, c'}
Mappings: {Sizes: {prod: {delay: 9}, dev: {delay: 1}}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Not [!Condition IsDev]]
  Either: !Or [!Condition IsDev, !Equals [a, b]]
Resources:
  Q: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: !FindInMap [Sizes, !Ref Stage, delay]}}
  Never: {Type: AWS::SQS::Queue, Condition: Either}
  After: {Type: AWS::SQS::Queue, DependsOn: Q}
Outputs:
  Join: {Value: !Join ['-', [x, !Select [1, !Ref Names], !Select [0, !Split ['/', 'p/q']]]]}
  If: {Value: !If [Both, yes, no]}
  Base64: {Value: !Base64 {'Fn::Sub': 'in \${Stage} \${!literal}'}}
  Att: {Value: !GetAtt Q.QueueName}
  Absent: {Condition: IsDev, Value: x}
`;
  const outputs = outputsOf(await deploy('intrinsics', body));
  expect(outputs).toEqual({
    Join: 'x-b-p',
    If: 'yes',
    Base64: Buffer.from(`in prod \${literal}`).toString('base64'),
    Att: expect.stringMatching(/^intrinsics-Q-/),
  });
  const { StackEvents = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: 'intrinsics' }),
  );
  const made = StackEvents.filter((each) => each.ResourceStatus === 'CREATE_COMPLETE');
  expect(made.map((each) => each.LogicalResourceId)).toEqual(['intrinsics', 'After', 'Q']);
  expect(outputsOf(await deploy('intrinsics', body, { Stage: 'dev' }))).toMatchObject({
    If: 'no',
    Absent: 'x',
  });
});

it('makes a bucket, and does not delete one with something in it', async () => {
  const body = queues(
    '  Bucket: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: Enabled}}}\nOutputs: {Name: {Value: !Ref Bucket}}',
  );
  const { Name = '' } = outputsOf(await deploy('buckets', body)) as { Name?: string };
  const objects = new S3Client({ ...(await configOf(client)), forcePathStyle: true });
  const put = await objects.send(new PutObjectCommand({ Bucket: Name, Key: 'a', Body: 'b' }));
  await client.send(new DeleteStackCommand({ StackName: 'buckets' }));
  expect(await describe('buckets')).toMatchObject({ StackStatus: 'DELETE_FAILED' });
  await objects.send(new DeleteObjectCommand({ Bucket: Name, Key: 'a', VersionId: put.VersionId }));
  await client.send(new DeleteStackCommand({ StackName: 'buckets' }));
  expect(await describe('buckets')).toBeUndefined();
});

const configOf = async ({ config }: CloudFormationClient) => ({
  endpoint: runtime.url,
  region: await config.region(),
  credentials: config.credentials,
});
