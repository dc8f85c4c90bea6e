import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../src/local/runtime/runtime.ts';

const directory = mkdtempSync(join(tmpdir(), 'members-'));
let runtime: Runtime;

beforeAll(async () => {
  runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
});
afterAll(async () => {
  await runtime.close();
  rmSync(directory, { recursive: true });
});

const authorization = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=a/20260101/us-east-2/${service}/aws4_request, Signature=0`;

/** SDK clients remove members that they do not know, so these requests are sent without one. */
async function post(target: string, body: object): Promise<{ status: number; text: string }> {
  const response = await fetch(runtime.url, {
    method: 'POST',
    headers: { authorization: authorization('any'), 'x-amz-target': target },
    body: JSON.stringify(body),
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

describe('STS', () => {
  const send = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${runtime.url}/?${query}`, { method: 'POST', headers });

  it.each(['Invented', 'DurationSeconds', 'RoleArn'])('rejects %s by name', async (name) => {
    const response = await send(`Action=GetCallerIdentity&Version=2011-06-15&${name}=1`, {
      authorization: authorization('sts'),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(name);
  });

  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
  it('accepts a signature in the query', async () => {
    const credential = encodeURIComponent('a/20260101/us-east-2/sts/aws4_request');
    const signature = `X-Amz-Credential=${credential}&X-Amz-Signature=0`;
    const response = await send(`Action=GetCallerIdentity&Version=2011-06-15&${signature}`);
    expect(await response.text()).toContain('<Account>000000000000</Account>');
  });
});
