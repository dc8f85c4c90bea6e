import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { examine } from '../../src/deploy/doctor/examine.ts';
import { type Answer, type Call, fakeAws, fakeTarget, xml } from '../aws/fake-aws.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'orders-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const arn = (id: string) =>
  `arn:aws:lambda:us-east-2:000000000000:function:f:1/durable-execution/${id}/1`;
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const seconds = (minutes: number) => ago(minutes).getTime() / 1000;
const json = (value: unknown): Answer => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

interface Running {
  readonly status: string;
  /** Minutes since the last change of the item, and since the last event. */
  readonly changed: number;
  readonly happened?: number;
  readonly events?: readonly object[];
  /** The provider that the order waits for, and the seconds until the next attempt. */
  readonly waits?: readonly [provider: string, seconds: number];
}

/** An account with a stack and these running orders. */
function account(running: Readonly<Record<string, Running>>) {
  return ({ name, body }: Call): Answer => {
    if (name === 'Action GetCallerIdentity')
      return xml('GetCallerIdentity', '<Account>1</Account>');
    if (name === 'Action DescribeStacks') {
      const outputs = Object.entries({ OrdersTableName: 'Orders', OrderProcessingFunctionArn: 'f' })
        .map(
          ([key, value]) =>
            `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
        )
        .join('');
      return xml(
        'DescribeStacks',
        `<Stacks><member><StackName>orders-test</StackName><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${outputs}</Outputs></member></Stacks>`,
      );
    }
    if (name.endsWith('/durable-executions')) {
      const DurableExecutions = Object.keys(running).map((id) => ({
        DurableExecutionArn: arn(id),
        DurableExecutionName: id,
        Status: 'RUNNING',
      }));
      return json({ DurableExecutions });
    }
    if (name.endsWith('/history')) {
      const [, id = ''] = /durable-execution\/([^/]+)/.exec(name) ?? [];
      const { happened = 0, events = [] } = running[id] ?? {};
      const begun = {
        EventType: 'ExecutionStarted',
        EventId: 1,
        Id: '1',
        EventTimestamp: seconds(happened),
        ExecutionStartedDetails: {},
      };
      return json({ Events: [begun, ...events] });
    }
    expect(name).toBe('DynamoDB BatchGetItem');
    const ids = Object.keys(running).filter((id) => body.includes(`"${id}"`));
    const items = ids.map((id) => {
      const { status = '', changed = 0, waits } = running[id] ?? {};
      const at = { S: ago(changed).toISOString() };
      return {
        orderId: { S: id },
        status: { S: status },
        createdAt: at,
        updatedAt: at,
        transitions: { L: [{ M: { status: { S: status }, at } }] },
        ...(waits && {
          waitingSince: at,
          waitingFor: {
            M: { provider: { S: waits[0] }, failedAt: at, delaySeconds: { N: String(waits[1]) } },
          },
        }),
      };
    });
    return json({ Responses: { Orders: items } });
  };
}

async function look(running: Readonly<Record<string, Running>>, check = 'orders') {
  using aws = await fakeAws(account(running));
  const found = [];
  // Waits have the same duration as on AWS.
  for await (const finding of examine(fakeTarget(aws.url, root, { timeScale: 1 }), [check]))
    found.push(finding);
  return { found, histories: aws.calls.filter(({ name }) => name.endsWith('/history')).length };
}

it('reports orders without progress, with the command that shows the reason', async () => {
  const { found, histories } = await look({
    'order-moving': { status: 'validated', changed: 2 },
    'order-quiet': { status: 'validated', changed: 30, happened: 29 },
    'order-tries': { status: 'validated', changed: 30, happened: 1 },
    'order-waits': { status: 'awaiting-warehouse', changed: 12 },
    'order-waited': { status: 'awaiting-warehouse', changed: 40, happened: 40 },
    'order-review': { status: 'awaiting-review', changed: 300 },
  });
  expect(found).toEqual([
    {
      group: 'orders',
      about: 'orders',
      state: 'warning',
      message: 'no progress: order-quiet, order-waited',
      fix: 'orders history order-quiet',
    },
  ]);
  // The API quota for histories is small: only histories of possibly stuck orders are read.
  expect(histories).toBe(3);
});

it('reports the providers that keep orders waiting, which are not stuck', async () => {
  const running = {
    'order-pays': { status: 'inventory-checked', changed: 11, waits: ['payments', 900] },
    'order-paid': { status: 'inventory-checked', changed: 30, waits: ['payments', 2400] },
    'order-packs': { status: 'items-picked', changed: 1, waits: ['warehouse', 600] },
    'order-moving': { status: 'validated', changed: 2 },
  } as const;
  const { found } = await look(running, 'providers');
  const time = '[-\\d]+T[:.\\d]+Z';
  expect(found).toMatchObject([{ state: 'warning', fix: 'orders list --waiting-for payments' }]);
  expect(found[0]).toHaveProperty(
    'message',
    expect.stringMatching(
      `^payments keeps 2 orders waiting since ${time} \\(30m\\); warehouse keeps 1 order waiting since ${time} \\(1m\\)$`,
    ),
  );
  const stuck = await look(running);
  expect([stuck.found, stuck.histories]).toMatchObject([[{ state: 'ok' }], 0]);
  const none = await look({ 'order-moving': { status: 'validated', changed: 2 } }, 'providers');
  expect(none.found).toMatchObject([{ state: 'ok', message: 'no order waits for a provider' }]);
});

it('counts running orders that make progress', async () => {
  const { found } = await look({ 'order-moving': { status: 'validated', changed: 2 } });
  expect(found).toMatchObject([{ state: 'ok', message: '1 running order' }]);
});

it('reports an order whose invocations fail repeatedly', async () => {
  const failed = (EventId: number) => ({
    EventType: 'InvocationCompleted',
    EventId,
    EventTimestamp: seconds(3 - EventId / 10),
    InvocationCompletedDetails: {
      StartTimestamp: seconds(3),
      EndTimestamp: seconds(3 - EventId / 10),
      RequestId: 'r',
      Error: { Payload: { ErrorType: 'Sandbox.Timedout', ErrorMessage: 'timed out' } },
    },
  });
  const events = [2, 3, 4].map(failed);
  const { found } = await look({
    'order-loops': { status: 'validated', changed: 30, happened: 30, events },
  });
  expect(found[0]?.message).toBe('no progress: order-loops');
});

it('reports the selected environment and an invalid configuration', async () => {
  using aws = await fakeAws(account({}));
  const lookAtConfig = async () =>
    (await examine(fakeTarget(aws.url, root), ['config']).next()).value;
  expect(await lookAtConfig()).toMatchObject({
    state: 'ok',
    message: 'fake: orders-test in us-east-2; 1 environment',
  });
  writeFileSync(join(root, 'orders.config.json'), '{"environments": {');
  expect(await lookAtConfig()).toMatchObject({
    state: 'error',
    fix: `correct ${join(root, 'orders.config.json')}`,
  });
});

it('reports a missing template, and functions that are not built or older than their sources', async () => {
  using aws = await fakeAws(account({}));
  const lookAtBuild = async () => {
    const examination = examine(fakeTarget(aws.url, root), ['build']);
    return (await examination.next()).value;
  };
  expect(await lookAtBuild(), 'the functions of orders').toMatchObject({ state: 'ok' });
  mkdirSync(join(root, 'functions'));
  expect(await lookAtBuild()).toMatchObject({ state: 'error', fix: 'restore the file' });
  writeFileSync(join(root, 'template.yaml'), '');
  expect(await lookAtBuild()).toMatchObject({ state: 'error', fix: 'npm run build' });
  const put = (file: string, at: number) => {
    mkdirSync(join(root, file, '..'), { recursive: true });
    writeFileSync(join(root, file), '');
    utimesSync(join(root, file), at, at);
  };
  put('dist/functions/order-workflow/index.mjs', 1000);
  put('functions/order-workflow/handler.ts', 2000);
  expect(await lookAtBuild()).toMatchObject({
    state: 'warning',
    message: 'order-workflow changed after the last build',
    fix: 'npm run build && orders deploy',
  });
});
