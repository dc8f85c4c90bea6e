import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { sleeper } from '../../support/sleeper.ts';
import { aLambda } from './fixture.ts';

const many = 300;
const hour = 3600;
let lambda: Awaited<ReturnType<typeof aLambda>>;

beforeAll(async () => {
  lambda = await aLambda();
  lambda.put('sleeper', { code: sleeper, durable: 100 * hour });
  lambda.put('short-sleeper', { code: sleeper, durable: 600 });
  lambda.put('outer', {
    code: `
      export const handler = async () => {
        const { AWS_ENDPOINT_URL: url, AWS_ACCESS_KEY_ID: key } = process.env;
        const authorization = 'AWS4-HMAC-SHA256 Credential=' + key + '/20261125/us-east-2/lambda/aws4_request';
        const answer = await fetch(url + '/2015-03-31/functions/short-sleeper/invocations?Qualifier=1', {
          method: 'POST', headers: { authorization }, body: '{"seconds":1}' });
        return answer.json();
      };`,
  });
});
afterAll(() => lambda.close());

const count = (where: string) =>
  Number(
    lambda.store.sql(`select count(*) as n from lambda_executions where ${where}`).get()?.['n'],
  );

it('has any number of executions become due at once, the longest overdue first, with few in memory', async () => {
  const seconds = Array.from({ length: many }, (_, number) => hour + ((number * 7) % many));
  const arns = await Promise.all(
    seconds.map(async (each) => {
      const Payload = JSON.stringify({ seconds: each });
      const start = { InvocationType: 'Event', Payload } as const;
      return (await lambda.invoke('sleeper', start)).DurableExecutionArn;
    }),
  );
  const asleep = "status = 'RUNNING' and running = 0";
  await vi.waitUntil(() => count(asleep) === many && eventsOf('WaitStarted') === many, 20_000);
  lambda.clock.advance(2 * hour * 1000);
  let most = 0;
  await vi.waitUntil(
    () => {
      most = Math.max(most, count('running = 1'));
      return count("status = 'SUCCEEDED'") === many;
    },
    { timeout: 20_000, interval: 5 },
  );
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(64);
  const woken = await Promise.all(arns.map(wokenAt));
  const inOrder = woken.toSorted((a, b) => a.at - b.at || a.due - b.due);
  for (const [index, { due }] of inOrder.entries()) {
    // Deadlines are told to the millisecond of the moment at which each wait began.
    expect(due).toBeGreaterThan((inOrder[index - 1]?.due ?? 0) - 1000);
  }
});

const eventsOf = (type: string) =>
  Number(
    lambda.store
      .sql("select count(*) as n from lambda_events where json_extract(body, '$.EventType') = ?")
      .get(type)?.['n'],
  );

async function wokenAt(arn: string | undefined): Promise<{ at: number; due: number }> {
  const { Events = [] } = await lambda.history(arn);
  const ended = Events.find(({ EventType }) => EventType === 'WaitSucceeded');
  const started = Events.find(({ EventType }) => EventType === 'WaitStarted');
  const due = started?.WaitStartedDetails?.ScheduledEndTimestamp?.getTime() ?? 0;
  return { at: ended?.EventTimestamp?.getTime() ?? 0, due };
}

it('lets handlers that wait for a durable function have it, however many there are', async () => {
  const callers = Array.from({ length: 20 }, () => lambda.invoke('outer'));
  const answers = await Promise.all(callers);
  expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(['"awake"']));
});
