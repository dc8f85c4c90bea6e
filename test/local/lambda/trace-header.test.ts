import { GetDurableExecutionCommand, InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleHandler } from './bundle-handler.ts';
import { startLambda } from './fixture.ts';

const header = 'Root=1-67890abc-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1';
let lambda: Awaited<ReturnType<typeof startLambda>>;

beforeAll(async () => {
  lambda = await startLambda({ speed: 60 });
  const readHeader = 'export const handler = async () => process.env._X_AMZN_TRACE_ID ?? "none";';
  lambda.put('plain', { code: readHeader });
  const code = await bundleHandler(`
    import { withDurableExecution } from '@aws/durable-execution-sdk-js';
    export const handler = withDurableExecution(async (event, context) => {
      await context.wait({ seconds: 1 });
      return { own: process.env._X_AMZN_TRACE_ID ?? 'none', called: await context.invoke('plain:1', {}) };
    });`);
  lambda.put('durable', { code, durable: 60 });
});
afterAll(() => lambda.close());

/** Invokes a function with a trace header, which a client with X-Ray adds to its requests. */
function invokeTraced(FunctionName: string) {
  const command = new InvokeCommand({ FunctionName });
  command.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amzn-trace-id'] = header;
      return next(args);
    },
    { step: 'build' },
  );
  return lambda.client.send(command);
}

it('passes the trace header of a request to the handler of this invocation only', async () => {
  expect((await invokeTraced('plain')).Payload?.transformToString()).toBe(JSON.stringify(header));
  const { Payload } = await lambda.client.send(new InvokeCommand({ FunctionName: 'plain' }));
  expect(Payload?.transformToString()).toBe('"none"');
});

it('passes the trace header of an execution to each invocation and to called functions', async () => {
  const { Payload, DurableExecutionArn } = await invokeTraced('durable:1');
  const result = { own: header, called: header };
  expect(JSON.parse(Payload?.transformToString() ?? '')).toEqual(result);
  const execution = await lambda.client.send(
    new GetDurableExecutionCommand({ DurableExecutionArn }),
  );
  expect(execution.TraceHeader).toEqual({ XAmznTraceId: header });
});
