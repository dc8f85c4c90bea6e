import { GetDurableExecutionCommand, StopDurableExecutionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createEvents } from '../../../src/local/events/service.ts';
import { startLambda, startManualHandler } from '../lambda/fixture.ts';

let lambda: Awaited<ReturnType<typeof startLambda>>;
let order: Awaited<ReturnType<typeof startManualHandler>>;
let repair: Awaited<ReturnType<typeof startManualHandler>>;
const target = 'arn:aws:lambda:us-east-2:000000000000:function:repair:1';

beforeAll(async () => {
  lambda = await startLambda();
  order = await startManualHandler();
  repair = await startManualHandler();
  lambda.put('order', { code: order.code, durable: 86_400 });
  lambda.put('repair', { code: repair.code, durable: 86_400 });
  lambda.events.putRule({
    name: 'ended',
    pattern: {
      source: ['aws.lambda'],
      'detail-type': ['Durable Execution Status Change'],
      detail: {
        status: ['STOPPED', 'FAILED'],
        functionArn: [{ prefix: 'arn:aws:lambda:us-east-2:000000000000:function:order' }],
      },
    },
    targets: [target],
  });
});
afterAll(async () => {
  order.close();
  repair.close();
  await lambda.close();
});

const start = async (name: string) =>
  (await lambda.invoke('order', { InvocationType: 'Event', DurableExecutionName: name }))
    .DurableExecutionArn;

/** Returns the number of pending deliveries. */
const countPending = () =>
  lambda.store.sql('select count(*) as n from event_deliveries').get()?.['n'];

/** Ends the next execution of the target and returns the event that it was started with. */
async function takeDelivered() {
  const { event, respond } = await repair.next();
  const { DurableExecutionArn } = event;
  const { InputPayload = '' } = await lambda.client.send(
    new GetDurableExecutionCommand({ DurableExecutionArn }),
  );
  respond({ Status: 'SUCCEEDED', Result: 'null' });
  return JSON.parse(InputPayload);
}

it('starts the target of a rule for matching status changes only', async () => {
  await start('fine');
  (await order.next()).respond({ Status: 'SUCCEEDED', Result: 'null' });
  const arn = await start('stopped');
  await order.next();
  await lambda.client.send(new StopDurableExecutionCommand({ DurableExecutionArn: arn }));
  expect(await takeDelivered()).toMatchObject({
    version: '0',
    source: 'aws.lambda',
    'detail-type': 'Durable Execution Status Change',
    account: '000000000000',
    region: 'us-east-2',
    resources: [],
    detail: {
      // AWS documents another qualifier than that of the execution.
      durableExecutionArn: arn?.replace(':order:1/', ':order:$LATEST/'),
      durableExecutionName: 'stopped',
      functionArn: 'arn:aws:lambda:us-east-2:000000000000:function:order:1',
      status: 'STOPPED',
      startTimestamp: expect.any(String),
      endTimestamp: expect.any(String),
    },
  });
});

it('delivers pending events after a restart', async () => {
  // The fixture's bus uses the same store and must not deliver the event.
  lambda.events.close();
  const down = createEvents({ store: lambda.store, region: 'us-east-2' });
  const detail = {
    status: 'FAILED',
    functionArn: 'arn:aws:lambda:us-east-2:000000000000:function:order:1',
    durableExecutionName: 'pending',
  };
  const event = {
    source: 'aws.lambda',
    'detail-type': 'Durable Execution Status Change',
    resources: [],
    detail,
  };
  lambda.store.transact(() => down.emit(event));
  await lambda.store.committed();
  const up = createEvents({ store: lambda.store, region: 'us-east-2' });
  expect(countPending()).toBe(1);
  up.start(lambda.functions);
  expect((await takeDelivered()).detail.durableExecutionName).toBe('pending');
  await vi.waitUntil(() => countPending() === 0);
  up.close();
});

it('does not deliver an event whose transaction was rolled back', async () => {
  const detail = {
    status: 'FAILED',
    functionArn: 'arn:aws:lambda:us-east-2:000000000000:function:order:1',
  };
  const event = {
    source: 'aws.lambda',
    'detail-type': 'Durable Execution Status Change',
    resources: [],
    detail,
  };
  expect(() =>
    lambda.store.transact(() => {
      lambda.events.emit(event);
      throw new Error('no');
    }),
  ).toThrow('no');
  await lambda.store.committed();
  expect(countPending()).toBe(0);
});
