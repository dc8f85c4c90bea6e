/**
 * Runs the AWS CLI against the local runtime. Skipped on a machine without the AWS CLI; other tests send the same requests
 * with the SDK.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAwsCli, isAwsCliMissing } from '../support/aws-cli.ts';
import { createDeployedProject, type DeployedProject } from '../support/deployed-project.ts';

describe.skipIf(isAwsCliMissing())('the AWS CLI', () => {
  let project: DeployedProject;
  let orderId: string;
  let executionArn: string;
  let environment: Record<string, string>;
  const stack = 'lambda-durable-order-processing';

  beforeAll(async () => {
    project = await createDeployedProject('--time-scale', '2000');
    ({ orderId, executionArn } = await project.runJson('submit', '--sample', 'low', '--wait'));
    const { stdout } = await project.orders('local', 'env');
    const exports = stdout.matchAll(/^export (\w+)=(.*)$/gm);
    environment = Object.fromEntries([...exports].map(([, name, value]) => [name, value]));
  });
  afterAll(() => project.close());

  const aws = (...argv: string[]) => createAwsCli({ HOME: project.root, ...environment })(...argv);

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

  it('scans the orders table for status and total, with the types and names of the original sample', async () => {
    const { outputs } = project;
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
