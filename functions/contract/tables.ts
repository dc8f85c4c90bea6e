/** Keys of the DynamoDB tables, and how they are built. Pure: the functions and the CLI share them. */
import type { StageId } from './workflow.ts';

/** The index of the orders table that lists orders by day, newest first. */
export const listingIndex = 'byCreated';

/**
 * Partitions of one day in the listing index of a stack that does not set their number. A stack can have more, but never fewer than
 * before: its readers read the partitions 0 to N - 1, in which they also find the orders that were written with a smaller number.
 */
export const listingShards = 4;

/** The largest number of partitions of one day: the maximum of the template's parameter. */
export const maxListingShards = 64;

/** The partition of an order in the listing index: its UTC day, and a hash of its id modulo the number of partitions. */
export function listingKey(
  orderId: string,
  { createdAt, shards }: { readonly createdAt: string; readonly shards: number },
): string {
  let hash = 0x811c9dc5;
  for (const char of orderId) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return listingPartition(createdAt.slice(0, 10), hash % shards);
}

/** A partition of the listing index: a UTC day (`2026-11-22`) and a shard from 0. */
export function listingPartition(day: string, shard: number): string {
  return `${day}#${shard}`;
}

/** The key of an order in the orders table. */
export function orderKey(orderId: string): { readonly orderId: string } {
  return { orderId };
}

/** The key of a product in the products table. */
export function productKey(productId: string): { readonly productId: string } {
  return { productId };
}

/** The idempotency key of the side effect of a stage. */
export function effectKey(orderId: string, stage: StageId): string {
  return `${orderId}/${stage}`;
}

/** The idempotency key under which an order is paid once. */
export function paymentKey(orderId: string): string {
  return effectKey(orderId, 'process-payment');
}

/** The key of a payment in the payments table. */
export function paymentItemKey(idempotencyKey: string): { readonly idempotencyKey: string } {
  return { idempotencyKey };
}

/** The key of an item in the loyalty table: a customer's balance, or the points of one order. */
export interface LoyaltyKey {
  readonly customerId: string;
  readonly entry: string;
}

const balanceEntry = 'balance';
const orderEntryPrefix = 'order#';

/** The sort key of the points of an order. An order id cannot contain `#`, so this is never the balance. */
export function loyaltyEntryKey(orderId: string): string {
  return `${orderEntryPrefix}${orderId}`;
}

/** The key of a customer's points balance. */
export function loyaltyBalanceKey(customerId: string): LoyaltyKey {
  return { customerId, entry: balanceEntry };
}

/** The key of the points that a customer received for an order. */
export function loyaltyOrderKey(customerId: string, orderId: string): LoyaltyKey {
  return { customerId, entry: loyaltyEntryKey(orderId) };
}

/** Whether an item of the loyalty table is a balance. */
export function isLoyaltyBalance(entry: string): boolean {
  return entry === balanceEntry;
}

/** The order id in an entry of the loyalty table; undefined for a balance. */
export function parseLoyaltyOrderId(entry: string): string | undefined {
  return entry.startsWith(orderEntryPrefix) ? entry.slice(orderEntryPrefix.length) : undefined;
}

/** The key of a call in the provider-calls table. */
export interface ProviderCallKey {
  readonly orderId: string;
  readonly callId: string;
}

/** The key of a logged call: a new item for each call. `unique` distinguishes two calls of the same millisecond. */
export function providerCallKey(orderId: string, at: string, unique: string): ProviderCallKey {
  return { orderId, callId: `${at}#${unique}` };
}

/** The key of the one item that records the side effect of a call. */
export function providerEffectKey(orderId: string, call: string): ProviderCallKey {
  return { orderId, callId: `effect#${call}` };
}
