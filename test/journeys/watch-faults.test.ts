import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import * as v from 'valibot';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { watchSchema } from '../../src/cli/schemas/watch.ts';
import type { StreamRecord } from '../../src/cli/watch/renderers.ts';
import type { TrafficCounts } from '../../src/local/fault-injection/request-gate.ts';
import { readOrders } from '../../src/orders/lookup/batch-get.ts';
import { fakeTarget } from '../aws/fake-aws.ts';
import { aFreePort } from '../support/free-port.ts';
import { full } from '../support/full.ts';
import { aProject, type Project } from '../support/project.ts';
import { atTerminal } from '../support/terminal.ts';

/** Some end badly, some early. */
const mix = ['--mix', 'low=70,high=20,damaged=5,payment-declined=5', '--seed', '8'];

let project: Project;
let port: string;
/** An order that is on its way until somebody ends it, so that there is something to watch. */
let parked: string;
beforeAll(async () => {
  project = aProject();
  port = String(await aFreePort());
  await start('--enforce-quotas');
  await project.ask('deploy');
});
afterAll(() => project.close());
beforeEach(async () => {
  ({ orderId: parked } = await project.ask('submit', '--sample', 'fraud-review'));
});

const start = (...settings: string[]) => {
  const timeScale = full ? '60' : '240';
  return project.orders('local', 'start', '--port', port, '--time-scale', timeScale, ...settings);
};
const load = (...settings: string[]) =>
  project.orders('load-test', ...settings, ...mix, '--no-report', '--json');
/** Ends what is parked, wherever it is. */
const release = () => project.orders('cancel', parked, '--reason', 'enough seen');

const url = async (): Promise<string> => (await project.ask('local', 'status')).url;
async function refused(): Promise<string[]> {
  const counts = (await (await fetch(`${await url()}/_runtime/traffic`)).json()) as TrafficCounts;
  return Object.entries(counts).flatMap(([name, { refused: n }]) => (n > 0 ? [name] : []));
}

/** The newest orders as they are in the table. */
async function orders(count: number) {
  const { stdout } = await project.orders('list', '--limit', String(count), '-o', 'id');
  const ids = stdout.trim().split('\n');
  const { outputs } = await project.ask('deploy');
  return readOrders(fakeTarget(await url(), project.root), outputs, { ids });
}

const many = full ? 500 : 12;

it(`watches ${many} orders live within the limits of an account, those that begin meanwhile too`, async () => {
  const watching = atTerminal(project, ['watch', '--all']);
  await watching.until('1 running');
  await load('--count', String(many));
  await release();
  expect(await watching.exit).toBe(13);
  const all = [...(await orders(many + 1)).values()];
  const said = stripVTControlCharacters(watching.raw());
  for (const ending of ['completed', 'failed', 'cancelled']) {
    const count = all.filter(({ status }) => status === ending).length;
    expect(said).toMatch(new RegExp(`${many + 1} orders: .*\\b${count} ${ending}`));
  }
  expect(said).toMatch(/reads \d\.\d\/15 rps/);
  expect(await refused()).toEqual([]);
}, 300_000);

it('shows nothing wrong, and at the end has missed nothing, when services refuse and fail', async () => {
  const count = full ? 200 : 8;
  await start('--inject', 'throttle=20%,error=5%');
  const watching = project.start('watch', '--all', '--json');
  const said = text(watching.stdout as Readable);
  const exited = once(watching, 'exit');
  await load('--count', String(count), '--timeout', full ? '4m' : '20s');
  await start('--inject', 'none');
  await release();
  await exited;
  const records = (await said)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StreamRecord);
  for (const record of records) v.parse(watchSchema, record);
  const items = await orders(count + 1);
  const told = Map.groupBy(records, (each) => ('orderId' in each ? each.orderId : undefined));
  expect(new Set(told.keys())).toEqual(new Set([...items.keys(), undefined]));
  expect(records.at(-1)).toMatchObject({ type: 'end', orders: count + 1 });
  for (const [orderId, { status, transitions }] of items) {
    const about = told.get(orderId) ?? [];
    const statuses = about.flatMap((each) => (each.type === 'status' ? [each] : []));
    expect(statuses.map(({ to, ts, seq }) => ({ to, ts, seq }))).toEqual(
      transitions.map(({ status: to, at }, index) => ({ to, ts: at, seq: index + 1 })),
    );
    expect(about.filter(({ type }) => type === 'end')).toMatchObject([{ status, ending: status }]);
  }
}, 300_000);
