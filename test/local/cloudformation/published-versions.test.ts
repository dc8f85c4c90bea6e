import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  GetAliasCommand,
  InvokeCommand,
  LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { unzipSync, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalEvent } from '../../../functions/contract/order.ts';
import { listDurableFunctions } from '../../../src/deploy/versions.ts';
import { fakeTarget } from '../../aws/fake-aws.ts';
import { startProjectRuntime } from './project-runtime.ts';

const stackName = 'orders-test';
const FunctionName = `${stackName}-workflow`;
let runtime: Awaited<ReturnType<typeof startProjectRuntime>>;
let lambda: LambdaClient;
let template: string;
let parameters: Record<string, string> = { ApiAuth: 'NONE' };

beforeAll(async () => {
  runtime = await startProjectRuntime();
  lambda = new LambdaClient(runtime.settings);
  ({ template } = runtime.packaged);
  await runtime.deploy(stackName, template, parameters);
});
afterAll(() => runtime.close());

async function readVersions() {
  const { Versions = [] } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
  const { FunctionVersion: live } = await lambda.send(
    new GetAliasCommand({ FunctionName, Name: 'live' }),
  );
  return { published: Versions.length - 1, live: Number(live) };
}

async function startOrder(orderId: string) {
  const event = {
    orderId,
    order: {
      customerId: 'C-1',
      customerEmail: 'c@example.com',
      items: [{ productId: 'P-1', name: 'Thing', quantity: 1, price: 1 }],
    },
  };
  await lambda.send(
    new InvokeCommand({
      FunctionName: `${FunctionName}:live`,
      InvocationType: 'Event',
      DurableExecutionName: orderId,
      Payload: canonicalEvent(event),
    }),
  );
}

/** Returns the versions of all running executions by name. */
async function listRunning() {
  const { DurableExecutions = [] } = await lambda.send(
    new ListDurableExecutionsByFunctionCommand({ FunctionName, Statuses: ['RUNNING'] }),
  );
  const running = DurableExecutions.map(({ DurableExecutionName, DurableExecutionArn = '' }) => [
    DurableExecutionName,
    /:(\d+)\/durable-execution/.exec(DurableExecutionArn)?.[1],
  ]);
  return Object.fromEntries(running) as Record<string, string>;
}

const edit = (from: string | RegExp, to: string) => () => {
  expect(template).toMatch(from);
  template = template.replace(from, to);
};
const setParameter = (name: string, value: string) => () => {
  parameters = { ...parameters, [name]: value };
};

describe('a change of the template', () => {
  it.each([
    ['memory', 'publishes', edit('MemorySize: 512', 'MemorySize: 640')],
    ['timeout', 'publishes', edit('Timeout: 60', 'Timeout: 61')],
    [
      'environment',
      'publishes',
      edit('PRODUCTS_TABLE: !Ref', 'EXTRA: x\n          PRODUCTS_TABLE: !Ref'),
    ],
    [
      'role',
      'publishes',
      edit(/(OrderProcessingRole:\n(?:.*\n)*? {4}Properties:\n)/, '$1      Path: /orders/\n'),
    ],
    [
      'table name',
      'publishes',
      edit(/(LoyaltyTable:\n(?:.*\n)*? {4}Properties:\n)/, '$1      TableName: points\n'),
    ],
    ['other table name', 'publishes', edit('TableName: points', 'TableName: more-points')],
    ['retention', 'publishes', setParameter('ExecutionRetentionDays', '9')],
    ['log level', 'publishes', setParameter('LogLevel', 'WARN')],
    ['tracing', 'publishes', setParameter('Tracing', 'PassThrough')],
    [
      'code',
      'publishes',
      edit(/s3:\/\/archives\/functions\/order-workflow\/\w+/, 's3://archives/new'),
    ],
    ['description', 'does not publish', edit('Workflow: Order', 'Workflow: The order')],
    ['API body', 'does not publish', edit('The order is accepted', 'Accepted')],
    ['alarm', 'does not publish', edit('EvaluationPeriods: 1', 'EvaluationPeriods: 2')],
    ['unused parameter', 'does not publish', setParameter('StripePaymentMethod', 'pm_other')],
  ])('%s: %s a version', async (about, effect, change) => {
    const { published } = await readVersions();
    await startOrder(`before-${about.replaceAll(' ', '-')}`);
    const running = await listRunning();
    if (about === 'code') {
      const artifact = runtime.packaged.artifacts.find(({ key }) => key.includes('order-workflow'));
      const files = unzipSync(artifact?.bytes ?? Buffer.of());
      await runtime.storeArchive('new.zip', zipSync({ ...files, 'note.txt': Buffer.from('x') }));
    }
    change();
    const stack = await runtime.deploy(stackName, template, parameters).catch((error: Error) => {
      // CloudFormation changes nothing if only an unused value changes.
      if (!/No updates are to be performed/.test(error.message)) throw error;
    });
    if (stack) expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
    const now = await readVersions();
    expect(now.published - published).toBe(effect === 'publishes' ? 1 : 0);
    expect(now.live).toBe(now.published);
    const outputs = { OrderProcessingFunctionArn: `arn:aws:lambda:x:0:function:${FunctionName}` };
    const target = fakeTarget(runtime.url, '/nowhere');
    const [workflow] = await listDurableFunctions({ target, outputs });
    expect(workflow).toMatchObject({ live: String(now.live), differing: [] });
    expect(await listRunning()).toEqual(running);
  });

  it('leaves old orders on their version and starts new ones on the new version, in one table', async () => {
    await startOrder('after-all');
    const { live } = await readVersions();
    const running = await listRunning();
    expect(running).toMatchObject({ 'before-memory': '1', 'after-all': String(live) });
    const stack = await runtime.deploy(stackName, template, { ...parameters, LogLevel: 'DEBUG' });
    const TableName = stack?.Outputs?.find(
      ({ OutputKey }) => OutputKey === 'OrdersTableName',
    )?.OutputValue;
    const dynamodb = new DynamoDBClient(runtime.settings);
    await expect
      .poll(async () => {
        const { Items = [] } = await dynamodb.send(new ScanCommand({ TableName }));
        return Items.map(({ orderId }) => orderId?.S);
      })
      .toEqual(expect.arrayContaining(['before-memory', 'before-code', 'after-all']));
  });
});

it('fails like CloudFormation if only the description of a version changes', async () => {
  const stack = await runtime.deploy(stackName, template.replaceAll('- wait=', '- waits='), {
    ...parameters,
    LogLevel: 'DEBUG',
  });
  expect(stack?.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(stack?.StackStatusReason).toContain('OrderProcessingFunctionVersion');
});
