/**
 * Lists orders by creation time, newest first, without a scan: reads the listing index day by day backwards and merges the
 * shards of each day.
 */
import { listingPartition } from '../../../functions/contract/tables.ts';
import { latestRecordTime } from '../../environment/latest-record.ts';
import type { Stack } from '../../environment/stack.ts';
import { limitConcurrency } from '../requests/limit-concurrency.ts';
import { type ListedOrder, type ListingQuery, readListingPage } from '../tables/listing-table.ts';
import { cacheForCompletion } from './completion-cache.ts';
import { readListingShards } from './listing-shards.ts';
import { PartitionReader } from './partition-reader.ts';

/** A position in the list. Orders created in the same millisecond are sorted by id. */
export type ListingPosition = Pick<ListedOrder, 'createdAt' | 'orderId'>;

export interface ListingRange extends ListingQuery {
  /** Lists only orders behind this position. */
  readonly after?: ListingPosition | undefined;
  /** The number of orders that the caller probably needs; further ones are read in longer pages. */
  readonly pageSize: number;
}

const dayMs = 86_400_000;
/** Maximum number of days that are queried at the same time while no orders are found. */
const maxDaysPerQuery = 16;
/** Maximum number of queries at the same time. */
const maxConcurrentQueries = 32;
/** Maximum number of listed orders that are cached for shell completion. */
const maxCachedOrders = 100;

/** Yields the orders created in the range that pass its filters, newest first. Reads no more days than the caller needs. */
export async function* listNewestFirst(
  stack: Stack,
  range: ListingRange,
): AsyncGenerator<ListedOrder, void> {
  const listed: ListedOrder[] = [];
  try {
    for await (const order of listByDay(stack, range)) {
      if (listed.length < maxCachedOrders) listed.push(order);
      yield order;
    }
  } finally {
    cacheForCompletion(stack.target, listed);
  }
}

async function* listByDay(stack: Stack, range: ListingRange): AsyncGenerator<ListedOrder, void> {
  const { after, pageSize } = range;
  const end = range.until ?? new Date(latestRecordTime(stack.target)).toISOString();
  const until = after && after.createdAt < end ? after.createdAt : end;
  const query = { ...range, until };
  const shards = await readListingShards(stack);
  const limited = limitConcurrency(maxConcurrentQueries);
  const read = (partition: string): PartitionReader =>
    new PartitionReader(
      (page) => limited(() => readListingPage(stack, query, { partition, ...page })),
      expectedInShard(pageSize, shards),
    );
  let span = 1;
  for (let day = toDay(until); day >= toDay(range.since); ) {
    let count = 0;
    const readers = listPartitions(day, { span, shards }).map(read);
    for await (const order of mergeSorted(
      readers.map((reader) => sortWithinMillisecond(reader.orders())),
    )) {
      count += 1;
      if (count === pageSize + 1) for (const reader of readers) reader.readAhead();
      if (!after || comparePositions(after, order) < 0) yield order;
    }
    day = subtractDays(day, span);
    span = count > 0 ? 1 : Math.min(span * 2, maxDaysPerQuery);
  }
}

/** The number of the newest `pageSize` orders that are in one of the shards: twice the mean, because a hash spreads them unevenly. */
function expectedInShard(pageSize: number, shards: number): number {
  return Math.min(pageSize + 1, Math.ceil((2 * pageSize) / shards) + 2);
}

/** Lists the partitions of the index for `span` days that end with `day`. */
function listPartitions(
  day: string,
  { span, shards: count }: { readonly span: number; readonly shards: number },
): string[] {
  const days = Array.from({ length: span }, (_, back) => subtractDays(day, back));
  const shards = Array.from({ length: count }, (_, shard) => shard);
  return days.flatMap((date) => shards.map((shard) => listingPartition(date, shard)));
}

/** Returns a negative number if `a` is listed before `b`. */
function comparePositions(a: ListingPosition, b: ListingPosition): number {
  if (a.createdAt !== b.createdAt) return a.createdAt > b.createdAt ? -1 : 1;
  return a.orderId === b.orderId ? 0 : a.orderId > b.orderId ? -1 : 1;
}

/** Sorts orders of the same millisecond by id: the index does not define their order, but a cursor depends on it. */
async function* sortWithinMillisecond(
  orders: AsyncIterable<ListedOrder>,
): AsyncGenerator<ListedOrder, void> {
  let simultaneous: ListedOrder[] = [];
  for await (const order of orders) {
    if (simultaneous[0] && simultaneous[0].createdAt !== order.createdAt) {
      yield* simultaneous.sort(comparePositions);
      simultaneous = [];
    }
    simultaneous.push(order);
  }
  yield* simultaneous.sort(comparePositions);
}

type OrderStream = AsyncGenerator<ListedOrder, void>;

/** Merges sorted streams into one sorted stream. */
async function* mergeSorted(streams: readonly OrderStream[]): OrderStream {
  const heads = (await Promise.all(streams.map(readHead))).filter((head) => head !== undefined);
  for (;;) {
    const [first, ...others] = heads;
    if (!first) return;
    const next = others.reduce((best, head) => {
      return comparePositions(head.order, best.order) < 0 ? head : best;
    }, first);
    yield next.order;
    const following = await readHead(next.stream);
    heads.splice(heads.indexOf(next), 1, ...(following ? [following] : []));
  }
}

async function readHead(stream: OrderStream) {
  const { done, value } = await stream.next();
  return done ? undefined : { stream, order: value };
}

const toDay = (time: string) => time.slice(0, 10);
const subtractDays = (day: string, days: number) =>
  toDay(new Date(Date.parse(day) - days * dayMs).toISOString());
