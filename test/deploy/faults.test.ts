import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deploy } from '../../src/deploy/deploy.ts';
import { destroy, nothingToDestroy } from '../../src/deploy/destroy.ts';
import { endOf } from '../../src/deploy/events.ts';
import { takeInventory } from '../../src/deploy/inventory.ts';
import { describeStack } from '../../src/environment/stack-outputs.ts';
import { type Runtime, startRuntime } from '../../src/local/runtime.ts';
import { fakeTarget } from '../aws/fake-aws.ts';
import { type Fault, type FaultProxy, faultProxy, faults } from '../support/fault-proxy.ts';
import { full } from '../support/full.ts';
import { makeProject } from '../support/project-files.ts';

const kinds: readonly Fault[] = full ? faults : ['throttle', 'cut-after'];

let root: string;
let runtime: Runtime;
let proxy: FaultProxy;

beforeAll(async () => {
  root = makeProject();
  const directory = join(root, 'runtime');
  runtime = await startRuntime({ directory, port: 0, timeScale: 1000 });
  proxy = await faultProxy(runtime.url);
});
afterAll(async () => {
  proxy.close();
  await runtime.close();
  rmSync(root, { recursive: true, force: true });
});

/** Clients make each request once: what goes wrong is seen. */
const target = () => fakeTarget(proxy.url, root, { pollMs: 5 });

const deployAll = () => endOf(deploy(target()));
async function destroyAll(): Promise<unknown> {
  const inventory = await takeInventory(target());
  if (!inventory) return nothingToDestroy(target(), { clear: true });
  return endOf(destroy(target(), inventory));
}
const statusOf = async () => (await describeStack(target()))?.StackStatus;

/** Has a fault hit each request of `work` in turn; `again` is what a person does after that. */
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
  for (let number = 1; ; number += full ? 1 : 8) {
    proxy.plan();
    await before();
    proxy.plan(number, fault);
    const error = await work().then(
      () => undefined,
      (cause: unknown) => cause,
    );
    const reached = proxy.seen() >= number;
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
  'deploys all the same, or with the next try, when any request meets: %s',
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
  120_000,
);

it.each(kinds)(
  'destroys all the same, or with the next try, when any request meets: %s',
  async (fault) => {
    const failed = await atEveryRequest(fault, {
      before: deployAll,
      work: destroyAll,
      async check() {
        expect(await statusOf()).toBeUndefined();
        expect(await nothingToDestroy(target(), { clear: false })).toMatchObject({ remains: [] });
      },
    });
    if (fault !== 'slow') expect(failed).toBeGreaterThan(0);
  },
  120_000,
);
