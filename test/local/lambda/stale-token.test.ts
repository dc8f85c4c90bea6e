import { expect, it } from 'vitest';
import { staleToken, withTokenMessage } from '../../../src/local/lambda/execution/stale-token.ts';

const messageFor = (agent: string, header = 'user-agent') =>
  (withTokenMessage(staleToken(), { [header]: agent }) as Error).message;

// https://github.com/aws/aws-durable-execution-sdk-js/issues/917, https://github.com/aws/aws-lambda-dotnet/issues/2571
it.each([
  ['aws-sdk-js/3.1 aws-durable-execution-sdk-js/2.4.0', 'Invalid Checkpoint Token'],
  ['aws-durable-execution-sdk-js/2.4.0-bundled', 'Invalid Checkpoint Token'],
  ['aws-durable-execution-sdk-js/1.1.7', 'Invalid Checkpoint Token'],
  ['aws-durable-execution-sdk-js/2.5.0', 'Invalid checkpoint token'],
  ['aws-durable-execution-sdk-js/3.0.0', 'Invalid checkpoint token'],
  ['Boto3/1.43 aws-durable-execution-sdk-python/2.0.0', 'Invalid Checkpoint Token'],
  ['Boto3/1.43 aws-durable-execution-sdk-python/2.0.1', 'Invalid checkpoint token'],
  ['aws-durable-execution-sdk-java/2.3.0', 'Invalid checkpoint token'],
  ['aws-durable-execution-sdk-js/2.4.1', 'Invalid checkpoint token'],
  ['aws-durable-execution-sdk-java/2.2.1', 'Invalid Checkpoint Token'],
  ['aws-sdk-dotnet/4.0 aws-durable-execution-sdk-dotnet/0.1.0', 'Invalid checkpoint token'],
  ['curl/8', 'Invalid checkpoint token'],
])('spells the message of a stale token for %s', (agent, message) => {
  expect(messageFor(agent)).toBe(message);
  expect(messageFor(agent, 'x-amz-user-agent')).toBe(message);
});

it('leaves other errors as they are', () => {
  const error = new Error('other');
  expect(withTokenMessage(error, {})).toBe(error);
});
