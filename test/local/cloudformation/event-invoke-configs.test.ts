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
import { LambdaClient, ListFunctionEventInvokeConfigsCommand } from '@aws-sdk/client-lambda';
import { expect, it } from 'vitest';
import { startRuntime } from '../../../src/local/runtime/runtime.ts';

const FunctionName = 'configured';
const StackName = 'configs';

function toTemplate(settings: object | undefined): string {
  return JSON.stringify({
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: {
      F: {
        Type: 'AWS::Serverless::Function',
        Properties: {
          FunctionName,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          InlineCode: 'exports.handler = async () => 1;',
          AutoPublishAlias: 'live',
          ...(settings ? { EventInvokeConfig: settings } : {}),
        },
      },
    },
  });
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventinvokeconfig.html
it('creates, changes and removes the event invoke configuration of a SAM function', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'configs-'));
  const runtime = await startRuntime({ directory, port: 0, timeScale: 1 });
  const { url: endpoint, credentials } = runtime;
  const clientSettings = { endpoint, credentials, region: 'us-east-2', maxAttempts: 1 };
  const client = new CloudFormationClient(clientSettings);
  const lambda = new LambdaClient(clientSettings);
  const readConfigs = async () => {
    const command = new ListFunctionEventInvokeConfigsCommand({ FunctionName });
    const { FunctionEventInvokeConfigs: configs = [] } = await lambda.send(command);
    return configs.map(({ FunctionArn, MaximumRetryAttempts, MaximumEventAgeInSeconds }) => [
      FunctionArn?.split(':').at(-1),
      MaximumRetryAttempts,
      MaximumEventAgeInSeconds,
    ]);
  };
  const update = async (settings?: object) => {
    const command = { StackName, TemplateBody: toTemplate(settings), Capabilities };
    await client.send(new UpdateStackCommand(command));
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    return stack?.StackStatus;
  };
  const Capabilities = ['CAPABILITY_IAM' as const];
  const TemplateBody = toTemplate({ MaximumRetryAttempts: '0' });

  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities }));
  expect(await readConfigs()).toEqual([['live', 0, undefined]]);
  const { StackResourceSummaries = [] } = await client.send(
    new ListStackResourcesCommand({ StackName }),
  );
  const resource = StackResourceSummaries.find(
    ({ LogicalResourceId }) => LogicalResourceId === 'FEventInvokeConfig',
  );
  expect(resource?.PhysicalResourceId).toBe('configured|live');

  expect(await update({ MaximumEventAgeInSeconds: 60 })).toBe('UPDATE_COMPLETE');
  expect(await readConfigs()).toEqual([['live', undefined, 60]]);
  expect(await update({ MaximumRetryAttempts: 3 })).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await readConfigs()).toEqual([['live', undefined, 60]]);
  expect(await update()).toBe('UPDATE_COMPLETE');
  expect(await readConfigs()).toEqual([]);

  await client.send(new DeleteStackCommand({ StackName }));
  client.destroy();
  lambda.destroy();
  await runtime.close();
  rmSync(directory, { recursive: true });
});
