/** Lists orders, newest first, in pages that a cursor continues. */

import type { Failure, Warning } from '../../../functions/contract/api.ts';
import type { Provider } from '../../../functions/contract/providers.ts';
import type { OrderStatus, StageId } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import { activeStage, workflowProgress } from '../../workflow/progress.ts';
import { findPendingAttempt, type PendingAttempt } from '../../workflow/provider-waits.ts';
import { currentWaitEnd } from '../../workflow/waits.ts';
import type { ListedOrder } from '../tables/listing-table.ts';
import { readOrders } from '../tables/orders-table.ts';
import { type Cursor, formatCursor } from './cursor.ts';
import type { ExecutionStatus } from './execution-status.ts';
import { listPausedExecutions } from './executions.ts';
import { listNewestFirst } from './listing-index.ts';

export interface ListQuery {
  /** RFC 3339 UTC, inclusive. */
  readonly since: string;
  /** Absent: without an end, which includes orders dated in the future. */
  readonly until?: string | undefined;
  readonly statuses?: readonly OrderStatus[];
  readonly customerId?: string | undefined;
  /** Only orders whose execution has a status in this list, by order id. */
  readonly executions?: ReadonlyMap<string, ExecutionStatus> | undefined;
  /** Only orders that wait for this provider, by their items. */
  readonly waitingFor?: Provider | undefined;
  /** The end of an earlier page. */
  readonly after?: Cursor | undefined;
  /** Maximum number of orders; all if absent. */
  readonly limit?: number | undefined;
  /** Whether to read the items too, for the active stage and the reason of a failure. */
  readonly details: boolean;
  /** Personal data to read too. It needs the permission to read whole orders. */
  readonly personal?: readonly PersonalField[];
}

export type PersonalField = 'customerEmail' | 'customerPhone';

/** An order in the list: the fields of the index and, with details, fields of its item. */
export interface OrderRow extends ListedOrder {
  /** Status of the execution, if the query selects by it. */
  readonly execution?: ExecutionStatus;
  /** The active stage. */
  readonly stage?: StageId;
  /** When the current wait ends, assuming its default length (RFC 3339 UTC). */
  readonly resumesAt?: string;
  /** When the order in review is rejected without a decision (RFC 3339 UTC). */
  readonly reviewDueAt?: string;
  /** The wait for a provider that is unavailable. */
  readonly waitingFor?: PendingAttempt;
  readonly failure?: Failure;
  readonly warnings?: readonly Warning[];
  /** Personal data, only if the query asks for it. */
  readonly customerEmail?: string;
  readonly customerPhone?: string;
}

/** The end of a list. `cursor` is present if there are more orders. */
export interface ListEnd {
  readonly cursor?: string;
}

/** Maximum number of orders in a batch. */
const batchSize = 100;

/** Yields the orders of the query in batches, newest first. */
export async function* listOrders(
  stack: Stack,
  query: ListQuery,
): AsyncGenerator<readonly OrderRow[], ListEnd> {
  const { limit = Number.POSITIVE_INFINITY, executions, waitingFor } = query;
  if (executions?.size === 0) return {};
  const pageSize = waitingFor === undefined ? Math.min(limit + 1, batchSize) : batchSize;
  const listed = listNewestFirst(stack, { ...query, pageSize });
  const addDetails = (rows: readonly OrderRow[]) =>
    query.details ? withDetails(stack, rows, query.personal ?? []) : Promise.resolve(rows);
  let batch: OrderRow[] = [];
  let last: ListedOrder | undefined;
  let count = 0;
  const matching = waitingFor === undefined ? listed : selectWaiting(stack, listed, waitingFor);
  for await (const order of matching) {
    const execution = executions?.get(order.orderId);
    if (executions && execution === undefined) continue;
    if (last && count === limit) {
      if (batch.length > 0) yield await addDetails(batch);
      return { cursor: formatCursor({ ...last, since: query.since }) };
    }
    batch.push(execution === undefined ? order : { ...order, execution });
    last = order;
    count += 1;
    if (count === executions?.size) break;
    if (batch.length < batchSize) continue;
    yield await addDetails(batch);
    batch = [];
  }
  if (batch.length > 0) yield await addDetails(batch);
  return {};
}

/** Allowed difference between the start of an execution and the creation time of its order (ms). */
const startMarginMs = 300_000;

/**
 * Restricts a query to paused and pausing orders. `allTimes`: without a start of its own, the query begins with the oldest paused
 * order.
 */
export async function selectPaused(
  stack: Stack,
  query: ListQuery,
  { allTimes }: { readonly allTimes: boolean },
): Promise<ListQuery> {
  const executions = new Map<string, ExecutionStatus>();
  let oldest = Date.parse(query.since);
  for await (const { orderId, status, startedAt } of listPausedExecutions(stack, {})) {
    executions.set(orderId, status);
    if (startedAt !== undefined) oldest = Math.min(oldest, startedAt - startMarginMs);
  }
  const since = allTimes ? new Date(oldest).toISOString() : query.since;
  return { ...query, since, executions };
}

/** Yields the orders that wait for a provider. Reads the items of a batch at a time, because the index does not show it. */
async function* selectWaiting(
  stack: Stack,
  listed: AsyncIterable<ListedOrder>,
  provider: Provider,
): AsyncGenerator<ListedOrder, void> {
  let batch: ListedOrder[] = [];
  const select = async () => {
    const ids = batch.map(({ orderId }) => orderId);
    const items = await readOrders(stack, { ids, fields: ['waitingFor'] });
    return batch.filter(({ orderId }) => items.get(orderId)?.waitingFor?.provider === provider);
  };
  for await (const order of listed) {
    batch.push(order);
    if (batch.length < batchSize) continue;
    yield* await select();
    batch = [];
  }
  if (batch.length > 0) yield* await select();
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
  'waitingFor',
  'waitingSince',
] as const;

async function withDetails(
  stack: Stack,
  rows: readonly OrderRow[],
  personal: readonly PersonalField[],
): Promise<OrderRow[]> {
  const ids = rows.map(({ orderId }) => orderId);
  const items = await readOrders(stack, { ids, fields: [...fields, ...personal] });
  return rows.map((listed) => {
    const item = items.get(listed.orderId);
    const contact = personal.flatMap((field) => (item?.[field] ? [[field, item[field]]] : []));
    const row: OrderRow = { ...listed, ...Object.fromEntries(contact) };
    // The index is older than the item. If the order has moved on since, it is shown as the index has it.
    if (item?.status !== row.status) return row;
    const { failure, warnings = [] } = item;
    const stage = activeStage(workflowProgress(item));
    const waitEndMs = currentWaitEnd(item, stack.target.timeScale);
    const waitEnd = waitEndMs === undefined ? undefined : new Date(waitEndMs).toISOString();
    const waitingFor = findPendingAttempt(item, stack.target.timeScale);
    const waitField = item.status === 'awaiting-review' ? 'reviewDueAt' : 'resumesAt';
    return {
      ...row,
      ...(stage ? { stage: stage.id } : {}),
      ...(waitEnd === undefined ? {} : { [waitField]: waitEnd }),
      ...(waitingFor ? { waitingFor } : {}),
      ...(failure ? { failure } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  });
}
