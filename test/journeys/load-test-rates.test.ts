import { LambdaClient, ListDurableExecutionsByFunctionCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectCredentials } from '../support/credentials.ts';
import { full } from '../support/full.ts';
import { parseLoadReport } from '../support/load-report.ts';
import { createProject, type Project } from '../support/project.ts';
import { readTraffic } from '../support/traffic.ts';

/** Ten orders per second. In the short run, the jitter of the machine exceeds one percent. */
const [count, tolerance] = full ? [120, 0.01] : [40, 0.03];

let project: Project;
beforeAll(async () => {
  project = createProject();
  await project.orders('local', 'start', '--time-scale', '600');
});
afterAll(() => project.close());

/** Returns the number of invocations that the runtime accepted. */
async function countInvocations(url: string): Promise<number> {
  const traffic = await readTraffic(project.root, url);
  const { requests = 0, refused = 0 } = traffic['lambda:Invoke'] ?? {};
  return requests - refused;
}

/** Measures the executions by the runtime's clock. */
async function measureExecutions(url: string, FunctionName: string) {
  const credentials = projectCredentials(project.root);
  const lambda = new LambdaClient({ endpoint: url, region: 'us-east-2', credentials });
  const { DurableExecutions = [] } = await lambda.send(
    new ListDurableExecutionsByFunctionCommand({ FunctionName, MaxItems: 1000 }),
  );
  const times = (field: 'StartTimestamp' | 'EndTimestamp') =>
    DurableExecutions.flatMap((execution) => execution[field]?.getTime() ?? []);
  const [started, ended] = [times('StartTimestamp'), times('EndTimestamp')];
  return {
    executions: DurableExecutions.length,
    startedPerSecond: ((started.length - 1) * 1000) / (Math.max(...started) - Math.min(...started)),
    endedPerSecond: (ended.length * 1000) / (Math.max(...ended) - Math.min(...started)),
  };
}

it(`reports the same counts and rates as the runtime, within ${tolerance * 100} %`, async () => {
  const { outputs } = await project.runJson('deploy');
  const { url } = await project.runJson('local', 'status');
  const before = await countInvocations(url);
  const argv = ['load-test', '--count', String(count), '--rate', '10', '--mix', 'low', '--json'];
  const { code, stdout } = await project.orders(...argv);
  const { outcome, rate } = parseLoadReport(stdout);
  const runtime = await measureExecutions(url, outputs.OrderProcessingFunctionArn);
  expect(code).toBe(0);
  expect([runtime.executions, (await countInvocations(url)) - before]).toEqual([count, count]);
  expect(outcome).toMatchObject({ submitted: count, completed: count });
  const deviation = (reported: number | undefined, actual: number) =>
    Math.abs((reported ?? 0) / actual - 1);
  expect(deviation(rate.sentPerSecond, runtime.startedPerSecond)).toBeLessThan(tolerance);
  expect(deviation(rate.completedPerSecond, runtime.endedPerSecond)).toBeLessThan(tolerance);
}, 90_000);
