import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { watchSchema } from '../../src/cli/schemas/watch.ts';
import type { StreamRecord } from '../../src/cli/watch/renderers.ts';
import { readOrders } from '../../src/orders/tables/orders-table.ts';
import { fakeTarget } from '../aws/fake-aws.ts';
import { createDeployedProject, type DeployedProject } from '../support/deployed-project.ts';
import { findFreePort } from '../support/free-port.ts';
import { full } from '../support/full.ts';
import { startForTest } from '../support/start-for-test.ts';
import { runInTerminal } from '../support/terminal.ts';
import { readTraffic } from '../support/traffic.ts';

/** Some orders fail, some of them early. */
const mix = ['--mix', 'low=70,high=20,damaged=5,payment-declined=5', '--seed', '8'];

let project: DeployedProject;
let port: string;
/** An order that stays in review until it is cancelled, so that a running order exists. */
let parked: string;
beforeAll(async () => {
  port = String(await findFreePort());
  project = await createDeployedProject(...settings(), '--enforce-quotas');
});
afterAll(() => project.close());
beforeEach(async () => {
  ({ orderId: parked } = await project.runJson('submit', '--sample', 'fraud-review'));
});

const settings = () => ['--port', port, '--time-scale', '60'];
const start = (...more: string[]) => project.orders('local', 'start', ...settings(), ...more);
const load = (...settings: string[]) =>
  project.orders('load-test', ...settings, ...mix, '--no-report', '--json');
/** Cancels the parked order. */
const release = () => project.orders('cancel', parked, '--reason', 'test ended');

const url = async (): Promise<string> => (await project.runJson('local', 'status')).url;
/** Returns the operations of which the runtime refused a request. */
async function listRefused(): Promise<string[]> {
  const counts = await readTraffic(project.root, await url());
  return Object.entries(counts).flatMap(([name, { refused: n }]) => (n > 0 ? [name] : []));
}

/** Reads the newest orders from the table. */
async function readNewest(count: number) {
  const { stdout } = await project.orders('list', '--limit', String(count), '-o', 'id');
  const ids = stdout.trim().split('\n');
  const target = fakeTarget(await url(), project.root);
  return readOrders({ target, outputs: project.outputs }, { ids });
}

const many = 150;

// The short run watches orders within the quotas in another journey.
it.runIf(full)(
  `watches ${many} orders live within the quotas of an account, including orders that start meanwhile`,
  async () => {
    const watching = runInTerminal(project, ['watch', '--all']);
    await watching.until('1 running');
    await load('--count', String(many));
    await release();
    expect(await watching.exit).toBe(13);
    const all = [...(await readNewest(many + 1)).values()];
    const screen = stripVTControlCharacters(watching.raw());
    for (const ending of ['completed', 'failed', 'cancelled']) {
      const count = all.filter(({ status }) => status === ending).length;
      expect(screen).toMatch(new RegExp(`${many + 1} orders: .*\\b${count} ${ending}`));
    }
    expect(screen).toMatch(/reads \d\.\d\/15 rps/);
    expect(await listRefused()).toEqual([]);
  },
);

// The short run watches through faults without a process of its own.
it.runIf(full)('reports every event once when services throttle and fail', async () => {
  const count = 60;
  await start('--inject', 'throttle=20%,error=5%');
  const watching = startForTest(project, 'watch', '--all', '--json');
  const stdout = text(watching.stdout as Readable);
  const exited = once(watching, 'exit');
  // Orders that meet many faults wait for hours: after two minutes, there are no further faults.
  await load('--count', String(count), '--rate', '10', '--timeout', '2m');
  await start('--inject', 'none');
  await release();
  await exited;
  const records = (await stdout)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StreamRecord);
  for (const record of records) v.parse(watchSchema, record);
  const items = await readNewest(count + 1);
  const byOrder = Map.groupBy(records, (record) =>
    'orderId' in record ? record.orderId : undefined,
  );
  expect(new Set(byOrder.keys())).toEqual(new Set([...items.keys(), undefined]));
  expect(records.at(-1)).toMatchObject({ type: 'end', orders: count + 1 });
  for (const [orderId, { status, transitions }] of items) {
    const events = byOrder.get(orderId) ?? [];
    const statuses = events.flatMap((event) => (event.type === 'status' ? [event] : []));
    expect(statuses.map(({ to, ts, seq }) => ({ to, ts, seq }))).toEqual(
      transitions.map(({ status: to, at }, index) => ({ to, ts: at, seq: index + 1 })),
    );
    expect(events.filter(({ type }) => type === 'end')).toMatchObject([{ status, ending: status }]);
  }
});
