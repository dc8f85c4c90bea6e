import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { handlerRequestSource } from '../../support/handler-request.ts';
import { sleeperCode } from '../../support/sleeper.ts';
import { startLambda } from './fixture.ts';

/** More than the runtime keeps in memory. */
const many = 68;
const hour = 3600;
let lambda: Awaited<ReturnType<typeof startLambda>>;

beforeAll(async () => {
  lambda = await startLambda();
  lambda.put('sleeper', { code: sleeperCode, durable: 100 * hour });
  lambda.put('short-sleeper', { code: sleeperCode, durable: 600 });
  lambda.put('outer', {
    timeout: 300,
    code: `${handlerRequestSource}
      export const handler = async () => {
        const path = '/2015-03-31/functions/short-sleeper/invocations?Qualifier=1';
        return (await post(path, '{"seconds":1}')).json();
      };`,
  });
});
afterAll(() => lambda.close());

const count = (where: string) =>
  Number(
    lambda.store.sql(`select count(*) as n from lambda_executions where ${where}`).get()?.['n'],
  );

it('wakes many executions that are due at once, longest overdue first, with few in memory', async () => {
  const seconds = Array.from({ length: many }, (_, number) => hour + ((number * 7) % many));
  const arns = await Promise.all(
    seconds.map(async (delay) => {
      const Payload = JSON.stringify({ seconds: delay });
      const start = { InvocationType: 'Event', Payload } as const;
      return (await lambda.invoke('sleeper', start)).DurableExecutionArn;
    }),
  );
  const suspended = "status = 'RUNNING' and running = 0";
  await vi.waitUntil(
    () => count(suspended) === many && countEvents('WaitStarted') === many,
    20_000,
  );
  lambda.clock.advance(2 * hour * 1000);
  let maxRunning = 0;
  await vi.waitUntil(
    () => {
      maxRunning = Math.max(maxRunning, count('running = 1'));
      return count("status = 'SUCCEEDED'") === many;
    },
    { timeout: 20_000, interval: 5 },
  );
  expect(maxRunning).toBeGreaterThan(0);
  expect(maxRunning).toBeLessThanOrEqual(64);
  const woken = await Promise.all(arns.map(readWakeTime));
  const byWakeTime = woken.toSorted((a, b) => a.at - b.at || a.due - b.due);
  for (const [index, { due }] of byWakeTime.entries()) {
    // The tolerance of a second is needed because each deadline depends on the time at which its wait began.
    expect(due).toBeGreaterThan((byWakeTime[index - 1]?.due ?? 0) - 1000);
  }
});

const countEvents = (type: string) =>
  Number(
    lambda.store
      .sql("select count(*) as n from lambda_events where json_extract(body, '$.EventType') = ?")
      .get(type)?.['n'],
  );

async function readWakeTime(arn: string | undefined): Promise<{ at: number; due: number }> {
  const { Events = [] } = await lambda.history(arn);
  const ended = Events.find(({ EventType }) => EventType === 'WaitSucceeded');
  const started = Events.find(({ EventType }) => EventType === 'WaitStarted');
  const due = started?.WaitStartedDetails?.ScheduledEndTimestamp?.getTime() ?? 0;
  return { at: ended?.EventTimestamp?.getTime() ?? 0, due };
}

it('invokes a durable function for every waiting handler, even beyond the maximum number of environments', async () => {
  const callers = Array.from({ length: 2 * availableParallelism() + 4 }, () =>
    lambda.invoke('outer'),
  );
  const results = await Promise.all(callers);
  expect(new Set(results.map(({ text }) => text))).toEqual(new Set(['"awake"']));
});
