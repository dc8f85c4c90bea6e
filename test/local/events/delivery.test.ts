import { GetDurableExecutionCommand, StopDurableExecutionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createEvents } from '../../../src/local/events/service.ts';
import { aLambda, aPlayedHandler } from '../lambda/fixture.ts';

let lambda: Awaited<ReturnType<typeof aLambda>>;
let order: Awaited<ReturnType<typeof aPlayedHandler>>;
let repair: Awaited<ReturnType<typeof aPlayedHandler>>;
const target = 'arn:aws:lambda:us-east-2:000000000000:function:repair:1';

beforeAll(async () => {
  lambda = await aLambda();
  order = await aPlayedHandler();
  repair = await aPlayedHandler();
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

/** Deliveries that are still to be made. */
const left = () => lambda.store.sql('select count(*) as n from event_deliveries').get()?.['n'];

/** The event that the target was started with. */
async function delivered() {
  const { event, answer } = await repair.next();
  const { DurableExecutionArn } = event;
  const { InputPayload = '' } = await lambda.client.send(
    new GetDurableExecutionCommand({ DurableExecutionArn }),
  );
  answer({ Status: 'SUCCEEDED', Result: 'null' });
  return JSON.parse(InputPayload);
}

it('starts the target of a rule with the status change of an execution, and not for others', async () => {
  await start('fine');
  (await order.next()).answer({ Status: 'SUCCEEDED', Result: 'null' });
  const arn = await start('stopped');
  await order.next();
  await lambda.client.send(new StopDurableExecutionCommand({ DurableExecutionArn: arn }));
  expect(await delivered()).toMatchObject({
    version: '0',
    source: 'aws.lambda',
    'detail-type': 'Durable Execution Status Change',
    account: '000000000000',
    region: 'us-east-2',
    resources: [arn],
    detail: {
      durableExecutionArn: arn,
      durableExecutionName: 'stopped',
      functionArn: 'arn:aws:lambda:us-east-2:000000000000:function:order:1',
      status: 'STOPPED',
      startTimestamp: expect.any(String),
      endTimestamp: expect.any(String),
    },
  });
});

it('delivers what was not delivered when the runtime went down, once it is up again', async () => {
  // The bus of the fixture shares the store; it has to be down as well.
  lambda.events.close();
  const down = createEvents({ store: lambda.store, region: 'us-east-2' });
  const detail = {
    status: 'FAILED',
    functionArn: 'arn:aws:lambda:us-east-2:000000000000:function:order:1',
    durableExecutionName: 'left',
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
  expect(left()).toBe(1);
  up.start(lambda.functions);
  expect((await delivered()).detail.durableExecutionName).toBe('left');
  await vi.waitUntil(() => left() === 0);
  up.close();
});

it('tells nobody of what was rolled back with its transaction', async () => {
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
  expect(left()).toBe(0);
});
