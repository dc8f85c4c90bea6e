/** The orders of an environment, newest first, in pages that can be gone on from. */
import type { Failure, Warning } from '../../../functions/contract/api.ts';
import type { OrderStatus, StageId } from '../../../functions/contract/workflow.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { activeStage, progressOf } from '../../workflow/progress.ts';
import { waitEndsAt } from '../../workflow/waits.ts';
import { readOrders } from './batch-get.ts';
import { type Cursor, formatCursor } from './cursor.ts';
import { type ListedOrder, newestFirst } from './listing-index.ts';

export interface ListQuery {
  /** RFC 3339 UTC, both inclusive. */
  readonly since: string;
  readonly until: string;
  readonly statuses?: readonly OrderStatus[];
  readonly customerId?: string | undefined;
  /** Where an earlier page ended. */
  readonly after?: Cursor | undefined;
  /** How many orders; all of them when absent. */
  readonly limit?: number | undefined;
  /** Whether where each order is, and why it failed, is read from its item. */
  readonly details: boolean;
}

/** An order of the list: what the index says and, with details, what its item adds. */
export interface OrderRow extends ListedOrder {
  /** The stage at work. */
  readonly stage?: StageId;
  /** When the wait at work will be over, by its default length. RFC 3339 UTC. */
  readonly resumesAt?: string;
  readonly failure?: Failure;
  readonly warnings?: readonly Warning[];
}

/** How the list ended: `cursor` is there when there are more orders. */
export interface ListEnd {
  readonly cursor?: string;
}

/** Orders come in batches of at most so many. */
const batchSize = 100;

/** Yields the orders of the query in batches, newest first. */
export async function* listOrders(
  target: Target,
  outputs: StackOutputs,
  query: ListQuery,
): AsyncGenerator<readonly OrderRow[], ListEnd> {
  const { limit = Number.POSITIVE_INFINITY } = query;
  const page = Math.min(limit + 1, batchSize);
  const complete = (rows: readonly ListedOrder[]) =>
    query.details ? withDetails(target, outputs, rows) : Promise.resolve(rows);
  let batch: ListedOrder[] = [];
  let last: ListedOrder | undefined;
  let count = 0;
  for await (const order of newestFirst(target, outputs, { ...query, page })) {
    if (last && count === limit) {
      if (batch.length > 0) yield await complete(batch);
      return { cursor: formatCursor({ ...last, since: query.since }) };
    }
    batch.push(order);
    last = order;
    count += 1;
    if (batch.length < batchSize) continue;
    yield await complete(batch);
    batch = [];
  }
  if (batch.length > 0) yield await complete(batch);
  return {};
}

const fields = [
  'orderId',
  'status',
  'total',
  'transitions',
  'failure',
  'review',
  'undos',
  'warnings',
] as const;

async function withDetails(
  target: Target,
  outputs: StackOutputs,
  rows: readonly ListedOrder[],
): Promise<OrderRow[]> {
  const ids = rows.map(({ orderId }) => orderId);
  const items = await readOrders(target, outputs, { ids, fields });
  return rows.map((row) => {
    const item = items.get(row.orderId);
    // An order that has moved on since the index was read is shown as it was then.
    if (item?.status !== row.status) return row;
    const { failure, warnings = [] } = item;
    const stage = activeStage(progressOf(item));
    const resumesAt = waitEndsAt(item, target.timeScale);
    return {
      ...row,
      ...(stage ? { stage: stage.id } : {}),
      ...(resumesAt === undefined ? {} : { resumesAt: new Date(resumesAt).toISOString() }),
      ...(failure ? { failure } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  });
}
