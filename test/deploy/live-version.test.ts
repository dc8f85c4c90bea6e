import { rmSync } from 'node:fs';
import { UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploy } from '../../src/deploy/deploy.ts';
import { examine } from '../../src/deploy/doctor/examine.ts';
import { awaitResult, type DeployEvent } from '../../src/deploy/events.ts';
import { rollBack } from '../../src/deploy/roll-back.ts';
import type { StackOutputs } from '../../src/environment/stack.ts';
import { type Runtime, startRuntime } from '../../src/local/runtime/runtime.ts';
import { stateDirectory } from '../../src/local/runtime/state-file.ts';
import { fakeTarget } from '../aws/fake-aws.ts';
import { makeProjectOfSmallFunctions } from '../support/project-files.ts';

const FunctionName = 'orders-test-workflow';
let root: string;
let runtime: Runtime;
let outputs: StackOutputs;

beforeAll(async () => {
  root = makeProjectOfSmallFunctions();
  runtime = await startRuntime({ directory: stateDirectory(root), port: 0, timeScale: 1000 });
  ({ outputs } = await awaitResult(deploy(target())));
});
afterAll(async () => {
  await runtime.close();
  rmSync(root, { recursive: true, force: true });
});

const target = () => fakeTarget(runtime.url, root, { pollMs: 1 });

async function collect(options: Parameters<typeof deploy>[1]) {
  const events: DeployEvent[] = [];
  const deployment = deploy(target(), options);
  let next = await deployment.next();
  for (; !next.done; next = await deployment.next()) events.push(next.value);
  return { events, result: next.value };
}

const examineAlias = async () => (await examine(target(), ['alias']).next()).value;

it('reports an alias that is rolled back until a version is published', async () => {
  await collect({ parameters: { LogLevel: 'WARN' } });
  await rollBack({ target: target(), outputs });
  const note = `live of ${FunctionName} is version 1, rolled back from 2`;
  const rolledBack = [{ functionName: FunctionName, live: '1', newest: '2' }];

  const unchanged = await collect({});
  expect(unchanged.events).toContainEqual(
    expect.objectContaining({ type: 'stage', stage: 'check', detail: note }),
  );
  expect(unchanged.result).toMatchObject({ needed: false, rolledBack });
  const planned = await collect({
    parameters: { LogRetentionDays: '7' },
    planOnly: true,
    approve: async () => false,
  });
  expect(planned.result).toMatchObject({ changed: false, needed: true, rolledBack });
  const changed = await collect({ parameters: { LogRetentionDays: '7' } });
  expect(changed.result).toMatchObject({ changed: true, rolledBack });
  expect(changed.events).toContainEqual(
    expect.objectContaining({ stage: 'check', detail: expect.stringContaining(note) }),
  );
  expect(await examineAlias()).toMatchObject({
    state: 'warning',
    fix: 'orders versions rollback 2',
  });

  const published = await collect({ parameters: { LogLevel: 'ERROR' } });
  expect(published.result).toMatchObject({ changed: true, rolledBack: [] });
  expect(await examineAlias()).toMatchObject({ message: 'live is version 3, the newest' });
});

it('fails if the live version lacks a setting of its function, and names the command that publishes it', async () => {
  const lambda = await target().clients.lambda();
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, MemorySize: 1024 }));
  const message = `live of ${FunctionName} (version 3) lacks changed settings: MemorySize`;
  const fix = expect.stringMatching(/^aws lambda update-alias .* publish-version /);
  expect(await examineAlias()).toMatchObject({ state: 'error', message, fix });
  const deployment = collect({ parameters: { LogRetentionDays: '5' } });
  await expect(deployment).rejects.toMatchObject({
    code: 'CheckFailed',
    exit: 21,
    message: expect.stringContaining(message),
    hints: [fix],
  });
});
