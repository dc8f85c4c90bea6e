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
import { type Runtime, startRuntime } from '../../../src/local/runtime/runtime.ts';

let directory: string;
let runtime: Runtime;
let client: CloudFormationClient;
let sets = 0;

const createClient = () =>
  new CloudFormationClient({
    endpoint: runtime.url,
    region: 'us-east-2',
    credentials: runtime.credentials,
    maxAttempts: 1,
  });

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cloudformation-'));
  runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  client = createClient();
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
  return client.send(
    new DescribeChangeSetCommand({ ChangeSetName: Id, IncludePropertyValues: true }),
  );
}

async function deploy(name: string, body: string, parameters: Record<string, string> = {}) {
  const set = await plan(name, body, parameters);
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
  return describe(name);
}

const readOutputs = (stack: Awaited<ReturnType<typeof describe>>) =>
  Object.fromEntries(stack?.Outputs?.map((output) => [output.OutputKey, output.OutputValue]) ?? []);

const toTemplate = (resources: string) => `Resources:\n${resources}`;

it('describes the action, resource and properties of each change', async () => {
  await deploy(
    'changing',
    toTemplate(`
  Kept: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 1}}
  Renamed: {Type: AWS::SQS::Queue, Properties: {QueueName: before}}
  Gone: {Type: AWS::SQS::Queue}
  Stays: {Type: AWS::SQS::Queue, DeletionPolicy: Retain}`),
  );
  const { Changes = [] } = await plan(
    'changing',
    toTemplate(`
  Kept: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 2, VisibilityTimeout: 9}}
  Renamed: {Type: AWS::SQS::Queue, Properties: {QueueName: after}}
  New: {Type: AWS::SQS::Queue}`),
  );
  const described = Changes.map(({ ResourceChange: change }) => [
    change?.LogicalResourceId,
    change?.Action,
    change?.Replacement,
    change?.PolicyAction,
    change?.Details?.map(
      ({ Target }) => `${Target?.Name}: ${Target?.BeforeValue} > ${Target?.AfterValue}`,
    ),
  ]);
  expect(described).toEqual([
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
])(
  'rejects %s in the change set and names the resource and property',
  async (resource, message) => {
    const planned = plan('refused', toTemplate(`  Odd: ${resource}`));
    await expect(planned).rejects.toThrow(message);
    await expect(planned).rejects.toThrow('Odd');
  },
);

it('rejects a change that it cannot make in place and an event without a source', async () => {
  const table = (attribute: string) =>
    toTemplate(
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

it('imports the export of another stack, which cannot be deleted while in use', async () => {
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
  expect(readOutputs(await deploy('two', importing))).toEqual({ Name: 'uses shared' });
  const remove = (StackName: string) => client.send(new DeleteStackCommand({ StackName }));
  await expect(remove('one')).rejects.toThrow(
    'Export one-queue cannot be deleted as it is in use by two',
  );
  const conflicting = exporting
    .replace('QueueName: shared', 'QueueName: other')
    .replace(/\$\{[^}]+\}/, 'one');
  expect(await deploy('three', conflicting)).toMatchObject({
    StackStatus: 'ROLLBACK_COMPLETE',
    StackStatusReason: 'Export with name one-queue is already exported by stack one.',
  });
  await remove('two');
  await remove('one');
  expect(await describe('one')).toBeUndefined();
});

it('resolves every intrinsic function and omits resources whose condition is false', async () => {
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
  const outputs = readOutputs(await deploy('intrinsics', body));
  expect(outputs).toEqual({
    Join: 'x-b-p',
    If: 'yes',
    Base64: Buffer.from(`in prod \${literal}`).toString('base64'),
    Att: expect.stringMatching(/^intrinsics-Q-/),
  });
  const { StackEvents = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: 'intrinsics' }),
  );
  const created = StackEvents.filter((event) => event.ResourceStatus === 'CREATE_COMPLETE');
  expect(created.map((event) => event.LogicalResourceId)).toEqual(['intrinsics', 'After', 'Q']);
  expect(readOutputs(await deploy('intrinsics', body, { Stage: 'dev' }))).toMatchObject({
    If: 'no',
    Absent: 'x',
  });
});

it('creates a bucket and does not delete it while it contains objects', async () => {
  const body = toTemplate(
    '  Bucket: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: Enabled}}}\nOutputs: {Name: {Value: !Ref Bucket}}',
  );
  const { Name = '' } = readOutputs(await deploy('buckets', body)) as { Name?: string };
  const s3 = new S3Client({ ...(await readConfig(client)), forcePathStyle: true });
  const put = await s3.send(new PutObjectCommand({ Bucket: Name, Key: 'a', Body: 'b' }));
  await client.send(new DeleteStackCommand({ StackName: 'buckets' }));
  expect(await describe('buckets')).toMatchObject({ StackStatus: 'DELETE_FAILED' });
  await s3.send(new DeleteObjectCommand({ Bucket: Name, Key: 'a', VersionId: put.VersionId }));
  await client.send(new DeleteStackCommand({ StackName: 'buckets' }));
  expect(await describe('buckets')).toBeUndefined();
});

const readConfig = async ({ config }: CloudFormationClient) => ({
  endpoint: runtime.url,
  region: await config.region(),
  credentials: config.credentials,
});

it('returns the URL of a queue at the present port after a restart', async () => {
  const body = `${toTemplate('  Letters: {Type: AWS::SQS::Queue}')}
Outputs: {Url: {Value: !Ref Letters}}`;
  const before = readOutputs(await deploy('moved', body))['Url'];
  expect(before).toContain(runtime.url);
  await runtime.close();
  runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  client = createClient();
  const after = readOutputs(await describe('moved'))['Url'];
  expect(after?.startsWith(`${runtime.url}/`)).toBe(true);
});
