import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { GetDurableExecutionHistoryCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Quotas } from '../../../src/local/fault-injection/quotas.ts';
import { type Runtime, startRuntime } from '../../../src/local/runtime/runtime.ts';
import { signedFetch } from '../../support/credentials.ts';

let directory: string;
let runtime: Runtime;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quotas-'));
  const faults = { enforceQuotas: true };
  runtime = await startRuntime({ directory, port: 0, timeScale: 1, faults });
});
afterEach(async () => {
  await runtime.close();
  rmSync(directory, { recursive: true });
});

const clientConfig = (maxAttempts: number) => ({
  endpoint: runtime.url,
  region: 'us-east-2',
  credentials: runtime.credentials,
  maxAttempts,
});

const unknownExecution =
  'arn:aws:lambda:us-east-2:000000000000:function:shop:1/durable-execution/none/0b6b5e1c-0a52-4f6e-9d0c-2f2f6c1f7d11';

it('refuses the sixteenth history request within a second, with a retry delay', async () => {
  const lambda = new LambdaClient(clientConfig(1));
  const send = () =>
    lambda.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn: unknownExecution }));
  const results = await Promise.allSettled(Array.from({ length: 40 }, send));
  const errors = results.map((result) => (result as PromiseRejectedResult).reason as Error);
  const throttled = errors.filter(({ name }) => name === 'TooManyRequestsException');
  expect(throttled.length).toBeGreaterThan(0);
  expect(throttled[0]).toMatchObject({ retryAfterSeconds: '1' });
  expect(errors.filter(({ name }) => name === 'ResourceNotFoundException').length).toBeGreaterThan(
    14,
  );
});

it('accepts all requests of a CloudWatch Logs client that backs off', async () => {
  const logs = new CloudWatchLogsClient(clientConfig(10));
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/shop' }));
  const send = () => logs.send(new FilterLogEventsCommand({ logGroupName: '/shop' }));
  await expect(Promise.all(Array.from({ length: 8 }, send))).resolves.toHaveLength(8);
  const { credentials } = runtime;
  const url = `${runtime.url}/_runtime/traffic`;
  const response = await signedFetch('runtime', url, { credentials });
  const counts = (await response.json()) as Record<string, { requests: number; refused: number }>;
  const { requests = 0, refused = 0 } = counts['logs:FilterLogEvents'] ?? {};
  expect(requests - refused).toBe(8);
  expect(refused).toBeGreaterThan(0);
});

it('allows the requests of one second at once, and that number again in each later second', () => {
  let now = 0;
  const quotas = new Quotas(() => now);
  const take = (count: number) =>
    Array.from({ length: count }, () => quotas.tryAcquire('logs', 'FilterLogEvents')).filter(
      Boolean,
    ).length;
  expect(take(10)).toBe(5);
  now += 400;
  expect(take(10)).toBe(2);
  now += 60_000;
  expect(take(10)).toBe(5);
});

it('counts all operations that manage functions together, and starts of executions separately', () => {
  const quotas = new Quotas(() => 0);
  const countAllowed = (operation: string) => {
    let count = 0;
    while (quotas.tryAcquire('lambda', operation)) count += 1;
    return count;
  };
  expect(countAllowed('CreateFunction')).toBe(15);
  expect(countAllowed('UpdateAlias')).toBe(0);
  expect(countAllowed('StartDurableExecution')).toBe(300);
  expect(countAllowed('GetDurableExecution')).toBe(30);
  expect(quotas.tryAcquire('dynamodb', 'PutItem')).toBe(true);
});
