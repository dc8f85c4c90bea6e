/** The listing index of the orders table. */
import { type OrderRecord, outputs } from '../../../functions/contract/api.ts';
import { listingIndex } from '../../../functions/contract/tables.ts';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import { type Item, queryPage } from './table.ts';

/** The fields of an order in the listing index. */
export type ListedOrder = Pick<
  OrderRecord,
  'orderId' | 'status' | 'customerId' | 'total' | 'createdAt' | 'updatedAt'
>;

export interface ListingQuery {
  /** RFC 3339 UTC, inclusive. */
  readonly since: string;
  /** Absent: without an end. */
  readonly until?: string | undefined;
  readonly statuses?: readonly OrderStatus[] | undefined;
  readonly customerId?: string | undefined;
}

/** A page of a partition. */
export interface ListingPageRequest {
  readonly partition: string;
  /** Maximum number of orders. Ignored with a filter. */
  readonly limit: number;
  /** The `next` of the page before; undefined for the first page. */
  readonly start: Item | undefined;
}

export interface ListingPage {
  /** Newest first. */
  readonly orders: readonly ListedOrder[];
  /** Undefined after the last page. */
  readonly next: Item | undefined;
}

/** Greater than every RFC 3339 time. */
const endOfTime = '9999';

/** Reads a page of a partition of the listing index. */
export async function readListingPage(
  stack: Stack,
  { since, until = endOfTime, statuses = [], customerId }: ListingQuery,
  { partition, limit, start }: ListingPageRequest,
): Promise<ListingPage> {
  const filters = [
    ...(statuses.length > 0 ? [`#status IN (${statuses.map((_, n) => `:s${n}`).join(', ')})`] : []),
    ...(customerId === undefined ? [] : ['customerId = :customer']),
  ];
  const { items, next } = await queryPage(stack, outputs.ordersTable, {
    IndexName: listingIndex,
    KeyConditionExpression: 'listing = :listing AND createdAt BETWEEN :since AND :until',
    ...(filters.length > 0 && { FilterExpression: filters.join(' AND ') }),
    ...(statuses.length > 0 && { ExpressionAttributeNames: { '#status': 'status' } }),
    ExpressionAttributeValues: {
      ':listing': partition,
      ':since': since,
      ':until': until,
      ...Object.fromEntries(statuses.map((status, n) => [`:s${n}`, status])),
      ...(customerId === undefined ? {} : { ':customer': customerId }),
    },
    ScanIndexForward: false,
    // DynamoDB applies the limit before the filter, so a limit would make the pages of a filtered query nearly empty.
    ...(filters.length === 0 && { Limit: limit }),
    ...(start && { ExclusiveStartKey: start }),
  });
  return { orders: (items as unknown as readonly OrderRecord[]).map(toListedOrder), next };
}

function toListedOrder(item: OrderRecord): ListedOrder {
  const { orderId, status, customerId, total, createdAt, updatedAt } = item;
  return { orderId, status, customerId, total, createdAt, updatedAt };
}
