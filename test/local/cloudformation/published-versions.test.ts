import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  GetAliasCommand,
  InvokeCommand,
  LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalEvent } from '../../../functions/contract/order.ts';
import { createClients } from '../../../src/aws/clients.ts';
import { listDurableFunctions } from '../../../src/deploy/versions.ts';
import { fakeTarget } from '../../aws/fake-aws.ts';
import { chooseCases } from '../../support/full.ts';
import { packFolder, startProjectRuntime } from './project-runtime.ts';

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
  await startOrder('first');
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

/** Why AWS publishes a version for a change, or publishes none. */
const bases = {
  // SAM hashes all properties of the function into the logical id of the version.
  // https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html#sam-function-autopublishaliasallproperties
  literal: 'AutoPublishAliasAllProperties',
  // SAM hashes before it resolves parameters and references. The description of a version can only be set when it is created, so
  // that a changed value in it replaces the version.
  // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html#cfn-lambda-version-description
  value: 'the Description of AWS::Lambda::Version requires replacement',
  // https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html
  code: 'AutoPublishAlias',
  // No property of the function changes: PublishVersion is not called.
  // https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
  unrelated: 'no property of a version changes',
} as const;

/** Changes, whether they publish a version, and why. */
const changes: readonly (readonly [string, string, string, () => void])[] = [
  ['memory', 'publishes', bases.literal, edit('MemorySize: 512', 'MemorySize: 640')],
  ['timeout', 'publishes', bases.literal, edit('Timeout: 60', 'Timeout: 61')],
  [
    'environment',
    'publishes',
    bases.literal,
    edit('PRODUCTS_TABLE: !Ref', 'EXTRA: x\n          PRODUCTS_TABLE: !Ref'),
  ],
  [
    'role',
    'publishes',
    bases.value,
    edit(/(OrderProcessingRole:\n(?:.*\n)*? {4}Properties:\n)/, '$1      Path: /orders/\n'),
  ],
  [
    'table name',
    'publishes',
    bases.value,
    edit(/(LoyaltyTable:\n(?:.*\n)*? {4}Properties:\n)/, '$1      TableName: points\n'),
  ],
  [
    'other table name',
    'publishes',
    bases.value,
    edit('TableName: points', 'TableName: more-points'),
  ],
  ['retention', 'publishes', bases.value, setParameter('ExecutionRetentionDays', '9')],
  ['log level', 'publishes', bases.value, setParameter('LogLevel', 'WARN')],
  ['tracing', 'publishes', bases.value, setParameter('Tracing', 'PassThrough')],
  [
    'code',
    'publishes',
    bases.code,
    edit(/s3:\/\/archives\/functions\/order-workflow\/\w+/, 's3://archives/new'),
  ],
  [
    'description',
    'does not publish',
    bases.unrelated,
    edit('Workflow: Order', 'Workflow: The order'),
  ],
  ['API body', 'does not publish', bases.unrelated, edit('The order is accepted', 'Accepted')],
  [
    'alarm',
    'does not publish',
    bases.unrelated,
    edit('EvaluationPeriods: 1', 'EvaluationPeriods: 2'),
  ],
  [
    'unused parameter',
    'does not publish',
    bases.unrelated,
    setParameter('StripePaymentMethod', 'pm_other'),
  ],
];
/** Changes of the short run: two for each reason. */
const shortRun = ['memory', 'role', 'log level', 'code', 'description', 'unused parameter'];

describe('a change of the template', () => {
  it.each(chooseCases(changes, shortRun))(
    '%s: %s a version (%s)',
    async (about, effect, _basis, change) => {
      const { published } = await readVersions();
      // The orders of the changes before.
      const running = await listRunning();
      if (about === 'code') {
        const artifact = runtime.packaged.artifacts.find(({ key }) =>
          key.includes('order-workflow'),
        );
        const changed = packFolder(artifact?.codeUri ?? '', { 'note.txt': Buffer.from('x') });
        await runtime.storeArchive('new.zip', changed);
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
      const target = fakeTarget(runtime.url, '/nowhere', {
        clients: createClients(runtime.settings),
      });
      const [workflow] = await listDurableFunctions({ target, outputs });
      expect(workflow).toMatchObject({ live: String(now.live), differing: [] });
      const order = about.replaceAll(' ', '-');
      await startOrder(order);
      expect(await listRunning()).toEqual({ ...running, [order]: String(now.live) });
    },
  );

  it('leaves old orders on their version and starts new ones on the new version, in one table', async () => {
    const { live } = await readVersions();
    expect(await listRunning()).toMatchObject({ first: '1', 'unused-parameter': String(live) });
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
      .toEqual(expect.arrayContaining(['first', 'code', 'unused-parameter']));
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
