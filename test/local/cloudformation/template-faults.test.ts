import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClientRuntime } from '../client-runtime.ts';

let local: Awaited<ReturnType<typeof startClientRuntime>>;
let client: CloudFormationClient;
let ssm: SSMClient;

beforeAll(async () => {
  local = await startClientRuntime();
  const { settings } = local;
  client = new CloudFormationClient(settings);
  ssm = new SSMClient(settings);
});
afterAll(async () => {
  client.destroy();
  ssm.destroy();
  await local.close();
});

let stackCount = 0;
const toCommand = (template: object) => {
  stackCount += 1;
  return {
    StackName: `faults-${stackCount}`,
    TemplateBody: JSON.stringify(template),
    Capabilities: ['CAPABILITY_IAM' as const],
  };
};

/** Creates a stack and returns its outputs and the reasons of its failures. */
async function create(template: object) {
  const command = toCommand(template);
  const { StackName } = command;
  await client.send(new CreateStackCommand(command));
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName }));
  const reasons = StackEvents.filter(({ ResourceStatus = '' }) =>
    ResourceStatus.endsWith('FAILED'),
  );
  return {
    status: stack?.StackStatus,
    reasons: reasons.map(({ ResourceStatusReason }) => ResourceStatusReason).join(),
    outputs: stack?.Outputs?.map(({ OutputValue }) => OutputValue),
  };
}

const queue = { Type: 'AWS::SQS::Queue' };
const named = (QueueName: unknown) => ({ ...queue, Properties: { QueueName } });

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html
describe('a circular dependency is refused before a stack exists', () => {
  it.each<[string, object]>([
    ['[A]', { A: named({ Ref: 'A' }) }],
    ['[A]', { A: { ...queue, DependsOn: ['A'] } }],
    ['[A, B]', { A: named({ 'Fn::Sub': `x-\${B.QueueName}` }), B: { ...queue, DependsOn: 'A' } }],
    [
      '[A, B]',
      {
        A: named({ 'Fn::If': ['C', { Ref: 'B' }, 'x'] }),
        B: named({ 'Fn::Join': ['', [{ 'Fn::GetAtt': 'A.QueueName' }]] }),
      },
    ],
  ])('%s %j', async (ids, Resources) => {
    const Conditions = { C: { 'Fn::Equals': ['a', 'a'] } };
    const command = toCommand({ Conditions, Resources });
    const { StackName, TemplateBody } = command;
    const change = { ...command, ChangeSetName: 'c', ChangeSetType: 'CREATE' as const };
    const message = `Circular dependency between resources: ${ids}`;
    const requests = [
      client.send(new CreateStackCommand(command)),
      client.send(new ValidateTemplateCommand({ TemplateBody })),
      client.send(new CreateChangeSetCommand(change)),
    ];
    for (const request of requests) await expect(request).rejects.toThrow(message);
    const describeStack = client.send(new DescribeStacksCommand({ StackName }));
    await expect(describeStack).rejects.toThrow('does not exist');
  });
});

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
it.each([
  'AWS::SSM::MaintenanceWindow',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::Secret',
  'AWS::Lambda::EventSourceMapping',
  'AWS::Lambda::LayerVersion',
  'AWS::ApiGateway::ApiKey',
  'AWS::Events::EventBus',
  'AWS::Lambda::function',
])('refuses the type %s by name, because a stack with it would have no effect', async (Type) => {
  const request = client.send(new CreateStackCommand(toCommand({ Resources: { R: { Type } } })));
  await expect(request).rejects.toThrow(`Unrecognized resource types: [${Type}]`);
});

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
describe('the code of a function is refused', () => {
  const Statement = {
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const role = {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement } },
  };
  it.each<[string, string, object]>([
    ['without a source', 'Please provide a source', {}],
    ['with two sources', 'do not provide other FunctionCode', { ZipFile: 'a', S3Bucket: 'b' }],
    ['if it is empty', 'ZipFile must have 1 to', { ZipFile: '' }],
    ['as a container image', 'ImageUri', { ImageUri: 'a' }],
    ['in a bucket that does not exist', 's3://none/k', { S3Bucket: 'none', S3Key: 'k' }],
  ])('%s', async (_, message, Code) => {
    const Role = { 'Fn::GetAtt': ['Role', 'Arn'] };
    const Properties = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role, Code };
    const F = { Type: 'AWS::Lambda::Function', Properties };
    const { status, reasons } = await create({ Resources: { Role: role, F } });
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(reasons).toContain(message);
  });
});

// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-ssm.html
describe('a dynamic reference to a parameter of SSM', () => {
  beforeAll(async () => {
    const Type = 'String';
    await ssm.send(new PutParameterCommand({ Name: '/faults/a', Value: 'one', Type }));
  });

  it('is resolved within texts, in a property and through a function', async () => {
    const text = '{{resolve:ssm:/faults/a}}';
    const Resources = { Q: named(`x-${text}-${text}`) };
    const Outputs = {
      O: {
        Value: {
          'Fn::Sub': [`\${name}/\${v}`, { name: { 'Fn::GetAtt': ['Q', 'QueueName'] }, v: text }],
        },
      },
    };
    const { outputs } = await create({ Resources, Outputs });
    expect(outputs).toEqual(['x-one-one/one']);
  });

  it.each(['/faults/a:2', '/faults/A', '/faults'])('fails its resource for %s', async (name) => {
    const Resources = { Q: named(`{{resolve:ssm:${name}}}`) };
    const { status, reasons } = await create({ Resources });
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(reasons).toContain(name);
  });
});
