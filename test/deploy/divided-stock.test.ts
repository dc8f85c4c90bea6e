import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DeployOptions, deploy } from '../../src/deploy/deploy.ts';
import { awaitResult } from '../../src/deploy/events.ts';
import { rollBack } from '../../src/deploy/roll-back.ts';
import { type Runtime, startRuntime } from '../../src/local/runtime/runtime.ts';
import { stateDirectory } from '../../src/local/runtime/state-file.ts';
import { fakeTarget } from '../aws/fake-aws.ts';
import { makeProjectOfSmallFunctions } from '../support/project-files.ts';
import { canaryStart } from './canary/canary-start.ts';

let root: string;
let runtime: Runtime;

/** Deploys version 1 as before stock was divided. */
beforeAll(async () => {
  root = makeProjectOfSmallFunctions();
  runtime = await startRuntime({ directory: stateDirectory(root), port: 0, timeScale: 1000 });
  const file = join(root, 'template.yaml');
  const template = readFileSync(file, 'utf8');
  writeFileSync(file, template.replace(/^ +STOCK_SHARDS: .*\n/m, ''));
  await deployWith({});
  writeFileSync(file, template);
});
afterAll(async () => {
  await runtime.close();
  rmSync(root, { recursive: true, force: true });
});

const target = () => fakeTarget(runtime.url, root, { pollMs: 1 });
const deployWith = (options: DeployOptions) => awaitResult(deploy(target(), options));

const canary = canaryStart();

it('refuses a canary that divides stock of which the live version finds only a part', async () => {
  await expect(deployWith({ canary })).rejects.toMatchObject({
    code: 'StockNotFound',
    message: expect.stringContaining('version 1 finds only the first'),
    hints: [
      '--parameter StockShards=1',
      'when no order runs on version 1: orders deploy --parameter StockShards=64',
    ],
  });
  const { outputs } = await deployWith({ canary, parameters: { StockShards: '1' } });
  expect(await rollBack({ target: target(), outputs })).toEqual({
    from: '1',
    to: '1',
    changed: true,
    missesStock: false,
  });
});

it('says that a version from before the division misses stock, unless no version divides it', async () => {
  const { outputs } = await deployWith({ parameters: { StockShards: '64' } });
  const stack = { target: target(), outputs };
  expect(await rollBack(stack, '2')).toEqual({
    from: '3',
    to: '2',
    changed: true,
    missesStock: false,
  });
  expect(await rollBack(stack, '1')).toEqual({
    from: '2',
    to: '1',
    changed: true,
    missesStock: true,
  });
});
