import type { WaitDurations } from '../../workflow/durations.ts';
import type { FollowUntil } from './follow-until.ts';
import type { ObservedOrder } from './observed-orders.ts';
import type { RequestRates } from './poller.ts';
import type { LoadReport } from './report-types.ts';

/**
 * `warm-up`: warm-up orders are running. `submitting`: measured orders are submitted. `draining`: all are submitted,
 * and some are running. `judging`: all are done, and their final state and side effects are read and checked.
 */
export type Phase = 'warm-up' | 'submitting' | 'draining' | 'judging';

/** Progress of a load test. */
export interface LoadProgress {
  /** Orders of the phase: the warm-up orders or the measured ones. */
  readonly orders: readonly ObservedOrder[];
  readonly round: number;
  /** Start of the warm-up or of the measured orders (ms since the epoch). */
  readonly startedAtMs: number;
  readonly phase: Phase;
  /** How far orders are followed. */
  readonly until: FollowUntil;
  /** How long orders are submitted (ms); absent if their number is fixed. */
  readonly submitDurationMs?: number | undefined;
  readonly waits: WaitDurations;
  /** Recent rates of the requests that have a quota. */
  readonly requestRates: RequestRates;
  /** Why the last poll failed; absent if it succeeded. */
  readonly pollError: string | undefined;
  /** Returns the report that remains if the process is killed now. */
  readonly buildPartialReport: () => LoadReport;
}
