/**
 * Runs every command of the AWS CLI for durable executions, if the machine has the AWS CLI. A command takes half a second of processor time,
 * so the short run leaves these requests to the tests with the SDK, and the AWS CLI to a journey.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAwsCli, isAwsCliMissing } from '../../support/aws-cli.ts';
import { testCredentials } from '../../support/credentials.ts';
import { full } from '../../support/full.ts';
import { startLambda, startManualHandler } from './fixture.ts';

describe.skipIf(!full || isAwsCliMissing())('the AWS CLI', () => {
  let folder: string;
  const file = (name: string) => join(folder, name);
  let lambda: Awaited<ReturnType<typeof startLambda>>;
  let handler: Awaited<ReturnType<typeof startManualHandler>>;
  let call: ReturnType<typeof createAwsCli>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'aws-cli-'));
    lambda = await startLambda();
    handler = await startManualHandler();
    call = createAwsCli({
      HOME: folder,
      AWS_ENDPOINT_URL: lambda.config.endpoint,
      AWS_DEFAULT_REGION: lambda.config.region,
      AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
    });
    writeFileSync(file('code.zip'), zipSync({ 'index.mjs': Buffer.from(handler.code) }));
    await aws(
      ...['create-function', '--function-name', 'order', '--runtime', 'nodejs24.x', '--role', 'r'],
      ...['--handler', 'index.handler', '--zip-file', `fileb://${file('code.zip')}`, '--publish'],
      ...['--durable-config', 'ExecutionTimeout=900,RetentionPeriodInDays=1'],
      // A call of the AWS CLI takes many seconds on a busy machine. The default timeout of 3 seconds is too short.
      ...['--timeout', '900'],
    );
  });
  afterAll(async () => {
    handler.close();
    await lambda.close();
    rmSync(folder, { recursive: true });
  });

  const aws = (...argv: string[]) => call('lambda', ...argv);

  /** Starts an execution that waits for a callback. */
  async function startWithCallback(name: string) {
    const { DurableExecutionArn } = await aws(
      ...['invoke', '--function-name', 'order:1', '--invocation-type', 'Event'],
      ...['--durable-execution-name', name, '--payload', '{"for":"cli"}', file('out.json')],
    );
    const { event, respond } = await handler.next();
    const { NewExecutionState, CheckpointToken } = await aws(
      ...['checkpoint-durable-execution', '--durable-execution-arn', DurableExecutionArn],
      ...['--checkpoint-token', event.CheckpointToken],
      ...['--updates', 'Id=cb,Name=approval,Type=CALLBACK,Action=START'],
    );
    const [operation] = NewExecutionState.Operations;
    const { CallbackId } = operation.CallbackDetails;
    return {
      arn: DurableExecutionArn,
      token: CheckpointToken,
      event,
      respond,
      callback: CallbackId,
    };
  }

  it('starts an execution, checkpoints it, reads its state, and succeeds its callback', async () => {
    const { arn, token, event, respond, callback } = await startWithCallback('approved');
    const { Operations } = await aws(
      ...['get-durable-execution-state', '--durable-execution-arn', arn],
      ...['--checkpoint-token', token],
    );
    expect(Operations.map(({ Type }: { Type: string }) => Type)).toEqual(['CALLBACK']);
    await expect(
      aws(
        ...['checkpoint-durable-execution', '--durable-execution-arn', arn],
        ...['--checkpoint-token', event.CheckpointToken],
      ),
    ).rejects.toThrow(/\(InvalidParameterValueException\).+Invalid checkpoint token/);
    respond({ Status: 'PENDING' });
    await aws('send-durable-execution-callback-heartbeat', '--callback-id', callback);
    await aws(
      'send-durable-execution-callback-success',
      '--callback-id',
      callback,
      '--result',
      '"yes"',
    );
    (await handler.next()).respond({ Status: 'SUCCEEDED', Result: '"done"' });
    await expect
      .poll(
        async () => (await aws('get-durable-execution', '--durable-execution-arn', arn)).Status,
        {
          timeout: 10_000,
        },
      )
      .toBe('SUCCEEDED');
    const { Events } = await aws('get-durable-execution-history', '--durable-execution-arn', arn);
    expect(Events.map(({ EventType }: { EventType: string }) => EventType)).toEqual([
      'ExecutionStarted',
      'CallbackStarted',
      'InvocationCompleted',
      'CallbackSucceeded',
      'InvocationCompleted',
      'ExecutionSucceeded',
    ]);
    await expect(
      aws('send-durable-execution-callback-success', '--callback-id', callback),
    ).rejects.toThrow('(CallbackTimeoutException)');
  });

  it('fails a callback, stops an execution, and lists both', async () => {
    const failing = await startWithCallback('failed');
    failing.respond({ Status: 'PENDING' });
    await aws(
      ...['send-durable-execution-callback-failure', '--callback-id', failing.callback],
      ...['--error', 'ErrorType=Refused,ErrorMessage=no'],
    );
    (await handler.next()).respond({ Status: 'FAILED', Error: { ErrorMessage: 'no' } });
    const stopped = await startWithCallback('stopped');
    await aws(
      ...['stop-durable-execution', '--durable-execution-arn', stopped.arn],
      ...['--error', 'ErrorType=Enough,ErrorMessage=by hand'],
    );
    stopped.respond({ Status: 'PENDING' });
    const { Error: error } = await aws(
      'get-durable-execution',
      '--durable-execution-arn',
      stopped.arn,
    );
    expect(error).toEqual({ ErrorType: 'Enough', ErrorMessage: 'by hand' });
    const listed = async (status: string) => {
      const { DurableExecutions } = await aws(
        ...['list-durable-executions-by-function', '--function-name', 'order'],
        ...['--statuses', status],
      );
      return DurableExecutions.map(
        (execution: { DurableExecutionName: string }) => execution.DurableExecutionName,
      );
    };
    await expect.poll(() => listed('FAILED')).toEqual(['failed']);
    expect(await listed('STOPPED')).toEqual(['stopped']);
  });

  it('reports errors by name', async () => {
    const none =
      'arn:aws:lambda:us-east-2:000000000000:function:order:1/durable-execution/none/none';
    await expect(aws('get-durable-execution', '--durable-execution-arn', none)).rejects.toThrow(
      '(ResourceNotFoundException) when calling the GetDurableExecution operation: Durable Execution does not exist',
    );
    await expect(
      aws('invoke', '--function-name', 'order', '--invocation-type', 'Event', file('out.json')),
    ).rejects.toThrow('(InvalidParameterValueException)');
    await expect(
      aws(
        ...['invoke', '--function-name', 'order:1', '--invocation-type', 'Event'],
        ...[
          '--durable-execution-name',
          'stopped',
          '--payload',
          '{"for":"another"}',
          file('out.json'),
        ],
      ),
    ).rejects.toThrow('(DurableExecutionAlreadyStartedException)');
  });

  it('updates, publishes and deletes functions', async () => {
    await aws('update-function-configuration', '--function-name', 'order', '--timeout', '9');
    expect((await aws('publish-version', '--function-name', 'order')).Version).toBe('2');
    await aws(
      'create-alias',
      '--function-name',
      'order',
      '--name',
      'live',
      '--function-version',
      '2',
    );
    const { Aliases } = await aws('list-aliases', '--function-name', 'order');
    expect(Aliases).toMatchObject([{ Name: 'live', FunctionVersion: '2' }]);
    await aws('delete-function', '--function-name', 'order');
    await expect(aws('get-function', '--function-name', 'order')).rejects.toThrow(
      '(ResourceNotFoundException)',
    );
    expect(readFileSync(file('out.json'), 'utf8')).toBe('');
  });
});
