import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateSummaryCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCloudFormation } from '../../../src/local/cloudformation/service.ts';
import { createIam } from '../../../src/local/iam/iam.ts';
import { createLogs } from '../../../src/local/logs/service.ts';
import { createSqs } from '../../../src/local/sqs/service.ts';
import { createSsm } from '../../../src/local/ssm/service.ts';
import { openStore, type Store } from '../../../src/local/store/store.ts';
import { type RunningServer, serve } from '../../../src/local/wire/server.ts';
import { testCredentials, testVerifier } from '../../support/credentials.ts';
import {
  createFakeApiGateway,
  createFakeDynamoDb,
  createFakeEvents,
  createFakeLambda,
} from './fakes.ts';

const directory = mkdtempSync(join(tmpdir(), 'cfn-'));
const fake = {
  ...createFakeLambda(),
  ...createFakeEvents(),
  ...createFakeDynamoDb(),
  ...createFakeApiGateway(),
};
let store: Store;
let server: RunningServer;
let client: CloudFormationClient;

beforeAll(async () => {
  store = openStore(join(directory, 'state.sqlite'));
  const { service } = createCloudFormation({
    store,
    functions: fake.functions,
    dynamodb: fake.dynamodb,
    apis: fake.apis,
    events: fake.events,
    sqs: createSqs({ store, region: 'us-east-2', url: () => server.url }),
    logs: createLogs({ store }),
    iam: createIam({ store }),
    parameters: createSsm({ store, directory }).parameters,
    s3: {
      putBucket: () => undefined,
      deleteBucket: () => true,
      service: { name: 's3', claims: () => false, handle: () => ({ status: 500 }) },
      read: (_, key) => (key.startsWith('code') ? Buffer.from(key) : undefined),
    },
    url: () => server.url,
  });
  server = await serve({ services: [service], store, port: 0, verifier: testVerifier });
  client = new CloudFormationClient({
    region: 'us-east-2',
    endpoint: server.url,
    credentials: testCredentials,
  });
});

afterAll(async () => {
  await server.close();
  store.close();
  rmSync(directory, { recursive: true });
});

const template = (code: string, wait = 5) => `
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Parameters:
  Wait: {Type: Number, Default: ${wait}, MinValue: 1}
  Level: {Type: String, Default: INFO, AllowedValues: [INFO, WARN]}
Conditions:
  Never: !Equals [!Ref Level, nothing]
Globals:
  Function:
    Runtime: nodejs24.x
    Environment: {Variables: {ORDERS_TABLE: !Ref OrdersTable}}
Resources:
  Worker:
    Type: AWS::Serverless::Function
    UpdateReplacePolicy: Retain
    Properties:
      FunctionName: !Sub \${AWS::StackName}-worker
      CodeUri: s3://bucket/${code}
      Handler: worker.handler
      Role: !GetAtt Role.Arn
      AutoPublishAlias: live
      VersionDescription: &text !Sub wait=\${Wait} level=\${Level}
      DurableConfig: {ExecutionTimeout: 60, RetentionPeriodInDays: 7}
      LoggingConfig: {LogFormat: JSON, LogGroup: !Ref Logs}
      Environment: {Variables: {WAIT: !Ref Wait, SETTINGS: *text}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      Description: !Sub '\${OrdersTable.Arn}/index'
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 7}}
  Extra: {Type: AWS::Logs::LogGroup, Condition: Never}
  OrdersTable:
    Type: AWS::DynamoDB::Table
    DeletionPolicy: RetainExceptOnCreate
    Properties:
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      GatewayResponses:
        DEFAULT_5XX: {StatusCode: 500, ResponseParameters: {Headers: {Retry-After: "'5'"}}}
      DefinitionBody:
        paths: {/x: {get: {uri: !Sub 'functions/\${Worker.Alias}/invocations'}}}
Outputs:
  ApiUrl: {Value: !Sub 'https://\${Api}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/v1'}
  Table: {Value: !Ref OrdersTable}
  Alias: {Value: !Ref Worker.Alias}
`;

let sets = 0;

async function changeSet(
  StackName: string,
  TemplateBody: string,
  ChangeSetType: 'CREATE' | 'UPDATE',
) {
  const ChangeSetName = `set${++sets}`;
  const Capabilities = ['CAPABILITY_IAM' as const];
  await client.send(
    new CreateChangeSetCommand({
      StackName,
      ChangeSetName,
      ChangeSetType,
      TemplateBody,
      Capabilities,
    }),
  );
  return client.send(new DescribeChangeSetCommand({ StackName, ChangeSetName }));
}

async function deploy(name: string, body: string, type: 'CREATE' | 'UPDATE') {
  const set = await changeSet(name, body, type);
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
  return { set, stack: await describeStack(name) };
}

async function describeStack(StackName: string) {
  return (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
}

const output = (stack: Awaited<ReturnType<typeof describeStack>>, key: string) =>
  stack?.Outputs?.find((output) => output.OutputKey === key)?.OutputValue;

it('deploys a change set and returns outputs with local URLs', async () => {
  const { set, stack } = await deploy('first', template('code1'), 'CREATE');
  expect(set.Status).toBe('CREATE_COMPLETE');
  expect(stack?.StackStatus).toBe('CREATE_COMPLETE');
  expect(output(stack, 'ApiUrl')).toBe(`${server.url}/execute-api/api1/v1`);
  expect(output(stack, 'Table')).toMatch(/^first-OrdersTable-[A-Z0-9]{12}$/);
  expect(output(stack, 'Alias')).toMatch(/:function:first-worker:live$/);
  const worker = fake.latest.get('first-worker');
  expect(worker).toMatchObject({
    durable: { executionTimeout: 60, retentionDays: 7 },
    logFormat: 'JSON',

    environment: {
      ORDERS_TABLE: output(stack, 'Table'),
      WAIT: '5',
      SETTINGS: 'wait=5 level=INFO',
    },
  });
  expect(worker?.logGroup).toMatch(/^first-Logs-/);
  expect(fake.versions).toEqual(['first-worker wait=5 level=INFO']);
  expect(fake.aliases.get('first-worker:live')).toBe('1');
  expect(fake.definitions.get('api1')?.definition).toMatchObject({
    paths: { '/x': { get: { uri: expect.stringContaining(':first-worker:live/invocations') } } },
    'x-amazon-apigateway-gateway-responses': {
      DEFAULT_5XX: { responseParameters: { 'gatewayresponse.header.Retry-After': "'5'" } },
    },
  });
});

it('reports a change set without changes', async () => {
  const set = await changeSet('first', template('code1'), 'UPDATE');
  expect(set).toMatchObject({
    Status: 'FAILED',
    StatusReason: expect.stringContaining("The submitted information didn't contain changes."),
  });
});

it('publishes a version when only a setting changes', async () => {
  const { set, stack } = await deploy('first', template('code1', 9), 'UPDATE');
  const changes = set.Changes?.map(({ ResourceChange: change }) => [
    change?.ResourceType,
    change?.Action,
    change?.Replacement,
  ]);
  expect(changes).toEqual(
    expect.arrayContaining([
      ['AWS::Lambda::Function', 'Modify', 'False'],
      ['AWS::Lambda::Version', 'Modify', 'True'],
      ['AWS::Lambda::Alias', 'Modify', 'False'],
    ]),
  );
  expect(stack?.StackStatus).toBe('UPDATE_COMPLETE');
  expect(fake.aliases.get('first-worker:live')).toBe('2');
});

it('rolls an update back when a resource fails, and reports the reason', async () => {
  const { stack } = await deploy('first', template('missing', 11), 'UPDATE');
  expect(stack?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  const { StackEvents = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: 'first' }),
  );
  const failed = StackEvents.find((event) => event.ResourceStatus === 'UPDATE_FAILED');
  expect(failed?.ResourceStatusReason).toContain('NoSuchKey');
  expect(fake.latest.get('first-worker')?.environment['WAIT']).toBe('9');
  expect(fake.aliases.get('first-worker:live')).toBe('2');
});

it('retains the table of a deleted stack, which is found only by its id', async () => {
  const stack = await describeStack('first');
  const table = output(stack, 'Table') ?? '';
  await client.send(new DeleteStackCommand({ StackName: 'first' }));
  await expect(describeStack('first')).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Stack with id first does not exist',
  });
  expect((await describeStack(stack?.StackId ?? ''))?.StackStatus).toBe('DELETE_COMPLETE');
  expect(fake.tables.has(table)).toBe(true);
  expect(fake.latest.has('first-worker')).toBe(false);
  expect(fake.definitions.size).toBe(0);
});

it('deletes a stack without its table, and reports DELETE_FAILED if a table cannot be deleted', async () => {
  const tables = (...names: string[]) =>
    `Resources:\n${names.map((name) => `  T${name}: {Type: AWS::DynamoDB::Table, Properties: {TableName: ${name}, KeySchema: [{AttributeName: id, KeyType: HASH}]}}`).join('\n')}`;
  const remove = async (StackName: string, TemplateBody: string) => {
    const { StackId = '' } = await client.send(new CreateStackCommand({ StackName, TemplateBody }));
    fake.tables.delete('taken');
    await client.send(new DeleteStackCommand({ StackName }));
    return describeStack(StackId);
  };
  expect((await remove('taken', tables('taken')))?.StackStatus).toBe('DELETE_COMPLETE');
  const stuck = await remove('stuck', tables('good', 'stuck'));
  expect(stuck?.StackStatus).toBe('DELETE_FAILED');
  expect(stuck?.StackStatusReason).toContain('failed to delete: [Tstuck]');
  const { StackEvents = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: 'stuck' }),
  );
  const failed = StackEvents.findLast((event) => event.ResourceStatus === 'DELETE_FAILED');
  expect(failed).toMatchObject({
    LogicalResourceId: 'Tstuck',
    ResourceStatusReason: 'this table is stuck',
  });
});

it('removes the resources of a failed creation', async () => {
  const TemplateBody = `
Resources:
  Good: {Type: AWS::DynamoDB::Table, DeletionPolicy: RetainExceptOnCreate, Properties: &table {TableName: good, KeySchema: [{AttributeName: id, KeyType: HASH}]}}
  Bad: {Type: AWS::DynamoDB::Table, DependsOn: Good, Properties: {<<: *table, TableName: broken}}`;
  await client.send(new CreateStackCommand({ StackName: 'failing', TemplateBody }));
  const stack = await describeStack('failing');
  expect(stack?.StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(stack?.StackStatusReason).toContain('[Bad]');
  expect(fake.tables.has('good')).toBe(false);
  const { StackResources } = await client.send(
    new DescribeStackResourcesCommand({ StackName: 'failing' }),
  );
  expect(StackResources ?? []).toEqual([]);
});

it.each([
  [
    'an unknown reference',
    'Resources: {T: {Type: AWS::SQS::Queue, Properties: {A: !Ref Nope}}}',
    /Nope/,
  ],
  ['an unknown type', 'Resources: {T: {Type: AWS::Moon::Base}}', /AWS::Moon::Base/],
  ['malformed YAML', 'Resources: [', /Template format error/],
  ['IAM without a capability', 'Resources: {T: {Type: AWS::IAM::Role}}', /CAPABILITY_IAM/],
  [
    'a parameter out of bounds',
    'Parameters: {P: {Type: Number, Default: 0, MinValue: 1}}\nResources: {T: {Type: AWS::SQS::Queue}}',
    /'P' must be a number not less than 1/,
  ],
])('rejects %s', async (_, TemplateBody, message) => {
  const command = new CreateStackCommand({ StackName: 'refused', TemplateBody });
  await expect(client.send(command)).rejects.toThrow(message);
});

it('summarizes the parameters of a template', async () => {
  const summary = await client.send(
    new GetTemplateSummaryCommand({ TemplateBody: template('code1') }),
  );
  expect(summary.Parameters?.map((parameter) => parameter.ParameterKey)).toEqual(['Wait', 'Level']);
  expect(summary.Parameters?.[0]?.DefaultValue).toBe('5');
});

it('rejects an unsigned request', async () => {
  const body = 'Action=DescribeStacks&Version=2010-05-15';
  const response = await fetch(server.url, { method: 'POST', body });
  expect(response.status).toBe(403);
});

it('creates a rule with pattern and targets, and deletes it with the stack', async () => {
  const body = (target: string, state = 'ENABLED') => `
Resources:
  Ended:
    Type: AWS::Events::Rule
    Properties:
      State: ${state}
      EventPattern: {source: [aws.lambda], detail: {status: [STOPPED]}}
      Targets: [{Id: one, Arn: "${target}"}]
`;
  const arn = 'arn:aws:lambda:us-east-2:000000000000:function:repair:live';
  await client.send(new CreateStackCommand({ StackName: 'rules', TemplateBody: body(arn) }));
  expect([...fake.rules.values()]).toMatchObject([
    { pattern: { source: ['aws.lambda'], detail: { status: ['STOPPED'] } }, targets: [arn] },
  ]);
  await client.send(new DeleteStackCommand({ StackName: 'rules' }));
  expect(fake.rules.size).toBe(0);
  const queue = body('arn:aws:sqs:us-east-2:000000000000:queue');
  await client.send(new CreateStackCommand({ StackName: 'queue', TemplateBody: queue }));
  const { StackEvents = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: 'queue' }),
  );
  expect(StackEvents.map((event) => event.ResourceStatusReason).join()).toContain(
    'only functions as targets',
  );
});
