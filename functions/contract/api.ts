/** The shapes that other programs see: the HTTP API's answers, the order's item and the execution's result. */
import type { OrderItem } from './order.ts';
import type { Review } from './review.ts';
import type { OrderStatus, StageId, UndoId } from './workflow.ts';

/** One change of status; `at` is RFC 3339 UTC with milliseconds. */
export interface Transition {
  readonly status: OrderStatus;
  readonly at: string;
}

/** Why an order failed. `code` is stable and meant for programs; `message` for people. */
export interface Failure {
  readonly stage: StageId;
  readonly code: string;
  readonly message: string;
}

/** What became of one undo; `done` also when there was nothing to take back. */
export interface UndoRecord {
  readonly undo: UndoId;
  readonly outcome: 'done' | 'failed';
  readonly message?: string;
}

/** Something after the point of no return that could not be done and does not stop the order. */
export interface Warning {
  readonly stage: StageId;
  readonly message: string;
}

/** Somebody wants the order undone. It is, at its next stage, unless it is with the carrier before that. */
export interface CancelRequest {
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly reason?: string;
}

/** What became of the stock that an order reserved. */
export type Reservation = 'held' | 'released' | 'handed-over';

/** An item of the orders table. `total` and `price` are decimals with two places. */
export interface OrderRecord {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly customerId: string;
  readonly customerEmail: string;
  readonly customerPhone?: string;
  readonly items: readonly OrderItem[];
  readonly total: number;
  readonly transitions: readonly Transition[];
  readonly executionArn: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly failure?: Failure;
  readonly undos?: readonly UndoRecord[];
  readonly warnings?: readonly Warning[];
  readonly review?: Review;
  readonly cancelRequested?: CancelRequest;
  /** When the hand-over to the carrier began, RFC 3339 UTC: from then on an order cannot be cancelled. */
  readonly handOver?: string;
  /** It went wrong when it was, or may have been, with the carrier: nothing was taken back, somebody has to look. */
  readonly flagged?: boolean;
  /** Absent until the stock is reserved. */
  readonly reservation?: Reservation;
  /** The order that this one is another try of. */
  readonly retryOf?: string;
  /** The orders that are further tries of this one, the first first; written before they start. */
  readonly retriedAs?: readonly string[];
  /** Key of the listing index: `<UTC day>#<hash of orderId mod 4>`. */
  readonly listing: string;
}

/** `GET /orders/{orderId}`: the original's answer, and what was added to it. */
export interface OrderStatusResponse {
  readonly orderId: string;
  readonly status: OrderStatus;
  readonly customerId: string;
  readonly customerEmail: string;
  readonly total: number;
  readonly items: readonly OrderItem[];
  readonly createdAt: string;
  readonly lastUpdated: string;
  readonly errorMessage?: string;
  readonly transitions: readonly Transition[];
  readonly failure?: Failure;
  readonly undos?: readonly UndoRecord[];
  readonly warnings?: readonly Warning[];
}

/** The result of an order's execution; an execution that could not do its work fails instead. */
export interface OrderOutcome {
  readonly orderId: string;
  readonly outcome: 'completed' | 'rejected' | 'cancelled';
  readonly failure?: Failure;
  readonly warnings?: readonly Warning[];
}

/** The index of the orders table that lists them by day, newest first. */
export const listingIndex = 'byCreated';
export const listingShards = 4;

/** The partition of the listing index that an order lives in: its UTC day and a small hash of its id. */
export function listingKey(orderId: string, createdAt: string): string {
  let hash = 0x811c9dc5;
  for (const char of orderId) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return `${createdAt.slice(0, 10)}#${hash % listingShards}`;
}

/** What the stack's outputs are called; the CLI finds everything through them. */
export const outputs = {
  apiEndpoint: 'OrderApiEndpoint',
  workflowFunctionArn: 'OrderProcessingFunctionArn',
  workflowAliasArn: 'OrderProcessingAliasArn',
  workflowLogGroup: 'OrderProcessingLogGroup',
  statusFunctionArn: 'OrderStatusFunctionArn',
  recoveryFunctionArn: 'OrderRecoveryFunctionArn',
  statusLogGroup: 'OrderStatusLogGroup',
  ordersTable: 'OrdersTableName',
  productsTable: 'ProductsTableName',
  paymentsTable: 'PaymentsTableName',
  loyaltyTable: 'LoyaltyTableName',
  providerCallsTable: 'ProviderCallsTableName',
  deadLettersUrl: 'DeadLettersUrl',
} as const;
