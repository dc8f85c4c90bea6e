import * as v from 'valibot';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { getSchema } from '../../src/cli/schemas/get.ts';
import { historySchema } from '../../src/cli/schemas/history.ts';
import { listSchema } from '../../src/cli/schemas/list.ts';
import { pauseSchema } from '../../src/cli/schemas/pause.ts';
import { watchSchema } from '../../src/cli/schemas/watch.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { waitForStatus } from '../support/wait-for-status.ts';

/** Number of orders that one command pauses. */
const many = full ? 20 : 2;

let project: Project;

beforeAll(async () => {
  // A wait of 7.5 seconds is long enough to pause all orders in it.
  project = await createDeployedProject('--time-scale', '40');
});
afterAll(() => project.close());

const submit = async (...argv: string[]): Promise<string> =>
  (await project.runJson('submit', '--sample', 'low', ...argv)).orderId;
const change = async (command: 'pause' | 'resume', ...argv: string[]) =>
  v.parse(pauseSchema, await project.runJson(command, ...argv));
const get = async (orderId: string) => v.parse(getSchema, await project.runJson('get', orderId));
/** Waits until an order is in its first wait. */
const isWaiting = (orderId: string) => waitForStatus(project, orderId, 'awaiting-warehouse');
/** Lets the remaining waits end at once. */
const accelerate = () => project.orders('local', 'start', '--time-scale', '2000');
const listPaused = async () =>
  v.parse(listSchema, await project.runJson('list', '--paused')).map(({ orderId }) => orderId);
const watch = async (...argv: string[]) => {
  const { code, stdout } = await project.orders('watch', ...argv, '--json');
  const lines = stdout.trimEnd().split('\n').filter(Boolean);
  const events = lines.map((line) => v.parse(watchSchema, JSON.parse(line)));
  return { code, events };
};

it('pauses an order in a wait, shows the pause everywhere, and completes it after it is resumed', async () => {
  const orderId = await submit();
  await isWaiting(orderId);
  expect(await change('pause', orderId, '--reason', 'carrier outage')).toMatchObject([
    { orderId, result: 'paused', status: 'PAUSED' },
  ]);
  expect(await change('pause', orderId)).toMatchObject([{ result: 'unchanged' }]);

  expect((await get(orderId)).execution).toMatchObject({
    status: 'PAUSED',
    pause: { reason: 'carrier outage' },
  });
  expect(await listPaused()).toEqual([orderId]);
  expect((await project.orders('list', '--paused')).stdout).toContain('execution=PAUSED');
  expect((await project.runJson('metrics')).orders).toMatchObject({ paused: 1 });
  const doctor = await project.orders('doctor', '--check', 'paused', '--check', 'store');
  expect(doctor.stdout).toContain(`${orderId} for 0m (carrier outage)`);
  expect(doctor.stdout).toMatch(/✓ store/);
  const steps = (await project.orders('history', orderId, '--view', 'steps')).stdout;
  expect(steps).toMatch(/\(pause\) .*paused .*carrier outage/);
  expect((await project.orders('history', orderId)).stdout).toContain('═ paused');
  const paused = await watch(orderId, '--timeout', '6s');
  expect(paused.code).toBe(124);
  expect(paused.events.filter(({ type }) => type === 'paused')).toMatchObject([
    { orderId, reason: 'carrier outage' },
  ]);

  await accelerate();
  const watched = watch(orderId);
  expect(await change('resume', orderId)).toMatchObject([{ orderId, result: 'resumed' }]);
  const { code, events } = await watched;
  expect(code).toBe(0);
  expect(events.filter(({ type }) => /paused|resumed/.test(type))).toHaveLength(2);
  expect(await listPaused()).toEqual([]);
  const history = v.parse(
    historySchema,
    await project.runJson('history', orderId, '--view', 'events'),
  );
  expect(history.pauses).toMatchObject([{ reason: 'carrier outage' }]);
  const types = history.events?.map(({ type }) => type) ?? [];
  expect(types.filter((type) => /Paused|Resumed/.test(type))).toEqual([
    'ExecutionPaused',
    'ExecutionResumed',
  ]);
});

it('refuses orders that have ended or do not exist, and requires a selection', async () => {
  await accelerate();
  const orderId = await submit('--wait');
  const ended = await project.orders('pause', orderId);
  expect(ended).toMatchObject({ code: 6 });
  expect(ended.stdout).toContain('has ended (SUCCEEDED)');
  expect((await project.orders('resume', orderId)).code).toBe(6);
  expect((await project.orders('pause')).code).toBe(2);
  expect((await project.orders('pause', '--running', orderId)).code).toBe(2);
  expect((await project.orders('resume')).code).toBe(5);
  expect((await project.orders('pause', 'order-ffffffffff')).code).toBe(5);
  expect((await project.orders('pause', orderId, '--reason', 'x'.repeat(1025))).code).toBe(2);
});

it(`pauses and resumes ${many} orders by filter, after it has shown them`, async () => {
  // At this speed, no order ends its wait before all are paused.
  await project.orders('local', 'start', '--time-scale', '1');
  const ids: string[] = [];
  while (ids.length < many) ids.push(await submit());
  for (const orderId of ids) await isWaiting(orderId);
  const unconfirmed = await project.orders('pause', '--running', '--no-input');
  expect(unconfirmed.code).toBe(4);
  expect(unconfirmed.stderr).toContain(`${many} orders match: `);
  const paused = await change('pause', '--status', 'awaiting-warehouse', '--yes', '--rate', '50');
  expect(paused.map(({ result }) => result)).toEqual(ids.map(() => 'paused'));
  expect((await listPaused()).toSorted()).toEqual(ids.toSorted());
  const resumed = await change('resume', '--yes', '--rate', '50');
  expect(resumed.map(({ orderId }) => orderId).toSorted()).toEqual(ids.toSorted());
  await accelerate();
  const { code } = await project.orders('watch', ...ids, '--ui', 'quiet');
  expect(code).toBe(0);
  expect((await project.orders('list', '--verify')).code).toBe(0);
});

it('keeps the version of a paused order, and destroys the stack with it only on request', async () => {
  await project.orders('local', 'start', '--time-scale', '1');
  const orderId = await submit();
  await isWaiting(orderId);
  await change('pause', orderId);
  // Each deployment publishes a version.
  for (const level of full ? ['DEBUG', 'WARN'] : ['DEBUG']) {
    await project.runJson('deploy', '--parameter', `LogLevel=${level}`);
  }
  const { prunable } = await project.runJson('versions', 'prune', '--keep', '1', '--dry-run');
  const arn = (await get(orderId)).execution?.arn ?? '';
  const version = /:function:([^/]+)\//.exec(arn)?.[1];
  expect(prunable).not.toContain(version);
  const refused = await project.orders('destroy', '--yes', '--no-input');
  expect(refused.code).toBe(6);
  expect(refused.stderr).toContain('1 running, 1 of them paused');
  await accelerate();
  const destroyed = await project.runJson('destroy', '--yes', '--running', 'cancel');
  expect(destroyed).toMatchObject({ destroyed: true, cancelled: 1 });
});
