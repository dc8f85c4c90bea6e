/**
 * The AWS CLI against the local runtime, as a person would use it: where a machine has one. Without it the tests are
 * skipped; what they ask is asked through the SDK elsewhere.
 */
import { execFile, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aProject, type Project } from '../support/project.ts';

const help = spawnSync('aws', ['lambda', 'get-durable-execution-history', 'help'], {
  encoding: 'utf8',
  env: { ...process.env, AWS_PAGER: '', PAGER: 'cat' },
});
const missing = help.error !== undefined || help.status !== 0;
if (missing) process.stderr.write('skipped: no AWS CLI here that knows durable executions\n');

describe.skipIf(missing)('the AWS CLI', () => {
  let project: Project;
  let orderId: string;
  let executionArn: string;
  let environment: Record<string, string>;
  const stack = 'lambda-durable-order-processing';

  beforeAll(async () => {
    project = aProject();
    await project.orders('local', 'start', '--time-scale', '2000');
    ({ orderId, executionArn } = await project.ask('submit', '--sample', 'low', '--wait'));
    const { stdout } = await project.orders('local', 'env');
    const exports = stdout.matchAll(/^export (\w+)=(.*)$/gm);
    environment = Object.fromEntries([...exports].map(([, name, value]) => [name, value]));
  });
  afterAll(() => project.close());

  // biome-ignore lint/suspicious/noExplicitAny: the tests look into what they expect
  const aws = (...argv: string[]): Promise<any> =>
    new Promise((resolve, reject) => {
      const env = { PATH: process.env['PATH'], HOME: project.root, ...environment };
      execFile('aws', [...argv, '--output', 'json'], { env }, (error, stdout, stderr) => {
        if (error) reject(new Error(stderr));
        else resolve(stdout.trim() ? JSON.parse(stdout) : undefined);
      });
    });

  it('describes the stack, with the endpoint of the API, and its resources', async () => {
    const { Stacks } = await aws('cloudformation', 'describe-stacks', '--stack-name', stack);
    const outputs = Stacks[0].Outputs.map(({ OutputKey }: { OutputKey: string }) => OutputKey);
    expect(outputs).toContain('OrderApiEndpoint');
    const resources = await aws(
      'cloudformation',
      'describe-stack-resources',
      '--stack-name',
      stack,
    );
    const logical = resources.StackResources.map(
      ({ LogicalResourceId }: { LogicalResourceId: string }) => LogicalResourceId,
    );
    expect(logical).toEqual(expect.arrayContaining(['OrderProcessingFunction', 'OrdersTable']));
  });

  it('filters the log events of the workflow', async () => {
    const group = `/aws/lambda/${stack}-workflow`;
    const pattern = '{ $.operationName = "complete-order" }';
    const { events } = await aws(
      ...['logs', 'filter-log-events', '--log-group-name', group, '--filter-pattern', pattern],
    );
    expect(events).toHaveLength(1);
    expect(events[0].message).toContain(orderId);
  });

  it('scans the orders table for status and total, as numbers and names of the original', async () => {
    const { outputs } = await project.ask('deploy');
    const { Items } = await aws(
      ...['dynamodb', 'scan', '--table-name', outputs.OrdersTableName],
      ...['--projection-expression', 'orderId, #s, #t', '--expression-attribute-names'],
      JSON.stringify({ '#s': 'status', '#t': 'total' }),
    );
    expect(Items).toEqual([
      { orderId: { S: orderId }, status: { S: 'completed' }, total: { N: '91.98' } },
    ]);
  });

  it('reads the history of an execution, and lists the executions of the function', async () => {
    const { Events } = await aws(
      ...['lambda', 'get-durable-execution-history', '--durable-execution-arn', executionArn],
      ...['--max-items', '100'],
    );
    expect(Events.at(-1).EventType).toBe('ExecutionSucceeded');
    const { DurableExecutions } = await aws(
      ...['lambda', 'list-durable-executions-by-function', '--function-name', `${stack}-workflow`],
    );
    expect(DurableExecutions).toMatchObject([
      { DurableExecutionName: orderId, Status: 'SUCCEEDED' },
    ]);
  });

  it('deletes the stack', async () => {
    await aws('cloudformation', 'delete-stack', '--stack-name', stack);
    await aws('cloudformation', 'wait', 'stack-delete-complete', '--stack-name', stack);
    await expect(aws('cloudformation', 'describe-stacks', '--stack-name', stack)).rejects.toThrow(
      'does not exist',
    );
  });
});
