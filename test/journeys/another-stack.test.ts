import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  GetDurableExecutionHistoryCommand,
  LambdaClient,
  ListDurableExecutionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { projectCredentials } from '../support/credentials.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { readJson } from '../support/json.ts';
import type { Project } from '../support/project.ts';

const fixture = fileURLToPath(new URL('another-stack/', import.meta.url));
let project: Project;
let template: string;
let outputs: { Endpoint: string; FunctionArn: string };

beforeAll(async () => {
  project = await createDeployedProject('--time-scale', '600');
  const folder = join(project.root, 'Another Stack');
  mkdirSync(folder);
  template = join(folder, 'template.yaml');
  cpSync(join(fixture, 'template.yaml'), template);
  await build({
    entryPoints: [join(fixture, 'workflow.ts'), join(fixture, 'status.ts')],
    outdir: join(folder, 'src'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
  ({ outputs } = await project.runJson('deploy', '--template', template));
});
afterAll(() => project.close());

async function post(items: unknown[]): Promise<string> {
  const response = await fetch(`${outputs.Endpoint}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items }),
  });
  expect(response.status).toBe(202);
  return (await readJson(response)).orderId;
}

const statusOf = async (orderId: string) =>
  (await readJson(await fetch(`${outputs.Endpoint}/orders/${orderId}`))).status;

it('runs the stack of a foreign template: its API, its statuses and its history', async () => {
  const orderId = await post([{ productId: 'P' }]);
  await vi.waitUntil(async () => (await statusOf(orderId)) === 'completed', 15_000);
  const failing = await post([]);
  await vi.waitUntil(async () => (await statusOf(failing)) === 'failed', 15_000);

  const { url } = await project.runJson('local', 'status');
  const client = new LambdaClient({
    endpoint: url,
    region: 'us-east-2',
    credentials: projectCredentials(project.root),
  });
  const list = new ListDurableExecutionsByFunctionCommand({ FunctionName: outputs.FunctionArn });
  await vi.waitUntil(async () => {
    const { DurableExecutions = [] } = await client.send(list);
    return DurableExecutions.every(({ Status }) => Status !== 'RUNNING');
  }, 10_000);
  const { DurableExecutions = [] } = await client.send(list);
  expect(new Set(DurableExecutions.map(({ Status }) => Status))).toEqual(
    new Set(['FAILED', 'SUCCEEDED']),
  );
  const done = DurableExecutions.find(({ Status }) => Status === 'SUCCEEDED');
  const { Events = [] } = await client.send(
    new GetDurableExecutionHistoryCommand({ DurableExecutionArn: done?.DurableExecutionArn }),
  );
  expect(Events.map(({ EventType }) => EventType)).toEqual([
    'ExecutionStarted',
    'StepStarted',
    'StepSucceeded',
    'WaitStarted',
    'InvocationCompleted',
    'WaitSucceeded',
    'StepStarted',
    'StepSucceeded',
    'InvocationCompleted',
    'ExecutionSucceeded',
  ]);
});

it("names it after the template's folder, changes nothing the second time, and does not touch the project's stack", async () => {
  const again = await project.runJson('deploy', '--template', template);
  expect(again).toMatchObject({ stack: 'Another-Stack', changed: false });
  const own = await project.orders('submit', '--sample', 'low', '--wait');
  expect(own.code).toBe(0);
});

it("rejects the name of the project's own stack and a missing file", async () => {
  const stack = 'lambda-durable-order-processing';
  const taken = await project.orders('deploy', '--template', template, '--stack', stack);
  expect(taken).toMatchObject({ code: 2 });
  expect(taken.stderr).toContain("is the name of the project's own stack");
  const missing = await project.orders('deploy', '--template', 'nowhere/other.yaml');
  expect(missing).toMatchObject({ code: 3 });
  expect(missing.stderr).toContain('does not contain other.yaml');
});
