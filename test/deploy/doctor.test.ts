import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  CreateLogGroupCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateAliasCommand, DeleteAliasCommand, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createClients } from '../../src/aws/clients.ts';
import { deploy } from '../../src/deploy/deploy.ts';
import { checkNames, examine } from '../../src/deploy/doctor/examine.ts';
import { endOf } from '../../src/deploy/events.ts';
import type { StackOutputs } from '../../src/environment/stack-outputs.ts';
import { type Runtime, startRuntime } from '../../src/local/runtime.ts';
import { fakeTarget, xmlError } from '../aws/fake-aws.ts';
import { type Answered, type MeddlingProxy, meddlingProxy } from '../support/meddling-proxy.ts';
import { makeProject } from '../support/project-files.ts';

const workflow = 'orders-test-workflow';
let root: string;
let runtime: Runtime;
let proxy: MeddlingProxy;
let outputs: StackOutputs;

beforeAll(async () => {
  root = makeProject();
  runtime = await startRuntime({ directory: join(root, 'runtime'), port: 0, timeScale: 1000 });
  proxy = await meddlingProxy(runtime.url);
  ({ outputs } = await endOf(deploy(target())));
});
afterEach(() => proxy.meddle(() => undefined));
afterAll(async () => {
  proxy.close();
  await runtime.close();
  rmSync(root, { recursive: true, force: true });
});

const target = () => fakeTarget(proxy.url, root, { pollMs: 5 });
const clients = () => target().clients;

async function look(...only: string[]) {
  const findings = [];
  const examination = examine(target(), only);
  let next = await examination.next();
  for (; !next.done; next = await examination.next()) findings.push(next.value);
  return { findings, skipped: next.value };
}

/** What is not in order, as `about: message -> fix`. */
async function wrong(...only: string[]): Promise<string[]> {
  const { findings } = await look(...only);
  return findings.flatMap(({ about, state, message, fix = '' }) =>
    state === 'ok' ? [] : [`${state} ${about}: ${message} -> ${fix}`],
  );
}

const json = (status: number, type: string, message: string): Partial<Answered> => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
  body: JSON.stringify({ __type: type, message }),
});
const denied = (action: string) =>
  json(400, 'AccessDeniedException', `User: x is not authorized to perform: ${action} on y`);

it('finds nothing wrong with what was just deployed, and has looked at everything', async () => {
  const { findings, skipped } = await look();
  expect(findings.filter(({ state }) => state !== 'ok')).toEqual([]);
  // The runtime is not this project's.
  const looked = checkNames.filter((name) => name !== 'runtime' && name !== 'store');
  expect(findings.map(({ about }) => about)).toEqual(looked);
  expect(skipped).toEqual([]);
});

it('looks only at what it is asked for', async () => {
  const { findings } = await look('alias', 'node');
  expect(findings.map(({ about }) => about)).toEqual(['node', 'alias']);
});

it('finds an alias that is gone, and one that was rolled back, with the commands that mend them', async () => {
  const lambda = await clients().lambda();
  const alias = { FunctionName: workflow, Name: 'live' };
  await lambda.send(new DeleteAliasCommand(alias));
  expect(await wrong('alias')).toEqual([
    `error alias: ${workflow} has no alias live -> aws lambda create-alias --function-name ${workflow} --name live --function-version 1`,
  ]);
  await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }));
  expect(await wrong('alias')).toEqual([]);
  await endOf(deploy(target(), { parameters: { WarehouseWaitSeconds: '60' } }));
  expect(await wrong('alias')).toEqual([]);
  await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '1' }));
  expect(await wrong('alias')).toEqual([
    'warning alias: live is version 1, rolled back from 2 -> orders versions rollback 2',
  ]);
  await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '2' }));
});

it('finds a log group that is gone, and one that keeps its lines for ever', async () => {
  const logs = await clients().cloudWatchLogs();
  const logGroupName = '/aws/lambda/orders-test-recovery';
  await logs.send(new DeleteLogGroupCommand({ logGroupName }));
  expect(await wrong('logs')).toEqual([
    `error logs: ${logGroupName} is gone -> aws logs create-log-group --log-group-name ${logGroupName}`,
  ]);
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  expect(await wrong('logs')).toEqual([
    `warning logs: ${logGroupName} keeps its lines for ever -> aws logs put-retention-policy --log-group-name ${logGroupName} --retention-in-days 30`,
  ]);
  await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 30 }));
  expect(await wrong('logs')).toEqual([]);
  await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: `/aws/lambda/${workflow}` }));
  expect((await wrong('logs'))[0]).toContain(workflow);
});

it('tells of dead letters', async () => {
  const queues = await clients().sqs();
  const QueueUrl = outputs['DeadLettersUrl'] ?? '';
  await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
  expect(await wrong('dead-letters')).toEqual([
    'warning dead-letters: 1 dead letter to look at -> orders dead-letters list',
  ]);
  await queues.send(new PurgeQueueCommand({ QueueUrl }));
  expect(await wrong('dead-letters')).toEqual([]);
});

it('tells a template that is not what is deployed from functions that are not', async () => {
  const file = join(root, 'template.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, `${text}\n# changed\n`);
  expect(await wrong('template')).toEqual([
    'warning template: template.yaml is not what is deployed -> orders diff',
  ]);
  writeFileSync(file, text);
  proxy.meddle(({ name }) =>
    name === 'Action GetTemplate'
      ? ({ body }) => ({ body: body.replace(/[0-9a-f]{64}\.zip/, `${'0'.repeat(64)}.zip`) })
      : undefined,
  );
  expect(await wrong('template')).toEqual([
    'warning template: the built functions are not those that are deployed -> orders diff',
  ]);
});

it.each([
  [
    'UPDATE_ROLLBACK_FAILED',
    'error',
    'aws cloudformation continue-update-rollback --stack-name orders-test',
  ],
  ['UPDATE_ROLLBACK_COMPLETE', 'warning', 'orders deploy'],
  ['UPDATE_IN_PROGRESS', 'warning', 'orders deploy --attach'],
  ['DELETE_FAILED', 'error', 'orders destroy'],
])(
  'leads on from a stack that is %s, and looks at the rest all the same',
  async (status, state, fix) => {
    proxy.meddle(({ name }) =>
      name === 'Action DescribeStacks'
        ? ({ body }) => ({
            body: body.replace(/<StackStatus>\w+/, `<StackStatus>${status}`),
          })
        : undefined,
    );
    const { findings } = await look('stack', 'alias');
    expect(findings).toMatchObject([
      { about: 'stack', state, message: expect.stringContaining(status), fix },
      { about: 'alias', state: 'ok' },
    ]);
  },
);

it('says what to sign in with when credentials have expired, and looks no further', async () => {
  proxy.meddle(({ name }) =>
    name === 'Action GetCallerIdentity'
      ? { ...xmlError('ExpiredToken', 'The security token included in the request is expired') }
      : undefined,
  );
  const { findings, skipped } = await look();
  expect(findings.find(({ about }) => about === 'credentials')).toEqual({
    group: 'account',
    about: 'credentials',
    state: 'error',
    message: 'The AWS credentials for fake are missing or expired.',
    fix: 'aws sso login',
  });
  expect(skipped).toEqual(['account', 'stack', 'orders']);
});

it.each([
  [-8 * 60, 'error', '8 min ahead of that of AWS; it refuses more than 5 min'],
  [400, 'error', '7 min behind that of AWS; it refuses more than 5 min'],
  [-90, 'warning', '90 s ahead of that of AWS'],
])(
  'tells a clock that is %i s off from the answers of AWS, refusals too',
  async (seconds, state, message) => {
    const date = new Date(Date.now() + seconds * 1000).toUTCString();
    for (const refused of [false, true]) {
      proxy.meddle(() =>
        refused
          ? {
              status: 403,
              headers: { date },
              body: xmlError('InvalidSignatureException', 'x').body,
            }
          : ({ headers }) => ({ headers: { ...headers, date } }),
      );
      const { findings } = await look('clock');
      const about = findings.find((each) => each.about === 'clock');
      expect(about).toMatchObject({ state, fix: expect.stringContaining('clock') });
      expect(about?.message).toMatch(message);
    }
  },
);

it('says which commands are not allowed, and which requests of its own', async () => {
  const actions: Readonly<Record<string, string>> = {
    GetItem: 'dynamodb:GetItem',
    FilterLogEvents: 'logs:FilterLogEvents',
    DescribeLogGroups: 'logs:DescribeLogGroups',
  };
  proxy.meddle(({ name }) => {
    if (/\/invocations$/.test(name)) return denied('lambda:InvokeFunction');
    if (/\/history$/.test(name)) return denied('lambda:GetDurableExecutionHistory');
    const action = actions[name];
    return action ? denied(action) : undefined;
  });
  expect(await wrong('permissions', 'logs')).toEqual([
    'warning logs: logs:DescribeLogGroups is not allowed -> orders iam observe',
    'warning permissions: not allowed: get, history, logs, submit -> orders iam operate',
  ]);
  proxy.meddle(({ name }) => (name === 'Query' ? denied('dynamodb:Query') : undefined));
  expect(await wrong('permissions')).toEqual([
    'error permissions: not allowed: list -> orders iam observe',
  ]);
});

it.each([
  json(404, 'UnknownOperationException', 'unknown'),
  json(403, 'AccessDeniedException', 'Unable to determine service/operation name to be authorized'),
])(
  'tells a region without durable functions by how it refuses to list executions',
  async (answer) => {
    proxy.meddle(({ name }) => (/\/durable-executions$/.test(name) ? answer : undefined));
    expect(await wrong('region')).toEqual([
      'error region: Lambda in us-east-2 knows no durable functions -> orders deploy -e fake --region us-east-2',
    ]);
  },
);

it('tells how many invocations an account may have at once, where it says so', async () => {
  const concurrent = (limit: number) =>
    proxy.meddle(({ name }) =>
      /account-settings/.test(name)
        ? { body: JSON.stringify({ AccountLimit: { UnreservedConcurrentExecutions: limit } }) }
        : undefined,
    );
  concurrent(900);
  const { findings } = await look('quotas');
  expect(findings[0]?.message).toBe('0 of 5 million executions, 900 invocations at once');
  concurrent(10);
  expect((await wrong('quotas'))[0]).toMatch(/^warning quotas: only 10 .*service-quotas/);
});

it('finds an API that fails, a table that is not ready, one that is gone, and too many versions', async () => {
  proxy.meddle(({ name }) => {
    if (/execute-api/.test(name)) return { status: 502 };
    const byProxy = ({ body }: Answered) => ({ body: body.replaceAll(runtime.url, proxy.url) });
    return name === 'Action DescribeStacks' ? byProxy : undefined;
  });
  expect((await wrong('api'))[0]).toMatch(/^error api: .* answers 502 instead of 404/);
  proxy.meddle(({ name }) =>
    name === 'DescribeTable'
      ? ({ body }) => ({ body: body.replace('"ACTIVE"', '"UPDATING"') })
      : undefined,
  );
  expect((await wrong('tables'))[0]).toMatch(/^warning tables: .* is UPDATING/);
  const Versions = Array.from({ length: 25 }, (_, n) => ({ Version: `${n + 1}` }));
  proxy.meddle(({ name }) =>
    /workflow\/versions$/.test(name) ? { body: JSON.stringify({ Versions }) } : undefined,
  );
  expect(await wrong('versions')).toEqual([
    'warning versions: 26 versions published -> orders versions prune',
  ]);
  proxy.meddle(() => undefined);
  const tables = await clients().dynamodb();
  await tables.send(new DeleteTableCommand({ TableName: outputs['LoyaltyTableName'] }));
  expect(await wrong('tables')).toEqual([
    `error tables: ${outputs['LoyaltyTableName']} is gone -> orders destroy, then orders deploy`,
  ]);
});

it('tells once that the stack may not be described', async () => {
  proxy.meddle(({ name }) =>
    name === 'Action DescribeStacks'
      ? xmlError(
          'AccessDenied',
          'User: x is not authorized to perform: cloudformation:DescribeStacks on y',
        )
      : undefined,
  );
  const { findings, skipped } = await look('stack', 'quotas', 'alias', 'orders');
  expect(findings).toMatchObject([
    { about: 'quotas', state: 'ok' },
    {
      about: 'stack',
      state: 'warning',
      message: 'cloudformation:DescribeStacks is not allowed',
      fix: 'orders iam observe',
    },
  ]);
  expect(skipped).toEqual(['stack', 'orders']);
});

/** A target with clients of its own. */
const withClients = (config: Partial<Parameters<typeof createClients>[0]>, url = proxy.url) =>
  fakeTarget(url, root, {
    clients: createClients({
      region: 'us-east-2',
      endpoint: url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      ...config,
    }),
  });

it('warns of credentials that end soon', async () => {
  const expiration = new Date(Date.now() + 600_000);
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test', expiration };
  const examination = examine(withClients({ credentials }), ['credentials']);
  expect((await examination.next()).value).toEqual({
    group: 'account',
    about: 'credentials',
    state: 'warning',
    message: `arn:aws:iam::000000000000:root, only until ${expiration.toISOString()}`,
    fix: 'aws sso login',
  });
});

it('loses its patience with what does not answer, and says so of what is not there', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve);
  });
  try {
    const { port } = silent.address() as AddressInfo;
    for (const url of [`http://127.0.0.1:${port}`, 'http://127.0.0.1:9']) {
      const examination = examine(withClients({ maxAttempts: 1, patienceMs: 100 }, url), ['alias']);
      expect((await examination.next()).value).toMatchObject({
        about: 'credentials',
        state: 'error',
        message: expect.stringContaining('does not answer'),
        fix: 'look at the network connection',
      });
      expect(await examination.next()).toEqual({ done: true, value: ['stack'] });
    }
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});
