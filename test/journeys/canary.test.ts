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

/** The planted fault is in every order, in the long form in 5 % of them, which takes more orders to find. */
const { orders, faultyParts, minOrders } = full
  ? { orders: 600, faultyParts: 20, minOrders: 60 }
  : { orders: 24, faultyParts: 1, minOrders: 4 };

let project: Project;
beforeAll(async () => {
  project = await createDeployedProject('--time-scale', full ? '60' : '1000');
  copyFunctions(project.root);
}, 120_000);
afterAll(() => project.close());

/** Starts a canary, waits for its first comparison, and sends a signal. Returns the exit of the process. */
async function interruptCanary(signal: NodeJS.Signals) {
  const terms = ['--bake', '30m', '--bake-limit', '9h', '--min-orders', String(minOrders)];
  const argv = ['deploy', '--canary', '50%', '--accept-slower', ...terms, '--json'];
  const command = project.start(...argv);
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
  // Few orders at the same time need few handler processes of each version.
  const pace = full ? ['--rate', '10'] : ['--concurrency', '3'];
  const test = project.start('load-test', '--count', String(orders), '--mix', mix, ...pace);
  test.stdout?.resume();
  test.stderr?.resume();
  await once(test, 'exit');
}

/** Continues the canary until it is decided, and returns the last record. */
async function attach() {
  const command = project.start('deploy', '--attach', '--json');
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
  'rolls a version with a planted fault back, after it was killed, and names the orders of that version',
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

    // In the long form, the orders are in flight while the canary is judged.
    const submitted = submitOrders();
    if (!full) await submitted;
    const { code, end } = await attach();
    expect([code, end.exitCode, end.canary.action, end.canary.by]).toEqual([
      20,
      20,
      'rollback',
      'orders',
    ]);
    expect(end.canary.reasons).toEqual([
      expect.stringMatching(
        /^\d+ of \d+ orders failed for technical reasons, 0 of \d+ on the live/,
      ),
    ]);
    const listed = end.canary.orders.map(({ orderId }) => orderId);
    expect(listed.length).toBeGreaterThan(minOrders / 3);
    expect(new Set(listed).size).toBe(listed.length);
    await submitted;
    expect(await listVersions()).toEqual([
      ['2', false, undefined],
      ['1', true, undefined],
    ]);
    expect(await project.runJson('deploy')).toMatchObject({ needed: false });
    expect((await project.orders('list', '--verify')).code).toBe(0);
  },
  full ? 900_000 : 120_000,
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
    if (!full) await submitted;
    const { code: exit, end } = await attach();
    expect([exit, end.canary.action, end.canary.by]).toEqual([0, 'shift', 'orders']);
    await submitted;
    expect((await listVersions())[0]).toEqual(['3', true, undefined]);
    expect(await project.runJson('deploy')).toMatchObject({ needed: false, rolledBack: [] });
    expect((await project.orders('list', '--verify')).code).toBe(0);
  },
  full ? 900_000 : 120_000,
);
