import type { Failure, UndoRecord, Warning } from '../contract/api.ts';
import type { Order } from '../contract/order.ts';
import type { Review, ReviewDecision } from '../contract/review.ts';
import type { StageId, StageStatus, StepId } from '../contract/workflow.ts';

/** An order on its way: what every port is told of it. Money is in minor units. */
export interface PlacedOrder {
  readonly orderId: string;
  readonly order: Order;
  readonly totalMinor: number;
}

/** One attempt at a stage; every effect carries the key, so that it happens once whatever is retried. */
export interface Attempt {
  /** `orderId/stageId`. */
  readonly key: string;
  readonly number: number;
}

/** A service outside the workflow does its part of one stage. Throws OrderRejected for a business no. */
export type Work<T> = (placed: PlacedOrder, attempt: Attempt) => Promise<T>;

/** Takes a stage's effect back; does nothing when there was none. */
export type Undo = (placed: PlacedOrder, attempt: Attempt) => Promise<void>;

export interface Payments {
  readonly charge: Work<{ paymentId: string }>;
  readonly refund: Undo;
}

export interface Inventory {
  readonly check: Work<void>;
  readonly reserve: Work<void>;
  readonly release: Undo;
  /** The reserved goods leave the house for good. */
  readonly handOver: Work<void>;
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

/** What a customer is told: that the order is on its way, or how it ended. */
export type Notice =
  | { readonly kind: 'shipped'; readonly trackingNumber: string }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly refunded: boolean }
  | { readonly kind: 'cancelled'; readonly refunded: boolean };

export interface Customers {
  /** Tells the customer, once of each kind whatever is asked twice. */
  readonly notify: (placed: PlacedOrder, notice: Notice, attempt: Attempt) => Promise<void>;
  readonly creditPoints: Work<{ points: number }>;
}

/** How an order ends that is taken back. */
export interface Ending {
  readonly undos: readonly UndoRecord[];
  /** What the order could do without, and had to. */
  readonly warnings: readonly Warning[];
}

export interface FailedEnding extends Ending {
  readonly executionArn: string;
  readonly failure: Failure;
  /** It may be with the carrier, so that nothing was taken back: somebody has to look. */
  readonly flagged: boolean;
}

/**
 * The order's own record. Statuses only go forward; writing the same status again changes nothing. What throws
 * OrderCancelled has found that somebody asked for it.
 */
export interface Orders {
  place(placed: PlacedOrder, executionArn: string): Promise<void>;
  /** Throws OrderCancelled, unless the order is with the carrier already. */
  advance(orderId: string, statuses: readonly StageStatus[]): Promise<void>;
  /** Parks the order until somebody has reviewed it. Throws OrderCancelled. */
  park(
    orderId: string,
    review: Pick<Review, 'score' | 'timeoutSeconds' | 'callbackId'>,
  ): Promise<void>;
  /** Keeps who decided what; an approved order goes on. Throws OrderCancelled when it was cancelled before. */
  decide(orderId: string, decision: ReviewDecision): Promise<void>;
  /** From here on the order cannot be cancelled. Throws OrderCancelled when it was before. */
  beginHandOver(orderId: string): Promise<void>;
  /** Keeps why the order fails, before its customer is told: from then on it ends no other way. */
  keepFailure(
    orderId: string,
    ending: Pick<FailedEnding, 'executionArn' | 'failure'>,
  ): Promise<void>;
  complete(orderId: string, warnings: readonly Warning[]): Promise<void>;
  /** Closes the order as failed; one that was refused before its first write gets its whole item here. */
  fail(placed: PlacedOrder, ending: FailedEnding): Promise<void>;
  /** Closes the order as cancelled. */
  cancel(placed: PlacedOrder, ending: Ending): Promise<void>;
}

/** What happened to an order, for the shop's figures. */
export type Counted =
  | { readonly what: 'accepted' | 'parked' | 'completed' | 'cancelled' }
  | { readonly what: 'failed'; readonly code: string };

export interface Metrics {
  /** Tells at once and never throws. Called within steps: a replay counts nothing again. */
  count(placed: PlacedOrder, counted: Counted): void;
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

export function effectKey(orderId: string, stage: StageId | StepId): string {
  return `${orderId}/${stage}`;
}
