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
import { Injection, parseInjection } from '../../../src/local/fault-injection/injection.ts';
import { type Runtime, startRuntime } from '../../../src/local/runtime.ts';
import { chanceOf } from '../../support/random.ts';

const clientsOf = (endpoint: string) => {
  const config = {
    endpoint,
    region: 'us-east-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
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
  use: (clients: ReturnType<typeof clientsOf>, runtime: Runtime) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'injection-'));
  const runtime = await startRuntime({ directory, port: 0, timeScale: 1, traffic: { inject } });
  try {
    await use(clientsOf(runtime.url), runtime);
  } finally {
    await runtime.close();
    rmSync(directory, { recursive: true });
  }
}

const nameOf = (request: Promise<unknown>) =>
  request.then(
    () => 'answered',
    (error: Error & { $retryable?: { throttling?: boolean } }) => error.name,
  );

it('throttles each service with the error by which its SDK client knows to wait', async () => {
  await withRuntime(['throttle=100%'], async (clients) => {
    expect(await nameOf(clients.lambda())).toBe('TooManyRequestsException');
    expect(await nameOf(clients.dynamodb())).toBe('ThrottlingException');
    expect(await nameOf(clients.logs())).toBe('ThrottlingException');
    expect(await nameOf(clients.s3())).toBe('SlowDown');
    expect(await nameOf(clients.cloudformation())).toBe('Throttling');
    expect(await nameOf(clients.sqs())).toBe('RequestThrottled');
    expect(await nameOf(clients.ssm())).toBe('ThrottlingException');
    expect(await nameOf(clients.sts())).toBe('Throttling');
  });
});

it('says when to come back with a throttled request to Lambda', async () => {
  await withRuntime(['throttle=100%'], async (clients) => {
    await expect(clients.lambda()).rejects.toMatchObject({
      retryAfterSeconds: '1',
      Reason: 'CallerRateLimitExceeded',
      $metadata: { httpStatusCode: 429 },
    });
  });
});

it('fails in each service with its own error', async () => {
  await withRuntime(['error=100%'], async (clients) => {
    expect(await nameOf(clients.lambda())).toBe('ServiceException');
    expect(await nameOf(clients.dynamodb())).toBe('InternalServerError');
    expect(await nameOf(clients.logs())).toBe('ServiceUnavailableException');
    expect(await nameOf(clients.s3())).toBe('InternalError');
    expect(await nameOf(clients.cloudformation())).toBe('InternalFailure');
    expect(await nameOf(clients.sqs())).toBe('InternalFailure');
    expect(await nameOf(clients.ssm())).toBe('InternalServerError');
    expect(await nameOf(clients.sts())).toBe('InternalFailure');
  });
});

it('leaves the services alone that no fault is for', async () => {
  await withRuntime(['lambda:throttle=100%'], async (clients) => {
    expect(await nameOf(clients.lambda())).toBe('TooManyRequestsException');
    expect(await nameOf(clients.dynamodb())).toBe('answered');
  });
});

it('carries out some of the requests that it answers with an error', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'injection-'));
  const start = (inject: readonly string[]) =>
    startRuntime({ directory, port: 0, timeScale: 1, traffic: { inject } });
  const failing = await start(['error=100%']);
  const { ssmPut } = clientsOf(failing.url);
  for (let tries = 0; tries < 20; tries += 1) {
    expect(await nameOf(ssmPut())).toBe('InternalServerError');
  }
  await failing.close();
  const sound = await start([]);
  expect(await nameOf(clientsOf(sound.url).ssmKept())).toBe('answered');
  await sound.close();
  rmSync(directory, { recursive: true });
});

it('counts requests and those that it refused', async () => {
  await withRuntime(['sts:throttle=100%'], async (clients, { url }) => {
    await nameOf(clients.sts());
    await nameOf(clients.dynamodb());
    const response = await fetch(`${url}/_runtime/traffic`);
    expect(await response.json()).toEqual({
      'dynamodb:ListTables': { requests: 1, refused: 0 },
      'sts:GetCallerIdentity': { requests: 1, refused: 1 },
    });
  });
});

it('draws each fault as often as it is asked to', () => {
  const chance = chanceOf(7);
  const injection = new Injection(['throttle=20%,error=10%', 'logs:error=100%'], () =>
    chance.next(),
  );
  const fates = Array.from({ length: 10_000 }, () => injection.fate('lambda').refusal ?? 'none');
  const share = (name: string) => fates.filter((fate) => fate === name).length / fates.length;
  expect(share('throttle')).toBeCloseTo(0.2, 1);
  expect(share('error')).toBeCloseTo(0.05, 1);
  expect(share('error-afterwards')).toBeCloseTo(0.05, 1);
  expect(share('none')).toBeCloseTo(0.7, 1);
});

it('lets the faults of one service win over those of all, and later ones over earlier ones', () => {
  const faults = parseInjection(['throttle=5%', 'logs:latency=2s,throttle=1%', 'throttle=7%']);
  expect(faults.get('*')).toEqual({ throttle: 0.07, error: 0, latency: 0 });
  expect(faults.get('logs')).toEqual({ throttle: 0.01, error: 0, latency: 2000 });
});

it.each([
  ['slow=5%', '"slow=5%" is no fault'],
  ['throttle=120%', '"throttle=120%" is no fault'],
  ['throttle=5', '"throttle=5" is no fault'],
  ['latency=2h', '"latency=2h" is no fault'],
  ['billing:throttle=5%', '"billing" is no service'],
  ['', '"" is no fault'],
])('refuses %j and says what could be written', (text, message) => {
  expect(() => parseInjection([text])).toThrow(message);
});
