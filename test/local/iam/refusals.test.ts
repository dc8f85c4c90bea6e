import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { code, role } from './operation-cases.ts';
import { type Statement, startUserRuntime } from './user-runtime.ts';

const arn = (service: string, resource: string) =>
  `arn:aws:${service}:us-east-2:000000000000:${resource}`;
const items = arn('dynamodb', 'table/items');
const f = arn('lambda', 'function:f');
const onItems = (Action: string, Condition?: unknown): Statement => ({
  Action,
  Resource: items,
  ...(Condition ? { Condition } : {}),
});

const users: Readonly<Record<string, readonly Statement[]>> = {
  nobody: [],
  denied: [
    { Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'dynamodb:GetItem', Resource: '*' },
  ],
  caller: [{ Action: 'execute-api:Invoke', Resource: arn('execute-api', '*/prod/GET/items/a b') }],
  deleter: [{ Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::bucket/mine/*' }],
  reader: [{ Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' }],
  lister: [
    { Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' },
    { Action: 's3:ListBucket', Resource: 'arn:aws:s3:::bucket' },
  ],
  'prefix-lister': [
    {
      Action: 's3:ListBucket',
      Resource: 'arn:aws:s3:::bucket',
      Condition: { StringEquals: { 's3:prefix': 'mine/' } },
    },
  ],
  creator: [
    { Action: 'lambda:CreateFunction', Resource: arn('lambda', 'function:*') },
    {
      Action: 'iam:PassRole',
      Resource: role,
      Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
    },
    {
      Action: 'lambda:TagResource',
      Resource: arn('lambda', 'function:*'),
      Condition: {
        StringEquals: { 'aws:RequestTag/team': 'a' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
      },
    },
  ],
  passer: [
    { Action: 'cloudformation:*', Resource: '*' },
    {
      Action: 'iam:PassRole',
      Resource: role,
      Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
    },
  ],
  'team-a': [
    {
      Action: ['lambda:GetFunction', 'cloudformation:DescribeStacks'],
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/team': 'a' } },
    },
  ],
  deployer: [{ Action: 'cloudformation:*', Resource: arn('cloudformation', 'stack/*') }],
  'api-deployer': [{ Action: 'cloudformation:*', Resource: arn('cloudformation', 'stack/api/*') }],
  'change-set-1': [
    {
      Action: 'cloudformation:CreateChangeSet',
      Resource: '*',
      Condition: { StringEquals: { 'cloudformation:ChangeSetName': 'one' } },
    },
  ],
  attributes: [
    onItems('dynamodb:*', {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['id', 'shown', 'count'] },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    }),
  ],
  'own-keys': [
    onItems('dynamodb:*', {
      'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['me'] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    }),
  ],
  transactions: [
    onItems('dynamodb:PutItem', {
      StringEquals: { 'dynamodb:EnclosingOperation': 'TransactWriteItems' },
    }),
  ],
  'returns-nothing': [
    onItems('dynamodb:UpdateItem', {
      StringEqualsIfExists: { 'dynamodb:ReturnValues': ['NONE', 'UPDATED_NEW'] },
    }),
  ],
};

let runtime: Awaited<ReturnType<typeof startUserRuntime>>;
let apiId = '';
let queueUrl = '';

beforeAll(async () => {
  runtime = await startUserRuntime(users);
  const { root } = runtime;
  await root.lambda.send(
    new lambda.CreateFunctionCommand({
      FunctionName: 'f',
      ...functionSettings,
      Code: { ZipFile: code },
      Tags: { team: 'a' },
    }),
  );
  await root.dynamodb.send(
    new dynamodb.CreateTableCommand({
      TableName: 'items',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    }),
  );
  const { QueueUrl = '' } = await root.sqs.send(new CreateQueueCommand({ QueueName: 'q' }));
  queueUrl = QueueUrl;
  await root.s3.send(new s3.CreateBucketCommand({ Bucket: 'bucket' }));
  for (const Key of ['mine/a', 'other']) {
    await root.s3.send(new s3.PutObjectCommand({ Bucket: 'bucket', Key, Body: 'x' }));
  }
  await root.cloudformation.send(
    new cloudformation.CreateStackCommand({
      StackName: 'api',
      TemplateBody: apiTemplate,
      Tags: [{ Key: 'team', Value: 'a' }],
    }),
  );
  const { StackResourceDetail } = await root.cloudformation.send(
    new cloudformation.DescribeStackResourceCommand({ StackName: 'api', LogicalResourceId: 'Api' }),
  );
  apiId = StackResourceDetail?.PhysicalResourceId ?? '';
});
afterAll(() => runtime.close());

const functionSettings = { Role: role, Runtime: 'nodejs24.x', Handler: 'index.handler' } as const;

const integration = {
  type: 'aws_proxy',
  httpMethod: 'POST',
  uri: `arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/${f}/invocations`,
};
const apiTemplate = JSON.stringify({
  Resources: {
    Api: {
      Type: 'AWS::ApiGateway::RestApi',
      Properties: {
        Name: 'api',
        Body: {
          openapi: '3.0.1',
          components: {
            securitySchemes: {
              sigv4: {
                type: 'apiKey',
                name: 'Authorization',
                in: 'header',
                'x-amazon-apigateway-authtype': 'awsSigv4',
              },
            },
          },
          'x-amazon-apigateway-gateway-responses': {
            ACCESS_DENIED: { statusCode: '499' },
            DEFAULT_4XX: { statusCode: '498' },
          },
          paths: {
            '/items/{id}': {
              get: { security: [{ sigv4: [] }], 'x-amazon-apigateway-integration': integration },
            },
            '/open': { get: { 'x-amazon-apigateway-integration': integration } },
          },
        },
      },
    },
    Deployment: {
      Type: 'AWS::ApiGateway::Deployment',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'prod' },
    },
  },
});

const refusedTo = (user: string, action: string, resource: string) =>
  `User: arn:aws:iam::000000000000:user/${user} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;

const post = (target: string, body: object) => ({
  method: 'POST',
  headers: { 'x-amz-target': target },
  body: JSON.stringify(body),
});

describe('a refusal has the status, headers and body of its protocol', () => {
  it('DynamoDB', async () => {
    const request = post('DynamoDB_20120810.GetItem', { TableName: 'items', Key: {} });
    const { status, headers, text } = await runtime.user('nobody').send('dynamodb', '/', request);
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.0');
    expect(JSON.parse(text)).toEqual({
      __type: 'com.amazon.coral.service#AccessDeniedException',
      Message: refusedTo('nobody', 'dynamodb:GetItem', items),
    });
  });

  it.each([
    ['ssm', 'AmazonSSM.GetParameter', { Name: '/a' }, 'ssm:GetParameter', 'parameter/a'],
    [
      'logs',
      'Logs_20140328.FilterLogEvents',
      { logGroupName: '/g' },
      'logs:FilterLogEvents',
      'log-group:/g:log-stream:',
    ],
  ])('%s', async (service, target, body, action, resource) => {
    const user = runtime.user('nobody');
    const { status, headers, text } = await user.send(service, '/', post(target, body));
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/x-amz-json-1.1');
    expect(JSON.parse(text)).toEqual({
      __type: 'AccessDeniedException',
      Message: refusedTo('nobody', action, arn(service, resource)),
    });
  });

  it('SQS, with the action in lower case', async () => {
    const request = post('AmazonSQS.SendMessage', { QueueUrl: queueUrl, MessageBody: 'x' });
    const { status, headers, text } = await runtime.user('nobody').send('sqs', '/', request);
    expect(status).toBe(403);
    expect(headers.get('x-amzn-query-error')).toBe('AccessDenied;Sender');
    expect(JSON.parse(text)).toEqual({
      __type: 'com.amazon.coral.service#AccessDeniedException',
      Message: refusedTo('nobody', 'sqs:sendmessage', arn('sqs', 'q')),
    });
  });

  it('CloudFormation', async () => {
    const body = 'Action=ListStacks&Version=2010-05-15';
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const request = { method: 'POST', headers, body };
    const { status, text } = await runtime.user('nobody').send('cloudformation', '/', request);
    expect(status).toBe(403);
    expect(text.replace(/<RequestId>[^<]+/, '<RequestId>')).toBe(
      '<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type>' +
        `<Code>AccessDenied</Code><Message>${refusedTo('nobody', 'cloudformation:ListStacks', '*')}</Message></Error>` +
        '<RequestId></RequestId></ErrorResponse>',
    );
  });

  it('Lambda', async () => {
    const path = '/2015-03-31/functions/f/invocations?Qualifier=live';
    const user = runtime.user('nobody');
    const { status, headers, text } = await user.send('lambda', path, { method: 'POST' });
    expect(status).toBe(403);
    expect(headers.get('x-amzn-errortype')).toBe('AccessDeniedException');
    expect(JSON.parse(text)).toEqual({
      Message: refusedTo('nobody', 'lambda:InvokeFunction', `${f}:live`),
    });
  });

  it('S3, with the ARN in quotes', async () => {
    const { status, text } = await runtime.user('nobody').send('s3', '/bucket/other');
    expect(status).toBe(403);
    const message = refusedTo('nobody', 's3:GetObject', '&quot;arn:aws:s3:::bucket/other&quot;');
    expect(text.replace(/<RequestId>[^<]+/, '<RequestId>')).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>${message}</Message>` +
        '<RequestId></RequestId><HostId>local</HostId></Error>',
    );
    const head = await runtime.user('nobody').send('s3', '/bucket/other', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 403, text: '' });
  });

  it('API Gateway, with a masked account and without the gateway responses of the API', async () => {
    const path = `/execute-api/${apiId}/prod/items/7`;
    const { status, headers, text } = await runtime.user('caller').send('execute-api', path);
    expect(status).toBe(403);
    expect(headers.get('x-amzn-errortype')).toBe('AccessDeniedException');
    const resource = `arn:aws:execute-api:us-east-2:********0000:${apiId}/prod/GET/items/7`;
    expect(JSON.parse(text)).toEqual({
      Message: refusedTo('caller', 'execute-api:Invoke', resource),
    });
  });

  it('names an explicit deny', async () => {
    const { dynamodb: client } = runtime.user('denied');
    const get = new dynamodb.GetItemCommand({ TableName: 'items', Key: { id: { S: 'a' } } });
    await expect(client.send(get)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:iam::000000000000:user/denied is not authorized to perform: dynamodb:GetItem on resource: ${items} with an explicit deny in an identity-based policy`,
    });
  });
});

describe('API Gateway', () => {
  it('authorizes the decoded path of a signed method', async () => {
    const path = `/execute-api/${apiId}/prod//items/a%20b`;
    const { status } = await runtime.user('caller').send('execute-api', path);
    expect(status).not.toBe(403);
  });

  it('needs no permission for an open method', async () => {
    const path = `/execute-api/${apiId}/prod/open`;
    const { status } = await runtime.user('nobody').send('execute-api', path);
    expect(status).not.toBe(403);
  });
});

describe('the permissions are checked', () => {
  const getItem = (body: string) => {
    const headers = { 'x-amz-target': 'DynamoDB_20120810.GetItem' };
    return runtime.user('nobody').send('dynamodb', '/', { method: 'POST', headers, body });
  };
  const create = (body: string) =>
    runtime.user('nobody').send('lambda', '/2015-03-31/functions', { method: 'POST', body });

  it.each([
    ['a body that is not JSON', '{'],
    ['a member of a wrong type', '{"TableName":5}'],
    ['a body that is not an object', '[]'],
  ])('after the rejection of %s', async (_, body) => {
    expect((await getItem(body)).text).toContain('SerializationException');
  });

  it.each([
    ['an unknown member', '{"TableName":"items","Invented":1}'],
    ['a value that is not valid', '{"TableName":"items","ReturnConsumedCapacity":"no"}'],
    ['a missing key', '{"TableName":"items"}'],
    ['a table that does not exist', '{"TableName":"none","Key":{"id":{"S":"a"}}}'],
  ])('before the rejection of %s', async (_, body) => {
    expect((await getItem(body)).text).toContain('AccessDeniedException');
  });

  it('between the serialization and the settings of a new function', async () => {
    const malformed = await create('{');
    expect(malformed.headers.get('x-amzn-errortype')).toBe('SerializationException');
    const invalid = await create('{"FunctionName":"x","Runtime":"no"}');
    expect(invalid.headers.get('x-amzn-errortype')).toBe('AccessDeniedException');
  });

  it('after the name of the operation', async () => {
    const request = post('DynamoDB_20120810.Invented', {});
    const { text } = await runtime.user('nobody').send('dynamodb', '/', request);
    expect(text).toContain('UnknownOperationException');
  });

  it('after the existence of a bucket only', async () => {
    const { s3: client } = runtime.user('nobody');
    const get = (Bucket: string) => client.send(new s3.GetObjectCommand({ Bucket, Key: 'none' }));
    await expect(get('absent')).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await expect(get('bucket')).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('S3', () => {
  it('deletes the objects that the caller may delete', async () => {
    const { s3: client } = runtime.user('deleter');
    const Objects = [
      { Key: 'mine/none' },
      { Key: 'other' },
      { Key: 'mine/none', VersionId: 'null' },
    ];
    const { Deleted, Errors } = await client.send(
      new s3.DeleteObjectsCommand({ Bucket: 'bucket', Delete: { Objects } }),
    );
    expect(Deleted).toEqual([{ Key: 'mine/none' }]);
    const message = (action: string, key: string) =>
      refusedTo('deleter', action, `"arn:aws:s3:::bucket/${key}"`);
    expect(Errors).toEqual([
      { Key: 'other', Code: 'AccessDenied', Message: message('s3:DeleteObject', 'other') },
      {
        Key: 'mine/none',
        VersionId: 'null',
        Code: 'AccessDenied',
        Message: message('s3:DeleteObjectVersion', 'mine/none'),
      },
    ]);
    const get = new s3.GetObjectCommand({ Bucket: 'bucket', Key: 'other' });
    await expect(runtime.root.s3.send(get)).resolves.toBeDefined();
  });

  it('hides a missing object from a caller who may not list the bucket', async () => {
    const missing = { Bucket: 'bucket', Key: 'none' };
    const read = (user: string) => runtime.user(user).s3.send(new s3.GetObjectCommand(missing));
    await expect(read('lister')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(read('reader')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: refusedTo('reader', 's3:ListBucket', '"arn:aws:s3:::bucket"'),
    });
    const head = runtime.user('reader').s3.send(new s3.HeadObjectCommand(missing));
    await expect(head).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it('compares the prefix of a listing', async () => {
    const list = (Prefix?: string) =>
      runtime
        .user('prefix-lister')
        .s3.send(new s3.ListObjectsV2Command({ Bucket: 'bucket', ...(Prefix ? { Prefix } : {}) }));
    await expect(list('mine/')).resolves.toMatchObject({ KeyCount: 1 });
    await expect(list('other')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(list()).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('Lambda', () => {
  const create = (user: string, changes: Partial<lambda.CreateFunctionCommandInput>) =>
    runtime.user(user).lambda.send(
      new lambda.CreateFunctionCommand({
        FunctionName: 'new',
        ...functionSettings,
        Code: { ZipFile: code },
        ...changes,
      }),
    );

  it('reads code from S3 with the permissions of the caller', async () => {
    const Code = { S3Bucket: 'bucket', S3Key: 'mine/a' };
    await expect(create('creator', { Code })).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        'Your access has been denied by S3, please make sure your request credentials have permission to GetObject for bucket/mine/a. ' +
        'S3 Error Code: AccessDenied. S3 Error Message: Access Denied',
    });
  });

  it('compares the tags of a new function', async () => {
    const refused = { name: 'AccessDeniedException' };
    await expect(create('creator', { Tags: { team: 'b' } })).rejects.toMatchObject(refused);
    const more = { team: 'a', owner: 'b' };
    await expect(create('creator', { Tags: more })).rejects.toMatchObject(refused);
    await expect(create('creator', { Tags: { team: 'a' } })).resolves.toBeDefined();
  });

  it('compares the tags of an existing function', async () => {
    const { lambda: client } = runtime.user('team-a');
    const get = new lambda.GetFunctionCommand({ FunctionName: 'f' });
    await expect(client.send(get)).resolves.toBeDefined();
    const untag = new lambda.UntagResourceCommand({ Resource: f, TagKeys: ['team'] });
    await runtime.root.lambda.send(untag);
    await expect(client.send(get)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('CloudFormation', () => {
  const Transform = 'AWS::Serverless-2016-10-31';
  const serverless = JSON.stringify({
    Transform,
    Resources: { Group: { Type: 'AWS::Logs::LogGroup' } },
  });
  const transformArn = 'arn:aws:cloudformation:us-east-2:aws:transform/Serverless-2016-10-31';
  const reason = refusedTo('deployer', 'cloudformation:CreateChangeSet', transformArn);

  it('lets a change set fail if the caller may not use its transform', async () => {
    const { cloudformation: client } = runtime.user('deployer');
    const names = { StackName: 'serverless', ChangeSetName: 'one' };
    await client.send(
      new cloudformation.CreateChangeSetCommand({
        ...names,
        ChangeSetType: 'CREATE',
        TemplateBody: serverless,
        Capabilities: ['CAPABILITY_AUTO_EXPAND', 'CAPABILITY_IAM'],
      }),
    );
    const set = await client.send(new cloudformation.DescribeChangeSetCommand(names));
    expect(set).toMatchObject({
      Status: 'FAILED',
      StatusReason: reason,
      ExecutionStatus: 'UNAVAILABLE',
    });
  });

  it('asks the service role for the transform', async () => {
    const { cloudformation: client } = runtime.root;
    const names = { StackName: 'with-role', ChangeSetName: 'one' };
    await client.send(
      new cloudformation.CreateChangeSetCommand({
        ...names,
        ChangeSetType: 'CREATE',
        RoleARN: role,
        TemplateBody: serverless,
        Capabilities: ['CAPABILITY_AUTO_EXPAND', 'CAPABILITY_IAM'],
      }),
    );
    const { Status } = await client.send(new cloudformation.DescribeChangeSetCommand(names));
    // Roles are not restricted in this runtime.
    expect(Status).toBe('CREATE_COMPLETE');
  });

  it('refuses a stack whose transform the caller may not use', async () => {
    const create = runtime.user('deployer').cloudformation.send(
      new cloudformation.CreateStackCommand({
        StackName: 'serverless-2',
        TemplateBody: serverless,
        Capabilities: ['CAPABILITY_AUTO_EXPAND', 'CAPABILITY_IAM'],
      }),
    );
    await expect(create).rejects.toMatchObject({ name: 'AccessDenied', message: reason });
  });

  it('reads a template in S3 with the permissions of the caller', async () => {
    const create = runtime.user('deployer').cloudformation.send(
      new cloudformation.CreateStackCommand({
        StackName: 'from-s3',
        TemplateURL: 'https://bucket.s3.us-east-2.amazonaws.com/mine/a',
      }),
    );
    await expect(create).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('S3 error: Access Denied') as string,
    });
  });

  it('refuses a service role that may be passed to another service only', async () => {
    const remove = (user: string) =>
      runtime
        .user(user)
        .cloudformation.send(
          new cloudformation.DeleteStackCommand({ StackName: 'none', RoleARN: role }),
        );
    await expect(remove('passer')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: refusedTo('passer', 'iam:PassRole', role),
    });
  });

  it('authorizes a change set on its own stack, whatever stack the request names', async () => {
    const { Id = '' } = await runtime.root.cloudformation.send(
      new cloudformation.CreateChangeSetCommand({
        StackName: 'another',
        ChangeSetName: 'foreign',
        ChangeSetType: 'CREATE',
        TemplateBody: apiTemplate,
      }),
    );
    const { cloudformation: client } = runtime.user('api-deployer');
    const input = { StackName: 'api', ChangeSetName: Id };
    for (const command of [
      new cloudformation.DescribeChangeSetCommand(input),
      new cloudformation.ExecuteChangeSetCommand(input),
      new cloudformation.DeleteChangeSetCommand(input),
    ]) {
      await expect(client.send(command as never)).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining('stack/another/') as string,
      });
    }
  });

  it('compares the tags of a stack and the name of a change set', async () => {
    const { cloudformation: client } = runtime.user('team-a');
    const describeStack = new cloudformation.DescribeStacksCommand({ StackName: 'api' });
    await expect(client.send(describeStack)).resolves.toBeDefined();
    const { cloudformation: one } = runtime.user('change-set-1');
    const create = (ChangeSetName: string) =>
      one.send(
        new cloudformation.CreateChangeSetCommand({
          StackName: 'api',
          ChangeSetName,
          TemplateBody: apiTemplate,
        }),
      );
    await expect(create('one')).resolves.toBeDefined();
    await expect(create('two')).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('DynamoDB', () => {
  const TableName = 'items';
  const Key = { id: { S: 'me' } };
  const refused = { name: 'AccessDeniedException' };

  it('compares the attributes that a request names', async () => {
    const { dynamodb: client } = runtime.user('attributes');
    const get = (ProjectionExpression?: string) =>
      client.send(
        new dynamodb.GetItemCommand({
          TableName,
          Key,
          ...(ProjectionExpression ? { ProjectionExpression } : {}),
        }),
      );
    await expect(get('id, shown[0].x')).resolves.toBeDefined();
    await expect(get('id, secret.x')).rejects.toMatchObject(refused);
    await expect(get()).rejects.toMatchObject(refused);
    const update = (UpdateExpression: string, ConditionExpression?: string) =>
      client.send(
        new dynamodb.UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression,
          ConditionExpression,
          ExpressionAttributeNames: { '#c': 'count' },
          ExpressionAttributeValues: { ':one': { N: '1' } },
        }),
      );
    await expect(update('set #c = if_not_exists(#c, :one) + :one')).resolves.toBeDefined();
    await expect(update('set #c = secret + :one')).rejects.toMatchObject(refused);
    const guarded = update('set #c = :one', 'attribute_exists(secret)');
    await expect(guarded).rejects.toMatchObject(refused);
    const put = new dynamodb.PutItemCommand({ TableName, Item: { ...Key, secret: { S: '' } } });
    await expect(client.send(put)).rejects.toMatchObject(refused);
  });

  it('compares the partition keys of a request', async () => {
    const { dynamodb: client } = runtime.user('own-keys');
    const query = (id: string) =>
      client.send(
        new dynamodb.QueryCommand({
          TableName,
          KeyConditionExpression: '#id = :id',
          ExpressionAttributeNames: { '#id': 'id' },
          ExpressionAttributeValues: { ':id': { S: id } },
        }),
      );
    await expect(query('me')).resolves.toBeDefined();
    await expect(query('you')).rejects.toMatchObject(refused);
    const batch = (...ids: string[]) =>
      client.send(
        new dynamodb.BatchGetItemCommand({
          RequestItems: { items: { Keys: ids.map((id) => ({ id: { S: id } })) } },
        }),
      );
    await expect(batch('me')).resolves.toBeDefined();
    await expect(batch('me', 'you')).rejects.toMatchObject(refused);
    const scan = client.send(new dynamodb.ScanCommand({ TableName }));
    await expect(scan).rejects.toMatchObject(refused);
  });

  it('distinguishes a write in a transaction', async () => {
    const { dynamodb: client } = runtime.user('transactions');
    const Put = { TableName, Item: Key };
    const transaction = new dynamodb.TransactWriteItemsCommand({ TransactItems: [{ Put }] });
    await expect(client.send(transaction)).resolves.toBeDefined();
    const single = new dynamodb.PutItemCommand(Put);
    await expect(client.send(single)).rejects.toMatchObject(refused);
  });

  it('compares the returned values of a write', async () => {
    const { dynamodb: client } = runtime.user('returns-nothing');
    const update = (ReturnValues?: 'ALL_OLD') =>
      client.send(
        new dynamodb.UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression: 'remove x',
          ReturnValues,
        }),
      );
    await expect(update()).resolves.toBeDefined();
    await expect(update('ALL_OLD')).rejects.toMatchObject(refused);
  });
});

describe('STS', () => {
  it('identifies every caller', async () => {
    const identify = (user: ReturnType<typeof runtime.user>) =>
      user.sts.send(new GetCallerIdentityCommand({}));
    expect(await identify(runtime.root)).toMatchObject({
      Arn: 'arn:aws:iam::000000000000:root',
      UserId: '000000000000',
    });
    expect(await identify(runtime.user('nobody'))).toMatchObject({
      Arn: 'arn:aws:iam::000000000000:user/nobody',
      UserId: expect.stringMatching(/^AIDA[A-Z0-9]{17}$/) as string,
    });
    expect(await identify(runtime.session('r', 's'))).toMatchObject({
      Arn: 'arn:aws:sts::000000000000:assumed-role/r/s',
      UserId: expect.stringMatching(/^AROA[A-Z0-9]{17}:s$/) as string,
    });
  });
});
