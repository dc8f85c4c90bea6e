import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { startRuntime } from '../../../src/local/runtime/runtime.ts';
import { findFreePort } from '../../support/free-port.ts';

const template = `
Resources: {Letters: {Type: AWS::SQS::Queue}}
Outputs: {Url: {Value: !Ref Letters}}
`;

async function readUrl({ url: endpoint, credentials }: Awaited<ReturnType<typeof startRuntime>>) {
  const settings = { endpoint, region: 'us-east-2', credentials };
  const client = new CloudFormationClient(settings);
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: 'letters' }));
  return { settings, url: Stacks[0]?.Outputs?.[0]?.OutputValue ?? '' };
}

it('shows the URL of a queue on the present port of the runtime', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'queue-url-'));
  const start = async () => startRuntime({ directory, port: await findFreePort(), timeScale: 1 });
  const first = await start();
  const client = new CloudFormationClient({
    endpoint: first.url,
    region: 'us-east-2',
    credentials: first.credentials,
  });
  await client.send(new CreateStackCommand({ StackName: 'letters', TemplateBody: template }));
  expect((await readUrl(first)).url).toContain(`${first.url}/`);
  await first.close();

  const second = await start();
  const { url, settings } = await readUrl(second);
  expect(second.url).not.toBe(first.url);
  expect(url).toContain(`${second.url}/`);
  const sent = await new SQSClient(settings).send(
    new SendMessageCommand({ QueueUrl: url, MessageBody: 'a' }),
  );
  expect(sent.MessageId).toEqual(expect.any(String));
  await second.close();
  rmSync(directory, { recursive: true });
});
