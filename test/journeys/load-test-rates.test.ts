import { LambdaClient, ListDurableExecutionsByFunctionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TrafficCounts } from '../../src/local/fault-injection/request-gate.ts';
import { full } from '../support/full.ts';
import { reportOf } from '../support/load-report.ts';
import { aProject, type Project } from '../support/project.ts';

/** Ten a second; the short form is too short for one percent of it to be more than the machine's own jitter. */
const [count, tolerance] = full ? [120, 0.01] : [40, 0.03];

let project: Project;
beforeAll(async () => {
  project = aProject();
  await project.orders('local', 'start', '--time-scale', '600');
});
afterAll(() => project.close());

/** The invocations that the runtime was asked for. */
async function invocations(url: string): Promise<number> {
  const traffic = (await (await fetch(`${url}/_runtime/traffic`)).json()) as TrafficCounts;
  const { requests = 0, refused = 0 } = traffic['lambda:Invoke'] ?? {};
  return requests - refused;
}

/** How the runtime counted its executions, by its own clock. */
async function counted(url: string, FunctionName: string) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const lambda = new LambdaClient({ endpoint: url, region: 'us-east-2', credentials });
  const { DurableExecutions = [] } = await lambda.send(
    new ListDurableExecutionsByFunctionCommand({ FunctionName, MaxItems: 1000 }),
  );
  const times = (of: 'StartTimestamp' | 'EndTimestamp') =>
    DurableExecutions.flatMap((each) => each[of]?.getTime() ?? []);
  const [started, ended] = [times('StartTimestamp'), times('EndTimestamp')];
  return {
    executions: DurableExecutions.length,
    startedPerSecond: ((started.length - 1) * 1000) / (Math.max(...started) - Math.min(...started)),
    endedPerSecond: (ended.length * 1000) / (Math.max(...ended) - Math.min(...started)),
  };
}

it(`counts as many orders and as many a second as the runtime does, within ${tolerance * 100} %`, async () => {
  const { outputs } = await project.ask('deploy');
  const { url } = await project.ask('local', 'status');
  const before = await invocations(url);
  const argv = ['load-test', '--count', String(count), '--rate', '10', '--mix', 'low', '--json'];
  const { code, stdout } = await project.orders(...argv);
  const { outcome, rate } = reportOf(stdout);
  const runtime = await counted(url, outputs.OrderProcessingFunctionArn);
  expect(code).toBe(0);
  expect([runtime.executions, (await invocations(url)) - before]).toEqual([count, count]);
  expect(outcome).toMatchObject({ submitted: count, completed: count });
  const off = (told: number | undefined, real: number) => Math.abs((told ?? 0) / real - 1);
  expect(off(rate.sentPerSecond, runtime.startedPerSecond)).toBeLessThan(tolerance);
  expect(off(rate.completedPerSecond, runtime.endedPerSecond)).toBeLessThan(tolerance);
}, 90_000);
