import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  CreateFunctionCommand,
  CreateFunctionUrlConfigCommand,
  DeleteFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Runtime, startRuntime } from '../../src/local/runtime/runtime.ts';
import { signHeaders } from '../support/credentials.ts';
import { full } from '../support/full.ts';
import { createRandom, type RandomSource } from '../support/random.ts';
import {
  createApi,
  jsonActions,
  lambdaPaths,
  randomApiRequest,
  randomForm,
  randomObjectRequest,
} from './fuzz-calls.ts';

const requests = full ? 3000 : 400;
const concurrency = 8;
const seed = 20_261_125;
const directory = mkdtempSync(join(tmpdir(), 'fuzz-'));

let runtime: Runtime;
let lambda: LambdaClient;
let arn: string;
/** Id of a function URL. */
let urlId = '';
/** Path of the stage of an API. */
let apiPath = '';

beforeAll(async () => {
  runtime = await startRuntime({
    directory,
    port: 0,
    timeScale: 100,
    faults: { enforceIam: false },
  });
  lambda = new LambdaClient({
    endpoint: runtime.url,
    region: 'us-east-2',
    credentials: runtime.credentials,
    maxAttempts: 1,
  });
  await create('target');
  arn = await start();
  const url = { FunctionName: 'target', AuthType: 'NONE' } as const;
  const { FunctionUrl = '' } = await lambda.send(new CreateFunctionUrlConfigCommand(url));
  [, , urlId = ''] = new URL(FunctionUrl).pathname.split('/');
  await prepare();
  apiPath = await createApi({ endpoint: runtime.url, credentials: runtime.credentials });
});
afterAll(async () => {
  lambda.destroy();
  await runtime.close();
  rmSync(directory, { recursive: true });
});

/** Creates a resource of each service for the requests. */
async function prepare(): Promise<void> {
  const post = (target: string, body: object) =>
    send({
      service: signingName(target),
      method: 'POST',
      path: '/',
      headers: { 'x-amz-target': target },
      body: JSON.stringify(body),
    });
  await post('DynamoDB_20120810.CreateTable', {
    TableName: 'orders',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  });
  await post('Logs_20140328.CreateLogGroup', { logGroupName: 'target' });
  await post('Logs_20140328.CreateLogStream', { logGroupName: 'target', logStreamName: 'target' });
  await post('AmazonSQS.CreateQueue', { QueueName: 'target' });
  await send({ service: 's3', method: 'PUT', path: '/target', headers: {}, body: '' });
  await send({ service: 's3', method: 'PUT', path: '/target/k', headers: {}, body: 'x' });
}

async function create(FunctionName: string): Promise<void> {
  const code = "export const handler = async () => ({ Status: 'SUCCEEDED', Result: '1' });";
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'r',
      DurableConfig: { ExecutionTimeout: 600 },
      Code: { ZipFile: zipSync({ 'index.mjs': Buffer.from(code) }) },
      Publish: true,
    }),
  );
}

async function start(FunctionName = 'target'): Promise<string> {
  const invoke = new InvokeCommand({ FunctionName, Qualifier: '1', InvocationType: 'Event' });
  return (await lambda.send(invoke)).DurableExecutionArn ?? '';
}

/** Returns the signing name of a service with a JSON protocol. */
function signingName(target: string): string {
  return target.replace(/^(?:Amazon)?([A-Za-z]+).*$/s, '$1').toLowerCase();
}

const fields =
  'TableName Key Item UpdateExpression ConditionExpression ExpressionAttributeValues ExpressionAttributeNames KeyConditionExpression Limit RequestItems TransactItems KeySchema AttributeDefinitions logGroupName logStreamName logEvents filterPattern nextToken limit QueueUrl QueueName MessageBody Entries Attributes AuthType Cors InvokeMode FunctionUrlAuthType AllowedPattern MaximumRetryAttempts MaximumEventAgeInSeconds DestinationConfig RoutingConfig ReceiptHandle MaxNumberOfMessages VisibilityTimeout Name Value Type Names FunctionName Runtime Handler Role Code DurableConfig Environment Timeout MemorySize FunctionVersion Description Updates CheckpointToken ErrorMessage'.split(
    ' ',
  );

interface Call {
  /** Service that the request is signed for. Without it, the request is not signed. */
  readonly service?: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Returns a random JSON value, sometimes with names that the services know. */
function randomValue(random: RandomSource, depth = 0): unknown {
  const kind = random.between(0, depth > 3 ? 6 : 9);
  if (kind === 0) return null;
  if (kind === 1) return random.pick([0, -1, 1, 3.5, 1e21, 2 ** 53, -0.0000001]);
  if (kind === 2) return random.percent(50);
  if (kind === 3) return '';
  if (kind === 4)
    return random.pick(['target', 'orders', '$LATEST', '1', 'a'.repeat(70), '\u0000é\ud83d', arn]);
  if (kind === 5)
    return random.pick([
      '#a = :a',
      'SET a = :a',
      'attribute_exists(a',
      'a[999999999999]',
      '((((((',
    ]);
  if (kind === 6)
    return {
      [random.pick(['S', 'N', 'B', 'BOOL', 'L', 'M'])]: random.pick(['1', 'x', null, [], {}]),
    };
  if (kind === 7)
    return Array.from({ length: random.between(0, 3) }, () => randomValue(random, depth + 1));
  return randomObject(random, depth);
}

/** Plausible values of members. They are used often, so that requests pass the first checks. */
const plausibleValues: Readonly<Record<string, readonly unknown[]>> = {
  TableName: ['orders'],
  Key: [{ id: { S: 'a' } }],
  Item: [
    { id: { S: 'a' }, n: { N: '1' } },
    { id: { S: 'a' }, n: { N: 'x' } },
  ],
  UpdateExpression: ['SET n = :v', 'ADD n :v', 'SET n = n + :v', 'REMOVE n', 'SET n'],
  ConditionExpression: ['attribute_exists(id)', 'n > :v', 'size(n) > :v', 'contains(n, :v)'],
  ExpressionAttributeValues: [{ ':v': { N: '1' } }, { ':v': { S: '' } }, { ':v': {} }],
  KeyConditionExpression: ['id = :v', 'id > :v', 'begins_with(id, :v)'],
  QueueUrl: ['http://x/0/target'],
  logGroupName: ['target'],
  logStreamName: ['target'],
  logEvents: [[{ timestamp: 1, message: 'x' }], [{}], []],
  MaxNumberOfMessages: [1, 10],
  Entries: [[{ Id: 'a', MessageBody: 'x', ReceiptHandle: 'x', VisibilityTimeout: 0 }]],
};

function randomObject(random: RandomSource, depth: number): unknown {
  const plausibleNames = depth === 0 && random.percent(70) ? Object.keys(plausibleValues) : [];
  const names = Array.from({ length: random.between(0, 4) }, () => random.pick(fields));
  return Object.fromEntries(
    [...plausibleNames, ...names].map((name) => {
      const values = random.percent(85) ? plausibleValues[name] : undefined;
      return [name, values ? random.pick(values) : randomValue(random, depth + 1)];
    }),
  );
}

function randomUpdate(random: RandomSource): unknown {
  return {
    Id: random.pick(['a', 'b', '', 'a/b', 'x'.repeat(65)]),
    Type: random.pick([
      'STEP',
      'WAIT',
      'CONTEXT',
      'CALLBACK',
      'CHAINED_INVOKE',
      'EXECUTION',
      'OTHER',
    ]),
    Action: random.pick(['START', 'SUCCEED', 'FAIL', 'RETRY', 'CANCEL', 'OTHER']),
    ...(randomObject(random, 2) as object),
  };
}

function randomBody(random: RandomSource): string {
  if (random.percent(10))
    return random.pick(['', '{', 'null', '[]', '"x"', '\u0000', '{"a":'.repeat(2000)]);
  if (random.percent(20)) {
    const Updates = Array.from({ length: random.between(0, 3) }, () => randomUpdate(random));
    return JSON.stringify({ CheckpointToken: random.pick(['AA==', '', arn]), Updates });
  }
  return JSON.stringify(randomObject(random, 0));
}

function randomPath(random: RandomSource): string {
  const name = random.pick([
    'target',
    'none',
    'target:1',
    'a%2Fb',
    '%',
    '%ff',
    encodeURIComponent(arn),
  ]);
  const execution = random.pick([
    encodeURIComponent(arn),
    arn,
    'none',
    encodeURIComponent(`${arn}x`),
  ]);
  const callback = random.pick(['a', '%2F', 'none']);
  const names = { function: name, resource: name, execution, callback, alias: 'live' };
  const paths = [
    ...lambdaPaths(names),
    `/2015-03-31/functions/${name}/other`,
    `/2025-12-01/durable-executions/${execution}/other`,
    `/lambda-url/${random.pick([urlId, 'none', '%'])}/${random.pick(['', 'a%2Fb', '%ff'])}`,
    '/execute-api/none/prod/orders',
    '/',
    '/bucket/key',
  ];
  const query = random.pick([
    '',
    '?Marker=x',
    '?MaxItems=-1',
    '?MaxItems=1&ReverseOrder=true',
    '?Qualifier=live',
    '?Statuses=BOGUS',
    '?StartedAfter=NaN',
    '?%',
  ]);
  return random.pick(paths) + query;
}

function randomCall(random: RandomSource): Call {
  if (random.percent(15)) return randomForm(random);
  if (random.percent(15)) return randomObjectRequest(random);
  if (random.percent(10)) return randomApiRequest(random, apiPath);
  const headers: Record<string, string> = {};
  if (random.percent(40)) {
    const service = random.pick(Object.keys(jsonActions));
    const action = random.percent(95) ? random.pick(jsonActions[service] ?? []) : 'Other';
    headers['x-amz-target'] = `${service}.${action}`;
    const body = randomBody(random);
    return { service: signingName(service), method: 'POST', path: '/', headers, body };
  }
  if (random.percent(30))
    headers['x-amz-invocation-type'] = random.pick(['Event', 'DryRun', 'Other']);
  if (random.percent(20))
    headers['x-amz-durable-execution-name'] = random.pick(['a', 'a b', 'x'.repeat(65)]);
  const method = random.pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD']);
  const path = randomPath(random);
  const service = random.percent(95) ? pickService(path, random) : undefined;
  return { service, method, path, headers, body: randomBody(random) };
}

/** Returns the service that serves a path. All services of the query protocol serve `/`. */
function pickService(path: string, random: RandomSource): string {
  if (path.startsWith('/execute-api')) return 'execute-api';
  if (path.startsWith('/20') || path.startsWith('/lambda-url')) return 'lambda';
  return path.startsWith('/bucket') ? 's3' : random.pick(['s3', 'sts', 'cloudformation']);
}

/**
 * Signs and sends a request and returns the status of the response, or 0 if there is none within ten seconds. An error that API Gateway
 * itself reports, for example because a mapping template cannot transform the body, is not an error of the runtime: it counts as 400.
 */
async function send({ service, method, path, body, ...call }: Call): Promise<number> {
  const { credentials, url } = runtime;
  const options = { method, body, headers: call.headers, credentials };
  const headers = service ? await signHeaders(service, `${url}${path}`, options) : call.headers;
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, method, path, headers, timeout: 10_000 }, (response) => {
      response.resume();
      const isReported = path.startsWith(apiPath) && 'x-amzn-errortype' in response.headers;
      response.on('end', () => resolve(isReported ? 400 : (response.statusCode ?? 0)));
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(0));
    sent.end(body);
  });
}

it(`handles ${requests} random requests without an internal error or a hang, and still works afterwards`, async () => {
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const random = createRandom(seed);
  const failures: (Call & { status: number })[] = [];
  let remaining = requests;
  const sendCalls = async () => {
    while (remaining > 0) {
      remaining -= 1;
      const call = randomCall(random);
      const status = await send(call);
      // S3 returns 501 for operations that it does not implement.
      if (status === 0 || (status >= 500 && status !== 501)) failures.push({ ...call, status });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sendCalls));
  vi.restoreAllMocks();
  expect(failures.slice(0, 5)).toEqual([]);

  await lambda.send(new DeleteFunctionCommand({ FunctionName: 'after' })).catch(() => undefined);
  await create('after');
  expect(await start('after')).toContain('function:after:1/durable-execution/');
  const database = new DatabaseSync(join(directory, 'state.sqlite'), { readOnly: true });
  expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
  database.close();
});
