import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { quantitiesOf } from '../../../functions/contract/expected-side-effects.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { listStock } from '../actions/inventory.ts';
import type { ListQuery } from '../lookup/list.ts';
import { newestFirst } from '../lookup/listing-index.ts';
import { readRows } from './read-rows.ts';
import type { View } from './read-window.ts';
import type { Frame } from './stack-settings.ts';
import { auditStock, countersOf, type StockDifference } from './stock.ts';

/** Looks for older orders so many days back; a counter knows no days. */
const mostDays = 32;
const dayMs = 86_400_000;
/** The index tells of a new order a moment later, and orders move: so often is a difference looked at again. */
const looks = 5;

interface StockOptions {
  readonly query: ListQuery;
  readonly view: View;
  readonly frame: Frame;
}

export interface StockVerdict {
  readonly differences: readonly StockDifference[];
  readonly notJudged: readonly string[];
}

/** Compares products' counters with their orders, where every order that ever was is in view. */
export async function verifyStock(
  target: Target,
  outputs: StackOutputs,
  { query, view, frame }: StockOptions,
): Promise<StockVerdict> {
  const why = await whatIsMissing(target, outputs, { query, view, frame });
  if (why) return { differences: [], notJudged: [`stock: ${why}`] };
  const records = new Map(view.records);
  let told = new Map<string, string>();
  let open: StockDifference[] = [];
  for (let look = 1; look <= looks; look += 1) {
    const before = new Map(records);
    const stock = await listStock(target, outputs);
    await refresh(target, outputs, { records, query });
    const moved = movedProducts(before, records);
    const found = new Map(stock.map((each) => [each.productId, each]));
    const none = [...found.keys()].map((id) => [id, { reserved: 0, sold: 0 }] as const);
    const expected = new Map([...none, ...countersOf(records.values())]);
    open = auditStock(expected, found);
    const still = open.filter(({ productId }) => !moved.has(productId));
    const again = still.filter((each) => told.get(each.productId) === textOf(each));
    if (open.length === again.length) return { differences: again, notJudged: [] };
    told = new Map(still.map((each) => [each.productId, textOf(each)]));
    await sleep(Math.max(300, target.pollMs) * look);
  }
  const sure = open.filter((each) => told.get(each.productId) === textOf(each));
  const moving = open.length - sure.length;
  return {
    differences: sure,
    notJudged: moving > 0 ? [`stock of ${moving} products: their orders moved at every look`] : [],
  };
}

const textOf = (difference: StockDifference) => JSON.stringify(difference);

/** Why not every order is in view, in words. */
async function whatIsMissing(
  target: Target,
  outputs: StackOutputs,
  { query, view, frame }: StockOptions,
): Promise<string | undefined> {
  if (!view.whole || Date.parse(query.until) < Date.now()) return 'not every order is in view';
  const since = Date.parse(query.since);
  if (since <= frame.createdAt) return undefined;
  const older = 'orders from before --since are not in view';
  if (since - frame.createdAt > mostDays * dayMs) return older;
  const range = {
    since: new Date(frame.createdAt - dayMs).toISOString(),
    until: new Date(since - 1).toISOString(),
    page: 1,
  };
  for await (const _ of newestFirst(target, outputs, range)) return older;
  return undefined;
}

/** Reads the orders as they now are, with those that are new. */
async function refresh(
  target: Target,
  outputs: StackOutputs,
  { records, query }: { records: Map<string, OrderRecord>; query: ListQuery },
): Promise<void> {
  const created = [...records.values()].map(({ createdAt }) => createdAt);
  const newest = created.sort().at(-1) ?? query.since;
  const until = new Date(Date.now() + dayMs).toISOString();
  const ids = new Set(records.keys());
  for await (const { orderId } of newestFirst(target, outputs, {
    since: newest,
    until,
    page: 100,
  })) {
    ids.add(orderId);
  }
  for (const [id, record] of await readRows(target, outputs, ids)) records.set(id, record);
}

function movedProducts(
  before: ReadonlyMap<string, OrderRecord>,
  after: ReadonlyMap<string, OrderRecord>,
): Set<string> {
  const moved = [...after.values()].filter(
    ({ orderId, reservation }) =>
      !before.has(orderId) || before.get(orderId)?.reservation !== reservation,
  );
  return new Set(moved.flatMap((each) => [...quantitiesOf(each).keys()]));
}
