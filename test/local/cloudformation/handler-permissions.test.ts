import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../src/local/runtime/runtime.ts';
import { createUsers } from '../../support/runtime-users.ts';

const directory = mkdtempSync(join(tmpdir(), 'orders-handlers-'));
const clients = new Map<string, CloudFormationClient>();
let runtime: Runtime;

const allow = (Action: string | string[], Resource = '*') => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource }],
});
const queueActions = [
  'sqs:CreateQueue',
  'sqs:DeleteQueue',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ListQueueTags',
  'sqs:SetQueueAttributes',
  'sqs:TagQueue',
  'sqs:UntagQueue',
];
const roleArn = (name: string) => `arn:aws:iam::000000000000:role/${name}`;

beforeAll(async () => {
  const credentialsOf = await createUsers(directory, {
    owner: [allow('cloudformation:*'), allow(queueActions)],
    untagged: [
      allow('cloudformation:*'),
      allow(queueActions.filter((action) => !action.endsWith('TagQueue'))),
    ],
    keeper: [
      allow('cloudformation:*'),
      allow(queueActions.filter((action) => action !== 'sqs:DeleteQueue')),
    ],
    passer: [allow('cloudformation:*'), allow('iam:PassRole', roleArn('cfn-*'))],
    stranger: [allow('cloudformation:*')],
  });
  runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  const config = { endpoint: runtime.url, region: 'us-east-2', maxAttempts: 1 };
  for (const name of ['owner', 'untagged', 'keeper', 'passer', 'stranger']) {
    clients.set(name, new CloudFormationClient({ ...config, credentials: credentialsOf(name) }));
  }
  clients.set('root', new CloudFormationClient({ ...config, credentials: runtime.credentials }));
  await create('root', 'roles', {
    ...role('cfn-queues', 'cloudformation.amazonaws.com', queueActions),
    ...role('cfn-nothing', 'cloudformation.amazonaws.com', ['sqs:GetQueueUrl']),
    ...role('cfn-lambda', 'lambda.amazonaws.com', queueActions),
  });
});
afterAll(async () => {
  await runtime.close();
  rmSync(directory, { recursive: true, force: true });
});

function role(name: string, service: string, actions: readonly string[]) {
  return {
    [name.replaceAll('-', '')]: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: name,
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: service },
              Action: 'sts:AssumeRole',
              Condition: { StringEquals: { 'aws:SourceAccount': '000000000000' } },
            },
          ],
        },
        Policies: [{ PolicyName: 'p', PolicyDocument: allow([...actions]) }],
      },
    },
  };
}

const clientOf = (user: string) => clients.get(user) as CloudFormationClient;
const queue = (VisibilityTimeout = 30) => ({
  Jobs: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout } },
});
const toRequest = (StackName: string, Resources: object, RoleARN?: string) => ({
  StackName,
  TemplateBody: JSON.stringify({ Resources }),
  Capabilities: ['CAPABILITY_NAMED_IAM' as const],
  OnFailure: 'DO_NOTHING' as const,
  ...(RoleARN ? { RoleARN } : {}),
});

function create(user: string, stack: string, resources: object, role?: string) {
  return clientOf(user).send(new CreateStackCommand(toRequest(stack, resources, role)));
}

async function describe(stack: string) {
  const { Stacks: [found] = [] } = await clientOf('root').send(
    new DescribeStacksCommand({ StackName: stack }),
  );
  const { StackEvents = [] } = await clientOf('root').send(
    new DescribeStackEventsCommand({ StackName: stack }),
  );
  const failed = StackEvents.find(
    ({ ResourceStatus = '', LogicalResourceId }) =>
      ResourceStatus.endsWith('_FAILED') && LogicalResourceId === 'Jobs',
  );
  return { status: found?.StackStatus, role: found?.RoleARN, reason: failed?.ResourceStatusReason };
}

it('creates, changes and deletes a resource with the permissions of the caller', async () => {
  await create('owner', 'own', queue());
  await clientOf('owner').send(new UpdateStackCommand(toRequest('own', queue(60))));
  expect(await describe('own')).toMatchObject({ status: 'UPDATE_COMPLETE', reason: undefined });
  const { StackId } = await clientOf('owner')
    .send(new DescribeStacksCommand({ StackName: 'own' }))
    .then(({ Stacks = [] }) => ({ StackId: Stacks[0]?.StackId ?? '' }));
  await clientOf('owner').send(new DeleteStackCommand({ StackName: 'own' }));
  expect(await describe(StackId)).toMatchObject({ status: 'DELETE_COMPLETE' });
});

it('fails to create a resource without its permission, and reports the text of AWS', async () => {
  await create('stranger', 'refused', queue());
  const { status, reason } = await describe('refused');
  expect(status).toBe('CREATE_FAILED');
  expect(reason).toMatch(
    /^Resource handler returned message: "User: arn:aws:iam::000000000000:user\/stranger is not authorized to perform: sqs:createqueue on resource: arn:aws:sqs:us-east-2:000000000000:refused-Jobs-\w{12} because no identity-based policy allows the sqs:createqueue action" \(RequestToken: [0-9a-f-]{36}, HandlerErrorCode: AccessDenied\)$/i,
  );
});

it('reports a missing permission for tags with an error code of its own', async () => {
  await create('untagged', 'untagged', queue());
  const { reason } = await describe('untagged');
  expect(reason).toMatch(/sqs:TagQueue.*HandlerErrorCode: UnauthorizedTaggingOperation/);
});

it('keeps a resource that the caller may not delete', async () => {
  await create('keeper', 'kept', queue());
  await clientOf('keeper').send(new DeleteStackCommand({ StackName: 'kept' }));
  const { status, reason } = await describe('kept');
  expect([status, reason]).toEqual(['DELETE_FAILED', expect.stringContaining('sqs:DeleteQueue')]);
});

it('uses the permissions of the service role, also for later operations of users who may not pass it', async () => {
  await create('passer', 'served', queue(), roleArn('cfn-queues'));
  expect(await describe('served')).toMatchObject({
    status: 'CREATE_COMPLETE',
    role: roleArn('cfn-queues'),
  });
  await clientOf('stranger').send(new UpdateStackCommand(toRequest('served', queue(60))));
  expect(await describe('served')).toMatchObject({ status: 'UPDATE_COMPLETE' });
});

it('fails with the session of a service role that lacks a permission, even if the caller has it', async () => {
  const user = new CreateStackCommand(toRequest('narrow', queue(), roleArn('cfn-nothing')));
  await clientOf('root').send(user);
  const { reason } = await describe('narrow');
  expect(reason).toContain(
    'User: arn:aws:sts::000000000000:assumed-role/cfn-nothing/AWSCloudFormation is not authorized',
  );
});

it('rejects a service role that the caller may not pass, or that CloudFormation cannot assume', async () => {
  await expect(create('stranger', 'no', queue(), roleArn('cfn-queues'))).rejects.toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('iam:PassRole'),
  });
  for (const name of ['cfn-lambda', 'cfn-missing']) {
    await expect(create('passer', 'no', queue(), roleArn(name))).rejects.toThrow(
      `Role ${roleArn(name)} is invalid or cannot be assumed`,
    );
  }
});

it('requires all actions of a service for a resource whose handler it does not know', async () => {
  const topic = { Jobs: { Type: 'AWS::SNS::Topic' } };
  await create('owner', 'topic', topic);
  expect((await describe('topic')).reason).toContain('sns:*');
  await create('root', 'root-topic', topic);
  expect(await describe('root-topic')).toMatchObject({ status: 'CREATE_COMPLETE' });
});

it('shortens generated names of roles to 64 characters, so that both the stack and the resource remain visible', async () => {
  const stack = 'lambda-durable-order-processing-production';
  const service = role('x', 'lambda.amazonaws.com', ['sqs:SendMessage'])['x'];
  const { RoleName: _, ...Properties } = service?.Properties ?? {};
  const unnamed = { Type: 'AWS::IAM::Role', Properties };
  await create('root', stack, {
    OrderProcessingRole: unnamed,
    RoleWithAnEvenLongerLogicalId: unnamed,
  });
  const { StackResourceSummaries = [] } = await clientOf('root').send(
    new ListStackResourcesCommand({ StackName: stack }),
  );
  const names = StackResourceSummaries.map(({ PhysicalResourceId }) => PhysicalResourceId);
  expect(names).toEqual([
    expect.stringMatching(/^lambda-durable-order-processing-OrderProcessingRole-\w{12}$/),
    expect.stringMatching(/^lambda-durable-order-proc-RoleWithAnEvenLongerLogic-\w{12}$/),
  ]);
});
