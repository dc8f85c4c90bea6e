import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { destroy } from '../../src/deploy/destroy.ts';
import { type Inventory, takeInventory } from '../../src/deploy/inventory.ts';
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
  /** Names of the executions that run, until they are stopped. */
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

/** An account with the stack, and what happens to it when it is deleted. */
function account({ status = 'CREATE_COMPLETE', protection, running = [], end = deleted }: Account) {
  const open = new Set(running);
  let events = '';
  const json = (body: unknown): Answer => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return ({ name, query }: Call): Answer => {
    if (name.endsWith('/stop')) {
      open.delete(name.split('/').at(-3) ?? '');
      return json({ StopTimestamp: 1 });
    }
    if (name.startsWith('GET') && name.includes('durable-executions')) {
      expect(query.get('Statuses')).toBe('RUNNING');
      const DurableExecutions = [...open].map((each) => ({
        DurableExecutionArn: `${functionArn}:1/durable-execution/${each}/1`,
        DurableExecutionName: each,
        Status: 'RUNNING',
      }));
      return json({ DurableExecutions });
    }
    if (name === 'DynamoDB DescribeTable') return json({ Table: { ItemCount: 1204 } });
    if (name.startsWith('HEAD')) return { body: '' };
    if (name.startsWith('GET') && query.has('versions')) {
      return { body: '<ListVersionsResult></ListVersionsResult>' };
    }
    // Somebody keeps something else in the bucket.
    if (name.startsWith('DELETE')) {
      return { status: 409, body: '<Error><Code>BucketNotEmpty</Code></Error>' };
    }
    const action = name.split(' ')[1] ?? '';
    switch (action) {
      case 'GetCallerIdentity':
        return xml(action, '<Account>000000000000</Account>');
      case 'DescribeStacks':
        return xml(
          action,
          `<Stacks>${member({
            StackId: stackId,
            StackStatus: status,
            EnableTerminationProtection: protection ?? false,
            Outputs:
              member({ OutputKey: 'OrdersTableName', OutputValue: 'orders-test-OrdersTable-X' }) +
              member({ OutputKey: 'OrderProcessingFunctionArn', OutputValue: functionArn }),
          })}</Stacks>`,
        );
      case 'ListStackResources':
        return xml(
          action,
          `<StackResourceSummaries>${resources
            .map(([ResourceType, LogicalResourceId, PhysicalResourceId]) =>
              member({ ResourceType, LogicalResourceId, PhysicalResourceId }),
            )
            .join('')}</StackResourceSummaries>`,
        );
      case 'GetTemplate':
        return xml(action, `<TemplateBody>${template}</TemplateBody>`);
      case 'DeleteStack':
        events = end
          .map(([id, ResourceStatus, ResourceStatusReason = ''], index) =>
            member({
              EventId: end.length - index,
              StackId: stackId,
              LogicalResourceId: id,
              PhysicalResourceId: id === 'orders-test' ? stackId : id,
              ResourceType: id === 'orders-test' ? 'AWS::CloudFormation::Stack' : 'T',
              ResourceStatus,
              ResourceStatusReason,
            }),
          )
          .join('');
        return xml(action, '');
      case 'DescribeStackEvents':
        return xml(action, `<StackEvents>${events}</StackEvents>`);
      default:
        return xmlError('InvalidAction', `${action} is not in this test`);
    }
  };
}

const root = () => mkdtempSync(join(tmpdir(), 'orders-'));

/** Destroys the account's stack; gives what was told and what came of it. */
async function run(of: Account, directory = root(), force = false) {
  using aws = await fakeAws(account(of));
  const target = fakeTarget(aws.url, directory);
  const inventory = (await takeInventory(target)) as Inventory;
  const told: string[] = [];
  const events = destroy(target, inventory, { force });
  for (;;) {
    const next = await events.next().catch((error: unknown) => ({ error }));
    const calls = () => aws.calls.map(({ name }) => name);
    if ('error' in next) return { inventory, told, error: next.error, calls: calls() };
    if (next.done) return { inventory, told, result: next.value, calls: calls() };
    const event = next.value;
    told.push(event.type === 'stage' ? event.detail : `${event.logicalId} ${event.status}`);
  }
}

it('knows what goes, what stays, how many orders there are and which run', async () => {
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

it('finds no inventory where there is no stack', async () => {
  using aws = await fakeAws(() => xmlError('ValidationError', 'Stack orders-test does not exist'));
  expect(await takeInventory(fakeTarget(aws.url, root()))).toBeUndefined();
});

it('stops every order that runs when forced, before it deletes the stack, and tells both', async () => {
  const running = Array.from({ length: 12 }, (_, n) => `web-${n}`);
  const { told, result, calls } = await run({ running }, root(), true);
  expect(told).toEqual([
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

it('names what remains with the command that removes it, and forgets what it knew of the stack', async () => {
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
    { kind: 'environment', name: 'fake', remove: 'take its entry out of orders.config.json' },
  ]);
  expect(existsSync(cache)).toBe(false);
});

it('gives every reason when CloudFormation cannot delete it, and exits 21', async () => {
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
])('stops and deletes nothing when CloudFormation would refuse: %o', async (more, message) => {
  const { error, calls } = await run({ running: ['web-1'], ...more });
  expect(error).toMatchObject({ message: expect.stringContaining(message) as string, exit: 6 });
  expect(calls.filter((name) => /stop$|DeleteStack/.test(name))).toEqual([]);
});

it('looks on at a deletion that has begun, and clears away a stack that was only planned', async () => {
  for (const status of ['DELETE_IN_PROGRESS', 'REVIEW_IN_PROGRESS']) {
    expect((await run({ status })).result).toMatchObject({ destroyed: true });
  }
});
