/** Paused, pausing and deleting executions in commands that delete versions or the stack, and in the doctor. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marshall } from '@aws-sdk/util-dynamodb';
import { expect, it } from 'vitest';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { examine } from '../../src/deploy/doctor/examine.ts';
import { cancelRunning, stopRunning } from '../../src/deploy/end-running-orders.ts';
import type { Inventory } from '../../src/deploy/inventory.ts';
import { listRunningExecutions } from '../../src/deploy/running-executions.ts';
import { findPrunableVersions, listVersions } from '../../src/deploy/versions.ts';
import { type Answer, type Call, fakeAws, fakeTarget, xml } from '../aws/fake-aws.ts';
import { orderRecord } from '../orders/record.ts';

const functionArn = 'arn:aws:lambda:us-east-2:000000000000:function:orders-test-workflow';
const recoveryArn = 'arn:aws:lambda:us-east-2:000000000000:function:orders-test-recovery';
const outputs = {
  OrdersTableName: 'Orders',
  OrderProcessingFunctionArn: functionArn,
  OrderRecoveryFunctionArn: recoveryArn,
};
const root = () => mkdtempSync(join(tmpdir(), 'orders-'));
const json = (body: object, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

interface Execution {
  readonly status: string;
  readonly version: number;
}

/** A workflow with versions 1 to 3, of which 3 is live, and with executions by order id. */
function workflow(
  executions: Map<string, Execution>,
  {
    order = orderRecord(['validated']),
    sdk,
  }: { order?: OrderRecord; sdk?: string | undefined } = {},
) {
  const respondTo = { ...lambda(executions, sdk), ...dynamodb(executions, order), ...stackApi() };
  return (call: Call): Answer => {
    const [, respond] = Object.entries(respondTo).find(([end]) => call.name.endsWith(end)) ?? [];
    const [, id = ''] = /durable-execution\/([^/]+)\/1/.exec(call.name) ?? [];
    return respond?.(call, id) ?? json({});
  };
}

/** Responses by the end of the operation's name. */
type Responses = Readonly<Record<string, (call: Call, orderId: string) => Answer>>;

const executionArn = (id: string, { version }: Execution) =>
  `${functionArn}:${version}/durable-execution/${id}/1`;

function lambda(executions: Map<string, Execution>, sdk: string | undefined): Responses {
  const end = (id: string, answer: Answer) => {
    executions.delete(id);
    return answer;
  };
  return {
    '/stop': (_, id) => end(id, json({ StopTimestamp: 1 })),
    // The order completes as soon as it continues.
    '/resume': (_, id) => end(id, { status: 202, body: '' }),
    '/durable-executions': ({ name, query }) => {
      const listed = [...executions].filter(
        ([, { status }]) => !name.includes('recovery') && status === query.get('Statuses'),
      );
      const DurableExecutions = listed.map(([id, execution]) => ({
        DurableExecutionArn: executionArn(id, execution),
        DurableExecutionName: id,
        Status: execution.status,
      }));
      return json({ DurableExecutions });
    },
    '/1': (_, id) => {
      const PauseDetails = { PauseRequestTimestamp: Date.now() / 1000 - 7200, Reason: 'outage' };
      return json({ Status: executions.get(id)?.status, PauseDetails });
    },
    '/versions': () => {
      const Environment = { Variables: { DURABLE_SDK_VERSION: sdk } };
      const version = { LastModified: '2026-11-22', Environment };
      const Versions = ['1', '2', '3'].map((Version) => ({ Version, ...version }));
      return json({ Versions });
    },
    '/aliases/live': () => json({ FunctionVersion: '3' }),
  };
}

function dynamodb(executions: Map<string, Execution>, order: OrderRecord): Responses {
  return {
    UpdateItem({ body }) {
      if (order.status === 'shipped') {
        const Item = marshall(order);
        return json({ __type: 'ConditionalCheckFailedException', Item }, 400);
      }
      const [orderId = '', execution] =
        [...executions].find(([id]) => body.includes(`"${id}"`)) ?? [];
      const arn = execution ? executionArn(orderId, execution) : '';
      return json({ Attributes: marshall({ ...order, orderId, executionArn: arn }) });
    },
  };
}

function stackApi(): Responses {
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const stack = `<StackName>orders-test</StackName><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs>`;
  return {
    'Action GetCallerIdentity': () => xml('GetCallerIdentity', '<Account>1</Account>'),
    'Action DescribeStacks': () =>
      xml('DescribeStacks', `<Stacks><member>${stack}</member></Stacks>`),
  };
}

it.each([
  ['RUNNING', ['1']],
  ['PAUSING', ['1']],
  ['PAUSED', ['1']],
  ['DELETING', ['2', '1']],
])(
  'versions prune with an execution on version 2 that is %s deletes %j',
  async (status, deleted) => {
    using aws = await fakeAws(workflow(new Map([['order-1', { status, version: 2 }]])));
    const stack = { target: fakeTarget(aws.url, root()), outputs };
    const ofWorkflow = (await listVersions(stack)).filter((version) => version.of === 'workflow');
    expect(findPrunableVersions(ofWorkflow, 1).map(({ version }) => version)).toEqual(deleted);
  },
);

/** Ends the orders of a stack whose only execution has this status. Returns the requests that did so. */
async function endOrders(
  status: string,
  how: 'cancel' | 'stop',
  order = orderRecord(['validated']),
) {
  const executions = new Map([['order-1', { status, version: 2 }]]);
  using aws = await fakeAws(workflow(executions, { order }));
  const target = fakeTarget(aws.url, root());
  const running = await listRunningExecutions({ target, outputs });
  const inventory = { outputs, running } as unknown as Inventory;
  const ended = await (how === 'stop' ? stopRunning : cancelRunning)(target, inventory);
  const requests = aws.calls.flatMap(({ name }) => /\/(stop|pause|resume)$/.exec(name)?.[1] ?? []);
  return { ended, requests, left: executions.size };
}

it.each([
  ['PAUSED', { ended: 1, requests: ['stop'], left: 0 }],
  ['PAUSING', { ended: 1, requests: ['stop'], left: 0 }],
  ['DELETING', { ended: 0, requests: [], left: 1 }],
])(
  'destroy finds an order whose execution is %s, and cancels or stops it',
  async (status, result) => {
    expect(await endOrders(status, 'cancel')).toEqual(result);
    expect(await endOrders(status, 'stop')).toEqual(result);
  },
);

it('destroy resumes a paused order that can no longer be cancelled, so that it completes', async () => {
  const shipped = orderRecord(['validated', 'shipped']);
  expect(await endOrders('PAUSED', 'cancel', shipped)).toEqual({
    ended: 1,
    requests: ['resume'],
    left: 0,
  });
});

async function findingsAbout(about: string, sdk?: string) {
  const executions = new Map([['order-1', { status: 'PAUSED', version: 2 }]]);
  using aws = await fakeAws(workflow(executions, { sdk }));
  const target = fakeTarget(aws.url, root());
  const findings = [];
  for await (const finding of examine(target, [about])) findings.push(finding);
  return findings.filter((finding) => finding.about === about);
}

it('the doctor reports paused orders with their age and reason', async () => {
  expect(await findingsAbout('paused')).toMatchObject([
    { state: 'warning', message: '1 paused order: order-1 for 2h (outage)' },
  ]);
});

it.each([
  ['2.4.0', 'warning', 'contains @aws/durable-execution-sdk-js 2.4.0'],
  ['2.3.9', 'warning', 'contains @aws/durable-execution-sdk-js 2.3.9'],
  ['2.4.1', 'ok', 'durable execution SDK 2.4.1'],
  ['3.0.0', 'ok', 'durable execution SDK 3.0.0'],
  [undefined, 'warning', 'does not record its @aws/durable-execution-sdk-js'],
])('the doctor rates SDK %s on AWS as %s', async (sdk, state, message) => {
  expect(await findingsAbout('sdk', sdk)).toMatchObject([
    { state, message: expect.stringContaining(message) },
  ]);
});
