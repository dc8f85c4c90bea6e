import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { sleeperCode } from '../../support/sleeper.ts';
import { startLambda } from './fixture.ts';

const many = 40;
const hour = 3600;
let lambda: Awaited<ReturnType<typeof startLambda>>;

/** The handler ends when a file exists. */
function putStarter(durable: number): void {
  lambda.put('starter', {
    timeout: 100,
    code: `import { existsSync } from 'node:fs';
      import { setTimeout } from 'node:timers/promises';
      export const handler = async () => {
        while (!existsSync(process.env.FOLDER + '/released')) await setTimeout(50);
        return { Status: 'SUCCEEDED', Result: '1' };
      };`,
    environment: { FOLDER: lambda.directory },
    durable,
  });
}

afterEach(() => lambda.close());

const count = (where: string) =>
  Number(
    lambda.store.sql(`select count(*) as n from lambda_executions where ${where}`).get()?.['n'],
  );
const countEnded = (name: string) => count(`function = '${name}' and status = 'SUCCEEDED'`);

const release = () => writeFileSync(join(lambda.directory, 'released'), '');

async function startMany(): Promise<void> {
  for (let number = 0; number < many; number += 1) {
    await lambda.invoke('starter', { InvocationType: 'Event', Payload: `{"number":${number}}` });
  }
  await vi.waitUntil(() => count("function = 'starter' and running = 1") > 0);
}

it('resumes an execution that is due while others wait for their first invocation', async () => {
  lambda = await startLambda();
  putStarter(100 * hour);
  lambda.put('sleeper', { code: sleeperCode, durable: 100 * hour });
  const Payload = JSON.stringify({ seconds: hour });
  await lambda.invoke('sleeper', { InvocationType: 'Event', Payload });
  await vi.waitUntil(() => count("status = 'RUNNING' and running = 0") === 1);
  await startMany();
  lambda.clock.advance(2 * hour * 1000);
  await vi.waitUntil(() => countEnded('sleeper') === 1);
  expect(countEnded('starter')).toBe(0);
});

it('begins all executions, also if they waited when the runtime stopped', async () => {
  lambda = await startLambda();
  putStarter(100 * hour);
  await startMany();
  const { directory } = lambda;
  await lambda.close({ keep: true });
  lambda = await startLambda({ directory, from: lambda.clock.now() });
  release();
  await vi.waitUntil(() => countEnded('starter') === many);
});

it('lets only real time pass for the timeouts of executions that wait', async () => {
  lambda = await startLambda({ speed: 600 });
  putStarter(600);
  await startMany();
  const startedAt = lambda.clock.now();
  await vi.waitUntil(() => lambda.clock.now() > startedAt + 1_200_000);
  release();
  await vi.waitUntil(() => countEnded('starter') === many);
});
