import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../src/local/runtime/runtime.ts';
import { presignUrl, signedFetch } from '../../support/credentials.ts';

const directory = mkdtempSync(join(tmpdir(), 'members-'));
let runtime: Runtime;

beforeAll(async () => {
  runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
});
afterAll(async () => {
  await runtime.close();
  rmSync(directory, { recursive: true });
});

/** Service of each prefix of `X-Amz-Target`. */
const services: Readonly<Record<string, string>> = {
  DynamoDB_20120810: 'dynamodb',
  AmazonSQS: 'sqs',
  Logs_20140328: 'logs',
  AmazonSSM: 'ssm',
};

/** SDK clients remove members that they do not know, so these requests are sent without one. */
async function post(target: string, body: object): Promise<{ status: number; text: string }> {
  const [prefix = ''] = target.split('.');
  const response = await signedFetch(services[prefix] ?? '', `${runtime.url}/`, {
    method: 'POST',
    headers: { 'x-amz-target': target },
    body: JSON.stringify(body),
    credentials: runtime.credentials,
  });
  return { status: response.status, text: await response.text() };
}

describe('a request with an invented member is rejected by its name', () => {
  const item = { TableName: 't', Item: {}, Invented: 1 };
  it.each([
    ['DynamoDB_20120810.GetItem', { TableName: 't', Invented: 1 }, 'Invented'],
    ['DynamoDB_20120810.Query', { TableName: 't', constructor: 1 }, 'constructor'],
    [
      'DynamoDB_20120810.TransactWriteItems',
      { TransactItems: [{ Put: item }] },
      '[0].Put.Invented',
    ],
    ['AmazonSQS.SendMessage', { MessageBody: 'x', Invented: 1 }, 'Invented'],
    ['AmazonSQS.DeleteMessageBatch', { Entries: [{ Id: '1', Invented: 1 }] }, '[0].Invented'],
    ['AmazonSQS.ListQueues', { QueueNamePrefix: 'a', queueNamePrefix: 'a' }, 'queueNamePrefix'],
    ['Logs_20140328.FilterLogEvents', { logGroupName: 'g', Invented: 1 }, 'Invented'],
    ['Logs_20140328.PutLogEvents', { logEvents: [{ severity: 'x' }] }, '[0].severity'],
    ['Logs_20140328.DescribeLogGroups', { prefix: 'g' }, 'prefix'],
    ['AmazonSSM.GetParameter', { Name: 'n', Invented: 1 }, 'Invented'],
    ['AmazonSSM.PutParameter', { Name: 'n', Value: 'v', Secure: true }, 'Secure'],
    ['AmazonSSM.DeleteParameter', { Name: 'n', Recursive: true }, 'Recursive'],
  ])('%s %j', async (target, body, name) => {
    const { status, text } = await post(target, body);
    expect(status).toBe(400);
    expect(text).toContain(`The local runtime does not implement the parameter `);
    expect(text).toContain(name);
  });
});

it('ignores a member that is null, as AWS does', async () => {
  const { status } = await post('AmazonSQS.ListQueues', { QueueNamePrefix: null, Invented: null });
  expect(status).toBe(200);
});

describe('a query request with an invented parameter is rejected by its name', () => {
  const stack = 'StackName=a';
  it.each([
    ['cloudformation', 'DescribeStacks', `${stack}&Invented=1`, 'Invented'],
    ['cloudformation', 'CreateStack', `${stack}&StackPolicyBody=a`, 'StackPolicyBody'],
    ['cloudformation', 'CreateStack', `${stack}&DisableRollback=true`, 'DisableRollback'],
    ['cloudformation', 'CreateStack', `${stack}&Tags.member.1.Kay=a`, 'Tags.member.1.Kay'],
    [
      'cloudformation',
      'CreateChangeSet',
      `${stack}&ResourcesToImport.member.1.X=a`,
      'ResourcesToImport',
    ],
    ['cloudformation', 'DeleteStack', `${stack}&RetainResources.member.1=a`, 'RetainResources'],
    ['cloudformation', 'GetTemplate', `${stack}&ChangeSetName=a`, 'ChangeSetName'],
    ['iam', 'GetRole', 'RoleName=a&Invented=1', 'Invented'],
    ['iam', 'CreateRole', 'RoleName=a&PermissionsBoundary=b', 'PermissionsBoundary'],
    ['iam', 'CreateRole', 'RoleName=a&Tags.member.1.Kay=b', 'Tags.member.1.Kay'],
  ])('%s %s %s', async (service, action, parameters, name) => {
    const Version = service === 'iam' ? '2010-05-08' : '2010-05-15';
    const response = await signedFetch(service, `${runtime.url}/`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `Action=${action}&Version=${Version}&${parameters}`,
      credentials: runtime.credentials,
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(`does not implement the parameter ${name}`);
  });
});

describe('a request to Lambda with an invented member is rejected by its name', () => {
  const functions = '/2015-03-31/functions';
  it.each<[string, string, object | undefined, string]>([
    ['GET', `${functions}?Invented=1`, undefined, 'Invented'],
    ['GET', `${functions}?MasterRegion=us-east-1`, undefined, 'MasterRegion'],
    ['POST', functions, { FunctionName: 'a', Invented: 1 }, 'Invented'],
    ['POST', functions, { FunctionName: 'a', VpcConfig: { SubnetIds: ['s'] } }, 'VpcConfig'],
    ['POST', functions, { EphemeralStorage: { Size: 1024 } }, 'EphemeralStorage'],
    ['PUT', `${functions}/a/code`, { SourceKMSKeyArn: 'k' }, 'SourceKMSKeyArn'],
    ['POST', `${functions}/a/aliases`, { RevisionId: 'r' }, 'RevisionId'],
    ['POST', `${functions}/a/invocations?Qualifer=1`, {}, 'Qualifer'],
    ['POST', `${functions}/a/policy`, { PrincipalOrgID: 'o' }, 'PrincipalOrgID'],
    ['POST', '/2017-03-31/tags/a', { Tags: {}, Invented: 1 }, 'Invented'],
    [
      'POST',
      functions,
      { LoggingConfig: { SystemLogLevel: 'INFO' } },
      'LoggingConfig.SystemLogLevel',
    ],
    [
      'PUT',
      `${functions}/a/configuration`,
      { Environment: { Invented: 1 } },
      'Environment.Invented',
    ],
    ['POST', functions, { DurableConfig: { Invented: 1 } }, 'DurableConfig.Invented'],
    ['PUT', '/2019-09-25/functions/a/event-invoke-config', { Invented: 1 }, 'Invented'],
    ['GET', '/2019-09-25/functions/a/event-invoke-config?Invented=1', undefined, 'Invented'],
    ['PUT', '/2021-10-31/functions/a/url', { Invented: 1 }, 'Invented'],
    ['GET', '/2021-10-31/functions/a/urls?Invented=1', undefined, 'Invented'],
  ])('%s %s %j', async (method, path, body, name) => {
    const response = await signedFetch('lambda', `${runtime.url}${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
      credentials: runtime.credentials,
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(new RegExp(`does not implement.* ${name}`));
  });
});

describe('STS', () => {
  const identity = 'Action=GetCallerIdentity&Version=2011-06-15';

  it.each(['Invented', 'DurationSeconds', 'RoleArn'])('rejects %s by name', async (name) => {
    const { credentials, url } = runtime;
    const options = { method: 'POST', credentials };
    const response = await signedFetch('sts', `${url}/?${identity}&${name}=1`, options);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(name);
  });

  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
  it('accepts a signature in the query', async () => {
    const { credentials, url } = runtime;
    const headers = { 'x-amz-content-sha256': createHash('sha256').digest('hex') };
    const options = { method: 'POST', credentials, headers };
    const response = await fetch(await presignUrl('sts', `${url}/?${identity}`, options), {
      method: 'POST',
    });
    expect(await response.text()).toContain('<Account>000000000000</Account>');
  });
});
