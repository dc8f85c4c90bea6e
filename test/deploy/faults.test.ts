import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploy } from '../../src/deploy/deploy.ts';
import { cleanUpWithoutStack, destroy } from '../../src/deploy/destroy.ts';
import { awaitResult } from '../../src/deploy/events.ts';
import { readInventory } from '../../src/deploy/inventory.ts';
import { describeStack } from '../../src/environment/stack-outputs.ts';
import { type Runtime, startRuntime } from '../../src/local/runtime/runtime.ts';
import { stateDirectory } from '../../src/local/runtime/state-file.ts';
import { fakeTarget } from '../aws/fake-aws.ts';
import { type Fault, type FaultProxy, faults, startFaultProxy } from '../support/fault-proxy.ts';
import { full } from '../support/full.ts';
import { makeProjectOfSmallFunctions } from '../support/project-files.ts';

const kinds: readonly Fault[] = full ? faults : ['cut-after'];
/** Distance of the requests that fail. In the long form, each kind begins at another one: together, the five kinds meet every request. */
const stride = full ? kinds.length : 20;

let root: string;
let runtime: Runtime;
let proxy: FaultProxy;

beforeAll(async () => {
  root = makeProjectOfSmallFunctions();
  const directory = stateDirectory(root);
  runtime = await startRuntime({ directory, port: 0, timeScale: 1000 });
  proxy = await startFaultProxy(runtime.url);
});
afterAll(async () => {
  proxy.close();
  await runtime.close();
  rmSync(root, { recursive: true, force: true });
});

/** The clients do not retry, so that every fault reaches the code under test. */
const target = () => fakeTarget(proxy.url, root, { pollMs: 5 });

const deployAll = () => awaitResult(deploy(target()));
async function destroyAll(): Promise<unknown> {
  const inventory = await readInventory(target());
  if (!inventory) return cleanUpWithoutStack(target(), { clear: true });
  return awaitResult(destroy(target(), inventory));
}
const statusOf = async () => (await describeStack(target()))?.StackStatus;

/** Runs `work` once per chosen request, injecting the fault into that request. If `work` fails, runs it again, as a user would. */
async function atEveryRequest(
  fault: Fault,
  {
    work,
    check,
    before,
  }: {
    work: () => Promise<unknown>;
    check: () => Promise<void>;
    before: () => Promise<unknown>;
  },
): Promise<number> {
  let failed = 0;
  for (let number = 1 + kinds.indexOf(fault); ; number += stride) {
    proxy.plan();
    await before();
    proxy.plan(number, fault);
    const error = await work().then(
      () => undefined,
      (cause: unknown) => cause,
    );
    const reached = proxy.requestCount() >= number;
    proxy.plan();
    if (error) {
      failed += 1;
      expect(error).toBeInstanceOf(Error);
      await work();
    }
    await check();
    if (!reached) return failed;
  }
}

it.each(kinds)(
  'deploys, at the latest with the next attempt, if any request fails with: %s',
  async (fault) => {
    const failed = await atEveryRequest(fault, {
      before: destroyAll,
      work: deployAll,
      async check() {
        expect(await statusOf()).toBe('CREATE_COMPLETE');
        expect(await deployAll()).toMatchObject({ changed: false });
      },
    });
    if (fault !== 'slow') expect(failed).toBeGreaterThan(0);
  },
);

it.each(kinds)(
  'destroys, at the latest with the next attempt, if any request fails with: %s',
  async (fault) => {
    const failed = await atEveryRequest(fault, {
      before: deployAll,
      work: destroyAll,
      async check() {
        expect(await statusOf()).toBeUndefined();
        expect(await cleanUpWithoutStack(target(), { clear: false })).toMatchObject({
          remains: [],
        });
      },
    });
    if (fault !== 'slow') expect(failed).toBeGreaterThan(0);
  },
);
