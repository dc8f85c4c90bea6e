import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findOpenCanary } from '../../../src/deploy/canary/open-canary.ts';
import { type CanaryResult, runCanary } from '../../../src/deploy/canary/run.ts';
import type { CanaryTerms } from '../../../src/deploy/canary/terms.ts';
import { type DeployOptions, deploy } from '../../../src/deploy/deploy.ts';
import { examine } from '../../../src/deploy/doctor/examine.ts';
import { awaitResult } from '../../../src/deploy/events.ts';
import { moveLiveAlias, readLiveAlias } from '../../../src/deploy/live-alias.ts';
import { rollBack } from '../../../src/deploy/roll-back.ts';
import { listVersions } from '../../../src/deploy/versions.ts';
import type { Stack } from '../../../src/environment/stack.ts';
import { describeStack } from '../../../src/environment/stack-outputs.ts';
import { type Runtime, startRuntime } from '../../../src/local/runtime/runtime.ts';
import { stateDirectory } from '../../../src/local/runtime/state-file.ts';
import { fakeAws, fakeTarget } from '../../aws/fake-aws.ts';
import { makeProjectOfSmallFunctions } from '../../support/project-files.ts';
import { canaryStart } from './canary-start.ts';

const functionName = 'orders-test-workflow';
const levels = ['INFO', 'WARN', 'ERROR', 'DEBUG'];
let root: string;
let runtime: Runtime;
let stack: Stack;
let published = 1;

beforeAll(async () => {
  root = makeProjectOfSmallFunctions();
  runtime = await startRuntime({ directory: stateDirectory(root), port: 0, timeScale: 1000 });
  await expect(deployWith({ canary: canaryStart() })).rejects.toMatchObject({
    code: 'NothingToCompare',
  });
  const { outputs } = await deployWith({});
  stack = { target: target(), outputs };
});
afterAll(async () => {
  await runtime.close();
  rmSync(root, { recursive: true, force: true });
});

const target = () => fakeTarget(runtime.url, root, { pollMs: 1 });
const deployWith = (options: DeployOptions) => awaitResult(deploy(target(), options));

/** Starts a canary of a new version. */
async function startCanary(terms: Partial<CanaryTerms> = {}) {
  const LogLevel = levels[published++ % levels.length] ?? '';
  await deployWith({ parameters: { LogLevel }, canary: canaryStart(terms) });
}

async function judge(): Promise<CanaryResult> {
  const open = await findOpenCanary(stack);
  if (!open) throw new Error('no canary is open');
  return awaitResult(runCanary(stack, open));
}

const liveVersions = async () => {
  const { version, additional } = await readLiveAlias(stack.target, functionName);
  return [version, additional];
};

async function readRelease() {
  const { Parameters = [] } = (await describeStack(stack.target)) ?? {};
  const names = ['LiveVersion', 'CanaryWeight', 'CanaryTerms'];
  return names.map((name) => Parameters.find((one) => one.ParameterKey === name)?.ParameterValue);
}

it('gives the new version its share, and refuses other deployments until it is decided', async () => {
  await startCanary();
  expect(await liveVersions()).toEqual(['1', { version: '2', weight: 0.1 }]);
  expect(await readRelease()).toEqual(['1', '0.1', expect.stringMatching(/^canary bake=1s /)]);
  const shares = (await listVersions(stack))
    .filter(({ of }) => of === 'workflow')
    .map(({ version, live, share }) => [version, live, share]);
  expect(shares).toEqual([
    ['2', false, 0.1],
    ['1', true, 0.9],
  ]);
  expect((await examine(stack.target, ['alias']).next()).value).toMatchObject({
    state: 'warning',
    message: 'a canary is open: 10% of new orders run version 2, the others 1',
    fix: 'orders deploy --attach',
  });
  for (const options of [{}, { canary: canaryStart() }]) {
    await expect(deployWith(options)).rejects.toMatchObject({
      code: 'CanaryOpen',
      exit: 6,
      hints: expect.arrayContaining(['judge it: orders deploy --attach']),
    });
  }
  expect(await deployWith({ planOnly: true })).toMatchObject({ needed: false });
});

it('ends with versions rollback: the stack agrees, and a deployment without changes keeps the decision', async () => {
  expect(await rollBack(stack)).toEqual({
    from: '1',
    to: '1',
    changed: true,
    missesStock: false,
  });
  expect(await liveVersions()).toEqual(['1', undefined]);
  expect(await readRelease()).toEqual(['1', '0', '']);
  const again = await deployWith({});
  expect(again).toMatchObject({
    needed: false,
    rolledBack: [{ functionName, live: '1', newest: '2' }],
  });
  await deployWith({ parameters: { LogRetentionDays: '7' } });
  expect(await liveVersions()).toEqual(['1', undefined]);
});

it('refuses a canary without a new version of the workflow', async () => {
  await expect(deployWith({ canary: canaryStart() })).rejects.toMatchObject({
    code: 'NothingToCanary',
    hints: ['nothing changed since the last deployment'],
  });
  const parameters = { LogRetentionDays: '14' };
  await expect(deployWith({ parameters, canary: canaryStart() })).rejects.toMatchObject({
    code: 'NothingToCanary',
    hints: ['orders deploy'],
  });
  await expect(deployWith({ parameters: { LiveVersion: '2' } })).rejects.toMatchObject({
    code: 'BadParameter',
  });
  expect(await readRelease()).toEqual(['1', '0', '']);
});

it('makes the newest version live with the next deployment that publishes one', async () => {
  await deployWith({ parameters: { LogLevel: levels[published++ % levels.length] ?? '' } });
  expect(await liveVersions()).toEqual(['3', undefined]);
  expect(await readRelease()).toEqual(['', '0', '']);
});

it.each([
  ['shift', '4', ''],
  ['rollback', '4', '4'],
  ['hold', '4', '4'],
] as const)('decides with too few orders as told: %s', async (onTooFew, live, held) => {
  await startCanary({ onTooFew });
  const { action, by, reasons, orders } = await judge();
  expect([action, by, orders]).toEqual([onTooFew, 'too-few', []]);
  expect(reasons).toEqual([
    'not enough orders to decide: 0 of 1 ended on the new version',
    'not enough orders to decide: 0 of 1 ended on the live version',
  ]);
  const weighted = onTooFew === 'hold' ? { version: '6', weight: 0.1 } : undefined;
  expect(await liveVersions()).toEqual([live, weighted]);
  expect((await readRelease())[0]).toBe(held);
});

it('settles the stack after another person moved the alias', async () => {
  const alias = await readLiveAlias(stack.target, functionName);
  await moveLiveAlias(stack.target, alias, '6');
  await expect(deployWith({})).rejects.toMatchObject({ code: 'CanaryOpen' });
  expect(await judge()).toMatchObject({ action: 'shift', by: 'person', canary: '6' });
  expect(await liveVersions()).toEqual(['6', undefined]);
  expect(await readRelease()).toEqual(['', '0', '']);
  expect(await findOpenCanary(stack)).toBeUndefined();
  expect(await deployWith({})).toMatchObject({ needed: false, rolledBack: [] });
});

it('keeps a decision whose stack cannot be updated, and updates the stack later', async () => {
  await startCanary({ onTooFew: 'rollback' });
  const client = await target().clients.cloudFormation();
  const refusing = Object.assign(Object.create(client), {
    send: (command: object) =>
      command.constructor.name === 'CreateChangeSetCommand'
        ? Promise.reject(new Error('the stack is busy'))
        : client.send(command as never),
  });
  const clients = { ...target().clients, cloudFormation: async () => refusing };
  const open = await findOpenCanary(stack);
  if (!open) throw new Error('no canary is open');
  const refused = runCanary({ ...stack, target: { ...target(), clients } }, open);
  await expect(awaitResult(refused)).rejects.toMatchObject({
    code: 'CanaryNotSettled',
    exit: 21,
    message: expect.stringContaining('the stack is busy'),
  });
  expect(await liveVersions()).toEqual(['6', undefined]);
  expect((await readRelease())[1]).toBe('0.1');
  expect(await judge()).toMatchObject({ action: 'rollback', by: 'person' });
  expect(await readRelease()).toEqual(['6', '0', '']);
});

it('rolls back as soon as an alarm is in alarm', async () => {
  let state = 'OK';
  using aws = await fakeAws(() => ({
    body: `<member><AlarmName>errors</AlarmName><StateValue>${state}</StateValue></member>`,
  }));
  const watched = { ...target(), endpoint: aws.url };
  const LogLevel = levels[published++ % levels.length] ?? '';
  const canary = canaryStart({ alarms: ['errors'], bakeMs: 3_600_000, limitMs: 3_600_000 });
  await awaitResult(deploy(watched, { parameters: { LogLevel }, canary }));
  const open = await findOpenCanary(stack);
  if (!open) throw new Error('no canary is open');
  const events = runCanary({ ...stack, target: watched }, open);
  expect((await events.next()).value).toMatchObject({ type: 'canary' });
  state = 'ALARM';
  expect(await awaitResult(events)).toMatchObject({
    action: 'rollback',
    by: 'alarm',
    reasons: ['in alarm: errors'],
  });
  expect(await liveVersions()).toEqual(['6', undefined]);
});

it('refuses alarms that cannot be read, before it changes anything', async () => {
  const canary = canaryStart({ alarms: ['ApiErrorsAlarm'] });
  await expect(deployWith({ parameters: { LogLevel: 'INFO' }, canary })).rejects.toMatchObject({
    code: 'AlarmsUnreadable',
  });
  expect(await liveVersions()).toEqual(['6', undefined]);
});
