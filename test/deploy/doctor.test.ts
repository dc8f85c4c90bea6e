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
import { awaitResult } from '../../src/deploy/events.ts';
import { buildPolicies } from '../../src/deploy/iam/build-policy.ts';
import type { Role } from '../../src/deploy/iam/roles.ts';
import type { StackOutputs } from '../../src/environment/stack.ts';
import { type Runtime, startRuntime } from '../../src/local/runtime/runtime.ts';
import { stateDirectory } from '../../src/local/runtime/state-file.ts';
import { fakeTarget, xmlError } from '../aws/fake-aws.ts';
import { projectCredentials } from '../support/credentials.ts';
import { makeProjectOfSmallFunctions } from '../support/project-files.ts';
import {
  type ProxiedResponse,
  type RewritingProxy,
  startRewritingProxy,
} from '../support/rewriting-proxy.ts';
import { createUsers } from '../support/runtime-users.ts';

const workflow = 'orders-test-workflow';
let root: string;
let runtime: Runtime;
let proxy: RewritingProxy;
let outputs: StackOutputs;
let credentialsOf: Awaited<ReturnType<typeof createUsers>>;

const documentsFor = (role: Role) =>
  buildPolicies(role, {
    region: 'us-east-2',
    account: '000000000000',
    stack: 'orders-test',
    bucket: 'orders-test-artifacts-000000000000-us-east-2',
  }).map(({ document }) => document);

beforeAll(async () => {
  root = makeProjectOfSmallFunctions();
  credentialsOf = await createUsers(stateDirectory(root), {
    observe: documentsFor('observe'),
    operate: documentsFor('operate'),
    partial: documentsFor('observe').map((document) => ({
      ...document,
      Statement: document.Statement.filter(({ Sid }) => Sid !== 'Listing'),
    })),
  });
  runtime = await startRuntime({ directory: stateDirectory(root), port: 0, timeScale: 1000 });
  proxy = await startRewritingProxy(runtime.url);
  ({ outputs } = await awaitResult(deploy(target())));
});
afterEach(() => proxy.rewriteWith(() => undefined));
afterAll(async () => {
  proxy.close();
  await runtime.close();
  rmSync(root, { recursive: true, force: true });
});

const target = () => fakeTarget(proxy.url, root, { pollMs: 5 });
const clients = () => target().clients;

async function runChecks(...only: string[]) {
  const findings = [];
  const examination = examine(target(), only);
  let next = await examination.next();
  for (; !next.done; next = await examination.next()) findings.push(next.value);
  return { findings, skipped: next.value };
}

/** Returns the problems that the checks report, as `state about: message -> fix`. */
async function findProblems(...only: string[]): Promise<string[]> {
  const { findings } = await runChecks(...only);
  return findings.flatMap(({ about, state, message, fix = '' }) =>
    state === 'ok' ? [] : [`${state} ${about}: ${message} -> ${fix}`],
  );
}

const json = (status: number, type: string, message: string): Partial<ProxiedResponse> => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': type },
  body: JSON.stringify({ __type: type, message }),
});
const denied = (action: string) =>
  json(
    400,
    'AccessDeniedException',
    `User: x is not authorized to perform: ${action} on resource: y`,
  );

it('runs all checks and reports no problems for a new stack', async () => {
  const { findings, skipped } = await runChecks();
  // The result of the check of the SDK depends on the installed version.
  expect(findings.filter(({ about, state }) => state !== 'ok' && about !== 'sdk')).toEqual([]);
  // The checks of the local runtime run only for the local environment.
  const expected = checkNames.filter((name) => !['runtime', 'store'].includes(name));
  expect(findings.map(({ about }) => about)).toEqual(expected);
  expect(skipped).toEqual([]);
});

it('reports the SDK that the live version was built with', async () => {
  const bundle = readFileSync(join(root, 'dist/functions/order-workflow/bundle.json'), 'utf8');
  const { '@aws/durable-execution-sdk-js': version } = JSON.parse(bundle).packages;
  const { findings } = await runChecks('sdk');
  expect(findings).toMatchObject([{ about: 'sdk', message: expect.stringContaining(version) }]);
});

it('runs only the named checks', async () => {
  const { findings } = await runChecks('alias', 'node');
  expect(findings.map(({ about }) => about)).toEqual(['node', 'alias']);
});

it('reports a missing alias and a rolled-back one, with the commands that fix them', async () => {
  const lambda = await clients().lambda();
  const alias = { FunctionName: workflow, Name: 'live' };
  await lambda.send(new DeleteAliasCommand(alias));
  expect(await findProblems('alias')).toEqual([
    `error alias: ${workflow} has no alias live -> aws lambda create-alias --function-name ${workflow} --name live --function-version 1`,
  ]);
  await lambda.send(new CreateAliasCommand({ ...alias, FunctionVersion: '1' }));
  expect(await findProblems('alias')).toEqual([]);
  await awaitResult(deploy(target(), { parameters: { WarehouseWaitSeconds: '60' } }));
  expect(await findProblems('alias')).toEqual([]);
  await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '1' }));
  expect(await findProblems('alias')).toEqual([
    'warning alias: live is version 1, rolled back from 2 -> orders versions rollback 2',
  ]);
  await lambda.send(new UpdateAliasCommand({ ...alias, FunctionVersion: '2' }));
});

it('reports a missing log group and a missing retention', async () => {
  const logs = await clients().cloudWatchLogs();
  const logGroupName = '/aws/lambda/orders-test-recovery';
  await logs.send(new DeleteLogGroupCommand({ logGroupName }));
  expect(await findProblems('logs')).toEqual([
    `error logs: ${logGroupName} does not exist -> aws logs create-log-group --log-group-name ${logGroupName}`,
  ]);
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  expect(await findProblems('logs')).toEqual([
    `warning logs: no retention: ${logGroupName} -> aws logs put-retention-policy --log-group-name ${logGroupName} --retention-in-days 30`,
  ]);
  await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: 30 }));
  expect(await findProblems('logs')).toEqual([]);
  await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: `/aws/lambda/${workflow}` }));
  expect((await findProblems('logs'))[0]).toContain(workflow);
});

it('reports dead-letter messages', async () => {
  const queues = await clients().sqs();
  const QueueUrl = outputs['DeadLettersUrl'] ?? '';
  await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
  expect(await findProblems('dead-letters')).toEqual([
    'warning dead-letters: 1 dead-letter message -> orders dead-letters list',
  ]);
  await queues.send(new PurgeQueueCommand({ QueueUrl }));
  expect(await findProblems('dead-letters')).toEqual([]);
});

it('distinguishes a changed template from changed functions', async () => {
  const file = join(root, 'template.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, `${text}\n# changed\n`);
  expect(await findProblems('template')).toEqual([
    'warning template: template.yaml differs from the deployed template -> orders diff',
  ]);
  writeFileSync(file, text);
  proxy.rewriteWith(({ name }) =>
    name === 'Action GetTemplate'
      ? ({ body }) => ({ body: body.replace(/[0-9a-f]{64}\.zip/, `${'0'.repeat(64)}.zip`) })
      : undefined,
  );
  expect(await findProblems('template')).toEqual([
    'warning template: the built functions differ from the deployed ones -> orders diff',
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
  'reports a fix for a stack that is %s and runs the remaining checks',
  async (status, state, fix) => {
    proxy.rewriteWith(({ name }) =>
      name === 'Action DescribeStacks'
        ? ({ body }) => ({
            body: body.replace(/<StackStatus>\w+/, `<StackStatus>${status}`),
          })
        : undefined,
    );
    const { findings } = await runChecks('stack', 'alias');
    expect(findings).toMatchObject([
      { about: 'stack', state, message: expect.stringContaining(status), fix },
      { about: 'alias', state: 'ok' },
    ]);
  },
);

it('reports the sign-in command for expired credentials and skips the dependent checks', async () => {
  proxy.rewriteWith(({ name }) =>
    name === 'Action GetCallerIdentity'
      ? { ...xmlError('ExpiredToken', 'The security token included in the request is expired') }
      : undefined,
  );
  const { findings, skipped } = await runChecks();
  expect(findings.find(({ about }) => about === 'credentials')).toEqual({
    group: 'account',
    about: 'credentials',
    state: 'error',
    message: 'The AWS credentials for fake are missing or expired.',
    fix: 'eval $(orders local env)',
  });
  expect(skipped).toEqual(['account', 'stack', 'orders']);
});

it.each([
  [-8 * 60, 'error', /^8 min ahead of AWS; AWS rejects more than 5 min/],
  [400, 'error', /^7 min behind AWS; AWS rejects more than 5 min/],
  // The date has whole seconds, and a busy machine reads the response later.
  [-90, 'warning', /^9\d s ahead of AWS/],
])(
  'measures a clock skew of %i s from responses of AWS, including errors',
  async (seconds, state, message) => {
    const date = () => new Date(Date.now() + seconds * 1000).toUTCString();
    for (const refused of [false, true]) {
      proxy.rewriteWith(() =>
        refused
          ? {
              status: 403,
              headers: { date: date() },
              body: xmlError('InvalidSignatureException', 'x').body,
            }
          : ({ headers }) => ({ headers: { ...headers, date: date() } }),
      );
      const { findings } = await runChecks('clock');
      const about = findings.find((finding) => finding.about === 'clock');
      expect(about).toMatchObject({ state, fix: expect.stringContaining('clock') });
      expect(about?.message).toMatch(message);
    }
  },
);

it('reports which commands and which requests of its own are not allowed', async () => {
  const actions: Readonly<Record<string, string>> = {
    GetItem: 'dynamodb:GetItem',
    FilterLogEvents: 'logs:FilterLogEvents',
    DescribeLogGroups: 'logs:DescribeLogGroups',
  };
  proxy.rewriteWith(({ name }) => {
    if (/\/invocations$/.test(name)) return denied('lambda:InvokeFunction');
    if (/\/history$/.test(name)) return denied('lambda:GetDurableExecutionHistory');
    const action = actions[name];
    return action ? denied(action) : undefined;
  });
  expect(await findProblems('permissions', 'logs')).toEqual([
    'warning logs: logs:DescribeLogGroups is not allowed -> add to the policy: {"Effect":"Allow","Action":"logs:DescribeLogGroups","Resource":"y"}',
    'error permissions: not allowed: doctor -> add to the policy: {"Sid":"Account","Effect":"Allow","Action":["logs:DescribeLogGroups"],"Resource":["*"]}',
  ]);
  proxy.rewriteWith(({ name }) =>
    /\/invocations$/.test(name) ? denied('lambda:InvokeFunction') : undefined,
  );
  const [problem = ''] = await findProblems('permissions');
  expect(problem).toMatch(/^warning permissions: not allowed: submit, .* -> add to the policy: /);
  expect(problem).toContain(`function:${workflow}:live`);
});

it.each([
  ['operate', 'ok', 'all commands that read or change orders are allowed'],
  ['observe', 'ok', 'only commands that show orders: list, list --paused, watch, metrics'],
])('recognizes the policy of %s', async (user, state, message) => {
  const examination = examine(withClients({ credentials: credentialsOf(user) }), ['permissions']);
  const { value } = await examination.next();
  expect(value).toMatchObject({ state, message: expect.stringContaining(message) });
});

it('prints the missing statement of an incomplete policy', async () => {
  const examination = examine(withClients({ credentials: credentialsOf('partial') }), [
    'permissions',
  ]);
  const { value } = await examination.next();
  const table = `arn:aws:dynamodb:us-east-2:000000000000:table/orders-test-OrdersTable-*`;
  expect(value).toMatchObject({
    state: 'error',
    message: 'not allowed: list, watch, metrics, ui, review list, 1 more',
    fix: `add to the policy: {"Sid":"Listing","Effect":"Allow","Action":["dynamodb:Query"],"Resource":["${table}/index/byCreated"]}`,
  });
});

it.each([
  json(404, 'UnknownOperationException', 'unknown'),
  json(403, 'AccessDeniedException', 'Unable to determine service/operation name to be authorized'),
])(
  'recognizes a region without durable functions by its error to a list request',
  async (answer) => {
    proxy.rewriteWith(({ name }) => (/\/durable-executions$/.test(name) ? answer : undefined));
    expect(await findProblems('region')).toEqual([
      'error region: Lambda in us-east-2 does not support durable functions -> orders deploy -e fake --region us-east-2',
    ]);
  },
);

it('reports the number of concurrent invocations from the account settings', async () => {
  const concurrent = (limit: number) =>
    proxy.rewriteWith(({ name }) =>
      /account-settings/.test(name)
        ? { body: JSON.stringify({ AccountLimit: { UnreservedConcurrentExecutions: limit } }) }
        : undefined,
    );
  concurrent(900);
  const { findings } = await runChecks('quotas');
  expect(findings[0]?.message).toBe('0 of 5 million executions, 900 concurrent invocations');
  concurrent(10);
  expect((await findProblems('quotas'))[0]).toMatch(/^warning quotas: only 10 .*service-quotas/);
});

it('reports a failing API, a table that is not active, a missing table and too many versions', async () => {
  proxy.rewriteWith(({ name }) => {
    if (/execute-api/.test(name)) return { status: 502 };
    const byProxy = ({ body }: ProxiedResponse) => ({
      body: body.replaceAll(runtime.url, proxy.url),
    });
    return name === 'Action DescribeStacks' ? byProxy : undefined;
  });
  expect((await findProblems('api'))[0]).toMatch(/^error api: .* returns 502 instead of 404/);
  proxy.rewriteWith(({ name }) =>
    name === 'DescribeTable'
      ? ({ body }) => ({ body: body.replace('"ACTIVE"', '"UPDATING"') })
      : undefined,
  );
  expect((await findProblems('tables'))[0]).toMatch(/^warning tables: .* is UPDATING/);
  const Versions = Array.from({ length: 25 }, (_, n) => ({ Version: `${n + 1}` }));
  proxy.rewriteWith(({ name }) =>
    /workflow\/versions$/.test(name) ? { body: JSON.stringify({ Versions }) } : undefined,
  );
  expect(await findProblems('versions')).toEqual([
    'warning versions: 26 versions published -> orders versions prune',
  ]);
  proxy.rewriteWith(() => undefined);
  const tables = await clients().dynamodb();
  await tables.send(new DeleteTableCommand({ TableName: outputs['LoyaltyTableName'] }));
  expect(await findProblems('tables')).toEqual([
    `error tables: ${outputs['LoyaltyTableName']} does not exist -> orders destroy, then orders deploy`,
  ]);
});

it('reports only once that describing the stack is not allowed', async () => {
  proxy.rewriteWith(({ name }) =>
    name === 'Action DescribeStacks'
      ? xmlError(
          'AccessDenied',
          'User: x is not authorized to perform: cloudformation:DescribeStacks on y',
        )
      : undefined,
  );
  const { findings, skipped } = await runChecks('stack', 'quotas', 'alias', 'orders');
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

/** Returns a target with clients of the given configuration. */
const withClients = (config: Partial<Parameters<typeof createClients>[0]>, url = proxy.url) =>
  fakeTarget(url, root, {
    clients: createClients({
      region: 'us-east-2',
      endpoint: url,
      credentials: projectCredentials(root),
      ...config,
    }),
  });

it('warns of credentials that expire soon', async () => {
  const expiration = new Date(Date.now() + 600_000);
  const credentials = { ...projectCredentials(root), expiration };
  const examination = examine(withClients({ credentials }), ['credentials']);
  expect((await examination.next()).value).toEqual({
    group: 'account',
    about: 'credentials',
    state: 'warning',
    message: `arn:aws:iam::000000000000:root, only until ${expiration.toISOString()}`,
    fix: 'aws sso login',
  });
});

it('warns that the clock was set back behind the records of the runtime', async () => {
  const latestRecordAt = Date.now() + 2 * 3_600_000;
  const examination = examine({ ...target(), latestRecordAt }, ['clock']);
  expect((await examination.next()).value).toMatchObject({
    about: 'clock',
    state: 'warning',
    message: expect.stringMatching(/was set back by 2 h: orders are dated up to 2/),
    fix: expect.stringContaining('timedatectl'),
  });
});

it('reports a silent and a missing endpoint', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve);
  });
  try {
    const { port } = silent.address() as AddressInfo;
    for (const url of [`http://127.0.0.1:${port}`, 'http://127.0.0.1:9']) {
      const examination = examine(withClients({ maxAttempts: 1, requestTimeoutMs: 100 }, url), [
        'alias',
      ]);
      expect((await examination.next()).value).toMatchObject({
        about: 'credentials',
        state: 'error',
        message: expect.stringContaining('does not respond'),
        fix: 'check the network connection',
      });
      expect(await examination.next()).toEqual({ done: true, value: ['stack'] });
    }
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});
