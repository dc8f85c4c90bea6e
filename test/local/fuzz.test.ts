import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  InvokeCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Runtime, startRuntime } from '../../src/local/runtime.ts';
import { full } from '../support/full.ts';
import { type Chance, chanceOf } from '../support/random.ts';

const requests = full ? 10_000 : 2000;
const atOnce = 8;
const seed = 20_261_125;
const directory = mkdtempSync(join(tmpdir(), 'fuzz-'));

let runtime: Runtime;
let lambda: LambdaClient;
let arn: string;

beforeAll(async () => {
  runtime = await startRuntime({ directory, port: 0, timeScale: 100 });
  lambda = new LambdaClient({
    endpoint: runtime.url,
    region: 'us-east-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  await create('target');
  arn = await start();
  await prepare();
});
afterAll(async () => {
  lambda.destroy();
  await runtime.close();
  rmSync(directory, { recursive: true });
});

/** Something of each service to work on. */
async function prepare(): Promise<void> {
  const post = (target: string, body: object) =>
    answerTo({
      method: 'POST',
      path: '/',
      headers: { authorization: 'AWS4-HMAC-SHA256 Credential=a/b', 'x-amz-target': target },
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

/** Actions of the services that speak JSON, by their target. */
const actions = {
  DynamoDB_20120810:
    'CreateTable DeleteTable DescribeTable PutItem GetItem UpdateItem DeleteItem Query Scan BatchGetItem BatchWriteItem TransactWriteItems TransactGetItems',
  Logs_20140328:
    'CreateLogGroup DescribeLogGroups FilterLogEvents GetLogEvents PutLogEvents DescribeLogStreams DeleteLogGroup',
  AmazonSQS:
    'CreateQueue SendMessage ReceiveMessage DeleteMessage SendMessageBatch DeleteMessageBatch ChangeMessageVisibility GetQueueAttributes SetQueueAttributes ListQueues',
  AmazonSSM: 'PutParameter GetParameter GetParameters DeleteParameter',
} as const;
const fields =
  'TableName Key Item UpdateExpression ConditionExpression ExpressionAttributeValues ExpressionAttributeNames KeyConditionExpression Limit RequestItems TransactItems KeySchema AttributeDefinitions logGroupName logStreamName logEvents filterPattern nextToken limit QueueUrl QueueName MessageBody Entries Attributes ReceiptHandle MaxNumberOfMessages VisibilityTimeout Name Value Type Names FunctionName Runtime Handler Role Code DurableConfig Environment Timeout MemorySize FunctionVersion Description Updates CheckpointToken ErrorMessage'.split(
    ' ',
  );

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Any value of JSON, some of them such as the services know. */
function anyOf(chance: Chance, depth = 0): unknown {
  const kind = chance.between(0, depth > 3 ? 6 : 9);
  if (kind === 0) return null;
  if (kind === 1) return chance.pick([0, -1, 1, 3.5, 1e21, 2 ** 53, -0.0000001]);
  if (kind === 2) return chance.percent(50);
  if (kind === 3) return '';
  if (kind === 4)
    return chance.pick(['target', 'orders', '$LATEST', '1', 'a'.repeat(70), '\u0000é\ud83d', arn]);
  if (kind === 5)
    return chance.pick([
      '#a = :a',
      'SET a = :a',
      'attribute_exists(a',
      'a[999999999999]',
      '((((((',
    ]);
  if (kind === 6)
    return {
      [chance.pick(['S', 'N', 'B', 'BOOL', 'L', 'M'])]: chance.pick(['1', 'x', null, [], {}]),
    };
  if (kind === 7)
    return Array.from({ length: chance.between(0, 3) }, () => anyOf(chance, depth + 1));
  return objectOf(chance, depth);
}

/** What a member is, more often than not, so that requests get far. */
const likely: Readonly<Record<string, readonly unknown[]>> = {
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

function objectOf(chance: Chance, depth: number): unknown {
  const usual = depth === 0 && chance.percent(70) ? Object.keys(likely) : [];
  const names = Array.from({ length: chance.between(0, 4) }, () => chance.pick(fields));
  return Object.fromEntries(
    [...usual, ...names].map((name) => {
      const values = chance.percent(85) ? likely[name] : undefined;
      return [name, values ? chance.pick(values) : anyOf(chance, depth + 1)];
    }),
  );
}

function updateOf(chance: Chance): unknown {
  return {
    Id: chance.pick(['a', 'b', '', 'a/b', 'x'.repeat(65)]),
    Type: chance.pick([
      'STEP',
      'WAIT',
      'CONTEXT',
      'CALLBACK',
      'CHAINED_INVOKE',
      'EXECUTION',
      'OTHER',
    ]),
    Action: chance.pick(['START', 'SUCCEED', 'FAIL', 'RETRY', 'CANCEL', 'OTHER']),
    ...(objectOf(chance, 2) as object),
  };
}

function bodyOf(chance: Chance): string {
  if (chance.percent(10))
    return chance.pick(['', '{', 'null', '[]', '"x"', '\u0000', '{"a":'.repeat(2000)]);
  if (chance.percent(20)) {
    const Updates = Array.from({ length: chance.between(0, 3) }, () => updateOf(chance));
    return JSON.stringify({ CheckpointToken: chance.pick(['AA==', '', arn]), Updates });
  }
  return JSON.stringify(objectOf(chance, 0));
}

function pathOf(chance: Chance): string {
  const name = chance.pick([
    'target',
    'none',
    'target:1',
    'a%2Fb',
    '%',
    '%ff',
    encodeURIComponent(arn),
  ]);
  const execution = chance.pick([
    encodeURIComponent(arn),
    arn,
    'none',
    encodeURIComponent(`${arn}x`),
  ]);
  const paths = [
    '/2015-03-31/functions',
    `/2015-03-31/functions/${name}`,
    ...['invocations', 'configuration', 'code', 'versions', 'aliases', 'aliases/live', 'other'].map(
      (what) => `/2015-03-31/functions/${name}/${what}`,
    ),
    `/2025-12-01/functions/${name}/durable-executions`,
    ...['', '/checkpoint', '/state', '/history', '/stop', '/other'].map(
      (what) => `/2025-12-01/durable-executions/${execution}${what}`,
    ),
    ...['succeed', 'fail', 'heartbeat'].map(
      (what) =>
        `/2025-12-01/durable-execution-callbacks/${chance.pick(['a', '%2F', 'none'])}/${what}`,
    ),
    '/execute-api/none/prod/orders',
    '/',
    '/bucket/key',
  ];
  const query = chance.pick([
    '',
    '?Marker=x',
    '?MaxItems=-1',
    '?MaxItems=1&ReverseOrder=true',
    '?Qualifier=live',
    '?Statuses=BOGUS',
    '?StartedAfter=NaN',
    '?%',
  ]);
  return chance.pick(paths) + query;
}

function callOf(chance: Chance): Call {
  const scope = chance.pick(['lambda', 'dynamodb', 's3', 'sts', 'cloudformation']);
  const headers: Record<string, string> = chance.percent(95)
    ? { authorization: `AWS4-HMAC-SHA256 Credential=a/20261125/us-east-2/${scope}/aws4_request` }
    : {};
  if (chance.percent(40)) {
    const service = chance.pick(Object.keys(actions) as (keyof typeof actions)[]);
    const action = chance.percent(95) ? chance.pick(actions[service].split(' ')) : 'Other';
    headers['x-amz-target'] = `${service}.${action}`;
    return { method: 'POST', path: '/', headers, body: bodyOf(chance) };
  }
  if (chance.percent(30))
    headers['x-amz-invocation-type'] = chance.pick(['Event', 'DryRun', 'Other']);
  if (chance.percent(20))
    headers['x-amz-durable-execution-name'] = chance.pick(['a', 'a b', 'x'.repeat(65)]);
  const method = chance.pick(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD']);
  return { method, path: pathOf(chance), headers, body: bodyOf(chance) };
}

/** The answer's status; 0 when there is none within ten seconds. */
function answerTo({ method, path, headers, body }: Call): Promise<number> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(runtime.url);
    const sent = request({ hostname, port, method, path, headers, timeout: 10_000 }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(0));
    sent.end(body);
  });
}

it(`answers ${requests} requests of any kind without failing or hanging, and works on afterwards`, async () => {
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const chance = chanceOf(seed);
  const bad: (Call & { status: number })[] = [];
  let left = requests;
  const go = async () => {
    while (left > 0) {
      left -= 1;
      const call = callOf(chance);
      const status = await answerTo(call);
      // 501 is how S3 says that it does not have something.
      if (status === 0 || (status >= 500 && status !== 501)) bad.push({ ...call, status });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, go));
  vi.restoreAllMocks();
  expect(bad.slice(0, 5)).toEqual([]);

  await lambda.send(new DeleteFunctionCommand({ FunctionName: 'after' })).catch(() => undefined);
  await create('after');
  expect(await start('after')).toContain('function:after:1/durable-execution/');
  const database = new DatabaseSync(join(directory, 'state.sqlite'), { readOnly: true });
  expect(database.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' });
  database.close();
});
