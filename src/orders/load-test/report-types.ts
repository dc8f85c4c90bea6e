import type { Failure } from '../../../functions/contract/api.ts';
import type { ShownStatus, StageId } from '../../../functions/contract/workflow.ts';
import type { Statistics } from '../../workflow/statistics.ts';
import type { Submission } from '../actions/submit.ts';
import type { Check } from './check-result.ts';
import type { FollowUntil } from './follow-until.ts';
import type { ToolUsage } from './resource-meter.ts';
import type { TestSetup } from './test-setup.ts';
import type { Timeline } from './timeline.ts';
import type { OrderTimes, Times } from './times.ts';

export interface LoadedOrder extends OrderTimes {
  readonly orderId: string;
  readonly sample: string;
  /** Line in the order file; absent for a sample. */
  readonly line?: number;
  readonly total: number;
  readonly expected: {
    readonly status: 'completed' | 'failed';
    readonly stage?: StageId;
    readonly code?: string;
  };
  /** `unsubmitted`: the test ended before the submission. `refused`: the submission failed. */
  readonly status: ShownStatus | 'unsubmitted' | 'refused';
  readonly submittedAt?: string;
  readonly executionArn?: string;
  readonly failure?: Failure;
  readonly error?: { readonly name: string; readonly message: string };
}

export interface LoadReport {
  readonly passed: boolean;
  /** Why the report is partial; absent if it is complete. */
  readonly cut?: TruncationReason;
  /** Absent in reports of earlier versions of `orders`. */
  readonly setup?: TestSetup;
  readonly seed: number;
  readonly round: number;
  readonly via: Submission['via'];
  readonly concurrency: number;
  /** How far orders were followed. */
  readonly until: FollowUntil;
  /** Scheduled rate (orders per second); absent without a schedule. */
  readonly ratePerSecond?: number;
  /** Time over which the rate rose from 0 (ms). */
  readonly rampMs?: number;
  readonly mix: Readonly<Record<string, number>>;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly checks: readonly Check[];
  readonly times: Times;
  /**
   * Time from the previous status to each status, without waits (ms). The first counts from the scheduled submission.
   */
  readonly stages: Readonly<Record<string, Statistics>>;
  readonly thresholds: readonly ThresholdResult[];
  readonly outcome: {
    readonly planned: number;
    readonly submitted: number;
    readonly completed: number;
    readonly failed: number;
    readonly running: number;
    /** Orders by failure code. */
    readonly failures: Readonly<Record<string, number>>;
    /** Orders by name of the submission error. */
    readonly errors: Readonly<Record<string, number>>;
    /** Throttled submission attempts, also of orders that were accepted later. */
    readonly throttled: number;
    readonly throttledOrders: number;
  };
  readonly timeline: Timeline;
  readonly rate: {
    readonly peakRunning: number;
    readonly completedPerSecond: number;
    /** Rate between the first and the last submission; absent for fewer than two orders or a short burst. */
    readonly sentPerSecond?: number;
    /** The second in which most orders were submitted; absent without a submitted order. */
    readonly peakSent?: {
      readonly orders: number;
      /** Start of that second, from `startedAt` (ms). */
      readonly atMs: number;
    };
  };
  /** Warm-up orders, which are excluded from all other figures. */
  readonly warmUp?: WarmUp;
  /** Resources used by the test itself. */
  readonly tool: ToolUsage;
  /** Conditions that make the figures unreliable. */
  readonly warnings: readonly string[];
  readonly orders: readonly LoadedOrder[];
}

export interface WarmUp extends Pick<LoadReport['outcome'], 'submitted' | 'completed' | 'failed'> {
  readonly errors: Readonly<Record<string, number>>;
  readonly times: Times;
}

/**
 * Why a report is partial. `stopped`: the submission was stopped, and all submitted orders have ended. In all other
 * cases orders may be running. `threshold`: a threshold was exceeded. `killed`: the process was killed.
 */
export type TruncationReason = 'stopped' | 'interrupted' | 'timeout' | 'threshold' | 'killed';

export interface ThresholdResult {
  readonly expression: string;
  readonly passed: boolean;
  /** Measured value; absent if nothing was measured, which fails the threshold. */
  readonly value?: number;
}
