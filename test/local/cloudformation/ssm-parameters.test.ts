import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { DeleteParameterCommand, GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../src/local/runtime/runtime.ts';
import { createUsers } from '../../support/runtime-users.ts';

const directory = mkdtempSync(join(tmpdir(), 'stack-parameters-'));
const actions = ['PutParameter', 'GetParameters', 'AddTagsToResource', 'DeleteParameter'];
let runtime: Runtime;
let client: CloudFormationClient;
let limited: CloudFormationClient;
let ssm: SSMClient;

beforeAll(async () => {
  const Resource = '*';
  const Statement = [
    { Effect: 'Allow', Action: 'cloudformation:*', Resource },
    { Effect: 'Allow', Action: actions.map((name) => `ssm:${name}`), Resource },
  ];
  const credentialsOf = await createUsers(directory, {
    creator: [{ Version: '2012-10-17', Statement }],
  });
  runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  const settings = { endpoint: runtime.url, region: 'us-east-2', maxAttempts: 1 };
  const { credentials } = runtime;
  client = new CloudFormationClient({ ...settings, credentials });
  limited = new CloudFormationClient({ ...settings, credentials: credentialsOf('creator') });
  ssm = new SSMClient({ ...settings, credentials });
});
afterAll(async () => {
  for (const each of [client, limited, ssm]) each.destroy();
  await runtime.close();
  rmSync(directory, { recursive: true });
});

const P = (Properties: object) => ({ P: { Type: 'AWS::SSM::Parameter', Properties } });
const Outputs = {
  Name: { Value: { Ref: 'P' } },
  Type: { Value: { 'Fn::GetAtt': ['P', 'Type'] } },
  Value: { Value: { 'Fn::GetAtt': ['P', 'Value'] } },
};

/** Creates or updates a stack with a parameter and returns its status, its outputs and the reasons of failures. */
async function deploy(StackName: string, properties: object, caller = client) {
  const command = {
    StackName,
    TemplateBody: JSON.stringify({ Resources: P(properties), Outputs }),
  };
  const describe = () => client.send(new DescribeStacksCommand({ StackName }));
  const exists = await describe().catch(() => undefined);
  await caller.send(exists ? new UpdateStackCommand(command) : new CreateStackCommand(command));
  const { Stacks: [stack] = [] } = await describe();
  const events = await client.send(new DescribeStackEventsCommand({ StackName }));
  const reasons = (events.StackEvents ?? []).flatMap(
    ({ ResourceStatusReason }) => ResourceStatusReason ?? [],
  );
  const outputs = Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
  return { status: stack?.StackStatus, outputs, reasons: reasons.join('\n') };
}

async function read(Name: string) {
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  return [Parameter?.Type, Parameter?.Value, Parameter?.Version];
}
const missing = { name: 'ParameterNotFound' };

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html
describe('a parameter of a stack', () => {
  it('exists in SSM, gets new versions, is replaced under another name, and is deleted', async () => {
    const first = await deploy('life', { Name: '/life/a', Type: 'StringList', Value: 'x,y' });
    expect(first.outputs).toEqual({ Name: '/life/a', Type: 'StringList', Value: 'x,y' });
    expect(await read('/life/a')).toEqual(['StringList', 'x,y', 1]);

    const changed = await deploy('life', { Name: '/life/a', Type: 'StringList', Value: 'z' });
    expect(changed.outputs['Value']).toBe('z');
    expect(await read('/life/a')).toEqual(['StringList', 'z', 2]);

    const moved = await deploy('life', { Name: '/life/b', Type: 'String', Value: 'z' });
    expect(moved.outputs['Name']).toBe('/life/b');
    expect(await read('/life/b')).toEqual(['String', 'z', 1]);
    await expect(read('/life/a')).rejects.toMatchObject(missing);

    await client.send(new DeleteStackCommand({ StackName: 'life' }));
    await expect(read('/life/b')).rejects.toMatchObject(missing);
  });

  it('without a name gets one from its logical id: CFN-P-12 characters', async () => {
    const { outputs } = await deploy('unnamed', { Type: 'String', Value: '1' });
    expect(outputs['Name']).toMatch(/^CFN-P-[A-Z0-9]{12}$/);
    expect(await read(outputs['Name'] ?? '')).toEqual(['String', '1', 1]);
  });

  it('keeps its value when an update is refused, and its stack can be deleted without it', async () => {
    const properties = { Name: 'kept', Type: 'String', AllowedPattern: '\\d+' };
    await deploy('kept', { ...properties, Value: '1' });
    const refused = await deploy('kept', { ...properties, Value: '1x' });
    expect(refused.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(refused.reasons).toContain('cannot be validated against allowedPattern: \\d+');
    expect(await read('kept')).toEqual(['String', '1', 1]);

    const list = await deploy('kept', { ...properties, Type: 'StringList', Value: '2' });
    expect(list.reasons).toContain('cannot be changed from String to StringList');
    await ssm.send(new DeleteParameterCommand({ Name: 'kept' }));
    const lost = await deploy('kept', { ...properties, Value: '3' });
    expect(lost.reasons).toContain("with identifier 'kept' was not found");
    await client.send(new DeleteStackCommand({ StackName: 'kept' }));
    const described = client.send(new DescribeStacksCommand({ StackName: 'kept' }));
    await expect(described).rejects.toThrow('does not exist');
  });
});

describe('a parameter is refused', () => {
  const string = { Type: 'String', Value: 'v' };
  it.each<[string, object]>([
    // The text of AWS's handler (aws-cloudformation-resource-providers-ssm).
    [
      'SSM Parameters of type SecureString cannot be created using CloudFormation',
      { ...string, Type: 'SecureString' },
    ],
    ['Type must be one of', { ...string, Type: 'Number' }],
    ['Tier Advanced', { ...string, Tier: 'Advanced' }],
    ['DataType aws:ec2:image', { ...string, DataType: 'aws:ec2:image' }],
    ['allowedPattern: a', { ...string, AllowedPattern: 'a' }],
    ['regular expression requirement: (', { ...string, AllowedPattern: '(' }],
    ['maximum parameter value of 4096', { ...string, Value: 'v'.repeat(4097) }],
    ['Description must have at most 1024', { ...string, Description: 'd'.repeat(1025) }],
    ['can\'t be prefixed with "aws"', { ...string, Name: '/aws/a' }],
  ])('while it is created: %s', async (message, properties) => {
    const StackName = `refused-${message.length}`;
    const { status, reasons } = await deploy(StackName, properties);
    expect(status).toBe('ROLLBACK_COMPLETE');
    expect(reasons).toContain(message);
  });

  it.each<[string, object]>([
    ['[Value]', { Type: 'String' }],
    ['Tags', { ...string, Tags: { a: 'b' } }],
    ['Policies', { ...string, Policies: '[]' }],
    ['KeyId', { ...string, KeyId: 'k' }],
  ])('before anything is created: %s', async (name, properties) => {
    await expect(deploy('none', properties)).rejects.toThrow(name);
  });

  it('if its name is taken, which changes nothing', async () => {
    await deploy('owner', { ...string, Name: 'taken' });
    const { reasons } = await deploy('other', { ...string, Name: 'taken', Value: 'w' });
    expect(reasons).toContain('The parameter already exists');
    expect(await read('taken')).toEqual(['String', 'v', 1]);
  });

  // Handler permissions: https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ssm
  it('without a permission of its handler: the removal of tags in an update', async () => {
    const created = await deploy('limited', { ...string, Name: '/limited/a' }, limited);
    expect(created.status).toBe('CREATE_COMPLETE');
    const { reasons } = await deploy(
      'limited',
      { ...string, Name: '/limited/a', Value: 'w' },
      limited,
    );
    expect(reasons).toContain(
      'ssm:RemoveTagsFromResource on resource: arn:aws:ssm:us-east-2:000000000000:parameter/limited/a',
    );
    expect(await read('/limited/a')).toEqual(['String', 'v', 1]);
  });
});
