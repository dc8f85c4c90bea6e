import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { attach } from '../../src/deploy/attach.ts';
import { deploy } from '../../src/deploy/deploy.ts';
import type { DeployEvent } from '../../src/deploy/events.ts';
import { type Answer, type Call, fakeAws, fakeTarget, xml } from '../aws/fake-aws.ts';

const stackId = 'arn:aws:cloudformation:us-east-2:000000000000:stack/orders-test/1';

function project(): string {
  const root = mkdtempSync(join(tmpdir(), 'orders-'));
  mkdirSync(join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, 'template.yaml'), 'Resources: {}\n');
  return root;
}

/** An account with a stack in this status. Events are newest first: number, id, status, reason. */
function account(
  states: string[],
  events: readonly (readonly [number, string, string, string?])[] = [],
) {
  const listedEvents = events
    .map(
      ([number, id, status, reason = '']) =>
        `<member><EventId>${number}</EventId><StackId>${stackId}</StackId><LogicalResourceId>${id}</LogicalResourceId>` +
        `<PhysicalResourceId>${id === 'orders-test' ? stackId : id}</PhysicalResourceId><ResourceType>T</ResourceType>` +
        `<ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason>` +
        `<Timestamp>2026-11-22T08:12:0${number % 10}Z</Timestamp></member>`,
    )
    .join('');
  return ({ name }: Call): Answer => {
    const action = name.split(' ')[1] ?? '';
    if (action === 'GetCallerIdentity') return xml(action, '<Account>000000000000</Account>');
    if (action === 'DescribeStackEvents')
      return xml(action, `<StackEvents>${listedEvents}</StackEvents>`);
    if (action !== 'DescribeStacks') return xml(action, '');
    const status = states.length > 1 ? states.shift() : states[0];
    return xml(
      action,
      `<Stacks><member><StackId>${stackId}</StackId><StackName>orders-test</StackName><StackStatus>${status}</StackStatus></member></Stacks>`,
    );
  };
}

async function toItsEnd<T>(work: AsyncGenerator<DeployEvent, T>) {
  const events: DeployEvent[] = [];
  for (;;) {
    const next = await work.next();
    if (next.done) return { events, result: next.value };
    events.push(next.value);
  }
}

it.each([
  ['UPDATE_IN_PROGRESS', 6, 'orders deploy --attach'],
  ['DELETE_IN_PROGRESS', 6, 'orders deploy --attach'],
  [
    'CREATE_FAILED',
    21,
    'its resources are kept for inspection; then: orders destroy, orders deploy',
  ],
  ['ROLLBACK_FAILED', 21, 'orders destroy'],
  ['DELETE_FAILED', 21, 'orders destroy'],
  ['UPDATE_FAILED', 21, 'aws cloudformation rollback-stack --stack-name orders-test'],
  [
    'UPDATE_ROLLBACK_FAILED',
    21,
    'aws cloudformation continue-update-rollback --stack-name orders-test',
  ],
])('leads on from a stack that is %s', async (status, exit, hint) => {
  using aws = await fakeAws(account([status]));
  const root = project();
  await expect(toItsEnd(deploy(fakeTarget(aws.url, root)))).rejects.toMatchObject({
    exit,
    hints: expect.arrayContaining([hint]) as string[],
  });
  expect(aws.calls.map(({ name }) => name)).not.toContain('Action CreateChangeSet');
});

it('deletes nothing for a plan', async () => {
  using aws = await fakeAws(account(['ROLLBACK_COMPLETE']));
  const planned = toItsEnd(deploy(fakeTarget(aws.url, project()), { planOnly: true }));
  await expect(planned).rejects.toMatchObject({ code: 'NeedsAttention' });
  expect(aws.calls.map(({ name }) => name)).not.toContain('Action DeleteStack');
});

it('attaches to a running deployment and reports all its events with durations', async () => {
  using aws = await fakeAws(
    account(
      ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE'],
      [
        [6, 'orders-test', 'UPDATE_COMPLETE'],
        [5, 'Workflow', 'UPDATE_COMPLETE'],
        [3, 'Workflow', 'UPDATE_IN_PROGRESS'],
        [2, 'orders-test', 'UPDATE_IN_PROGRESS', 'User Initiated'],
        [1, 'orders-test', 'CREATE_COMPLETE'],
      ],
    ),
  );
  const { events, result } = await toItsEnd(attach(fakeTarget(aws.url, project())));
  const progress = events.map((event) =>
    event.type === 'stage'
      ? event.detail
      : `${event.logicalId} ${event.status} ${event.durationMs ?? ''}`,
  );
  expect(progress).toEqual([
    'in progress: UPDATE_IN_PROGRESS',
    'orders-test UPDATE_IN_PROGRESS ',
    'Workflow UPDATE_IN_PROGRESS ',
    'Workflow UPDATE_COMPLETE 2000',
    'orders-test UPDATE_COMPLETE 4000',
  ]);
  expect(result).toMatchObject({ changed: true });
});

it('reports the status of a stack without a running operation', async () => {
  using aws = await fakeAws(account(['CREATE_COMPLETE']));
  const { events } = await toItsEnd(attach(fakeTarget(aws.url, project())));
  expect(events).toMatchObject([{ detail: 'no operation in progress: CREATE_COMPLETE' }]);
});
