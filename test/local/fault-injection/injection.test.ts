import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, it } from 'vitest';
import { FaultInjection, parseFaults } from '../../../src/local/fault-injection/injection.ts';
import { type Runtime, startRuntime } from '../../../src/local/runtime/runtime.ts';
import { signedFetch } from '../../support/credentials.ts';
import { createRandom } from '../../support/random.ts';

const createClients = ({ url: endpoint, credentials }: Runtime) => {
  const config = {
    endpoint,
    region: 'us-east-2',
    credentials,
    maxAttempts: 1,
  };
  return {
    lambda: () => new LambdaClient(config).send(new ListFunctionsCommand({})),
    dynamodb: () => new DynamoDBClient(config).send(new ListTablesCommand({})),
    logs: () => new CloudWatchLogsClient(config).send(new DescribeLogGroupsCommand({})),
    s3: () =>
      new S3Client({ ...config, forcePathStyle: true }).send(
        new CreateBucketCommand({ Bucket: 'artifacts' }),
      ),
    cloudformation: () => new CloudFormationClient(config).send(new ListStacksCommand({})),
    sqs: () => new SQSClient(config).send(new ListQueuesCommand({})),
    ssm: () => new SSMClient(config).send(new GetParameterCommand({ Name: '/nothing' })),
    sts: () => new STSClient(config).send(new GetCallerIdentityCommand({})),
    ssmPut: () =>
      new SSMClient(config).send(
        new PutParameterCommand({ Name: '/kept', Value: 'x', Type: 'String' }),
      ),
    ssmKept: () => new SSMClient(config).send(new GetParameterCommand({ Name: '/kept' })),
  };
};

async function withRuntime(
  inject: readonly string[],
  use: (clients: ReturnType<typeof createClients>, runtime: Runtime) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'injection-'));
  const runtime = await startRuntime({ directory, port: 0, timeScale: 1, faults: { inject } });
  try {
    await use(createClients(runtime), runtime);
  } finally {
    await runtime.close();
    rmSync(directory, { recursive: true });
  }
}

const resultName = (request: Promise<unknown>) =>
  request.then(
    () => 'succeeded',
    (error: Error & { $retryable?: { throttling?: boolean } }) => error.name,
  );

it('throttles each service with the error for which its SDK client backs off', async () => {
  await withRuntime(['throttle=100%'], async (clients) => {
    expect(await resultName(clients.lambda())).toBe('TooManyRequestsException');
    expect(await resultName(clients.dynamodb())).toBe('ThrottlingException');
    expect(await resultName(clients.logs())).toBe('ThrottlingException');
    expect(await resultName(clients.s3())).toBe('SlowDown');
    expect(await resultName(clients.cloudformation())).toBe('Throttling');
    expect(await resultName(clients.sqs())).toBe('RequestThrottled');
    expect(await resultName(clients.ssm())).toBe('ThrottlingException');
    expect(await resultName(clients.sts())).toBe('Throttling');
  });
});

it('returns the retry delay with a throttled request to Lambda', async () => {
  await withRuntime(['throttle=100%'], async (clients) => {
    await expect(clients.lambda()).rejects.toMatchObject({
      retryAfterSeconds: '1',
      Reason: 'CallerRateLimitExceeded',
      $metadata: { httpStatusCode: 429 },
    });
  });
});

it('fails each service with its own error', async () => {
  await withRuntime(['error=100%'], async (clients) => {
    expect(await resultName(clients.lambda())).toBe('ServiceException');
    expect(await resultName(clients.dynamodb())).toBe('InternalServerError');
    expect(await resultName(clients.logs())).toBe('ServiceUnavailableException');
    expect(await resultName(clients.s3())).toBe('InternalError');
    expect(await resultName(clients.cloudformation())).toBe('InternalFailure');
    expect(await resultName(clients.sqs())).toBe('InternalFailure');
    expect(await resultName(clients.ssm())).toBe('InternalServerError');
    expect(await resultName(clients.sts())).toBe('InternalFailure');
  });
});

it('does not affect services without a fault', async () => {
  await withRuntime(['lambda:throttle=100%'], async (clients) => {
    expect(await resultName(clients.lambda())).toBe('TooManyRequestsException');
    expect(await resultName(clients.dynamodb())).toBe('succeeded');
  });
});

it('carries out some of the requests that fail', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'injection-'));
  const start = (inject: readonly string[]) =>
    startRuntime({ directory, port: 0, timeScale: 1, faults: { inject } });
  const failing = await start(['error=100%']);
  const { ssmPut } = createClients(failing);
  for (let attempt = 0; attempt < 20; attempt += 1) {
    expect(await resultName(ssmPut())).toBe('InternalServerError');
  }
  await failing.close();
  const sound = await start([]);
  expect(await resultName(createClients(sound).ssmKept())).toBe('succeeded');
  await sound.close();
  rmSync(directory, { recursive: true });
});

it('counts requests and refused requests', async () => {
  await withRuntime(['sts:throttle=100%'], async (clients, { url, credentials }) => {
    await resultName(clients.sts());
    await resultName(clients.dynamodb());
    const response = await signedFetch('runtime', `${url}/_runtime/traffic`, { credentials });
    expect(await response.json()).toEqual({
      'dynamodb:ListTables': { requests: 1, refused: 0 },
      'sts:GetCallerIdentity': { requests: 1, refused: 1 },
    });
  });
});

it('injects each fault with the requested frequency', () => {
  const random = createRandom(7);
  const injection = new FaultInjection(['throttle=20%,error=10%', 'logs:error=100%'], () =>
    random.next(),
  );
  const refusals = Array.from(
    { length: 10_000 },
    () => injection.decide('lambda').refusal ?? 'none',
  );
  const share = (name: string) =>
    refusals.filter((refusal) => refusal === name).length / refusals.length;
  expect(share('throttle')).toBeCloseTo(0.2, 1);
  expect(share('error')).toBeCloseTo(0.05, 1);
  expect(share('error-afterwards')).toBeCloseTo(0.05, 1);
  expect(share('none')).toBeCloseTo(0.7, 1);
});

it('prefers faults of one service to faults of all services, and later faults to earlier faults', () => {
  const faults = parseFaults(['throttle=5%', 'logs:latency=2s,throttle=1%', 'throttle=7%']);
  expect(faults.get('*')).toEqual({ throttle: 0.07, error: 0, latency: 0 });
  expect(faults.get('logs')).toEqual({ throttle: 0.01, error: 0, latency: 2000 });
});

it.each([
  ['slow=5%', '"slow=5%" is not a fault'],
  ['throttle=120%', '"throttle=120%" is not a fault'],
  ['throttle=5', '"throttle=5" is not a fault'],
  ['latency=2h', '"latency=2h" is not a fault'],
  ['billing:throttle=5%', '"billing" is not a service'],
  ['', '"" is not a fault'],
])('rejects %j and names the valid values', (text, message) => {
  expect(() => parseFaults([text])).toThrow(message);
});
