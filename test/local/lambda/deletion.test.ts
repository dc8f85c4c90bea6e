import { GetDurableExecutionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aLambda, aPlayedHandler } from './fixture.ts';

let lambda: Awaited<ReturnType<typeof aLambda>>;
let handler: Awaited<ReturnType<typeof aPlayedHandler>>;
beforeAll(async () => {
  lambda = await aLambda();
  handler = await aPlayedHandler();
});
afterAll(async () => {
  handler.close();
  await lambda.close();
});

const begin = () =>
  lambda.invoke('flow', { InvocationType: 'Event', DurableExecutionName: 'order-1' });

it('forgets the executions of a function that is deleted, one in flight included: its name is free again', async () => {
  lambda.put('flow', { code: handler.code, durable: 900 });
  const { DurableExecutionArn } = await begin();
  const first = await handler.next();
  lambda.remove('flow');
  expect(lambda.running()).toBe(0);
  await expect(begin()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(
    lambda.client.send(new GetDurableExecutionCommand({ DurableExecutionArn })),
  ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });

  lambda.put('flow', { code: handler.code, durable: 900 });
  const again = await begin();
  expect(again.DurableExecutionArn).not.toBe(DurableExecutionArn);
  const second = await handler.next();
  first.answer({ Status: 'FAILED', Error: { ErrorMessage: 'too late' } });
  second.answer({ Status: 'SUCCEEDED', Result: '1' });
  await expect
    .poll(async () => {
      const { Status } = await lambda.client.send(
        new GetDurableExecutionCommand({ DurableExecutionArn: again.DurableExecutionArn }),
      );
      return Status;
    })
    .toBe('SUCCEEDED');
});
