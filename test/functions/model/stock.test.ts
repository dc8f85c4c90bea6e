import { AsyncLocalStorage } from 'node:async_hooks';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  PutCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OrderRecord, ReservedUnits } from '../../../functions/contract/api.ts';
import { divideUnits, stockKey } from '../../../functions/contract/stock.ts';
import type { Attempt, Inventory, StageAttempt } from '../../../functions/order-workflow/ports.ts';
import { auditStock, stockMismatch, sumShardCounters } from '../../../src/orders/verify/stock.ts';
import type { Fixture } from '../../local/dynamodb/fixture.ts';
import { connectInProcess } from '../../local/dynamodb/in-process.ts';
import { full } from '../../support/full.ts';
import { createRandom } from '../../support/random.ts';
import { startTables } from '../stack-tables.ts';
import { createSideEffectModel, type SideEffectModel } from './side-effects.ts';

/** Chooses which of the waiting processes sends its request next. */
type Schedule = (waiting: number) => number;

/** A process whose requests wait for their turn. */
interface Process {
  readonly turn: () => Promise<void>;
  /** Called after a request, before its response arrives. */
  readonly answered?: () => void;
}

const current = new AsyncLocalStorage<Process>();

let fixture: Fixture;
let documents: DynamoDBDocumentClient;
let inventory: Inventory;
let model: SideEffectModel;
let split: (productId: string) => Promise<number>;

beforeAll(async () => {
  fixture = await startTables();
  documents = DynamoDBDocumentClient.from(fixture.client);
  model = createSideEffectModel(documents);
  ({ inventory } = await import('../../../functions/order-workflow/services/inventory.ts'));
  ({ splitStock: split } = await import(
    '../../../functions/order-workflow/services/stock/split.ts'
  ));
  const { documents: functionsClient } = await import('../../../functions/shared/dynamodb.ts');
  connectInProcess(functionsClient, fixture);
  functionsClient.middlewareStack.add(
    (next) => async (args) => {
      const { TableName } = args.input as { TableName?: string };
      // Processes share their reads of outages, so such a read cannot wait for the turn of one process.
      const process = TableName === 'ProviderCallsTable' ? undefined : current.getStore();
      await process?.turn();
      const response = await next(args);
      process?.answered?.();
      return response;
    },
    { step: 'initialize', name: 'turns' },
  );
});
afterAll(() => fixture.close());

const put = (TableName: string, Item: object) =>
  documents.send(new PutCommand({ TableName, Item }));

async function stock(productId: string, units: number, shards: number): Promise<void> {
  for (const [shard, available] of divideUnits(units, shards).entries()) {
    const Item = { ...stockKey({ productId, shard }), available, reserved: 0, sold: 0 };
    await put('ProductsTable', shard === 0 && shards > 1 ? { ...Item, shards } : Item);
  }
}

const placedOrder = (orderId: string, items: Readonly<Record<string, number>>) => ({
  orderId,
  order: {
    customerId: 'C',
    customerEmail: 'c@example.com',
    items: Object.entries(items).map(([productId, quantity]) => ({
      productId,
      name: 'Thing',
      quantity,
      price: 1,
    })),
  },
  totalMinor: 100,
});
type Placed = ReturnType<typeof placedOrder>;

async function place(orderId: string, items: Readonly<Record<string, number>>): Promise<Placed> {
  const placed = placedOrder(orderId, items);
  const transitions: OrderRecord['transitions'] = [];
  const status = 'payment-processed';
  await put('OrdersTable', { orderId, status, transitions, items: placed.order.items });
  return placed;
}

const attempt = (number = 1): StageAttempt => ({
  key: 'key',
  number,
  record: { statuses: [], calls: [], written: false },
});

type Move = (placed: Placed, attempt: Attempt & StageAttempt) => Promise<unknown>;

/** Attempts a move like a durable step: again after a crash or a conflict. Returns the code of a rejection. */
async function attempted(placed: Placed, move: Move): Promise<string | undefined> {
  for (let number = 1; ; number += 1) {
    try {
      await move(placed, attempt(number));
      return undefined;
    } catch (error) {
      const { name, code } = error as Error & { code?: string };
      if (code) return code;
      if (name !== 'WriteContention' && name !== 'Crash') throw error;
    }
  }
}

const reserve: Move = (placed, number) => inventory.reserve(placed, number);
const release: Move = (placed, number) => inventory.release(placed, number);
const handOver: Move = (placed, number) => inventory.handOver(placed, number);

/** Runs processes whose requests are sent one at a time, in the order of the schedule. */
async function interleave(processes: readonly (() => Promise<void>)[], schedule: Schedule) {
  const waiting: (() => void)[] = [];
  let running = processes.length;
  const next = () => {
    if (waiting.length < running || waiting.length === 0) return;
    const [go] = waiting.splice(schedule(waiting.length), 1);
    go?.();
  };
  const turn = () =>
    new Promise<void>((resolve) => {
      waiting.push(resolve);
      next();
    });
  await Promise.all(
    processes.map((process) =>
      current.run({ turn }, async () => {
        await process();
        running -= 1;
        next();
      }),
    ),
  );
}

/** Returns every schedule, or some that are drawn at random in the short form. */
async function forEachSchedule(run: (schedule: Schedule, name: string) => Promise<void>) {
  if (!full) {
    const random = createRandom(20_261_129);
    for (let number = 1; number <= 2; number += 1) {
      await run((waiting) => random.between(0, waiting - 1), `random-${number}`);
    }
    return;
  }
  let choices: number[] = [];
  for (let number = 1; ; number += 1) {
    const options: number[] = [];
    await run((waiting) => {
      options.push(waiting);
      return choices[options.length - 1] ?? 0;
    }, String(number));
    choices = options.map((_, index) => choices[index] ?? 0);
    while (choices.length > 0 && (choices.at(-1) ?? 0) + 1 >= (options[choices.length - 1] ?? 0)) {
      choices.pop();
    }
    const last = choices.pop();
    if (last === undefined) return;
    choices.push(last + 1);
  }
}

/** Returns what contradicts the orders in the shards of a product. */
async function problems(productId: string, orderIds: readonly string[]): Promise<string[]> {
  const records = await Promise.all(orderIds.map((orderId) => model.recordOf(orderId)));
  const due = [...sumShardCounters(records)].filter(([, shard]) => shard.productId === productId);
  const shards = await model.shardStockOf(productId);
  return auditStock(new Map(due), shards).map((difference) => stockMismatch(difference).message);
}

async function expectTotal(productId: string, units: number): Promise<void> {
  const { available = 0, reserved = 0, sold = 0 } = (await model.stockOf(productId)) ?? {};
  expect([productId, available + reserved + sold]).toEqual([productId, units]);
}

describe('orders that reserve, release and hand over at the same time', () => {
  it.each(['a reservation', 'a release'])(
    'leave each shard as its orders say, however a reservation and %s interleave',
    (rival) =>
      forEachSchedule(async (schedule, number) => {
        const name = `${rival}-${number}`;
        const product = `P-${name}`;
        await stock(product, 4, 2);
        const [a, b] = await Promise.all([
          place(`a-${name}`, { [product]: 3 }),
          place(`b-${name}`, { [product]: 2 }),
        ]);
        const ends: (string | undefined)[] = [];
        const take = (placed: Placed) => async () =>
          void ends.push(await attempted(placed, reserve));
        if (rival === 'a release') await take(a)();
        const first =
          rival === 'a release' ? async () => void (await attempted(a, release)) : take(a);
        await interleave([first, take(b)], schedule);
        for (const placed of [a, b]) await attempted(placed, handOver);
        expect(await problems(product, [a.orderId, b.orderId])).toEqual([]);
        await expectTotal(product, 4);
        expect(ends.filter((code) => code === undefined).length).toBeGreaterThan(0);
        expect(ends.filter((code) => code !== undefined && code !== 'out-of-stock')).toEqual([]);
      }),
    600_000,
  );

  it(
    'lose no unit while the stock of an earlier version is split',
    () =>
      forEachSchedule(async (schedule, name) => {
        const product = `S-${name}`;
        await stock(product, 64, 1);
        const orders = await Promise.all(
          ['a', 'b'].map((id) => place(`${id}-split-${name}`, { [product]: 20 })),
        );
        const [a, b] = orders as [Placed, Placed];
        await attempted(a, reserve);
        await interleave(
          [
            async () => void (await attempted(a, release)),
            async () => void (await split(product)),
            async () => void (await attempted(b, reserve)),
          ],
          schedule,
        );
        expect(await problems(product, [a.orderId, b.orderId])).toEqual([]);
        await expectTotal(product, 64);
      }),
    600_000,
  );
});

describe.each(['before', 'after'] as const)('a crash %s any request', (when) => {
  const moves = { release, handOver };
  it.each(['release', 'handOver'] as const)('reserves and does %s once', async (end) => {
    for (let at = 1; ; at += 1) {
      const product = `C-${when}-${end}-${at}`;
      await stock(product, 7, 3);
      const placed = await place(product, { [product]: 5 });
      let requests = 0;
      const crash = (moment: 'before' | 'after') => {
        if (moment === 'before') requests += 1;
        if (requests !== at || moment !== when) return;
        throw Object.assign(new Error('crash'), { name: 'Crash' });
      };
      const process = { turn: async () => crash('before'), answered: () => crash('after') };
      await current.run(process, async () => {
        expect(await attempted(placed, reserve)).toBeUndefined();
        await attempted(placed, moves[end]);
        await attempted(placed, moves[end]);
      });
      expect(await problems(product, [placed.orderId])).toEqual([]);
      const left = end === 'release' ? { available: 7, sold: 0 } : { available: 2, sold: 5 };
      expect(await model.stockOf(product)).toEqual({ reserved: 0, ...left });
      if (requests < at) break;
    }
  });
});

describe('a fault of the stock is named', () => {
  const key = ({ productId = '', shard = 0 }) => ({
    TableName: 'ProductsTable',
    Key: stockKey({ productId, shard }),
  });
  const change = (UpdateExpression: string, units: object) => (shard: ReservedUnits | undefined) =>
    documents.send(
      new UpdateCommand({
        ...key(shard ?? {}),
        UpdateExpression,
        ExpressionAttributeValues: { ':negative': -2, ...units },
      }),
    );
  const remove = (shard: ReservedUnits | undefined) =>
    documents.send(new DeleteCommand(key(shard ?? {})));

  it.each([
    [
      'a double release',
      change('ADD available :units, reserved :negative', { ':units': 2 }),
      /shard [12] of 3: 0 reserved, but its orders hold 2 \(released twice\?\)/,
    ],
    ['a negative shard', change('SET available = :negative', {}), /shard [12] of 3: -2 available/],
    ['a lost shard', remove, /shard [12] of 3: lost.*its orders hold 2/],
  ])('%s', async (name, plant, message) => {
    // Only shards 1 and 2 have enough units.
    await stock(name, 8, 3);
    await documents.send(new UpdateCommand({ ...key({ productId: name }), ...noUnits }));
    const placed = await place(name, { [name]: 2 });
    await attempted(placed, reserve);
    expect(await problems(name, [name])).toEqual([]);
    const { reservedFrom = [] } = await model.recordOf(name);
    await plant(reservedFrom[0]);
    expect(await problems(name, [name])).toEqual([expect.stringMatching(message)]);
  });
});

const noUnits = {
  UpdateExpression: 'SET available = :none',
  ExpressionAttributeValues: { ':none': 0 },
};
