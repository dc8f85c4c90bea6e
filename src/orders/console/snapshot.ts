/** What the console shows of a stack's orders at one moment. */
import type { Failure, Warning } from '../../../functions/contract/api.ts';
import type { ShownStatus, StageId } from '../../../functions/contract/workflow.ts';
import type { PendingAttempt } from '../../workflow/provider-waits.ts';
import type { QuotaUse } from '../metrics/quotas.ts';

/** Why an order needs attention, sorted by urgency. */
export const attentionReasons = [
  'stuck',
  'review',
  'dead-letter',
  'flagged',
  'waiting',
  'failed',
] as const;
export type AttentionReason = (typeof attentionReasons)[number];

/** An order of the console's list. */
export interface ConsoleOrder {
  readonly orderId: string;
  readonly customerId: string;
  /** Minor currency units. */
  readonly total: number;
  readonly status: ShownStatus;
  /** RFC 3339 UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The active stage. */
  readonly stage?: StageId | undefined;
  /** When the current wait ends (RFC 3339 UTC). */
  readonly resumesAt?: string | undefined;
  /** When the order in review is rejected without a decision (RFC 3339 UTC). */
  readonly reviewDueAt?: string | undefined;
  /** The wait for a provider that is unavailable. */
  readonly waitingFor?: PendingAttempt | undefined;
  readonly isPaused?: boolean | undefined;
  readonly failure?: Failure | undefined;
  readonly warnings?: readonly Warning[] | undefined;
  /** The most urgent reason why the order needs attention, if it does. */
  readonly attention?: AttentionReason | undefined;
}

/** Events of the last minutes, oldest first, in equal periods. */
export interface RateHistory {
  /** Length of a period (ms). */
  readonly periodMs: number;
  readonly started: readonly number[];
  readonly completed: readonly number[];
  /** Failed and cancelled orders. */
  readonly failed: readonly number[];
}

export interface ConsoleSnapshot {
  /** Orders that need attention, then running orders, then the newest. */
  readonly orders: readonly ConsoleOrder[];
  /** Start of the window: orders created after this time are shown (RFC 3339 UTC). Running orders may be older. */
  readonly since: string;
  /** Whether the window contains more orders than are shown; the newest are shown. */
  readonly isTruncated: boolean;
  /** Number of messages in the dead-letter queue; undefined if it cannot be read. */
  readonly deadLetters?: number | undefined;
  readonly rates: RateHistory;
  readonly quotas: readonly QuotaUse[];
  /** Time of the last successful read (ms since the epoch). */
  readonly readAt: number;
  /** Why reading fails at the moment. What is shown is then as old as `readAt`. */
  readonly gapReason?: string | undefined;
}
