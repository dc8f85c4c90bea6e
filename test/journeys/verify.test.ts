import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import * as v from 'valibot';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { orderPath } from '../../functions/contract/path.ts';
import { loyaltyOrderKey, paymentKey } from '../../functions/contract/tables.ts';
import { listWatchSchema } from '../../src/cli/schemas/list.ts';
import { repairSchema, verifySchema } from '../../src/cli/schemas/verify.ts';
import type { MismatchKind } from '../../src/orders/verify/mismatch.ts';
import { projectCredentials } from '../support/credentials.ts';
import { createDeployedProject } from '../support/deployed-project.ts';
import { full } from '../support/full.ts';
import type { Project } from '../support/project.ts';
import { waitForStatus } from '../support/wait-for-status.ts';

let project: Project;
let outputs: Readonly<Record<string, string>>;
let tables: DynamoDBDocumentClient;

beforeAll(async () => {
  const deployed = await createDeployedProject('--time-scale', '600');
  project = deployed;
  ({ outputs } = deployed);
  const { url } = await project.runJson('local', 'status');
  const credentials = projectCredentials(project.root);
  const client = new DynamoDBClient({ endpoint: url, region: 'us-east-2', credentials });
  tables = DynamoDBDocumentClient.from(client);
});
afterAll(() => project.close());

const table = (name: string) => outputs[`${name}TableName`];
const put = (name: string, Item: Record<string, unknown>) =>
  tables.send(new PutCommand({ TableName: table(name), Item }));
const remove = (name: string, Key: Record<string, string>) =>
  tables.send(new DeleteCommand({ TableName: table(name), Key }));
const submit = async (sample: string): Promise<string> =>
  (await project.runJson('submit', '--sample', sample)).orderId;

/** Sets fields of an item. */
function set(name: string, Key: Record<string, string>, fields: Record<string, unknown>) {
  const entries = Object.entries(fields);
  return tables.send(
    new UpdateCommand({
      TableName: table(name),
      Key,
      UpdateExpression: `SET ${entries.map((_, index) => `#f${index} = :f${index}`).join(', ')}`,
      ExpressionAttributeNames: Object.fromEntries(
        entries.map(([field], index) => [`#f${index}`, field]),
      ),
      ExpressionAttributeValues: Object.fromEntries(
        entries.map(([, value], index) => [`:f${index}`, value]),
      ),
    }),
  );
}

async function verify(...flags: string[]) {
  return v.parse(verifySchema, await project.runJson('list', '--verify', ...flags));
}

const readOrder = async (orderId: string) =>
  (await project.runJson('get', orderId, '--personal')).order;
/** Reads an order's record, with its times replaced. */
const readRecord = async (orderId: string) => {
  const order = await readOrder(orderId);
  return JSON.parse(JSON.stringify(order).replace(/"\d{4}-[^"]+Z"/g, '"then"'));
};
const statusOf = async (orderId: string): Promise<string> =>
  (await project.runJson('get', orderId)).status;
const waitForEnd = (...ids: readonly string[]) => project.orders('watch', ...ids, '--ui', 'quiet');
/** Submits orders of these samples. Returns their ids. */
const submitAll = (samples: readonly string[]) => mapInTurn(samples, submit);

/** Calls a function for one item after another: concurrent commands need a process each. */
async function mapInTurn<T>(
  items: readonly string[],
  work: (item: string) => Promise<T>,
): Promise<T[]> {
  const done: T[] = [];
  for (const item of items) done.push(await work(item));
  return done;
}

it('reports no mismatch for orders of every kind, neither while they run nor after they have ended', async () => {
  const ids = await submitAll(full ? ['low', 'high', 'damaged', 'invalid'] : ['low', 'damaged']);
  await project.orders('cancel', ids[0] ?? '');
  expect((await verify()).mismatches).toEqual([]);
  const [down = '', review = ''] = await submitAll(['carrier-down', 'fraud-review']);
  ids.push(down, ...(await submitAll(full ? ['loyalty-down', 'payment-down'] : [])));
  expect((await verify()).mismatches).toEqual([]);
  await waitForEnd(...ids);
  ids.push(review);
  // The recovery of the order that failed after its hand-over gives up with a dead-letter message.
  const { code, stdout, stderr } = await vi.waitUntil(async () => {
    const verified = await project.orders('list', '--verify');
    return verified.stdout.includes('orders dead-letters list') && verified;
  });
  expect(stdout).toContain(`✓ ${ids.length} orders = ${ids.length} executions · 1 running`);
  expect(stdout).toContain(`! ${down}  failed during or after its hand-over`);
  expect(stderr).not.toContain('not verified');
  expect(code).toBe(0);
  await project.orders('review', 'reject', review);
  await waitForEnd(review);
  const filtered = await verify('--failed', '--customer', 'FRAUD-REVIEW');
  expect(filtered).toMatchObject({ orders: 1, mismatches: [] });
  expect(filtered.notJudged).toEqual(['stock: not every order is included']);
});

/** Changes to the side effects of an ended order, each with the mismatch that it causes. */
const allPlants: readonly {
  readonly kind: MismatchKind;
  readonly sample: string;
  readonly plant: (orderId: string) => Promise<unknown>;
}[] = [
  {
    kind: 'lost-row',
    sample: 'high',
    plant: (orderId) => remove('Orders', { orderId }),
  },
  {
    kind: 'lost-row',
    sample: 'damaged',
    plant: (orderId) => put('Orders', { orderId, status: 'failed' }),
  },
  {
    kind: 'lost-row',
    sample: 'carrier-down',
    plant: (orderId) => remove('Orders', { orderId }),
  },
  {
    kind: 'wrong-end',
    sample: 'payment-down',
    plant: (orderId) => set('Orders', { orderId }, { status: 'completed' }),
  },
  {
    kind: 'unfinished',
    sample: 'low',
    plant: (orderId) => set('Orders', { orderId }, { status: 'awaiting-pickup' }),
  },
  {
    kind: 'transitions',
    sample: 'low',
    plant: (orderId) => set('Orders', { orderId }, { transitions: [] }),
  },
  {
    kind: 'charged-twice',
    sample: 'low',
    plant: (orderId) =>
      put('Payments', {
        idempotencyKey: `${orderId}/again`,
        paymentId: 'PAY-X',
        amount: 91.98,
        state: 'charged',
      }),
  },
  {
    kind: 'charged-twice',
    sample: 'low',
    plant: (orderId) =>
      put('ProviderCalls', {
        orderId,
        callId: '2026#x',
        call: 'charge',
        key: paymentKey(orderId),
        attempt: 1,
        effective: true,
        at: new Date().toISOString(),
      }),
  },
  {
    kind: 'charged-unduly',
    sample: 'damaged',
    plant: (orderId) =>
      set('Payments', { idempotencyKey: paymentKey(orderId) }, { state: 'charged' }),
  },
  {
    kind: 'leaked-reservation',
    sample: 'damaged',
    plant: (orderId) => set('Orders', { orderId }, { reservation: 'held' }),
  },
  {
    kind: 'missing-points',
    sample: 'low',
    plant: (orderId) => remove('Loyalty', { ...loyaltyOrderKey('CUST-001', orderId) }),
  },
  {
    kind: 'wrong-points',
    sample: 'multi',
    plant: (orderId) =>
      set('Loyalty', { ...loyaltyOrderKey('CUST-003', orderId) }, { points: 300 }),
  },
];

/** Kinds of the short run: one for each way to repair an order. The tests of the audit find all kinds. */
const shortKinds: readonly MismatchKind[] = [
  'lost-row',
  'unfinished',
  'charged-twice',
  'missing-points',
];
const plants = full
  ? allPlants
  : oneOfEach(allPlants.filter(({ kind }) => shortKinds.includes(kind)));

function oneOfEach<T extends { readonly kind: MismatchKind }>(all: readonly T[]): readonly T[] {
  return all.filter(({ kind }, index) => all.findIndex((other) => other.kind === kind) === index);
}

it('reports every planted mismatch of ended orders, and repairs it with the printed command', async () => {
  const ids = await submitAll(plants.map(({ sample }) => sample));
  await waitForEnd(...ids);
  const lost = ids.filter((_, index) => plants[index]?.kind === 'lost-row');
  const records = await mapInTurn(lost, readRecord);
  for (const [index, { plant }] of plants.entries()) await plant(ids[index] ?? '');

  const shown = await project.orders('get', lost[0] ?? '');
  expect(shown.stderr).toContain(`orders repair ${lost[0]}`);

  const { code, stdout, stderr } = await project.orders('list', '--verify');
  for (const [index, { kind }] of plants.entries()) {
    expect(stdout).toContain(`✗ ${ids[index]}  ${kind}: `);
  }
  expect(code).toBe(14);
  const commands = new Set(
    [...stdout.matchAll(/^ {4}orders (.* --yes)$/gm)].map(([, command = '']) => command),
  );
  expect([commands.size, stdout]).toEqual([plants.length, expect.anything()]);
  expect(stderr).toContain('until the orders above are repaired');
  const unconfirmed = await project.orders('repair', ids[0] ?? '');
  expect([unconfirmed.code, unconfirmed.stderr]).toEqual([4, expect.stringContaining('--yes')]);
  const repairs = await mapInTurn([...commands], (command) =>
    project.orders(...command.split(' ')),
  );
  for (const repair of repairs) {
    expect([repair.code, repair.stdout]).toEqual([
      0,
      expect.stringMatching(/^✓ \S+ (record|order|payments)/),
    ]);
  }
  const after = await project.orders('list', '--verify');
  expect([after.stdout, after.code]).toEqual([expect.not.stringContaining('✗'), 0]);
  expect(await mapInTurn(lost, readRecord)).toEqual(records);
}, 180_000);

/** Changes to the record of an order in review, each with the mismatch that it causes. */
const allRunning: readonly {
  readonly kind: MismatchKind;
  readonly plant: (orderId: string) => Promise<unknown>;
}[] = [
  { kind: 'ahead', plant: (orderId) => set('Orders', { orderId }, { status: 'completed' }) },
  {
    kind: 'ahead',
    plant: (orderId) => set('Orders', { orderId }, { status: 'shipped', handOver: 'then' }),
  },
  { kind: 'lost-row', plant: (orderId) => remove('Orders', { orderId }) },
  {
    kind: 'behind',
    plant: (orderId) => {
      const transitions = [{ status: 'validated', at: new Date().toISOString() }];
      return set('Orders', { orderId }, { status: 'validated', transitions });
    },
  },
  {
    kind: 'lost-execution',
    plant: (orderId) => {
      const executionArn = `${outputs['OrderProcessingFunctionArn']}:1/durable-execution/${orderId}/gone`;
      return set('Orders', { orderId }, { executionArn });
    },
  },
];

const shortRunning: readonly MismatchKind[] = ['lost-row', 'behind'];
const running = full ? allRunning : allRunning.filter(({ kind }) => shortRunning.includes(kind));

it('reports and repairs planted mismatches of running orders, which then complete', async () => {
  const ids = await submitAll(running.map(() => 'fraud-review'));
  for (const id of ids) {
    await waitForStatus(project, id, 'awaiting-review');
  }
  for (const [index, { plant }] of running.entries()) await plant(ids[index] ?? '');
  const { mismatches } = await verify();
  expect(mismatches.map(({ orderId, kind }) => `${orderId} ${kind}`).sort()).toEqual(
    running.map(({ kind }, index) => `${ids[index]} ${kind}`).sort(),
  );
  const repaired = await project.orders('repair', ...ids, '--yes', '--json');
  expect(v.parse(repairSchema, JSON.parse(repaired.stdout).data)).toHaveLength(ids.length);
  expect(repaired.code).toBe(0);
  expect((await verify()).mismatches).toEqual([]);
  await mapInTurn(ids, (id) => project.orders('review', 'approve', id));
  await waitForEnd(...ids);
  expect(new Set(await mapInTurn(ids, statusOf))).toEqual(new Set(['completed']));
  expect((await verify()).mismatches).toEqual([]);
}, 120_000);

// The short run judges such orders without a stack only.
it.runIf(full)('judges an order by the workflow that it ran, not by the current one', async () => {
  const orderId = await submit('low');
  await waitForEnd(orderId);
  const order = await readOrder(orderId);
  const { transitions } = order;
  const added = { status: 'added', at: transitions.at(-1).at };
  const path = orderPath(order).toSpliced(-1, 0, added.status);
  await set('Orders', { orderId }, { path, transitions: transitions.toSpliced(-1, 0, added) });
  expect((await verify()).mismatches).toEqual([]);
  await set('Orders', { orderId }, { transitions });
  expect((await verify()).mismatches).toMatchObject([
    { orderId, kind: 'transitions', message: 'is completed and was never added', mends: false },
  ]);
  await set('Orders', { orderId }, { path: orderPath(order) });
  expect((await verify()).mismatches).toEqual([]);
});

it('reports and repairs wrong stock counters', async () => {
  await set('Products', { productId: 'MOUSE-001' }, { reserved: 7, sold: 1 });
  const before = await verify();
  expect(before.mismatches).toMatchObject([{ kind: 'stock', productId: 'MOUSE-001' }]);
  const { code } = await project.orders('inventory', 'recount', 'MOUSE-001', '--yes');
  expect(code).toBe(0);
  expect((await verify()).mismatches).toEqual([]);
});

it('prints changes of the list as records that end with an end record', async () => {
  const watching = project.orders(
    'list',
    '--watch',
    '--customer',
    'CUST-002',
    '--json',
    '--timeout',
    '5s',
  );
  const orderId = await submit('high');
  const { code, stdout } = await watching;
  const records = stdout
    .trimEnd()
    .split('\n')
    .map((text) => v.parse(listWatchSchema, JSON.parse(text)));
  const changes = records.filter((record) => record.type === 'order' && record.orderId === orderId);
  expect(changes.at(-1)).toMatchObject({ status: 'completed' });
  expect(records.at(-1)).toMatchObject({ type: 'end', exitCode: 124 });
  expect(code).toBe(124);
});
