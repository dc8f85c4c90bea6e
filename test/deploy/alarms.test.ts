import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  GetDurableExecutionCommand,
  InvokeCommand,
  LambdaClient,
  ListDurableExecutionsByFunctionCommand,
  StopDurableExecutionCommand,
} from '@aws-sdk/client-lambda';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { samples } from '../../functions/contract/samples.ts';
import { triggers } from '../../functions/contract/triggers.ts';
import { PauseDurableExecutionCommand } from '../../src/aws/sdk/lambda-pausing.ts';
import { startProjectRuntime } from '../local/cloudformation/project-runtime.ts';
import { type Datapoint, findRaisedAlarms } from '../support/alarms.ts';
import { chooseCases } from '../support/full.ts';

// The orders wait most of the time.
vi.setConfig({ maxConcurrency: 8 });
const polling = { timeout: 50_000, interval: 500 };

let runtime: Awaited<ReturnType<typeof startProjectRuntime>>;
let lambda: LambdaClient;
let sqs: SQSClient;
let tables: DynamoDBDocumentClient;
let outputs: Record<string, string>;

beforeAll(async () => {
  runtime = await startProjectRuntime({ timeScale: 600 });
  // At this speed an order waits two seconds for the warehouse, and times out after six seconds without an invocation.
  const parameters = {
    ApiAuth: 'NONE',
    WarehouseWaitSeconds: '1200',
    ExecutionTimeoutSeconds: '3600',
    ProviderPatienceSeconds: '0',
  };
  const stack = await runtime.deploy('shop', runtime.packaged.template, parameters);
  expect(stack?.StackStatus).toBe('CREATE_COMPLETE');
  outputs = Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
  lambda = new LambdaClient(runtime.settings);
  sqs = new SQSClient(runtime.settings);
  tables = DynamoDBDocumentClient.from(new DynamoDBClient(runtime.settings));
});
afterAll(async () => {
  for (const client of [lambda, sqs, tables]) client.destroy();
  await runtime.close();
});

/** Sends an event to the workflow and returns the ARN of its execution. */
async function invoke(name: string, event: unknown): Promise<string> {
  const { DurableExecutionArn = '' } = await lambda.send(
    new InvokeCommand({
      FunctionName: outputs['OrderProcessingAliasArn'],
      InvocationType: 'Event',
      DurableExecutionName: name,
      Payload: typeof event === 'string' ? event : JSON.stringify(event),
    }),
  );
  return DurableExecutionArn;
}

const submit = (orderId: string, sample: string) =>
  invoke(orderId, { orderId, order: samples[sample] });

const tryUpdate = (orderId: string, update: object) =>
  tables.send(
    new UpdateCommand({ TableName: outputs['OrdersTableName'], Key: { orderId }, ...update }),
  );

/** Sets an attribute of an order as soon as it has this status. */
async function setWhen(orderId: string, status: string, attribute: string, value: unknown) {
  const update = {
    UpdateExpression: 'SET #attribute = :value',
    ConditionExpression: '#status = :status',
    ExpressionAttributeNames: { '#attribute': attribute, '#status': 'status' },
    ExpressionAttributeValues: { ':value': value, ':status': status },
  };
  await vi.waitUntil(
    () =>
      tryUpdate(orderId, update).then(
        () => true,
        () => false,
      ),
    { timeout: 50_000, interval: 50 },
  );
}

const cancelWhen = (orderId: string, status: string) =>
  setWhen(orderId, status, 'cancelRequested', { at: '2026-11-22T08:12:04.000Z' });

const stop = (DurableExecutionArn: string) =>
  lambda.send(new StopDurableExecutionCommand({ DurableExecutionArn }));

async function readStatus(DurableExecutionArn: string): Promise<string | undefined> {
  const { Status } = await lambda.send(new GetDurableExecutionCommand({ DurableExecutionArn }));
  return Status;
}

/** Waits until an execution has ended, and returns its status. */
async function readEnd(arn: string): Promise<string | undefined> {
  await vi.waitUntil(async () => !/RUNNING|PAUS/.test((await readStatus(arn)) ?? ''), polling);
  return readStatus(arn);
}

/** The client has no command for the deletion of an execution. Its endpoint is that of Stop with another method. */
async function remove(DurableExecutionArn: string): Promise<void> {
  const command = new StopDurableExecutionCommand({ DurableExecutionArn });
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { method: string; path: string };
      request.method = 'DELETE';
      request.path = request.path.replace(/\/stop$/, '');
      return next(args);
    },
    { step: 'build', priority: 'low' },
  );
  await lambda.send(command);
}

/** Returns the end of an ARN. Its qualifier differs between an event and the execution. */
const toExecutionId = (arn: string) => arn.split('/').at(-1) ?? '';

interface Recovery {
  readonly status: string;
  /** The id of the execution that it recovers. */
  readonly of: string;
}

const endedRecoveries = new Map<string, Recovery>();
let listing: Promise<Recovery[]> | undefined;

/** Returns the ended executions of the recovery. Concurrent calls share a list, and each execution is read once. */
function listEndedRecoveries(): Promise<Recovery[]> {
  listing ??= readEndedRecoveries().finally(() => {
    listing = undefined;
  });
  return listing;
}

async function readEndedRecoveries(): Promise<Recovery[]> {
  const { DurableExecutions = [] } = await lambda.send(
    new ListDurableExecutionsByFunctionCommand({
      FunctionName: outputs['OrderRecoveryFunctionArn'],
      MaxItems: 1000,
    }),
  );
  for (const { DurableExecutionArn = '', Status = '' } of DurableExecutions) {
    if (Status === 'RUNNING' || endedRecoveries.has(DurableExecutionArn)) continue;
    const command = new GetDurableExecutionCommand({ DurableExecutionArn });
    const { InputPayload = '' } = await lambda.send(command);
    const of = toExecutionId(JSON.parse(InputPayload).detail.durableExecutionArn);
    endedRecoveries.set(DurableExecutionArn, { status: Status, of });
  }
  return [...endedRecoveries.values()];
}

/** Returns the bodies of the dead-letter messages about an execution or its order. */
async function readDeadLetters(arn: string): Promise<string[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: outputs['DeadLettersUrl'],
      MaxNumberOfMessages: 10,
      VisibilityTimeout: 0,
    }),
  );
  const orderId = arn.split('/').at(-2);
  return Messages.map(({ Body = '' }) => Body).filter(
    (body) => body.includes(`/${toExecutionId(arn)}"`) || body.includes(`"orderId":"${orderId}"`),
  );
}

const metricByStatus: Readonly<Record<string, string>> = {
  SUCCEEDED: 'DurableExecutionSucceeded',
  FAILED: 'DurableExecutionFailed',
  TIMED_OUT: 'DurableExecutionTimedOut',
  STOPPED: 'DurableExecutionStopped',
};

const executionMetric = (FunctionName: string, status: string): Datapoint => ({
  namespace: 'AWS/Lambda',
  metric: metricByStatus[status] ?? status,
  dimensions: { FunctionName },
  value: 1,
});

/** Returns the values that an execution of the workflow adds to the metrics, after its recovery has ended. */
async function measure(arn: string, status: string): Promise<Datapoint[]> {
  const find = async () =>
    (await listEndedRecoveries()).filter(({ of }) => of === toExecutionId(arn));
  // An execution that did not succeed is recovered.
  if (status !== 'SUCCEEDED') await vi.waitUntil(async () => (await find()).length > 0, polling);
  const recoveries = await find();
  const messages = await readDeadLetters(arn);
  return [
    executionMetric('OrderProcessingFunction', status),
    ...recoveries.map((recovery) => executionMetric('OrderRecoveryFunction', recovery.status)),
    {
      namespace: 'AWS/SQS',
      metric: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: 'DeadLetters.QueueName' },
      value: messages.length,
    },
  ];
}

interface End {
  /** Waits until an order has ended, and returns the ARN of its execution. */
  readonly run: (orderId: string) => Promise<string>;
  readonly status: string;
  readonly alarms: readonly string[];
}

const attention = ['DeadLettersAlarm', 'RecoveryFailedAlarm'];
const sampleOf = (value: string) => value.toLowerCase();

/** The order of each sample ends by itself. */
const endOf = (sample: string, status: string, alarms: readonly string[]): [string, End] => [
  `an order of the sample ${sample}`,
  { run: (orderId) => submit(orderId, sample), status, alarms },
];

/** The ends of a short run: each status, both sides of the hand-over, and each alarm. */
const shortRun = [
  ...['payment-down', 'carrier-down', 'loyalty-down'].map(
    (sample) => `an order of the sample ${sample}`,
  ),
  'an order that is cancelled while it is awaiting-review',
  'an order that is stopped after its hand-over',
  'an order that times out',
  'an event that is not an order',
];

const samplesByEnd = [
  ...['low', 'high', 'multi', 'invalid'].map((sample) => endOf(sample, 'SUCCEEDED', [])),
  ...triggers
    .filter(({ behavior }) => behavior.kind !== 'review')
    .map(({ value, stage, behavior }) => {
      const isOptional = ['send-notifications', 'update-loyalty-points'].includes(stage);
      if (behavior.kind !== 'error' || isOptional) return endOf(sampleOf(value), 'SUCCEEDED', []);
      const isHandedOver = stage === 'ship-order';
      const more = isHandedOver ? attention : [];
      return endOf(sampleOf(value), 'FAILED', [...more, 'OrdersFailedAlarm'].sort());
    }),
];

const otherEnds: readonly [string, End][] = [
  [
    'an order that is cancelled during a stage',
    {
      async run(orderId) {
        const arn = await submit(orderId, 'low');
        // The stage after the wait notices the request.
        await cancelWhen(orderId, 'awaiting-warehouse');
        return arn;
      },
      status: 'SUCCEEDED',
      alarms: [],
    },
  ],
  ...(['awaiting-warehouse', 'awaiting-review'] as const).map((status): [string, End] => [
    `an order that is cancelled while it is ${status}`,
    {
      async run(orderId) {
        const arn = await submit(orderId, status === 'awaiting-review' ? 'fraud-review' : 'low');
        await cancelWhen(orderId, status);
        await stop(arn);
        return arn;
      },
      status: 'STOPPED',
      alarms: [],
    },
  ]),
  [
    'an order that is stopped',
    {
      async run(orderId) {
        const arn = await submit(orderId, 'low');
        await stop(arn);
        return arn;
      },
      status: 'STOPPED',
      alarms: [],
    },
  ],
  [
    'an order that is stopped after its hand-over',
    {
      async run(orderId) {
        const arn = await submit(orderId, 'fraud-review');
        await setWhen(orderId, 'awaiting-review', 'handOver', '2026-11-22T08:12:04.000Z');
        await stop(arn);
        return arn;
      },
      status: 'STOPPED',
      alarms: attention,
    },
  ],
  [
    'an order that is paused and stopped',
    {
      async run(orderId) {
        const arn = await submit(orderId, 'low');
        await lambda.send(new PauseDurableExecutionCommand({ DurableExecutionArn: arn }));
        await stop(arn);
        return arn;
      },
      status: 'STOPPED',
      alarms: [],
    },
  ],
  [
    'an order that times out',
    {
      run: (orderId) => submit(orderId, 'fraud-review'),
      status: 'TIMED_OUT',
      alarms: ['OrdersTimedOutAlarm'],
    },
  ],
  [
    'an event that is not an order',
    {
      run: (orderId) => invoke(orderId, { orderId, order: { customerId: 7 } }),
      status: 'SUCCEEDED',
      alarms: [],
    },
  ],
  [
    'an event with the id of another order',
    {
      async run(orderId) {
        await readEnd(await submit(`first-${orderId}`, 'low'));
        return invoke(orderId, { orderId: `first-${orderId}`, order: samples['low'] });
      },
      status: 'SUCCEEDED',
      alarms: [],
    },
  ],
];

it.concurrent.each(
  chooseCases([...samplesByEnd, ...otherEnds], shortRun).map(
    ([name, end], index) => [name, end, index] as const,
  ),
)(
  'raises the right alarms for %s',
  async (_, { run, status, alarms }, index) => {
    const arn = await run(`end-${index}`);
    expect(await readEnd(arn)).toBe(status);
    expect(findRaisedAlarms(await measure(arn, status))).toEqual(alarms);
  },
  60_000,
);

it('raises no alarm for a payload that is not JSON, and for the deletion of an ended execution', async () => {
  await expect(invoke('malformed', '{')).rejects.toMatchObject({
    name: 'InvalidRequestContentException',
  });
  const arn = await submit('deleted-1', 'invalid');
  const status = await readEnd(arn);
  await remove(arn);
  expect(findRaisedAlarms(await measure(arn, status ?? ''))).toEqual([]);
});

it('raises alarms for the failed recovery of an order whose execution failed before it wrote the order', async () => {
  const durableExecutionArn = `${outputs['OrderProcessingFunctionArn']}:1/durable-execution/lost-1/lost-execution`;
  const detail = { durableExecutionArn, durableExecutionName: 'lost-1', status: 'FAILED' };
  await lambda.send(
    new InvokeCommand({
      FunctionName: outputs['OrderRecoveryFunctionArn'],
      Qualifier: 'live',
      InvocationType: 'Event',
      Payload: JSON.stringify({ detail }),
    }),
  );
  const raised = findRaisedAlarms(await measure(durableExecutionArn, 'FAILED'));
  expect(raised).toEqual([...attention, 'OrdersFailedAlarm'].sort());
});
