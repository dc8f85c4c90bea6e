import type { Failure, OrderRecord, UndoRecord, Warning } from '../contract/api.ts';
import type { Order } from '../contract/order.ts';
import type { Review, ReviewDecision } from '../contract/review.ts';
import type { StageStatus, StepId } from '../contract/workflow.ts';

/** The order as the ports receive it. */
export interface PlacedOrder {
  readonly orderId: string;
  readonly order: Order;
  /** Minor units. */
  readonly totalMinor: number;
}

/** One attempt at a stage. */
export interface Attempt {
  /** The idempotency key of the side effect (`orderId/stageId`), the same for every attempt. */
  readonly key: string;
  /** From 1. */
  readonly number: number;
}

/** What a stage writes to the order's item after its work, in one update. */
export interface StageRecord {
  /** The statuses to append, in order. */
  statuses: readonly StageStatus[];
  /** The calls that simulated services add: they take effect with the statuses. */
  readonly calls: StepId[];
  /** Set by a service that has written the statuses and the calls as part of a transaction of its own. */
  written: boolean;
}

/** One attempt at the work of a stage. */
export interface StageAttempt extends Attempt {
  readonly record: StageRecord;
}

/** The work of one stage. Throws OrderRejected for a rejection and ProviderUnavailable for a transient error. */
export type Work<T> = (placed: PlacedOrder, attempt: StageAttempt) => Promise<T>;

/** A call of a service that writes nothing to the order's item. Throws the same errors. */
export type Call<T> = (placed: PlacedOrder, attempt: Attempt) => Promise<T>;

/** Reverses the side effect of a stage; does nothing if there is none. */
export type Undo = Call<void>;

export interface Payments {
  readonly charge: Call<{ paymentId: string }>;
  readonly refund: Undo;
}

export interface Inventory {
  readonly check: Work<void>;
  /** Records the reservation and the statuses of the stage in one transaction. */
  readonly reserve: Work<void>;
  readonly release: Undo;
  /**
   * Turns reserved units into sold units, and records the statuses of the stage, if there is one, in the same transaction. Reads the
   * order if the caller has not read it.
   */
  readonly handOver: (
    placed: PlacedOrder,
    attempt: Attempt | StageAttempt,
    order?: OrderRecord,
  ) => Promise<void>;
}

export interface Risk {
  readonly checkFraud: Work<{ score: number }>;
  readonly checkCredit: Work<{ score: number }>;
}

export interface Invoices {
  readonly issue: Work<{ invoiceId: string }>;
  readonly void: Undo;
}

export interface Warehouse {
  readonly pick: Work<void>;
  readonly returnItems: Undo;
  readonly inspect: Work<void>;
  readonly pack: Work<{ packageId: string }>;
}

export interface Carrier {
  readonly label: Work<{ trackingNumber: string }>;
  readonly cancelLabel: Undo;
  readonly collect: Work<void>;
}

/** A notification: the order has been shipped, or how it ended. */
export type Notice =
  | { readonly kind: 'shipped'; readonly trackingNumber: string }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly refunded: boolean }
  | { readonly kind: 'cancelled'; readonly refunded: boolean };

export interface Customers {
  /** Sends a notification. Each kind is sent once, however often this is called. */
  readonly notify: (placed: PlacedOrder, notice: Notice, attempt: Attempt) => Promise<void>;
  readonly creditPoints: Call<{ points: number }>;
}

/** Details that are stored with an order that did not complete. */
export interface CloseDetails {
  readonly undos: readonly UndoRecord[];
  readonly warnings: readonly Warning[];
}

export interface FailureDetails extends CloseDetails {
  readonly executionArn: string;
  readonly failure: Failure;
  /** The order may be with the carrier: nothing was undone, and it needs attention. */
  readonly flagged: boolean;
}

/**
 * The order's record. Its status only moves forward; writing the same status again changes nothing. Methods throw
 * OrderCancelled if a cancellation was requested.
 */
export interface Orders {
  place(placed: PlacedOrder, executionArn: string): Promise<void>;
  /** Records the statuses and the calls of a stage. Throws OrderCancelled, unless the hand-over has begun. */
  advance(orderId: string, attempt: StageAttempt): Promise<void>;
  /** Records that the order waits for a review. Throws OrderCancelled. */
  requestReview(
    orderId: string,
    review: Pick<Review, 'score' | 'timeoutSeconds' | 'callbackId'>,
  ): Promise<void>;
  /** Records the reviewer's decision, and the status of an approved order. Throws OrderCancelled. */
  recordDecision(orderId: string, decision: ReviewDecision): Promise<void>;
  /** After this the order cannot be cancelled. Returns the order. Throws OrderCancelled. */
  beginHandOver(orderId: string): Promise<OrderRecord>;
  /** Records the failure before the customer is notified, so that the order cannot end in another way. */
  recordFailure(
    orderId: string,
    details: Pick<FailureDetails, 'executionArn' | 'failure'>,
  ): Promise<void>;
  complete(orderId: string, warnings: readonly Warning[]): Promise<void>;
  /** Closes the order as failed. Creates the item of an order that was rejected before its first write. */
  fail(placed: PlacedOrder, details: FailureDetails): Promise<void>;
  /** Closes the order as cancelled. */
  cancel(placed: PlacedOrder, details: CloseDetails): Promise<void>;
}

/** An event of an order that is counted as a metric. */
export type OrderMetric =
  | { readonly event: 'accepted' | 'review-requested' | 'completed' | 'cancelled' }
  | { readonly event: 'failed'; readonly code: string };

export interface Metrics {
  /** Never throws. Called inside steps, so that a replay does not count again. */
  count(placed: PlacedOrder, metric: OrderMetric): void;
}

export interface Ports {
  readonly orders: Orders;
  readonly payments: Payments;
  readonly inventory: Inventory;
  readonly risk: Risk;
  readonly invoices: Invoices;
  readonly warehouse: Warehouse;
  readonly carrier: Carrier;
  readonly customers: Customers;
  readonly metrics: Metrics;
}
