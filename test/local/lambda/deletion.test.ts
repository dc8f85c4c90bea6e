import { GetDurableExecutionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLambda, startManualHandler } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof startLambda>>;
let handler: Awaited<ReturnType<typeof startManualHandler>>;
beforeAll(async () => {
  lambda = await startLambda();
  handler = await startManualHandler();
});
afterAll(async () => {
  handler.close();
  await lambda.close();
});

const start = () =>
  lambda.invoke('flow', { InvocationType: 'Event', DurableExecutionName: 'order-1' });

it('deletes the executions of a deleted function, also in flight, so that their names can be used again', async () => {
  lambda.put('flow', { code: handler.code, durable: 900 });
  const { DurableExecutionArn } = await start();
  const first = await handler.next();
  lambda.remove('flow');
  expect(lambda.running()).toBe(0);
  await expect(start()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(
    lambda.client.send(new GetDurableExecutionCommand({ DurableExecutionArn })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });

  lambda.put('flow', { code: handler.code, durable: 900 });
  const restarted = await start();
  expect(restarted.DurableExecutionArn).not.toBe(DurableExecutionArn);
  const second = await handler.next();
  first.respond({ Status: 'FAILED', Error: { ErrorMessage: 'too late' } });
  second.respond({ Status: 'SUCCEEDED', Result: '1' });
  await expect
    .poll(async () => {
      const { Status } = await lambda.client.send(
        new GetDurableExecutionCommand({ DurableExecutionArn: restarted.DurableExecutionArn }),
      );
      return Status;
    })
    .toBe('SUCCEEDED');
});
