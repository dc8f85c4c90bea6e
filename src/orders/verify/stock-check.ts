import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { quantityByProduct } from '../../../functions/contract/expected-side-effects.ts';
import type { Stack } from '../../environment/stack.ts';
import type { ListQuery } from '../lookup/list.ts';
import { listNewestFirst } from '../lookup/listing-index.ts';
import type { StackSettings } from '../lookup/stack-settings.ts';
import { readAllShards } from '../tables/products-table.ts';
import { readRows } from './read-rows.ts';
import type { VerificationWindow } from './read-window.ts';
import { auditStock, type StockDifference, sumShardCounters } from './stock.ts';

/** Orders before the window are searched this far back (days); counters include orders of any age. */
const maxDaysBack = 32;
const dayMs = 86_400_000;
/** Maximum reads while orders change. The index lists a new order only after a moment. */
const maxReads = 5;
const minPollMs = 300;

interface StockCheckOptions {
  readonly query: ListQuery;
  readonly window: VerificationWindow;
  readonly settings: StackSettings;
}

export interface StockVerification {
  readonly differences: readonly StockDifference[];
  readonly notJudged: readonly string[];
}

/**
 * Compares the counters of all shards with their orders, if the window contains every order. Differences are read again,
 * up to `maxReads` times, until two reads show the same and no order of the products changed between them.
 */
export async function verifyStock(
  stack: Stack,
  options: StockCheckOptions,
): Promise<StockVerification> {
  const reason = await incompleteReason(stack, options);
  if (reason) return { differences: [], notJudged: [`stock: ${reason}`] };
  const records = new Map(options.window.records);
  let previous = new Set<string>();
  let open: readonly StockDifference[] = [];
  const isConfirmed = (difference: StockDifference) => previous.has(formatDifference(difference));
  for (let read = 1; read <= maxReads; read += 1) {
    const { differences, changedProducts } = await compareCounters(stack, records, options.query);
    open = differences;
    const stable = differences.filter(({ productId }) => !changedProducts.has(productId));
    const confirmed = stable.filter(isConfirmed);
    if (confirmed.length === differences.length) return { differences: confirmed, notJudged: [] };
    previous = new Set(stable.map(formatDifference));
    await sleep(Math.max(minPollMs, stack.target.pollMs) * read);
  }
  const confirmed = open.filter(isConfirmed);
  const unconfirmed = open.filter((difference) => !confirmed.includes(difference));
  const changing = new Set(unconfirmed.map(({ productId }) => productId)).size;
  return {
    differences: confirmed,
    notJudged: changing > 0 ? [`stock of ${changing} products: their orders keep changing`] : [],
  };
}

const formatDifference = (difference: StockDifference) => JSON.stringify(difference);

/** Reads the counters, then updates `records`, and compares the two. */
async function compareCounters(
  stack: Stack,
  records: Map<string, OrderRecord>,
  query: ListQuery,
): Promise<{
  readonly differences: readonly StockDifference[];
  readonly changedProducts: ReadonlySet<string>;
}> {
  const before = new Map(records);
  const found = await readAllShards(stack);
  await refreshRecords(stack, { records, query });
  return {
    differences: auditStock(sumShardCounters(records.values()), found),
    changedProducts: listChangedProducts(before, records),
  };
}

/** Returns why the window may lack orders; undefined if it contains every order. */
async function incompleteReason(
  stack: Stack,
  { query, window, settings }: StockCheckOptions,
): Promise<string | undefined> {
  const hasPassed = query.until !== undefined && Date.parse(query.until) < Date.now();
  if (!window.isComplete || hasPassed) {
    return 'not every order is included';
  }
  const since = Date.parse(query.since);
  if (since <= settings.createdAt) return undefined;
  const hasOlder = 'orders from before --since are not included';
  if (since - settings.createdAt > maxDaysBack * dayMs) return hasOlder;
  const range = {
    since: new Date(settings.createdAt - dayMs).toISOString(),
    until: new Date(since - 1).toISOString(),
    pageSize: 1,
  };
  for await (const _ of listNewestFirst(stack, range)) return hasOlder;
  return undefined;
}

/** Reads the records again, and adds the records of new orders. */
async function refreshRecords(
  stack: Stack,
  { records, query }: { readonly records: Map<string, OrderRecord>; readonly query: ListQuery },
): Promise<void> {
  const created = [...records.values()].map(({ createdAt }) => createdAt);
  const newest = created.sort().at(-1) ?? query.since;
  const ids = new Set(records.keys());
  const newOrders = listNewestFirst(stack, { since: newest, pageSize: 100 });
  for await (const { orderId } of newOrders) ids.add(orderId);
  for (const [id, record] of await readRows(stack, ids)) records.set(id, record);
}

/** Lists the products of orders that are new or moved stock. */
function listChangedProducts(
  before: ReadonlyMap<string, OrderRecord>,
  after: ReadonlyMap<string, OrderRecord>,
): Set<string> {
  const changed = [...after.values()].filter(({ orderId, reservation }) => {
    const earlier = before.get(orderId);
    return !earlier || earlier.reservation !== reservation;
  });
  return new Set(changed.flatMap((order) => [...quantityByProduct(order).keys()]));
}
