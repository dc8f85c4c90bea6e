/** Shapes that other programs see: the responses of the HTTP API, the order's item and the result of its execution. */
import type { OrderItem } from './order.ts';
import type { ProviderWait } from './providers.ts';
import type { Review } from './review.ts';
import type { OrderStatus, StageId, StepId, UndoId, WaitId } from './workflow.ts';

/** One change of status; `at` is RFC 3339 UTC with milliseconds. */
export interface Transition {
  readonly status: OrderStatus;
  readonly at: string;
}

/** Why an order failed. `code` is stable and meant for programs, `message` for people. */
export interface Failure {
  readonly stage: StageId;
  readonly code: string;
  readonly message: string;
}

/** The result of one undo step; `done` also if there was nothing to undo. */
export interface UndoRecord {
  readonly undo: UndoId;
  readonly outcome: 'done' | 'failed';
  readonly message?: string;
}

/** A failure that did not stop the order. */
export interface Warning {
  readonly stage: StageId;
  readonly message: string;
}

/** A request to cancel the order. It takes effect at the next stage, unless the hand-over to the carrier has begun. */
export interface CancelRequest {
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly reason?: string;
}

/** The state of the stock that an order reserved. */
export type Reservation = 'held' | 'released' | 'handed-over';

/** Units that an order reserved from a shard of a product's stock. */
export interface ReservedUnits {
  readonly productId: string;
  readonly shard: number;
  readonly quantity: number;
}

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
  /** When the hand-over to the carrier began (RFC 3339 UTC). After that, the order cannot be cancelled. */
  readonly handOver?: string;
  /** The order failed during or after its hand-over to the carrier: nothing was undone, and it needs attention. */
  readonly flagged?: boolean;
  /** Absent before the stock is reserved. */
  readonly reservation?: Reservation;
  /** The shards from which the units were reserved; a product that is absent was reserved from shard 0 (see `reservedUnits`). */
  readonly reservedFrom?: readonly ReservedUnits[];
  /** The stages whose simulated call took effect, in order (see `recordedCalls`). Only appended to. */
  readonly calls?: readonly StepId[];
  /** The provider that the order waits for, while it is unavailable. */
  readonly waitingFor?: ProviderWait;
  /** When the order began to wait for the provider (RFC 3339 UTC). */
  readonly waitingSince?: string;
  /** The original of this order, if it is a retry. */
  readonly retryOf?: string;
  /** The retries of this order, oldest first. Written before they start. */
  readonly retriedAs?: readonly string[];
  /** The statuses that the order passes through unless it fails; absent if it runs the original workflow (see `orderPath`). */
  readonly path?: readonly string[];
  /** Partition key of the listing index; see `listingKey`. */
  readonly listing: string;
}

/** The response of `GET /orders/{orderId}`: the fields of the original sample, and more. */
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

/** The result of an order's execution. After a technical failure the execution fails and has no result. */
export interface OrderOutcome {
  readonly orderId: string;
  readonly outcome: 'completed' | 'rejected' | 'cancelled';
  readonly failure?: Failure;
  readonly warnings?: readonly Warning[];
}

/** Template parameters that set the lengths of the waits (seconds). */
export const waitParameters = {
  'await-warehouse': 'WarehouseWaitSeconds',
  'await-pickup': 'PickupWaitSeconds',
} as const satisfies Record<WaitId, string>;

/** Names of the stack outputs through which the CLI finds all resources. */
export const outputs = {
  apiEndpoint: 'OrderApiEndpoint',
  workflowFunctionArn: 'OrderProcessingFunctionArn',
  workflowAliasArn: 'OrderProcessingAliasArn',
  workflowLogGroup: 'OrderProcessingLogGroup',
  intakeFunctionArn: 'OrderIntakeFunctionArn',
  statusFunctionArn: 'OrderStatusFunctionArn',
  recoveryFunctionArn: 'OrderRecoveryFunctionArn',
  intakeLogGroup: 'OrderIntakeLogGroup',
  statusLogGroup: 'OrderStatusLogGroup',
  ordersTable: 'OrdersTableName',
  productsTable: 'ProductsTableName',
  paymentsTable: 'PaymentsTableName',
  loyaltyTable: 'LoyaltyTableName',
  providerCallsTable: 'ProviderCallsTableName',
  deadLettersUrl: 'DeadLettersUrl',
  listingShards: 'ListingShards',
} as const;
