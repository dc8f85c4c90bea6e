import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  UpdateStackCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClientRuntime } from '../client-runtime.ts';

let local: Awaited<ReturnType<typeof startClientRuntime>>;
let client: CloudFormationClient;
let lambda: LambdaClient;
let ssm: SSMClient;

beforeAll(async () => {
  local = await startClientRuntime();
  const { settings } = local;
  client = new CloudFormationClient(settings);
  lambda = new LambdaClient(settings);
  ssm = new SSMClient(settings);
});
afterAll(async () => {
  await local.close();
});

let stackCount = 0;

/** Creates or updates a stack and returns its description. */
async function deploy(template: object | string, name?: string, parameters: object = {}) {
  stackCount += 1;
  const StackName = name ?? `stack-${stackCount}`;
  const describeStack = () => client.send(new DescribeStacksCommand({ StackName }));
  const existing = await describeStack().catch(() => undefined);
  const input = {
    StackName,
    TemplateBody: typeof template === 'string' ? template : JSON.stringify(template),
    Capabilities: ['CAPABILITY_NAMED_IAM' as const],
    Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue: String(ParameterValue),
    })),
  };
  await client.send(existing ? new UpdateStackCommand(input) : new CreateStackCommand(input));
  const { Stacks: [stack] = [] } = await describeStack();
  const outputs = Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]),
  );
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  const failures = StackEvents.flatMap(({ ResourceStatus = '', ResourceStatusReason = '' }) =>
    ResourceStatus.endsWith('_FAILED') ? [ResourceStatusReason] : [],
  ).join();
  const reason = stack?.StackStatusReason ?? '';
  return { status: stack?.StackStatus, reason, failures, outputs };
}

const queue = { Type: 'AWS::SQS::Queue' };
const withResource = (resource: object) => ({ Resources: { R: resource } });

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
describe('a template with a name that is not known is rejected by that name', () => {
  it.each<[string, object]>([
    ['Colour', withResource({ ...queue, Colour: 'red' })],
    ['UpdatePolicy', withResource({ ...queue, UpdatePolicy: {} })],
    ['Always', withResource({ ...queue, DeletionPolicy: 'Always' })],
    ['FifoQueue', withResource({ ...queue, Properties: { FifoQueue: true } })],
    ['Retention', withResource({ Type: 'AWS::Logs::LogGroup', Properties: { Retention: 3 } })],
    [
      'WebsiteConfiguration',
      withResource({ Type: 'AWS::S3::Bucket', Properties: { WebsiteConfiguration: {} } }),
    ],
    ['PolicyDocument', withResource({ Type: 'AWS::SQS::QueuePolicy', Properties: { Queues: [] } })],
    ['AssumeRolePolicyDocument', withResource({ Type: 'AWS::IAM::Role', Properties: {} })],
    [
      'Principal',
      withResource({
        Type: 'AWS::Lambda::Permission',
        Properties: { Action: 'a', FunctionName: 'b' },
      }),
    ],
    ['AWS::Lambda::EventSourceMapping', withResource({ Type: 'AWS::Lambda::EventSourceMapping' })],
    ['Missing', withResource({ ...queue, DependsOn: ['Missing'] })],
    [
      'Unknown',
      { ...withResource(queue), Conditions: { C: { 'Fn::Equals': [{ Ref: 'Unknown' }, 'a'] } } },
    ],
    ['Text', { ...withResource(queue), Parameters: { P: { Type: 'Text', Default: 'a' } } }],
    [
      'AWS::EC2::VPC::Id',
      { ...withResource(queue), Parameters: { P: { Type: 'AWS::EC2::VPC::Id' } } },
    ],
    ['MaxLenght', { ...withResource(queue), Parameters: { P: { Type: 'String', MaxLenght: 3 } } }],
    ['Exports', { ...withResource(queue), Outputs: { O: { Value: 'a', Exports: {} } } }],
    ['Assertion', { ...withResource(queue), Rules: { R: { Assertion: [] } } }],
    ['Hooks', { ...withResource(queue), Hooks: {} }],
    [
      '[Colour]',
      withResource({ ...queue, Properties: { Tags: [{ Key: 'a', Value: 'b', Colour: 'c' }] } }),
    ],
    ['Names', { ...withResource(queue), Outputs: { O: { Value: 'a', Export: { Names: 'b' } } } }],
    [
      '[MfaDelete]',
      withResource({
        Type: 'AWS::S3::Bucket',
        Properties: { VersioningConfiguration: { Status: 'Enabled', MfaDelete: true } },
      }),
    ],
    [
      '[InputPath]',
      withResource({
        Type: 'AWS::Events::Rule',
        Properties: { EventPattern: {}, Targets: [{ Arn: 'a', Id: 'b', InputPath: '$.c' }] },
      }),
    ],
    [
      '[CachingEnabled]',
      withResource({
        Type: 'AWS::ApiGateway::Stage',
        Properties: {
          RestApiId: 'a',
          DeploymentId: 'b',
          StageName: 'c',
          MethodSettings: { 'Fn::If': ['C', [{ CachingEnabled: true }], { Ref: 'AWS::NoValue' }] },
        },
      }),
    ],
    [
      'PRIVATE',
      withResource({
        Type: 'AWS::ApiGateway::RestApi',
        Properties: { Name: 'a', EndpointConfiguration: { Types: ['PRIVATE'] } },
      }),
    ],
    ['AWS::Include', { ...withResource(queue), Transform: 'AWS::Include' }],
    ['Globals', { ...withResource(queue), Globals: { Function: {} } }],
  ])('%s', async (name, template) => {
    const Conditions = { C: { 'Fn::Equals': ['a', 'a'] } };
    await expect(deploy({ Conditions, ...template })).rejects.toThrow(name);
  });
});

// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-resources-and-properties.html
describe('a SAM resource with a property that is not implemented is rejected by its name', () => {
  const fn = { Runtime: 'nodejs24.x', Handler: 'index.handler', InlineCode: 'exports.handler = 1' };
  const api = { StageName: 'v1', DefinitionBody: { openapi: '3.0.1', paths: {} } };
  const sam = (type: string, properties: object, globals?: object) => ({
    Transform: 'AWS::Serverless-2016-10-31',
    ...(globals ? { Globals: globals } : {}),
    ...withResource({ Type: `AWS::Serverless::${type}`, Properties: properties }),
  });
  it.each<[string, object]>([
    [
      'Authorizer',
      sam('Function', { ...fn, FunctionUrlConfig: { AuthType: 'NONE', Authorizer: 'a' } }),
    ],
    [
      'AllowOrigin',
      sam('Function', {
        ...fn,
        FunctionUrlConfig: { AuthType: 'NONE', Cors: { AllowOrigin: '*' } },
      }),
    ],
    ['either AWS_IAM or NONE', sam('Function', { ...fn, FunctionUrlConfig: { AuthType: 'JWT' } })],
    ['should be a map', sam('Function', { ...fn, FunctionUrlConfig: 'NONE' })],
    ['MaximumAge', sam('Function', { ...fn, EventInvokeConfig: { MaximumAge: 60 } })],
    [
      'BatchSize',
      sam('Function', {
        ...fn,
        Events: { E: { Type: 'EventBridgeRule', Properties: { Pattern: {}, BatchSize: 1 } } },
      }),
    ],
    [
      'EventBusName',
      sam('Function', {
        ...fn,
        Events: { E: { Type: 'EventBridgeRule', Properties: { Pattern: {}, EventBusName: 'b' } } },
      }),
    ],
    [
      '[Input]',
      sam('Function', {
        ...fn,
        Events: { E: { Type: 'EventBridgeRule', Properties: { Pattern: {}, Input: '{}' } } },
      }),
    ],
    ['PrimaryKey.Name', sam('SimpleTable', { PrimaryKey: { Type: 'String' } })],
    ['StreamSpecification', sam('SimpleTable', { StreamSpecification: {} })],
    ['[SystemLogLevel]', sam('Function', { ...fn, LoggingConfig: { SystemLogLevel: 'WARN' } })],
    [
      'Fifo',
      sam('Function', { ...fn, DeadLetterQueue: { Type: 'SQS', TargetArn: 'a', Fifo: true } }),
    ],
    ['python3.13', sam('Function', { ...fn, Runtime: 'python3.13' })],
    ['ReservedConcurrentExecutions', sam('Function', { ...fn, ReservedConcurrentExecutions: 0 })],
    ['Layers', sam('Function', fn, { Function: { Layers: [] } })],
    ['HttpApi', sam('Function', fn, { HttpApi: {} })],
    ['Schedule', sam('Function', { ...fn, Events: { E: { Type: 'Schedule', Properties: {} } } })],
    [
      'RequestModel',
      sam('Function', {
        ...fn,
        Events: { E: { Type: 'Api', Properties: { Path: '/', Method: 'get', RequestModel: {} } } },
      }),
    ],
    ['CodeUri', sam('Function', { Runtime: 'nodejs24.x', Handler: 'index.handler' })],
    [
      'Folder',
      sam('Function', { Handler: 'a.b', CodeUri: { Bucket: 'b', Key: 'k', Folder: 'f' } }),
    ],
    ['AutoPublishAlias', sam('Function', { ...fn, AutoPublishAlias: { 'Fn::Sub': 'live' } })],
    ['ApiKeyRequired', sam('Api', { ...api, Auth: { ApiKeyRequired: true } })],
    ['Authorizers', sam('Api', { ...api, Auth: { Authorizers: { Own: {} } } })],
    ['MinimumCompressionSize', sam('Api', { ...api, MinimumCompressionSize: 1 })],
    ['AllowOrigins', sam('Api', { ...api, Cors: { AllowOrigins: "'*'" } })],
    ['StageName', sam('Api', { DefinitionBody: api.DefinitionBody })],
  ])('%s', async (name, template) => {
    await expect(deploy(template)).rejects.toThrow(name);
  });
});

it('refuses a circular dependency before a stack exists', async () => {
  const circle = {
    A: { ...queue, DependsOn: 'B' },
    B: { ...queue, Properties: { QueueName: { 'Fn::GetAtt': ['C', 'QueueName'] } } },
    C: { ...queue, Properties: { QueueName: { Ref: 'A' } } },
  };
  const template = { Resources: circle };
  const message = 'Circular dependency between resources: [A, B, C]';
  await expect(deploy(template, 'circle')).rejects.toThrow(message);
  const TemplateBody = JSON.stringify(template);
  await expect(client.send(new ValidateTemplateCommand({ TemplateBody }))).rejects.toThrow(message);
  await expect(client.send(new DescribeStacksCommand({ StackName: 'circle' }))).rejects.toThrow();
});

it('resolves references to SSM parameters, and names a missing parameter', async () => {
  const Name = '/templates/name';
  await ssm.send(new PutParameterCommand({ Name, Value: 'old', Type: 'String' }));
  await ssm.send(new PutParameterCommand({ Name, Value: 'a,b', Overwrite: true }));
  const output = (Value: unknown) => ({ ...withResource(queue), Outputs: { O: { Value } } });
  const resolve = async (Value: unknown) => (await deploy(output(Value))).outputs['O'];
  expect(await resolve(`-{{resolve:ssm:${Name}:1}}-{{resolve:ssm:${Name}}}`)).toBe('-old-a,b');
  expect(await resolve({ 'Fn::Join': ['', ['{{resolve:ssm:', Name, '}}']] })).toBe('a,b');
  const type = 'AWS::SSM::Parameter::Value<List<String>>';
  const typed = {
    ...output({ 'Fn::Select': [1, { Ref: 'P' }] }),
    Parameters: { P: { Type: type, Default: Name } },
  };
  expect((await deploy(typed)).outputs['O']).toBe('b');
  await expect(deploy(typed, undefined, { P: '/templates/none' })).rejects.toThrow(
    '/templates/none',
  );
  for (const text of [
    '{{resolve:ssm:/none:3}}',
    '{{resolve:ssm-secure:/a}}',
    '{{resolve:secretsmanager:b}}',
  ]) {
    const { status, reason } = await deploy(output(text));
    expect([status, reason]).toEqual([
      'ROLLBACK_COMPLETE',
      expect.stringMatching(/none:3|resolve:s/),
    ]);
  }
});

it('checks every member of a list parameter', async () => {
  const list = (Type: string, rest: object) => ({
    ...withResource(queue),
    Parameters: { P: { Type, ...rest } },
  });
  const numbers = list('List<Number>', { MaxValue: 9 });
  expect((await deploy(numbers, undefined, { P: '1, 9' })).status).toBe('CREATE_COMPLETE');
  await expect(deploy(numbers, undefined, { P: '1,10' })).rejects.toThrow('not greater than 9');
  await expect(deploy(numbers, undefined, { P: '1,x' })).rejects.toThrow('must be a number');
  const texts = list('CommaDelimitedList', { AllowedValues: ['a', 'b'] });
  expect((await deploy(texts, undefined, { P: 'b,a' })).status).toBe('CREATE_COMPLETE');
  await expect(deploy(texts, undefined, { P: 'a,c' })).rejects.toThrow('AllowedValues: [a, b]');
});

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html
it('keeps an export that another stack uses', async () => {
  const exporter = (Value: string, Name = 'shared') => ({
    ...withResource(queue),
    Outputs: { O: { Value, Export: { Name } } },
  });
  await deploy(exporter('1'), 'exporter');
  const imported = { 'Fn::ImportValue': 'shared' };
  await deploy({ ...withResource(queue), Outputs: { O: { Value: imported } } }, 'importer');
  const changed = await deploy(exporter('2'), 'exporter');
  expect(changed).toMatchObject({
    status: 'UPDATE_ROLLBACK_COMPLETE',
    reason: 'Cannot update export shared as it is in use by importer',
    outputs: { O: '1' },
  });
  for (const template of [exporter('1', 'renamed'), withResource(queue)]) {
    expect(await deploy(template, 'exporter')).toMatchObject({
      status: 'UPDATE_ROLLBACK_COMPLETE',
      reason: 'Export shared cannot be deleted as it is in use by importer',
    });
  }
  const second = await deploy(exporter('3'), 'second-exporter');
  expect(second).toMatchObject({ status: 'ROLLBACK_COMPLETE', outputs: {} });
  await client.send(new DeleteStackCommand({ StackName: 'importer' }));
  expect(await deploy(exporter('2'), 'exporter')).toMatchObject({ status: 'UPDATE_COMPLETE' });
});

const code = `exports.handler = async ({ resource, stageVariables }) => ({ body: resource + JSON.stringify(stageVariables) });`;

it('serves functions with inline code through the API that SAM creates for their events', async () => {
  const { outputs } = await deploy(
    `
Transform: AWS::Serverless-2016-10-31
Parameters: {Alias: {Type: String, Default: live}}
Globals:
  Function: {Runtime: nodejs24.x, Handler: index.handler, AutoPublishAlias: !Ref Alias, Tags: {team: a}}
  Api: {Variables: {color: blue}, Cors: "'https://a.example'"}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: ${JSON.stringify(code)}
      Events:
        One: {Type: Api, Properties: {Path: '/hello/{name}', Method: GET}}
        All: {Type: Api, Properties: {Path: '/{rest+}', Method: any}}
Outputs:
  Url: {Value: !Sub 'https://\${ServerlessRestApi}.execute-api.\${AWS::Region}.amazonaws.com/Prod'}
  Alias: {Value: !Ref Hello.Alias}
  Name: {Value: !Ref Hello}
`,
    'implicit-api',
  );
  expect(outputs['Alias']).toMatch(/:live$/);
  const read = async (path: string) => (await fetch(`${outputs['Url']}${path}`)).text();
  expect(await read('/hello/a')).toBe('/hello/{name}{"color":"blue"}');
  expect(await read('/other/a')).toBe('/{rest+}{"color":"blue"}');
  const preflight = await fetch(`${outputs['Url']}/hello/a`, { method: 'OPTIONS' });
  expect(preflight.status).toBe(200);
  expect(preflight.headers.get('access-control-allow-origin')).toBe('https://a.example');
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET,OPTIONS');
  const { Tags } = await lambda.send(new GetFunctionCommand({ FunctionName: outputs['Name'] }));
  expect(Tags).toMatchObject({ team: 'a', 'lambda:createdBy': 'SAM' });
  const { TemplateBody = '' } = await client.send(
    new GetTemplateCommand({ StackName: 'implicit-api', TemplateStage: 'Processed' }),
  );
  const processed = JSON.parse(TemplateBody) as { Resources: object };
  expect(Object.keys(processed.Resources)).toEqual(
    expect.arrayContaining(['HelloAliaslive', 'ServerlessRestApi', 'ServerlessRestApiProdStage']),
  );
});

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-method.html
it('serves an API of resources and methods', async () => {
  const template = `
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: items}}
  Items: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !GetAtt Api.RootResourceId, PathPart: items}}
  Item: {Type: AWS::ApiGateway::Resource, Properties: {RestApiId: !Ref Api, ParentId: !Ref Items, PathPart: '{id}'}}
  Get:
    Type: AWS::ApiGateway::Method
    Properties: &get
      RestApiId: !Ref Api
      ResourceId: !Ref Item
      HttpMethod: GET
      AuthorizationType: NONE
      MethodResponses: [{StatusCode: '201'}]
      Integration:
        Type: MOCK
        RequestTemplates: {application/json: '{"statusCode": 201}'}
        IntegrationResponses:
          - StatusCode: '201'
            ResponseParameters: {method.response.header.X-Id: method.request.path.id}
            ResponseTemplates: {application/json: '{"id": "$input.params("id")"}'}
  Post: {Type: AWS::ApiGateway::Method, Properties: {<<: *get, ResourceId: !Ref Items, HttpMethod: POST, AuthorizationType: AWS_IAM}}
  Deployment: {Type: AWS::ApiGateway::Deployment, DependsOn: [Get, Post], Properties: {RestApiId: !Ref Api, StageName: v1}}
Outputs: {Id: {Value: !Ref Api}}
`;
  const { outputs } = await deploy(template, 'methods');
  const url = `${local.runtime.url}/execute-api/${outputs['Id']}/v1`;
  const response = await fetch(`${url}/items/7`);
  expect(response.status).toBe(201);
  expect(await response.json()).toEqual({ id: '7' });
  const signed = await fetch(`${url}/items`, { method: 'POST', body: '{}' });
  expect(signed.status).toBe(403);
  expect((await fetch(`${url}/items`)).status).toBe(403);
  for (const [before, after, name] of [
    ['AuthorizationType: NONE', 'AuthorizationType: COGNITO_USER_POOLS', 'COGNITO_USER_POOLS'],
    ['Type: MOCK', 'Type: HTTP_PROXY', 'HTTP_PROXY'],
    ['Type: MOCK', 'Type: MOCK\n        CacheNamespace: a', 'cacheNamespace'],
    ["[{StatusCode: '201'}]", '[]', '201'],
  ] as const) {
    const { status, failures } = await deploy(template.replace(before, after));
    expect([status, failures]).toEqual(['ROLLBACK_COMPLETE', expect.stringContaining(name)]);
  }
});

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
it.each([true, 'true'])('hides the value of a parameter with NoEcho: %j', async (NoEcho) => {
  const StackName = `secret-${String(NoEcho)}-${typeof NoEcho}`;
  const template = (depth: number) => ({
    Parameters: { Secret: { Type: 'String', NoEcho } },
    Resources: { R: { ...queue, Properties: { DelaySeconds: depth } } },
  });
  await deploy(template(1), StackName, { Secret: 'hidden-text' });
  const ChangeSetName = 'change';
  await client.send(
    new CreateChangeSetCommand({
      StackName,
      ChangeSetName,
      TemplateBody: JSON.stringify(template(2)),
      Parameters: [{ ParameterKey: 'Secret', ParameterValue: 'hidden-text' }],
    }),
  );
  const IncludePropertyValues = true;
  const set = await client.send(
    new DescribeChangeSetCommand({ StackName, ChangeSetName, IncludePropertyValues }),
  );
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  const shown = [{ ParameterKey: 'Secret', ParameterValue: '****' }];
  expect([set.Parameters, stack?.Parameters]).toEqual([shown, shown]);
  const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName }));
  const TemplateBody = JSON.stringify(template(1));
  const summary = await client.send(new GetTemplateSummaryCommand({ TemplateBody }));
  expect(summary.Parameters).toMatchObject([{ ParameterKey: 'Secret', NoEcho: true }]);
  expect(JSON.stringify([set, stack, StackEvents])).not.toContain('hidden-text');
});

// API_Parameter: UsePreviousValue
it('keeps the value of a parameter with NoEcho, its default included, for later updates', async () => {
  const template = (name: string, Default?: string) => ({
    Parameters: { Secret: { Type: 'String', NoEcho: true, ...(Default ? { Default } : {}) } },
    Resources: { R: { ...queue, Properties: { QueueName: { 'Fn::Sub': name } } } },
  });
  const StackName = 'kept-secret';
  await deploy(template(`one-\${Secret}`, 'default-text'), StackName);
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
  expect(Stacks?.[0]?.Parameters?.[0]?.ParameterValue).toBe('****');
  await client.send(
    new UpdateStackCommand({
      StackName,
      TemplateBody: JSON.stringify(template(`two-\${Secret}`)),
      Parameters: [{ ParameterKey: 'Secret', UsePreviousValue: true }],
    }),
  );
  const resource = { StackName, LogicalResourceId: 'R' };
  const { StackResourceDetail } = await client.send(new DescribeStackResourceCommand(resource));
  expect(StackResourceDetail?.PhysicalResourceId).toMatch(/two-default-text$/);
});
