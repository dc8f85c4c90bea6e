import { describe, expect, it } from 'vitest';
import { permissionRules as dynamodbRules } from '../../../src/local/dynamodb/permissions/rules.ts';
import type { Permission } from '../../../src/local/iam/permission.ts';
import type { LambdaContext } from '../../../src/local/lambda/context.ts';
import { createCallbackId } from '../../../src/local/lambda/execution/callback-id.ts';
import { requiredPermissions } from '../../../src/local/lambda/routes.ts';
import { permissionRules as logsRules } from '../../../src/local/logs/permissions.ts';
import { permissionRules as s3Rules } from '../../../src/local/s3/permissions.ts';
import { findOperation, parseRequest } from '../../../src/local/s3/routing.ts';
import { permissionRules as sqsRules } from '../../../src/local/sqs/permissions.ts';
import { permissionRules as ssmRules } from '../../../src/local/ssm/permissions.ts';
import type { WireRequest } from '../../../src/local/wire/http.ts';
import type { PermissionRule } from '../../../src/local/wire/json.ts';

const own = (service: string) => `arn:aws:${service}:us-east-2:000000000000:`;
const format = (permissions: readonly Permission[] | undefined) =>
  permissions?.map(({ action, resource }) => `${action} ${resource}`);

function request(method: string, url: string, body = ''): WireRequest {
  const [path = '', search = ''] = url.split('?');
  return {
    method,
    path,
    query: new URLSearchParams(search),
    rawQuery: search,
    headers: {},
    exactHeaders: {},
    body: Buffer.from(body),
    region: 'us-east-2',
    caller: { kind: 'root' },
  };
}

describe('awsJson', () => {
  const tables = { find: () => undefined, get: () => undefined } as never;
  const rules: Readonly<Record<string, Readonly<Record<string, PermissionRule>>>> = {
    dynamodb: dynamodbRules(tables),
    logs: logsRules,
    sqs: sqsRules((name) => `${own('sqs')}${name}`),
    ssm: ssmRules,
  };
  const group = `${own('logs')}log-group:`;
  const table = `${own('dynamodb')}table/`;

  it.each([
    ['sqs', 'SendMessage', { QueueUrl: 'http://127.0.0.1:1/000000000000/q' }, [`${own('sqs')}q`]],
    ['sqs', 'SendMessage', { QueueUrl: 'q' }, [`${own('sqs')}q`]],
    ['sqs', 'SendMessage', {}, [own('sqs')]],
    ['sqs', 'SendMessage', { QueueUrl: 7 }, [own('sqs')]],
    ['sqs', 'GetQueueUrl', { QueueName: 'a*' }, [`${own('sqs')}a*`]],
    ['logs', 'FilterLogEvents', { logGroupName: '/a/b' }, [`${group}/a/b:log-stream:`]],
    [
      'logs',
      'FilterLogEvents',
      { logGroupIdentifier: `${group}/a/b` },
      [`${group}/a/b:log-stream:`],
    ],
    [
      'logs',
      'FilterLogEvents',
      { logGroupIdentifier: `${group}/a/b:*` },
      [`${group}/a/b:log-stream:`],
    ],
    [
      'logs',
      'GetLogEvents',
      { logGroupName: 'g', logStreamName: '2026/[$LATEST]x' },
      [`${group}g:log-stream:2026/[$LATEST]x`],
    ],
    ['logs', 'DescribeLogGroups', { logGroupNamePrefix: 'g' }, [`${group}:log-stream:`]],
    ['ssm', 'GetParameter', { Name: '/a/b' }, [`${own('ssm')}parameter/a/b`]],
    ['ssm', 'GetParameter', { Name: 'b' }, [`${own('ssm')}parameter/b`]],
    ['ssm', 'GetParameter', { Name: '/a/b:12' }, [`${own('ssm')}parameter/a/b`]],
    [
      'ssm',
      'GetParameter',
      { Name: `${own('ssm')}parameter/a/b:2` },
      [`${own('ssm')}parameter/a/b`],
    ],
    ['ssm', 'GetParameter', { Name: `${own('ssm')}parameter/b` }, [`${own('ssm')}parameter/b`]],
    [
      'ssm',
      'GetParameters',
      { Names: ['a', 7] },
      [`${own('ssm')}parameter/a`, `${own('ssm')}parameter/`],
    ],
    ['dynamodb', 'GetItem', { TableName: 'items' }, [`${table}items`]],
    ['dynamodb', 'GetItem', { TableName: `${table}items` }, [`${table}items`]],
    ['dynamodb', 'GetItem', {}, [table]],
    ['dynamodb', 'Scan', { TableName: 'items', IndexName: 'i' }, [`${table}items/index/i`]],
    ['dynamodb', 'BatchGetItem', { RequestItems: { a: {}, b: 1 } }, [`${table}a`, `${table}b`]],
    ['dynamodb', 'BatchGetItem', { RequestItems: [] }, []],
    ['dynamodb', 'TransactGetItems', { TransactItems: [{}] }, [table]],
  ] as const)('%s %s %j', (service, operation, input, expected) => {
    const permissions = rules[service]?.[operation]?.(input, request('POST', '/'));
    expect(permissions?.map(({ resource }) => resource)).toEqual(expected);
  });

  it('authorizes each item of a transaction', () => {
    const TransactItems = [
      { Put: { TableName: 'a' }, Delete: { TableName: 'b' } },
      { Update: { TableName: 'a' } },
      { ConditionCheck: { TableName: 'c' } },
      {},
    ];
    const rule = rules['dynamodb']?.['TransactWriteItems'];
    expect(format(rule?.({ TransactItems }, request('POST', '/')))).toEqual([
      `dynamodb:PutItem ${table}a`,
      `dynamodb:DeleteItem ${table}b`,
      `dynamodb:UpdateItem ${table}a`,
      `dynamodb:ConditionCheckItem ${table}c`,
    ]);
  });
});

describe('Lambda', () => {
  const fn = `${own('lambda')}function:`;
  const execution = `${fn}f:1/durable-execution/e/id`;
  const context = {
    functions: {
      arn: (name: string, qualifier?: string) => `${fn}${name}${qualifier ? `:${qualifier}` : ''}`,
    },
    engine: { find: (id: string) => (id === 'id' ? { arn: execution } : undefined) },
  } as unknown as LambdaContext;
  const callback = createCallbackId('id', 'o');
  const lostCallback = createCallbackId('lost', 'o');
  const functions = '/2015-03-31/functions';
  const executions = '/2025-12-01/durable-executions';
  const callbacks = '/2025-12-01/durable-execution-callbacks';
  const encode = encodeURIComponent;

  it.each([
    ['POST', `${functions}/f/invocations`, '', ['InvokeFunction', 'f']],
    ['POST', `${functions}/f/invocations?Qualifier=live`, '', ['InvokeFunction', 'f:live']],
    ['POST', `${functions}/f:2/invocations`, '', ['InvokeFunction', 'f:2']],
    ['POST', `${functions}/f:2/invocations?Qualifier=3`, '', ['InvokeFunction', 'f:3']],
    ['POST', `${functions}/f/invocations?Qualifier=$LATEST`, '', ['InvokeFunction', 'f:$LATEST']],
    ['POST', `${functions}/${encode(`${fn}f:live`)}/invocations`, '', ['InvokeFunction', 'f:live']],
    ['POST', `${functions}/000000000000%3Afunction%3Af/invocations`, '', ['InvokeFunction', 'f']],
    ['DELETE', `${functions}/f?Qualifier=2`, '', ['DeleteFunction', 'f:2']],
    ['GET', `${functions}/f/configuration`, '', ['GetFunctionConfiguration', 'f']],
    ['PUT', `${functions}/f/aliases/live`, '{}', ['UpdateAlias', 'f']],
    ['PUT', `${functions}/f/configuration`, '{}', ['UpdateFunctionConfiguration', 'f']],
    ['POST', functions, `{"FunctionName":"${fn}f"}`, ['CreateFunction', 'f']],
    ['POST', functions, '{"FunctionName":7,"Tags":[]}', ['CreateFunction', '']],
    [
      'GET',
      `/2025-12-01/functions/f/durable-executions?Qualifier=live`,
      '',
      ['ListDurableExecutionsByFunction', 'f:live'],
    ],
    [
      'GET',
      `${executions}/${encode(execution)}`,
      '',
      ['GetDurableExecution', 'f:1/durable-execution/e/id'],
    ],
    [
      'GET',
      `${executions}/${encode(`${fn}other:1/durable-execution/e/id`)}/state`,
      '',
      ['GetDurableExecutionState', 'f:1/durable-execution/e/id'],
    ],
    [
      'POST',
      `${executions}/${encode(`${fn}other:1/durable-execution/e/none`)}/stop`,
      '',
      ['StopDurableExecution', 'other:1/durable-execution/e/none'],
    ],
    [
      'POST',
      `${callbacks}/${encode(callback)}/succeed`,
      '',
      ['SendDurableExecutionCallbackSuccess', 'f:1/durable-execution/e/id'],
    ],
  ] as const)('%s %s %s', (method, url, body, [action, resource]) => {
    expect(format(requiredPermissions(context, request(method, url, body)))).toEqual([
      `lambda:${action} ${fn}${resource}`,
    ]);
  });

  it.each([
    `${callbacks}/${encode(lostCallback)}/succeed`,
    `${callbacks}/none/succeed`,
    '/2025-12-01/invented',
  ])('leaves the rejection of %s to the service', (url) => {
    expect(requiredPermissions(context, request('POST', url))).toEqual([]);
  });

  it.each([
    ['POST', functions, '{'],
    ['POST', functions, '[]'],
    ['GET', `${functions}/%zz`, ''],
  ])('rejects the serialization of %s %s %s', (method, url, body) => {
    expect(() => requiredPermissions(context, request(method, url, body))).toThrow(
      expect.objectContaining({ name: 'SerializationException' }) as Error,
    );
  });
});

describe('S3', () => {
  it.each([
    ['GET', '/b/a%20b%2Fc%2A', ['GetObject b/a b/c*']],
    ['GET', '/b//k', ['GetObject b//k']],
    ['GET', '/b/k?versionId=v', ['GetObjectVersion b/k']],
    ['DELETE', '/b/k?versionId=v', ['DeleteObjectVersion b/k']],
    ['GET', '/b?list-type=2&prefix=p', ['ListBucket b']],
    ['GET', '/b/?versions', ['ListBucketVersions b']],
    ['POST', '/b?delete', []],
  ])('%s %s', (method, url, expected) => {
    const parsed = parseRequest(request(method, url));
    const rule = s3Rules[findOperation(parsed)];
    expect(format(rule?.(parsed))).toEqual(
      expected.map((text) => `s3:${text.replace(' ', ' arn:aws:s3:::')}`),
    );
  });
});
