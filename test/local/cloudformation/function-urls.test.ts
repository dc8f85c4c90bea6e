import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../src/local/runtime/runtime.ts';
import { signedFetch } from '../../support/credentials.ts';

const StackName = 'urls';
let runtime: Runtime;
let client: CloudFormationClient;

function toTemplate(config: object | undefined): string {
  return JSON.stringify({
    Transform: 'AWS::Serverless-2016-10-31',
    Parameters: { Auth: { Type: 'String', Default: 'NONE' } },
    Resources: {
      F: {
        Type: 'AWS::Serverless::Function',
        Properties: {
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          InlineCode: 'exports.handler = async ({ rawPath }) => rawPath;',
          AutoPublishAlias: 'live',
          ...(config ? { FunctionUrlConfig: config } : {}),
        },
      },
    },
    Outputs: config
      ? {
          Url: { Value: { 'Fn::GetAtt': ['FUrl', 'FunctionUrl'] } },
          Arn: { Value: { 'Fn::GetAtt': ['FUrl', 'FunctionArn'] } },
          Same: { Value: { Ref: 'FUrl' } },
          Foreign: { Value: 'https://other.lambda-url.us-east-2.on.aws/' },
        }
      : { Foreign: { Value: 'https://other.lambda-url.us-east-2.on.aws/' } },
  });
}

// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-functionurlconfig.html
it('creates, changes and removes the URL of a SAM function, which outlasts another port', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stack-urls-'));
  const start = async () => {
    runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
    const { url: endpoint, credentials } = runtime;
    client = new CloudFormationClient({
      endpoint,
      credentials,
      region: 'us-east-2',
      maxAttempts: 1,
    });
  };
  const read = async () => {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const outputs = Object.fromEntries(
      (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [
        OutputKey,
        OutputValue,
      ]),
    );
    return { status: stack?.StackStatus, outputs };
  };
  const listIds = async () => {
    const { StackResourceSummaries: resources = [] } = await client.send(
      new ListStackResourcesCommand({ StackName }),
    );
    return resources.map(({ LogicalResourceId: id = '' }) => id).filter((id) => /url/i.test(id));
  };
  const Capabilities = ['CAPABILITY_IAM' as const];
  const update = (config?: object) =>
    client.send(
      new UpdateStackCommand({ StackName, TemplateBody: toTemplate(config), Capabilities }),
    );
  await start();
  const cors = { AllowOrigins: ['*'], AllowCredentials: 'true', MaxAge: '60' };
  const TemplateBody = toTemplate({ AuthType: 'NONE', Cors: cors });
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities }));

  const { status, outputs } = await read();
  expect(status).toBe('CREATE_COMPLETE');
  expect(outputs['Url']).toMatch(`${runtime.url}/lambda-url/`);
  expect(outputs['Arn']).toMatch(/:function:urls-F-\w+:live$/);
  expect(outputs['Same']).toBe(outputs['Arn']);
  expect(outputs['Foreign']).toBe('https://other.lambda-url.us-east-2.on.aws/');
  expect(await listIds()).toEqual(
    expect.arrayContaining(['FUrl', 'FUrlPublicPermissions', 'FURLInvokeAllowPublicAccess']),
  );
  const response = await fetch(`${outputs['Url']}a`, { headers: { origin: 'http://a' } });
  expect([response.status, await response.text()]).toEqual([200, '/a']);
  expect(response.headers.get('access-control-allow-origin')).toBe('*');

  client.destroy();
  await runtime.close();
  await start();
  const moved = (await read()).outputs['Url'] ?? '';
  expect(moved).toContain(runtime.url);
  expect((await fetch(moved)).status).toBe(200);

  // SAM does not resolve the reference, and creates no permissions.
  await update({ AuthType: { Ref: 'Auth' } });
  expect(await listIds()).toEqual(['FUrl']);
  expect((await fetch(moved)).status).toBe(403);

  await update({ AuthType: 'AWS_IAM' });
  expect(await read()).toMatchObject({ status: 'UPDATE_COMPLETE', outputs: { Url: moved } });
  const { credentials } = runtime;
  const signed = await signedFetch('lambda', moved, {
    credentials,
    headers: { origin: 'http://a' },
  });
  expect(signed.status).toBe(200);
  expect(signed.headers.has('access-control-allow-origin')).toBe(false);

  await update({ AuthType: 'AWS_IAM', InvokeMode: 'RESPONSE_STREAM' });
  expect((await read()).status).toBe('UPDATE_ROLLBACK_COMPLETE');
  await update();
  expect(await listIds()).toEqual([]);
  const removed = await signedFetch('lambda', moved, { credentials: runtime.credentials });
  expect(removed.status).toBe(403);

  await client.send(new DeleteStackCommand({ StackName }));
  client.destroy();
  await runtime.close();
  rmSync(directory, { recursive: true });
});
