import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { artifactsBucketName } from '../../src/deploy/artifacts.ts';
import { deploy } from '../../src/deploy/deploy.ts';
import { withStack } from '../../src/deploy/ensure.ts';
import type { DeployEvent } from '../../src/deploy/events.ts';
import { awaitResult } from '../../src/deploy/events.ts';
import { packageStack } from '../../src/deploy/package.ts';
import { readTemplate } from '../../src/deploy/template-file.ts';
import type { Stack } from '../../src/environment/stack.ts';
import { type Answer, type Call, fakeAws, fakeTarget, xml, xmlError } from '../aws/fake-aws.ts';

const template = `Transform: AWS::Serverless-2016-10-31
Parameters:
  LogLevel: {Type: String, Default: INFO}
  PickupWaitSeconds: {Type: Number, Default: 180}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Workflow:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: dist/functions/order-workflow/
      Role: !Sub arn:\${AWS::Partition}:role
`;

function project(): string {
  const root = mkdtempSync(join(tmpdir(), 'orders-'));
  mkdirSync(join(root, 'dist/functions/order-workflow'), { recursive: true });
  writeFileSync(join(root, 'template.yaml'), template);
  writeFileSync(join(root, 'dist/functions/order-workflow/index.mjs'), 'export {}');
  return root;
}

const stackId = 'arn:aws:cloudformation:us-east-2:000000000000:stack/orders-test/1';
const event = (n: number, id: string, status: string, reason = '') =>
  `<member><EventId>${n}</EventId><StackId>${stackId}</StackId><LogicalResourceId>${id}</LogicalResourceId>` +
  `<PhysicalResourceId>${id === 'orders-test' ? stackId : id}</PhysicalResourceId>` +
  `<ResourceType>${id === 'orders-test' ? 'AWS::CloudFormation::Stack' : 'T'}</ResourceType>` +
  `<ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason>` +
  '<Timestamp>2026-11-22T08:12:05Z</Timestamp></member>';

/** An account without the stack. Its deployment produces these events, newest first. */
function account(end: readonly string[], planned: Answer) {
  let stack = '';
  let events = '';
  let bucket = false;
  return ({ name }: Call): Answer => {
    const action = name.split(' ')[1] ?? '';
    if (name.startsWith('PUT')) {
      if (!name.includes('.zip')) bucket = true;
      if (bucket) return { body: '' };
      return { status: 404, body: '<Error><Code>NoSuchBucket</Code></Error>' };
    }
    switch (action) {
      case 'GetCallerIdentity':
        return xml(action, '<Account>000000000000</Account>');
      case 'DescribeStacks':
        if (!stack) return xmlError('ValidationError', 'Stack orders-test does not exist');
        return xml(action, `<Stacks><member>${stack}</member></Stacks>`);
      case 'CreateChangeSet':
        return xml(action, `<Id>change-set</Id><StackId>${stackId}</StackId>`);
      case 'DescribeChangeSet':
        return planned;
      case 'ExecuteChangeSet':
        events = end.join('');
        stack = `<StackName>orders-test</StackName><StackStatus>CREATE_COMPLETE</StackStatus><Outputs><member><OutputKey>OrdersTableName</OutputKey><OutputValue>orders</OutputValue></member></Outputs>`;
        return xml(action, '');
      case 'DescribeStackEvents':
        return xml(action, `<StackEvents>${events}</StackEvents>`);
      default:
        return xml(action, '');
    }
  };
}
const ready = xml('DescribeChangeSet', '<Status>CREATE_COMPLETE</Status>');
const created = [event(2, 'orders-test', 'CREATE_COMPLETE'), event(1, 'Table', 'CREATE_COMPLETE')];

async function run(url: string, root: string) {
  const events: DeployEvent[] = [];
  const deployment = deploy(fakeTarget(url, root));
  for (;;) {
    const next = await deployment.next();
    if (next.done) return { events, result: next.value };
    events.push(next.value);
  }
}

it('creates the bucket and the stack, yields its events in order and returns its outputs', async () => {
  using aws = await fakeAws(account(created, ready));
  const { events, result } = await run(aws.url, project());
  expect(result).toMatchObject({ changed: true, outputs: { OrdersTableName: 'orders' } });
  const progress = events.map((event) => (event.type === 'stage' ? event.stage : event.logicalId));
  expect(progress).toEqual([
    'preflight',
    'package',
    'upload',
    'plan',
    'apply',
    'Table',
    'orders-test',
    'check',
  ]);
  const plan = aws.calls.find(({ name }) => name === 'Action CreateChangeSet');
  const sent = new URLSearchParams(plan?.body);
  expect(sent.get('ChangeSetType')).toBe('CREATE');
  expect(sent.get('TemplateBody')).toMatch(
    /CodeUri: s3:\/\/orders-test-artifacts-000000000000-us-east-2\/functions\/order-workflow\/\w{64}\.zip/,
  );
  expect(sent.get('TemplateBody')).toContain('Role: !Sub arn:');
});

it('completes the settings of a bucket whose creation was interrupted, but not of a given bucket', async () => {
  async function readPuts(bucket?: string) {
    const respond = account(created, ready);
    using aws = await fakeAws((call) => {
      if (call.name.startsWith('PUT')) return { body: '' };
      return call.name.startsWith('HEAD') ? { status: 404, body: '' } : respond(call);
    });
    await awaitResult(deploy(fakeTarget(aws.url, project()), { bucket }));
    return aws.calls
      .filter(({ name }) => name.startsWith('PUT'))
      .flatMap(({ name, query }) => (name.endsWith('.zip') ? 'archive' : [...query.keys()][0]));
  }
  expect(await readPuts()).toEqual(['publicAccessBlock', 'versioning', 'lifecycle', 'archive']);
  expect(await readPuts('given')).toEqual(['archive']);
});

it('sets the given parameters and keeps the values of the others', async () => {
  const stack =
    '<StackName>orders-test</StackName><StackStatus>UPDATE_COMPLETE</StackStatus><Parameters>' +
    '<member><ParameterKey>LogLevel</ParameterKey><ParameterValue>WARN</ParameterValue></member>' +
    '<member><ParameterKey>PickupWaitSeconds</ParameterKey><ParameterValue>180</ParameterValue></member>' +
    '<member><ParameterKey>Removed</ParameterKey><ParameterValue>x</ParameterValue></member>' +
    '</Parameters>';
  const deployed = account([event(1, 'orders-test', 'UPDATE_COMPLETE')], ready);
  using aws = await fakeAws((call) =>
    call.name === 'Action DescribeStacks'
      ? xml('DescribeStacks', `<Stacks><member>${stack}</member></Stacks>`)
      : deployed(call),
  );
  const deployment = deploy(fakeTarget(aws.url, project()), {
    parameters: { PickupWaitSeconds: '1' },
  });
  const { parameters } = await awaitResult(deployment);
  expect(parameters).toEqual([{ name: 'PickupWaitSeconds', before: '180', after: '1' }]);
  const plan = aws.calls.find(({ name }) => name === 'Action CreateChangeSet');
  const sent = [...new URLSearchParams(plan?.body)].filter(([key]) => key.startsWith('Parameters'));
  expect(Object.fromEntries(sent)).toEqual({
    'Parameters.member.1.ParameterKey': 'LogLevel',
    'Parameters.member.1.UsePreviousValue': 'true',
    'Parameters.member.2.ParameterKey': 'PickupWaitSeconds',
    'Parameters.member.2.ParameterValue': '1',
  });
});

it('succeeds if the template changes nothing', async () => {
  const reason = "The submitted information didn't contain changes.";
  const planned = `<Status>FAILED</Status><StatusReason>${reason}</StatusReason>`;
  using aws = await fakeAws(account([], xml('DescribeChangeSet', planned)));
  const { result } = await run(aws.url, project());
  expect(result.changed).toBe(false);
  expect(aws.calls.map(({ name }) => name)).not.toContain('Action ExecuteChangeSet');
});

it('reports the resources that fail the validation of CloudFormation', async () => {
  const planned = '<Status>FAILED</Status><StatusReason>Validation failed</StatusReason>';
  const found =
    '<OperationEvents><member><LogicalResourceId>Table</LogicalResourceId><ValidationStatus>FAILED</ValidationStatus>' +
    '<ValidationPath>/Properties/KeySchema</ValidationPath><ValidationStatusReason>is required</ValidationStatusReason></member></OperationEvents>';
  const refusing = account([], xml('DescribeChangeSet', planned));
  using aws = await fakeAws((call) =>
    call.name === 'Action DescribeEvents' ? xml('DescribeEvents', found) : refusing(call),
  );
  await expect(run(aws.url, project())).rejects.toMatchObject({
    message: 'CloudFormation rejected the template: Validation failed',
    hints: expect.arrayContaining(['Table /Properties/KeySchema: is required']) as string[],
  });
  expect(aws.calls.map(({ name }) => name)).toContain('Action DeleteChangeSet');
});

it.each([
  ['ROLLBACK_COMPLETE', 20],
  ['ROLLBACK_FAILED', 21],
])('names the root cause first when it ends %s', async (status, exit) => {
  const end = [
    event(4, 'orders-test', status),
    event(3, 'Alias', 'CREATE_FAILED', 'Resource creation cancelled'),
    event(2, 'Role', 'CREATE_FAILED', 'The role cannot be assumed'),
    event(1, 'Gate', 'CREATE_FAILED', 'Resource creation cancelled'),
  ];
  using aws = await fakeAws(account(end, ready));
  await expect(run(aws.url, project())).rejects.toMatchObject({
    exit,
    message: 'The deployment failed: Role CREATE_FAILED: The role cannot be assumed',
  });
});

it('reports the reason of the stack if no resource failed', async () => {
  const reason = 'Template error: resource Table does not support attribute type X in Fn::GetAtt';
  const end = [
    event(3, 'orders-test', 'ROLLBACK_COMPLETE', ''),
    event(2, 'orders-test', 'ROLLBACK_IN_PROGRESS', reason),
    event(1, 'Table', 'CREATE_COMPLETE'),
  ];
  using aws = await fakeAws(account(end, ready));
  await expect(run(aws.url, project())).rejects.toMatchObject({
    exit: 20,
    message: `The deployment failed: ROLLBACK_COMPLETE: ${reason}`,
    hints: expect.arrayContaining(['Resources.Table is at template.yaml:6']) as string[],
    place: { field: 'Resources.Table', line: 6 },
  });
});

it.each([
  ['Circular dependency between resources: [Table, Workflow]', 20, 'Resources.Table'],
  ["Parameter 'LogLevel' must be a word", 2, 'Parameters.LogLevel'],
])('reports a request that CloudFormation rejects: %s', async (message, exit, field) => {
  const refusing = account([], ready);
  using aws = await fakeAws((call) =>
    call.name === 'Action CreateChangeSet' ? xmlError('ValidationError', message) : refusing(call),
  );
  await expect(run(aws.url, project())).rejects.toMatchObject({
    exit,
    message: `CloudFormation rejected the template: ${message}`,
    place: { field },
  });
});

// The events of a stack, not of a resource, have these reasons: https://github.com/cloudtools/stacker/pull/687
it.each([
  ['UPDATE_ROLLBACK', 'COMPLETE', 20, 'Export Orders cannot be deleted as it is in use by shop'],
  ['UPDATE_ROLLBACK', 'FAILED', 21, 'Cannot update export Orders as it is in use by shop'],
  ['ROLLBACK', 'COMPLETE', 20, 'No export named nothing found. Rollback requested by user.'],
] as const)('reports why the stack itself ended with %s_%s', async (name, end, exit, reason) => {
  const events = [
    event(3, 'orders-test', `${name}_${end}`, ''),
    event(2, 'orders-test', `${name}_IN_PROGRESS`, reason),
    event(1, 'Table', 'CREATE_COMPLETE'),
  ];
  using aws = await fakeAws(account(events, ready));
  const message = expect.stringMatching(
    new RegExp(`^The deployment failed: .*${name}_${end}: ${reason}$`),
  ) as string;
  await expect(run(aws.url, project())).rejects.toMatchObject({ exit, message });
});

it('sends no request for a parameter that is not valid', async () => {
  using aws = await fakeAws(account(created, ready));
  const deployment = deploy(fakeTarget(aws.url, project()), {
    parameters: { PickupWaitSeconds: 'soon' },
  });
  await expect(awaitResult(deployment)).rejects.toMatchObject({ exit: 2, code: 'BadParameter' });
  expect(aws.calls).toEqual([]);
});

it('creates identical archives from identical code', async () => {
  const [one, two] = [project(), project()];
  const first = await packageStack(readTemplate(join(one, 'template.yaml')), 'bucket');
  const second = await packageStack(readTemplate(join(two, 'template.yaml')), 'bucket');
  expect(first.template).toBe(second.template);
  const [bytes, others] = [first, second].map(({ artifacts: [artifact] }) => artifact?.bytes());
  expect(bytes).toEqual(others);
  expect(Object.keys(unzipSync(bytes ?? new Uint8Array()))).toEqual(['index.mjs']);
});

it('limits the bucket name to the length that S3 allows', () => {
  const name = artifactsBucketName('lambda-durable-order-processing', '000000000000', 'us-east-2');
  expect(name.length).toBeLessThanOrEqual(63);
  expect(name).toMatch(/^lambda-durable-order-.*-artifacts-000000000000-us-east-2$/);
  const others = ['lambda-durable-order-processing-prod', 'Orders', 'orders', 'orders-'].map(
    (stack) => artifactsBucketName(stack, '000000000000', 'us-east-2'),
  );
  expect(new Set([name, ...others]).size).toBe(5);
  // The name of another stack that equals the shortened one.
  const shortened = name.replace(/-artifacts-.*$/, '');
  expect(artifactsBucketName(shortened, '000000000000', 'us-east-2')).not.toBe(name);
  for (const bucket of others) expect(bucket).toMatch(/^(?=.{3,63}$)[a-z0-9][a-z0-9-]*[a-z0-9]$/);
});

it('deploys on first use only if the target deploys automatically, or else names the command', async () => {
  using aws = await fakeAws(account(created, ready));
  const root = project();
  const use = async ({ outputs }: Stack) => outputs['OrdersTableName'];
  const asked = withStack(fakeTarget(aws.url, root), () => {}, use);
  await expect(asked).rejects.toMatchObject({ exit: 3, hints: ['orders deploy'] });
  const lines: string[] = [];
  const own = fakeTarget(aws.url, root, { autoDeploys: true });
  const both = [1, 2].map(() => withStack(own, (line) => lines.push(line), use));
  expect(await Promise.all(both)).toEqual(['orders', 'orders']);
  expect(lines).toHaveLength(2);
  expect(aws.calls.filter(({ name }) => name === 'Action ExecuteChangeSet')).toHaveLength(1);
});
