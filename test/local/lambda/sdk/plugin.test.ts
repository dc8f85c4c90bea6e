import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { SendDurableExecutionCallbackSuccessCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundleHandler } from '../bundle-handler.ts';
import { startLambda } from '../fixture.ts';

/** A workflow whose plugin logs, at each invocation, the operations that have changed since the last one. */
const source = `
  import { withDurableExecution } from '@aws/durable-execution-sdk-js';
  const plugin = {
    onInvocationStart: async ({ updatedOperations, isFirstInvocation }) => {
      const changed = Object.values(updatedOperations).map(({ name, status }) => name + ' ' + status);
      console.log({ plugin: true, first: isFirstInvocation, changed });
    },
  };
  export const handler = withDurableExecution(async (event, context) => {
    await context.step('before', async () => 1);
    await context.wait('pause', { seconds: 1 });
    const [answer] = await context.createCallback('approval');
    return answer;
  }, { plugins: [plugin] });`;

let lambda: Awaited<ReturnType<typeof startLambda>>;
beforeAll(async () => {
  lambda = await startLambda({ speed: 5 });
  lambda.put('observed', { code: await bundleHandler(source), durable: 900 });
});
afterAll(() => lambda.close());

it('reports to plugins, at each invocation, only the operations that have changed since the last one', async () => {
  const { DurableExecutionArn } = await lambda.invoke('observed', { InvocationType: 'Event' });
  const callback = async () => {
    const { Events = [] } = await lambda.history(DurableExecutionArn);
    return Events.find(({ EventType }) => EventType === 'CallbackStarted');
  };
  const isSuspended = async () => {
    const { Events = [] } = await lambda.history(DurableExecutionArn);
    return (await callback()) !== undefined && Events.at(-1)?.EventType === 'InvocationCompleted';
  };
  await expect.poll(isSuspended).toBe(true);
  const { CallbackId } = (await callback())?.CallbackStartedDetails ?? {};
  await lambda.client.send(
    new SendDurableExecutionCallbackSuccessCommand({ CallbackId, Result: Buffer.from('"yes"') }),
  );
  const logs = new CloudWatchLogsClient(lambda.config);
  const readReports = async () => {
    const filter = { logGroupName: '/observed', filterPattern: '"plugin"' };
    const { events = [] } = await logs.send(new FilterLogEventsCommand(filter));
    return events.map(({ message = '' }) => JSON.parse(message).message);
  };
  await expect.poll(readReports).toHaveLength(3);
  expect(await readReports()).toMatchObject([
    { first: true, changed: [] },
    { first: false, changed: ['pause SUCCEEDED'] },
    { first: false, changed: ['approval SUCCEEDED'] },
  ]);
});
