import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import {
  AddPermissionCommand,
  CreateFunctionCommand,
  GetPolicyCommand,
  InvokeCommand,
  RemovePermissionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { callIam, createTestRole } from '../../support/test-roles.ts';
import { startUserRuntime } from './user-runtime.ts';

let runtime: Awaited<ReturnType<typeof startUserRuntime>>;
const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
const code = zipSync({
  'index.mjs': Buffer.from('export const handler = async () => { console.log("ran"); return 1; };'),
});

beforeAll(async () => {
  runtime = await startUserRuntime({}, { enforceIam: true });
  await deploy('base', base);
  const { s3 } = runtime.root;
  await s3.send(new PutObjectCommand({ Bucket: 'test-code', Key: 'code.zip', Body: code }));
  await deploy('app', app);
});
afterAll(() => runtime.close());

const base = `
Resources:
  Code: {Type: AWS::S3::Bucket, Properties: {BucketName: test-code}}
`;

const functionProperties = `Runtime: nodejs24.x, Handler: index.handler, CodeUri: 's3://test-code/code.zip'`;

/** A queue whose policy denies one role, and functions with SAM's policies and connectors. */
const app = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: orders
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
  Letters: {Type: AWS::SQS::Queue, Properties: {QueueName: letters}}
  LettersPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Letters]
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Deny, Principal: {AWS: !GetAtt WriterRole.Arn}, Action: 'sqs:ReceiveMessage', Resource: !GetAtt Letters.Arn}
          - {Effect: Allow, Principal: {AWS: !GetAtt ReaderRole.Arn}, Action: 'sqs:SendMessage', Resource: !GetAtt Letters.Arn}
  Reader:
    Type: AWS::Serverless::Function
    Connectors:
      Data: {Properties: {Destination: {Id: Orders}, Permissions: [Read]}}
    Properties:
      ${functionProperties.replaceAll(', ', '\n      ')}
      Policies:
        - AmazonS3ReadOnlyAccess
        - Version: '2012-10-17'
          Statement: {Effect: Deny, Action: 'dynamodb:Query', Resource: '*'}
  Writer:
    Type: AWS::Serverless::Function
    Properties:
      ${functionProperties.replaceAll(', ', '\n      ')}
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Letters.Arn}
      Tracing: Active
      Policies:
        - DynamoDBWritePolicy: {TableName: !Ref Orders}
        - SQSPollerPolicy: {QueueName: !GetAtt Letters.QueueName}
        - SNSPublishMessagePolicy: {TopicName: news}
        - LambdaInvokePolicy: {FunctionName: !Ref Reader}
  Free:
    Type: AWS::Serverless::Function
    Properties:
      ${functionProperties.replaceAll(', ', '\n      ')}
      Policies: AWSUnknownPolicy
`;

async function deploy(StackName: string, TemplateBody: string, creating = true) {
  const input = { StackName, TemplateBody, Capabilities: ['CAPABILITY_NAMED_IAM' as const] };
  const { cloudformation } = runtime.root;
  await cloudformation.send(
    creating ? new CreateStackCommand(input) : new UpdateStackCommand(input),
  );
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
  return Stacks?.[0]?.StackStatus;
}

async function listEvents(StackName: string) {
  const { cloudformation } = runtime.root;
  const { StackEvents } = await cloudformation.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents ?? [];
}

/** Returns clients with a session of a role of a stack. */
async function sessionOf(role: string, StackName = 'app') {
  const { cloudformation } = runtime.root;
  const { StackResources } = await cloudformation.send(
    new DescribeStackResourcesCommand({ StackName }),
  );
  const found = StackResources?.find(({ LogicalResourceId }) => LogicalResourceId === role);
  return runtime.session(found?.PhysicalResourceId ?? '', 'test');
}

const account = () => ({ url: runtime.url, credentials: runtime.rootCredentials });
const key = { id: { S: '1' } };
const put = new PutItemCommand({ TableName: 'orders', Item: key });
const get = new GetItemCommand({ TableName: 'orders', Key: key });
const query = new QueryCommand({
  TableName: 'orders',
  KeyConditionExpression: 'id = :id',
  ExpressionAttributeValues: { ':id': { S: '1' } },
});
const queueUrl = () => `${runtime.url}/000000000000/letters`;
const send = () => new SendMessageCommand({ QueueUrl: queueUrl(), MessageBody: 'x' });
const receive = () => new ReceiveMessageCommand({ QueueUrl: queueUrl() });
const read = new GetObjectCommand({ Bucket: 'test-code', Key: 'code.zip' });

it('lets a function do what its policy templates allow, and nothing else', async () => {
  const { dynamodb, sqs, s3 } = await sessionOf('WriterRole');
  await dynamodb.send(put);
  await sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl(), AttributeNames: ['All'] }));
  await expect(dynamodb.send(get)).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringMatching(
      /^User: arn:aws:sts::000000000000:assumed-role\/app-WriterRole-\w+\/test is not authorized to perform: dynamodb:GetItem on resource: arn:aws:dynamodb:us-east-2:000000000000:table\/orders because no identity-based policy allows the dynamodb:GetItem action$/,
    ),
  });
  await expect(s3.send(read)).rejects.toThrow('s3:GetObject');
});

it('lets a function send to its dead-letter queue and invoke a function by its policy template', async () => {
  const { sqs, lambda } = await sessionOf('WriterRole');
  await sqs.send(send());
  await expect(lambda.send(new InvokeCommand({ FunctionName: 'nobody' }))).rejects.toThrow(
    'lambda:InvokeFunction on resource: arn:aws:lambda:us-east-2:000000000000:function:nobody',
  );
});

it('lets a function do what a connector and a managed policy allow', async () => {
  const { dynamodb, s3 } = await sessionOf('ReaderRole');
  await dynamodb.send(get);
  await s3.send(read);
  await expect(dynamodb.send(put)).rejects.toThrow('dynamodb:PutItem');
});

it('prefers an explicit deny to every allow', async () => {
  const { dynamodb } = await sessionOf('ReaderRole');
  await expect(dynamodb.send(query)).rejects.toThrow(
    'with an explicit deny in an identity-based policy',
  );
  const { sqs } = await sessionOf('WriterRole');
  await expect(sqs.send(receive())).rejects.toThrow(
    'with an explicit deny in a resource-based policy',
  );
});

it('lets a role do what only the policy of a queue allows', async () => {
  const { sqs } = await sessionOf('ReaderRole');
  await sqs.send(send());
  await expect(sqs.send(receive())).rejects.toThrow('sqs:receivemessage');
});

it('allows a role everything whose managed policy is unknown, and reports the policy', async () => {
  const { dynamodb } = await sessionOf('FreeRole');
  await dynamodb.send(query);
  await dynamodb.send(get);
  const reason =
    'The local runtime does not know the managed policy arn:aws:iam::aws:policy/AWSUnknownPolicy: roles with this policy may do everything here.';
  const events = await listEvents('app');
  expect(events).toContainEqual(
    expect.objectContaining({
      LogicalResourceId: 'FreeRole',
      ResourceStatus: 'CREATE_COMPLETE',
      ResourceStatusReason: reason,
    }),
  );
  expect(stderr.mock.calls.filter(([text]) => text === `${reason}\n`)).toHaveLength(1);
});

it('reports a policy template whose service the runtime does not have', async () => {
  expect(await listEvents('app')).toContainEqual(
    expect.objectContaining({
      LogicalResourceId: 'WriterRole',
      ResourceStatusReason:
        'The local runtime has no service for the policy template SNSPublishMessagePolicy.',
    }),
  );
});

it.each([
  [
    'DynamoDBReadPolicy: {Table: orders}',
    'Must specify valid parameter values for policy template',
  ],
  [
    'NoSuchPolicy: {TableName: orders}',
    "Policy at index 0 in the 'Policies' property is not valid",
  ],
])('rejects the policy template %s', async (template, message) => {
  const body = app.replace(/Policies: AWSUnknownPolicy/, `Policies: [{${template}}]`);
  await expect(deploy('bad', body)).rejects.toThrow(message);
});

it('rejects a connector between resources that it does not connect', async () => {
  const body = app.replace('Destination: {Id: Orders}', 'Destination: {Id: ReaderRole}');
  await expect(deploy('bad', body)).rejects.toThrow('Unable to find resource');
  const toTable = `${app}
  Link: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: Letters}, Destination: {Id: Orders}, Permissions: [Read]}}
`;
  await expect(deploy('bad', toTable)).rejects.toThrow(
    'connectors from AWS::SQS::Queue to AWS::DynamoDB::Table',
  );
});

const policies = (resources: string) => `
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
${resources}`;
const policyDocument = (action: string) =>
  `PolicyDocument: {Version: '2012-10-17', Statement: {Effect: Allow, Action: '${action}', Resource: '*'}}`;

it('applies policies of other resources, and removes them with the resource', async () => {
  const separate = (action: string) =>
    policies(`
  Inline: {Type: AWS::IAM::Policy, Properties: {PolicyName: inline, Roles: [!Ref Role], ${policyDocument(action)}}}
  Single: {Type: AWS::IAM::RolePolicy, Properties: {PolicyName: single, RoleName: !Ref Role, ${policyDocument('sqs:SendMessage')}}}
  Managed: {Type: AWS::IAM::ManagedPolicy, Properties: {Roles: [!Ref Role], ${policyDocument('s3:GetObject')}}}
`);
  expect(await deploy('separate', separate('dynamodb:GetItem'))).toBe('CREATE_COMPLETE');
  const { dynamodb, sqs, s3 } = await sessionOf('Role', 'separate');
  await Promise.all([dynamodb.send(get), sqs.send(send()), s3.send(read)]);
  expect(await deploy('separate', separate('dynamodb:PutItem'), false)).toBe('UPDATE_COMPLETE');
  await dynamodb.send(put);
  await expect(dynamodb.send(get)).rejects.toThrow('dynamodb:GetItem');
  expect(await deploy('separate', policies(''), false)).toBe('UPDATE_COMPLETE');
  await expect(dynamodb.send(put)).rejects.toThrow('dynamodb:PutItem');
  await expect(sqs.send(send())).rejects.toThrow('sqs:sendmessage');
  await expect(s3.send(read)).rejects.toThrow('s3:GetObject');
  await runtime.root.cloudformation.send(new DeleteStackCommand({ StackName: 'separate' }));
  const { status } = await callIam(account(), 'GetRole', { RoleName: 'separate-Role' });
  expect(status).toBe(404);
});

let rejected = 0;

it.each([
  ['an invalid policy', `Policies: [{PolicyName: p, ${policyDocument('GetItem')}}]`, 'vendor'],
  ['a boundary', 'PermissionsBoundary: arn:aws:iam::aws:policy/x', 'PermissionsBoundary'],
  [
    'a policy that is too long',
    `Policies: [{PolicyName: p, ${policyDocument(`s3:${'x'.repeat(10_240)}`)}}]`,
    'Maximum policy size of 10240 bytes exceeded for role',
  ],
])('rolls back a role with %s', async (_, property, message) => {
  const name = `rejected${++rejected}`;
  expect(await deploy(name, policies(`      ${property}\n`))).toBe('ROLLBACK_COMPLETE');
  const failed = (await listEvents(name)).find(
    ({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED',
  );
  expect(failed?.ResourceStatusReason).toContain(message);
});

const create = (FunctionName: string, Role: string, rest: object = {}) =>
  new CreateFunctionCommand({
    FunctionName,
    Role,
    Runtime: 'nodejs24.x',
    Handler: 'index.handler',
    Code: { ZipFile: code },
    ...rest,
  });

it('creates a function only with a role that Lambda can assume', async () => {
  const { lambda } = runtime.root;
  const message = 'The role defined for the function cannot be assumed by Lambda.';
  const missing = 'arn:aws:iam::000000000000:role/missing';
  await expect(lambda.send(create('tutorial', missing))).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message,
  });
  const role = await createTestRole(account(), 'tutorial');
  await lambda.send(create('tutorial', role));
  const change = new UpdateFunctionConfigurationCommand({
    FunctionName: 'tutorial',
    Role: missing,
  });
  await expect(lambda.send(change)).rejects.toThrow(message);
  const trust = (Service: string) => ({
    RoleName: 'tutorial',
    PolicyDocument: JSON.stringify({
      Statement: { Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' },
    }),
  });
  await callIam(account(), 'UpdateAssumeRolePolicy', trust('ec2.amazonaws.com'));
  await expect(lambda.send(create('other', role))).rejects.toThrow(message);
  await callIam(account(), 'UpdateAssumeRolePolicy', trust('lambda.amazonaws.com'));
  await lambda.send(create('other', role));
});

it('requires the rights for the dead-letter queue and for tracing', async () => {
  const { lambda } = runtime.root;
  const role = await createTestRole(account(), 'weak', {
    Effect: 'Allow',
    Action: 'logs:*',
    Resource: '*',
  });
  const TargetArn = 'arn:aws:sqs:us-east-2:000000000000:letters';
  await expect(
    lambda.send(create('weak', role, { DeadLetterConfig: { TargetArn } })),
  ).rejects.toThrow(
    'The provided execution role does not have permissions to call SendMessage on SQS',
  );
  await expect(
    lambda.send(create('weak', role, { TracingConfig: { Mode: 'Active' } })),
  ).rejects.toThrow(
    'The provided execution role does not have permissions to call PutTraceSegments on XRAY',
  );
});

it('writes no logs without the right to write them', async () => {
  const { lambda } = runtime.root;
  const silent = { Effect: 'Allow', Action: 'logs:CreateLogStream', Resource: '*' };
  await lambda.send(create('silent', await createTestRole(account(), 'silent', silent)));
  await lambda.send(new InvokeCommand({ FunctionName: 'silent' }));
  const { text } = await runtime.root.send('logs', '/', {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Logs_20140328.DescribeLogGroups',
    },
    body: JSON.stringify({ logGroupNamePrefix: '/aws/lambda/silent' }),
  });
  expect(JSON.parse(text).logGroups).toEqual([]);
  expect(stderr.mock.calls.flat()).toContainEqual(expect.stringContaining('logs:CreateLogGroup'));
});

it('lets the policy of a function decide, for each alias and version on its own', async () => {
  const { lambda } = runtime.root;
  const { arn } = { arn: await createTestRole(account(), 'callee') };
  await lambda.send(create('callee', arn, { Publish: true }));
  await createTestRole(account(), 'caller', { Effect: 'Allow', Action: 's3:*', Resource: '*' });
  const caller = runtime.session('caller', 'test').lambda;
  const invoke = (Qualifier?: string) =>
    caller.send(new InvokeCommand({ FunctionName: 'callee', ...(Qualifier ? { Qualifier } : {}) }));
  await expect(invoke()).rejects.toThrow('lambda:InvokeFunction');
  const permission = {
    FunctionName: 'callee',
    StatementId: 'caller',
    Action: 'lambda:InvokeFunction',
    Principal: 'arn:aws:iam::000000000000:role/caller',
  };
  const { Statement } = await lambda.send(
    new AddPermissionCommand({ ...permission, Qualifier: '1' }),
  );
  expect(JSON.parse(Statement ?? '')).toEqual({
    Sid: 'caller',
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::000000000000:role/caller' },
    Action: 'lambda:InvokeFunction',
    Resource: 'arn:aws:lambda:us-east-2:000000000000:function:callee:1',
  });
  await invoke('1');
  await expect(invoke()).rejects.toThrow('no identity-based policy allows');
  const again = new AddPermissionCommand({ ...permission, Qualifier: '1' });
  await expect(lambda.send(again)).rejects.toMatchObject({ name: 'ResourceConflictException' });
  const target = { FunctionName: 'callee', Qualifier: '1' };
  const { Policy } = await lambda.send(new GetPolicyCommand(target));
  expect(JSON.parse(Policy ?? '')).toMatchObject({ Id: 'default', Statement: [{ Sid: 'caller' }] });
  await lambda.send(new RemovePermissionCommand({ ...target, StatementId: 'caller' }));
  await expect(lambda.send(new GetPolicyCommand(target))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
  await expect(invoke('1')).rejects.toThrow('lambda:InvokeFunction');
});

it('writes the conditions of a permission for a service', async () => {
  const { lambda } = runtime.root;
  const SourceArn = 'arn:aws:events:us-east-2:000000000000:rule/r';
  const { Statement } = await lambda.send(
    new AddPermissionCommand({
      FunctionName: 'callee',
      StatementId: 'rule',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn,
      SourceAccount: '000000000000',
    }),
  );
  expect(JSON.parse(Statement ?? '')).toMatchObject({
    Principal: { Service: 'events.amazonaws.com' },
    Condition: {
      ArnLike: { 'AWS:SourceArn': SourceArn },
      StringEquals: { 'AWS:SourceAccount': '000000000000' },
    },
  });
});

it('applies, returns and rejects policies of queues', async () => {
  const { sqs } = runtime.root;
  const set = (Policy: string) =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl(), Attributes: { Policy } }));
  const readPolicy = async () => {
    const AttributeNames = ['All' as const];
    const input = { QueueUrl: queueUrl(), AttributeNames };
    return (await sqs.send(new GetQueueAttributesCommand(input))).Attributes?.['Policy'];
  };
  const before = (await readPolicy()) ?? '';
  await expect(set('{"Statement":{"Effect":"Allow"}}')).rejects.toThrow('parameter Policy');
  const deny = { Effect: 'Deny', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: deny });
  await set(policy);
  expect(await readPolicy()).toBe(policy);
  // The root of the account, too.
  await expect(sqs.send(send())).rejects.toThrow('explicit deny in a resource-based policy');
  await set('');
  expect(await readPolicy()).toBeUndefined();
  await sqs.send(send());
  await set(before);
});

it('applies, returns and rejects policies of buckets', async () => {
  const { s3 } = runtime.root;
  const bucket = { Bucket: 'test-code' };
  const policy = (Resource: string) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::000000000000:role/caller' },
        Action: 's3:PutObject',
        Resource,
      },
    });
  const set = (Policy: string) => s3.send(new PutBucketPolicyCommand({ ...bucket, Policy }));
  await expect(set(policy('arn:aws:s3:::other/*'))).rejects.toMatchObject({
    name: 'MalformedPolicy',
    message: 'Policy has invalid resource',
  });
  await createTestRole(account(), 'uploader', { Effect: 'Allow', Action: 'sqs:*', Resource: '*' });
  const document = policy('arn:aws:s3:::test-code/in/*').replace('role/caller', 'role/uploader');
  await set(document);
  const upload = (Key: string) =>
    runtime
      .session('uploader', 'test')
      .s3.send(new PutObjectCommand({ ...bucket, Key, Body: 'x' }));
  await upload('in/a');
  await expect(upload('out/a')).rejects.toMatchObject({ name: 'AccessDenied' });
  const { Policy } = await s3.send(new GetBucketPolicyCommand(bucket));
  expect(Policy).toBe(document);
  await s3.send(new DeleteBucketPolicyCommand(bucket));
  await expect(upload('in/a')).rejects.toMatchObject({ name: 'AccessDenied' });
});
