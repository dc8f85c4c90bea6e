import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { destroy } from '../../src/deploy/destroy.ts';
import { type Inventory, readInventory } from '../../src/deploy/inventory.ts';
import { cachePath } from '../../src/environment/stack-outputs.ts';
import { type Answer, type Call, fakeAws, fakeTarget, xml, xmlError } from '../aws/fake-aws.ts';

const stackId = 'arn:aws:cloudformation:us-east-2:000000000000:stack/orders-test/1';
const functionArn = 'arn:aws:lambda:us-east-2:000000000000:function:orders-test-workflow';
const resources = [
  ['AWS::DynamoDB::Table', 'OrdersTable', 'orders-test-OrdersTable-X'],
  ['AWS::Logs::LogGroup', 'Logs', '/aws/lambda/orders-test'],
  ['AWS::Lambda::Function', 'Workflow', 'orders-test-workflow'],
  ['AWS::SQS::Queue', 'DeadLetters', 'https://sqs/dead'],
] as const;
const template = `Resources:
  OrdersTable: {Type: AWS::DynamoDB::Table, DeletionPolicy: RetainExceptOnCreate}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '/aws/\${AWS::StackName}'}}
  Workflow: {Type: AWS::Serverless::Function, Properties: {Role: !GetAtt Role.Arn}}
  DeadLetters: {Type: AWS::SQS::Queue, DeletionPolicy: Delete}
`;

interface Account {
  readonly status?: string;
  readonly protection?: boolean;
  /** Names of the executions that run until they are stopped. */
  readonly running?: readonly string[];
  /** The events of the deletion, newest first: logical id, status, reason. */
  readonly end?: readonly (readonly [id: string, status: string, reason?: string])[];
}

const deleted = [
  ['orders-test', 'DELETE_COMPLETE'],
  ['OrdersTable', 'DELETE_SKIPPED'],
] as const;

const member = (fields: Record<string, unknown>) =>
  `<member>${Object.entries(fields)
    .map(([name, value]) => `<${name}>${String(value)}</${name}>`)
    .join('')}</member>`;

const toJson = (body: unknown): Answer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const outputs =
  member({ OutputKey: 'OrdersTableName', OutputValue: 'orders-test-OrdersTable-X' }) +
  member({ OutputKey: 'OrderProcessingFunctionArn', OutputValue: functionArn });

const listedResources = resources
  .map(([ResourceType, LogicalResourceId, PhysicalResourceId]) =>
    member({ ResourceType, LogicalResourceId, PhysicalResourceId }),
  )
  .join('');

/** Returns a fake account with the stack. Its deletion produces the events in `end`. */
function account(options: Account) {
  const running = new Set(options.running);
  const cloudFormation = createCloudFormation(options);
  return (call: Call): Answer => {
    const { name, query } = call;
    if (name.endsWith('/stop')) {
      running.delete(name.split('/').at(-3) ?? '');
      return toJson({ StopTimestamp: 1 });
    }
    if (name.startsWith('GET') && name.includes('durable-executions')) {
      const isListed = query.get('Statuses') === 'RUNNING';
      return toJson({ DurableExecutions: isListed ? [...running].map(toExecution) : [] });
    }
    if (name === 'DynamoDB DescribeTable') return toJson({ Table: { ItemCount: 1204 } });
    return respondAsS3(call) ?? cloudFormation(name.split(' ')[1] ?? '');
  };
}

const toExecution = (orderId: string) => ({
  DurableExecutionArn: `${functionArn}:1/durable-execution/${orderId}/1`,
  DurableExecutionName: orderId,
  Status: 'RUNNING',
});

/** Returns the response to an S3 request: the bucket contains objects that no deployment uploaded. */
function respondAsS3({ name, query }: Call): Answer | undefined {
  if (name.startsWith('HEAD')) return { body: '' };
  if (name.startsWith('GET') && query.has('versions')) {
    return { body: '<ListVersionsResult></ListVersionsResult>' };
  }
  if (name.startsWith('DELETE')) {
    return { status: 409, body: '<Error><Code>BucketNotEmpty</Code></Error>' };
  }
  return undefined;
}

/** Returns a function that responds to STS and CloudFormation actions. */
function createCloudFormation({ status = 'CREATE_COMPLETE', protection, end = deleted }: Account) {
  let events = '';
  const describedStack = member({
    StackId: stackId,
    StackStatus: status,
    EnableTerminationProtection: protection ?? false,
    Outputs: outputs,
  });
  const responses = new Map<string, () => string>([
    ['GetCallerIdentity', () => '<Account>000000000000</Account>'],
    ['DescribeStacks', () => `<Stacks>${describedStack}</Stacks>`],
    [
      'ListStackResources',
      () => `<StackResourceSummaries>${listedResources}</StackResourceSummaries>`,
    ],
    ['GetTemplate', () => `<TemplateBody>${template}</TemplateBody>`],
    [
      'DeleteStack',
      () => {
        events = end.map((event, index) => toStackEvent(event, end.length - index)).join('');
        return '';
      },
    ],
    ['DescribeStackEvents', () => `<StackEvents>${events}</StackEvents>`],
  ]);
  return (action: string): Answer => {
    const respond = responses.get(action);
    return respond
      ? xml(action, respond())
      : xmlError('InvalidAction', `${action} is not in this test`);
  };
}

function toStackEvent(
  [id, ResourceStatus, ResourceStatusReason = '']: NonNullable<Account['end']>[number],
  number: number,
): string {
  const isStack = id === 'orders-test';
  return member({
    EventId: number,
    StackId: stackId,
    LogicalResourceId: id,
    PhysicalResourceId: isStack ? stackId : id,
    ResourceType: isStack ? 'AWS::CloudFormation::Stack' : 'T',
    ResourceStatus,
    ResourceStatusReason,
  });
}

const root = () => mkdtempSync(join(tmpdir(), 'orders-'));

/** Destroys the account's stack. Returns the inventory, the progress texts, the calls, and the result or error. */
async function run(options: Account, directory = root(), force = false) {
  using aws = await fakeAws(account(options));
  const target = fakeTarget(aws.url, directory);
  const inventory = (await readInventory(target)) as Inventory;
  const progress: string[] = [];
  const events = destroy(target, inventory, { force });
  for (;;) {
    const next = await events.next().catch((error: unknown) => ({ error }));
    const calls = () => aws.calls.map(({ name }) => name);
    if ('error' in next) return { inventory, progress, error: next.error, calls: calls() };
    if (next.done) return { inventory, progress, result: next.value, calls: calls() };
    const event = next.value;
    progress.push(event.type === 'stage' ? event.detail : `${event.logicalId} ${event.status}`);
  }
}

it('lists deleted and retained resources, the number of orders and the running ones', async () => {
  const { inventory } = await run({ running: ['web-1'] });
  expect(inventory.deleted.map(({ kind }) => kind)).toEqual(['log group', 'function', 'queue']);
  expect(inventory.kept).toEqual([
    {
      kind: 'table',
      type: 'AWS::DynamoDB::Table',
      logicalId: 'OrdersTable',
      physicalId: 'orders-test-OrdersTable-X',
    },
  ]);
  expect(inventory.orders).toBe(1204);
  expect(inventory.running.map(({ orderId }) => orderId)).toEqual(['web-1']);
});

it('returns no inventory if the stack does not exist', async () => {
  using aws = await fakeAws(() => xmlError('ValidationError', 'Stack orders-test does not exist'));
  expect(await readInventory(fakeTarget(aws.url, root()))).toBeUndefined();
});

it('stops all running orders before it deletes the stack, if forced', async () => {
  const running = Array.from({ length: 12 }, (_, n) => `web-${n}`);
  const { progress, result, calls } = await run({ running }, root(), true);
  expect(progress).toEqual([
    '12 orders stopped',
    'deleting the stack orders-test',
    'OrdersTable DELETE_SKIPPED',
    'orders-test DELETE_COMPLETE',
  ]);
  expect(result).toMatchObject({ destroyed: true, stopped: 12, orders: 1204 });
  const stops = calls.flatMap((name, index) => (name.endsWith('/stop') ? [index] : []));
  expect(stops).toHaveLength(12);
  expect(Math.max(...stops)).toBeLessThan(calls.indexOf('Action DeleteStack'));
});

it('lists leftovers with their removal commands and clears the cache of the stack', async () => {
  const directory = root();
  const config = { environments: { fake: { region: 'us-east-2' } } };
  writeFileSync(join(directory, 'orders.config.json'), JSON.stringify(config));
  const target = fakeTarget('http://127.0.0.1:1', directory);
  const cache = cachePath(target, 'outputs.json');
  mkdirSync(dirname(cache), { recursive: true });
  writeFileSync(cache, '{}');
  const { result } = await run({}, directory);
  expect(result?.remains).toEqual([
    {
      kind: 'table',
      name: 'orders-test-OrdersTable-X',
      remove: expect.stringMatching(
        /^aws dynamodb delete-table --table-name orders-test-OrdersTable-X --region us-east-2 --endpoint-url http/,
      ) as string,
    },
    {
      kind: 'bucket',
      name: 'orders-test-artifacts-000000000000-us-east-2',
      remove: expect.stringContaining('aws s3 rb s3://orders-test-artifacts-') as string,
    },
    { kind: 'environment', name: 'fake', remove: 'orders env remove fake' },
  ]);
  expect(existsSync(cache)).toBe(false);
});

it('reports all reasons if CloudFormation cannot delete the stack, and exits 21', async () => {
  const { error } = await run({
    end: [
      ['orders-test', 'DELETE_FAILED', 'The following resource(s) failed to delete: [Role, Logs].'],
      ['Logs', 'DELETE_FAILED', 'Not authorized'],
      ['Role', 'DELETE_FAILED', 'The role has policies attached'],
    ],
  });
  expect(error).toMatchObject({
    message: 'The stack could not be deleted: Role: The role has policies attached',
    hints: ['Logs: Not authorized', 'remove the cause, then: orders destroy'],
    exit: 21,
  });
});

it.each([
  [{ status: 'UPDATE_IN_PROGRESS' }, 'busy: UPDATE_IN_PROGRESS'],
  [{ protection: true }, 'protected against deletion'],
])(
  'stops and deletes nothing if CloudFormation would reject the deletion: %o',
  async (more, message) => {
    const { error, calls } = await run({ running: ['web-1'], ...more });
    expect(error).toMatchObject({ message: expect.stringContaining(message) as string, exit: 6 });
    expect(calls.filter((name) => /stop$|DeleteStack/.test(name))).toEqual([]);
  },
);

it('attaches to a running deletion, and deletes a stack that was only planned', async () => {
  for (const status of ['DELETE_IN_PROGRESS', 'REVIEW_IN_PROGRESS']) {
    expect((await run({ status })).result).toMatchObject({ destroyed: true });
  }
});
