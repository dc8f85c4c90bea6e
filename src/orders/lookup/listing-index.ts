/** The orders of the listing index, newest first: day by day backwards, the shards of a day merged. Never a scan. */
import {
  listingIndex,
  listingShards,
  outputs as names,
  type OrderRecord,
} from '../../../functions/contract/api.ts';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { rememberSeen } from './completion-cache.ts';

/** What the index knows of an order. */
export type ListedOrder = Pick<
  OrderRecord,
  'orderId' | 'status' | 'customerId' | 'total' | 'createdAt' | 'updatedAt'
>;

/** Where in the list an order stands: newest first, and by id where two were created in one millisecond. */
export type Position = Pick<ListedOrder, 'createdAt' | 'orderId'>;

export interface Range {
  /** RFC 3339 UTC, both inclusive. */
  readonly since: string;
  readonly until: string;
  /** Only what stands after this order. */
  readonly after?: Position | undefined;
  readonly statuses?: readonly OrderStatus[] | undefined;
  readonly customerId?: string | undefined;
  /** How many orders are probably wanted; the size of a page. */
  readonly page: number;
}

const dayMs = 86_400_000;
/** Days that are looked through at once where there are no orders. */
const mostDays = 16;
/** So many of those that are yielded are kept for the shell's completion. */
const mostSeen = 100;

/** Yields the orders created in the range that pass its filters, newest first; asks only for the days it needs. */
export async function* newestFirst(
  target: Target,
  outputs: StackOutputs,
  range: Range,
): AsyncGenerator<ListedOrder, void> {
  const seen: ListedOrder[] = [];
  try {
    for await (const order of walk(target, outputs, range)) {
      if (seen.length < mostSeen) seen.push(order);
      yield order;
    }
  } finally {
    rememberSeen(target, seen);
  }
}

async function* walk(
  target: Target,
  outputs: StackOutputs,
  range: Range,
): AsyncGenerator<ListedOrder, void> {
  const until =
    range.after && range.after.createdAt < range.until ? range.after.createdAt : range.until;
  const bounds = { ...range, until };
  let span = 1;
  for (let day = dayOf(until); day >= dayOf(range.since); ) {
    const days = Array.from({ length: span }, (_, back) => daysBefore(day, back));
    const shards = days.flatMap((each) =>
      Array.from({ length: listingShards }, (_, shard) => `${each}#${shard}`),
    );
    let found = false;
    for await (const order of merge(
      shards.map((shard) => inOrder(pages(target, outputs, { shard, bounds }))),
    )) {
      found = true;
      if (!range.after || compare(range.after, order) < 0) yield order;
    }
    day = daysBefore(day, span);
    span = found ? 1 : Math.min(span * 2, mostDays);
  }
}

/** Negative where `a` is listed before `b`. */
function compare(a: Position, b: Position): number {
  if (a.createdAt !== b.createdAt) return a.createdAt > b.createdAt ? -1 : 1;
  return a.orderId === b.orderId ? 0 : a.orderId > b.orderId ? -1 : 1;
}

/** The orders of one shard as the index has them. */
async function* pages(
  target: Target,
  outputs: StackOutputs,
  { shard, bounds }: { readonly shard: string; readonly bounds: Range },
): AsyncGenerator<ListedOrder, void> {
  const { QueryCommand } = await import('../../aws/sdk/dynamodb.ts');
  const tables = await target.clients.dynamodb();
  const { statuses = [], customerId } = bounds;
  const filters = [
    ...(statuses.length > 0 ? [`#status IN (${statuses.map((_, n) => `:s${n}`).join(', ')})`] : []),
    ...(customerId === undefined ? [] : ['customerId = :customer']),
  ];
  let from: Record<string, unknown> | undefined;
  do {
    const answer = await tables.send(
      new QueryCommand({
        TableName: output(outputs, names.ordersTable),
        IndexName: listingIndex,
        KeyConditionExpression: 'listing = :listing AND createdAt BETWEEN :since AND :until',
        ...(filters.length > 0 && { FilterExpression: filters.join(' AND ') }),
        ...(statuses.length > 0 && { ExpressionAttributeNames: { '#status': 'status' } }),
        ExpressionAttributeValues: {
          ':listing': shard,
          ':since': bounds.since,
          ':until': bounds.until,
          ...Object.fromEntries(statuses.map((status, n) => [`:s${n}`, status])),
          ...(customerId === undefined ? {} : { ':customer': customerId }),
        },
        ScanIndexForward: false,
        // A limit counts what is read, before the filter: a filtered query reads on in large pages.
        ...(filters.length === 0 && { Limit: bounds.page }),
        ExclusiveStartKey: from,
      }),
    );
    for (const item of answer.Items ?? []) {
      const {
        orderId,
        status,
        customerId: customer,
        total,
        createdAt,
        updatedAt,
      } = item as OrderRecord;
      yield { orderId, status, customerId: customer, total, createdAt, updatedAt };
    }
    from = answer.LastEvaluatedKey;
  } while (from);
}

/** The index leaves open how orders of one millisecond follow each other; a cursor needs it settled. */
async function* inOrder(orders: AsyncIterable<ListedOrder>): AsyncGenerator<ListedOrder, void> {
  let same: ListedOrder[] = [];
  for await (const order of orders) {
    if (same[0] && same[0].createdAt !== order.createdAt) {
      yield* same.sort(compare);
      same = [];
    }
    same.push(order);
  }
  yield* same.sort(compare);
}

/** Merges streams that are each in order into one that is. */
async function* merge(
  streams: readonly AsyncGenerator<ListedOrder, void>[],
): AsyncGenerator<ListedOrder, void> {
  const heads = await Promise.all(
    streams.map(async (stream) => ({ stream, next: await stream.next() })),
  );
  for (;;) {
    let first:
      | { stream: AsyncGenerator<ListedOrder, void>; next: IteratorResult<ListedOrder, void> }
      | undefined;
    for (const head of heads) {
      if (head.next.done) continue;
      if (!first || first.next.done || compare(head.next.value, first.next.value) < 0) first = head;
    }
    if (!first || first.next.done) return;
    yield first.next.value;
    first.next = await first.stream.next();
  }
}

const dayOf = (time: string) => time.slice(0, 10);
const daysBefore = (day: string, days: number) =>
  dayOf(new Date(Date.parse(day) - days * dayMs).toISOString());
