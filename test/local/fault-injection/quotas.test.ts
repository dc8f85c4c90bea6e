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
import { type Runtime, startRuntime } from '../../../src/local/runtime.ts';

let directory: string;
let runtime: Runtime;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'quotas-'));
  const traffic = { enforceQuotas: true };
  runtime = await startRuntime({ directory, port: 0, timeScale: 1, traffic });
});
afterEach(async () => {
  await runtime.close();
  rmSync(directory, { recursive: true });
});

const configOf = (maxAttempts: number) => ({
  endpoint: runtime.url,
  region: 'us-east-2',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts,
});

const unknown =
  'arn:aws:lambda:us-east-2:000000000000:function:shop:1/durable-execution/none/0b6b5e1c-0a52-4f6e-9d0c-2f2f6c1f7d11';

it('refuses the sixteenth history within a second, and says when to come back', async () => {
  const lambda = new LambdaClient(configOf(1));
  const ask = () =>
    lambda.send(new GetDurableExecutionHistoryCommand({ DurableExecutionArn: unknown }));
  const answers = await Promise.allSettled(Array.from({ length: 40 }, ask));
  const errors = answers.map((each) => (each as PromiseRejectedResult).reason as Error);
  const throttled = errors.filter(({ name }) => name === 'TooManyRequestsException');
  expect(throttled.length).toBeGreaterThan(0);
  expect(throttled[0]).toMatchObject({ retryAfterSeconds: '1' });
  expect(errors.filter(({ name }) => name === 'ResourceNotFoundException').length).toBeGreaterThan(
    14,
  );
});

it('lets a client of CloudWatch Logs through that waits as it is told', async () => {
  const logs = new CloudWatchLogsClient(configOf(10));
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/shop' }));
  const ask = () => logs.send(new FilterLogEventsCommand({ logGroupName: '/shop' }));
  await expect(Promise.all(Array.from({ length: 8 }, ask))).resolves.toHaveLength(8);
  const counts = (await (await fetch(`${runtime.url}/_runtime/traffic`)).json()) as Record<
    string,
    { requests: number; refused: number }
  >;
  const { requests = 0, refused = 0 } = counts['logs:FilterLogEvents'] ?? {};
  expect(requests - refused).toBe(8);
  expect(refused).toBeGreaterThan(0);
});

it('allows a second worth of requests at once and as many each second after', () => {
  let now = 0;
  const quotas = new Quotas(() => now);
  const take = (times: number) =>
    Array.from({ length: times }, () => quotas.allows('logs', 'FilterLogEvents')).filter(Boolean)
      .length;
  expect(take(10)).toBe(5);
  now += 400;
  expect(take(10)).toBe(2);
  now += 60_000;
  expect(take(10)).toBe(5);
});

it('counts all ways of managing functions together, and starts apart from them', () => {
  const quotas = new Quotas(() => 0);
  const taken = (operation: string) => {
    let times = 0;
    while (quotas.allows('lambda', operation)) times += 1;
    return times;
  };
  expect(taken('ManageFunctions')).toBe(15);
  expect(taken('StartDurableExecution')).toBe(300);
  expect(taken('GetDurableExecution')).toBe(30);
  expect(quotas.allows('dynamodb', 'PutItem')).toBe(true);
});
