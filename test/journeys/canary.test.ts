import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { deployStreamSchema } from '../../src/cli/schemas/deploy-stream.ts';
import { changeWorkflow, copyFunctions, failOneIn } from '../support/changed-workflow.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { startForTest } from '../support/start-for-test.ts';

/** The planted fault is in a fifth of the orders. The short run submits none: its canary is decided by the rule for too few orders. */
const faultyParts = 5;
const orders = 160;
const minOrders = 20;
const terms = full
  ? ['--bake', '30m', '--bake-limit', '9h', '--min-orders', String(minOrders)]
  : ['--bake', '30m', '--bake-limit', '30m'];

let project: Project;
beforeAll(async () => {
  project = await createDeployedProject('--time-scale', full ? '60' : '1000');
  copyFunctions(project.root);
});
afterAll(() => project.close());

/** Starts a canary, waits for its first comparison, and sends a signal. Returns the exit of the process. */
async function interruptCanary(signal: NodeJS.Signals) {
  const argv = ['deploy', '--canary', '50%', '--accept-slower', ...terms, '--json'];
  const command = startForTest(project, ...argv);
  if (!command.stdout || !command.stderr) throw new Error('no output');
  const stderr = text(command.stderr);
  for await (const line of createInterface(command.stdout)) {
    if (v.parse(deployStreamSchema, JSON.parse(line)).type === 'canary') break;
  }
  command.kill(signal);
  const [code] = await once(command, 'exit');
  return { code, stderr: await stderr };
}

/** Submits orders and waits until all have ended. With a faulty version, the exit code of the test does not matter. */
async function submitOrders() {
  const mix = 'low=80,payment-declined=20';
  const size = ['--count', String(orders), '--rate', '10'];
  const test = startForTest(project, 'load-test', ...size, '--mix', mix);
  test.stdout?.resume();
  test.stderr?.resume();
  await once(test, 'exit');
}

/** Continues the canary until it is decided, and returns the last record. */
async function attach() {
  const command = startForTest(project, 'deploy', '--attach', '--json');
  if (!command.stdout) throw new Error('no output');
  command.stderr?.resume();
  const [lines] = await Promise.all([text(command.stdout), once(command, 'exit')]);
  const records = lines.trimEnd().split('\n');
  const end = v.parse(deployStreamSchema, JSON.parse(records.at(-1) ?? ''));
  if (end.type !== 'end') throw new Error(`no end: ${lines}`);
  return { code: command.exitCode, end };
}

const listVersions = async () => {
  const versions: { of: string; version: string; live: boolean; share?: number }[] =
    await project.runJson('versions');
  return versions
    .filter(({ of }) => of === 'workflow')
    .map(({ version, live, share }) => [version, live, share]);
};

it(
  full
    ? 'rolls a version with a planted fault back, after it was killed, and names the orders of that version'
    : 'rolls a version without orders back, after it was killed',
  async () => {
    await changeWorkflow(project.root, failOneIn(faultyParts));
    await interruptCanary('SIGKILL');
    expect(await listVersions()).toEqual([
      ['2', false, 0.5],
      ['1', true, 0.5],
    ]);
    const refused = await project.orders('deploy');
    expect([refused.code, refused.stderr]).toEqual([
      6,
      expect.stringContaining('end it: orders versions rollback'),
    ]);

    // The orders are in flight while the canary is judged.
    const submitted = full ? submitOrders() : undefined;
    const { code, end } = await attach();
    const { action, by, reasons } = end.canary;
    const reason = full
      ? /^\d+ of \d+ orders failed for technical reasons, 0 of \d+ on the live/
      : /^not enough orders to decide: 0 of \d+ ended on the new version/;
    expect([code, end.exitCode, action, by, reasons[0]]).toEqual([
      20,
      20,
      'rollback',
      full ? 'orders' : 'too-few',
      expect.stringMatching(reason),
    ]);
    const listed = end.canary.orders.map(({ orderId }) => orderId);
    expect(listed.length > minOrders / 3).toBe(full);
    expect(new Set(listed).size).toBe(listed.length);
    await submitted;
    expect(await listVersions()).toEqual([
      ['2', false, undefined],
      ['1', true, undefined],
    ]);
    expect(await project.runJson('deploy')).toMatchObject({ needed: false });
    expect((await project.orders('list', '--verify')).code).toBe(0);
  },
);

// The short run shifts only with the runtime in this process, in the tests of the deployment.
it.runIf(full)(
  'shifts to a version without a fault, after Ctrl-C that names how to continue',
  async () => {
    await changeWorkflow(project.root, 'console.debug("changed");');
    const { code, stderr } = await interruptCanary('SIGINT');
    expect(code).toBe(130);
    expect(stderr).toContain(
      'Detached; the canary stays open: 50% of new orders run version 3. To show its progress: orders deploy --attach; to end it: orders versions rollback',
    );
    const submitted = submitOrders();
    const { code: exit, end } = await attach();
    expect([exit, end.canary.action, end.canary.by]).toEqual([0, 'shift', 'orders']);
    await submitted;
    expect((await listVersions())[0]).toEqual(['3', true, undefined]);
    expect(await project.runJson('deploy')).toMatchObject({ needed: false, rolledBack: [] });
    expect((await project.orders('list', '--verify')).code).toBe(0);
  },
);
