import type { Failure } from '../../../functions/contract/api.ts';
import type { ShownStatus, StageId } from '../../../functions/contract/workflow.ts';
import type { Statistics } from '../../workflow/statistics.ts';
import type { Submission } from '../actions/submit.ts';
import type { Check } from './check-result.ts';
import type { Goal } from './follow-until.ts';
import type { ToolUsage } from './resource-meter.ts';
import type { Timeline } from './timeline.ts';
import type { OrderTimes, Times } from './times.ts';

export interface LoadedOrder extends OrderTimes {
  readonly orderId: string;
  readonly sample: string;
  /** Of the file that it is from. */
  readonly line?: number;
  readonly total: number;
  readonly expected: {
    readonly status: 'completed' | 'failed';
    readonly stage?: StageId;
    readonly code?: string;
  };
  /** `unsubmitted` when the test was cut short, `refused` when it could not be submitted. */
  readonly status: ShownStatus | 'unsubmitted' | 'refused';
  readonly submittedAt?: string;
  readonly executionArn?: string;
  readonly failure?: Failure;
  readonly error?: { readonly name: string; readonly message: string };
}

export interface LoadReport {
  readonly passed: boolean;
  /** Why not all orders were waited for; absent when they were. */
  readonly cut?: Cut;
  readonly seed: number;
  readonly round: number;
  readonly via: Submission['via'];
  readonly concurrency: number;
  /** How far orders were followed. */
  readonly until: Goal;
  /** Orders a second that were to be sent; absent where they were sent as fast as possible. */
  readonly ratePerSecond?: number;
  /** How long that rate took to rise from nothing, ms. */
  readonly rampMs?: number;
  readonly mix: Readonly<Record<string, number>>;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly checks: readonly Check[];
  readonly times: Times;
  /** Status -> from the status before it to this one without waits, ms; the first from when an order was due. */
  readonly stages: Readonly<Record<string, Statistics>>;
  readonly thresholds: readonly ThresholdResult[];
  readonly outcome: {
    readonly planned: number;
    readonly submitted: number;
    readonly completed: number;
    readonly failed: number;
    readonly running: number;
    /** Code of a failure -> orders. */
    readonly failures: Readonly<Record<string, number>>;
    /** Name of an error at submission -> orders. */
    readonly errors: Readonly<Record<string, number>>;
    /** Tries to submit that the service refused as too much, those of orders that it took later included. */
    readonly throttled: number;
    readonly throttledOrders: number;
  };
  readonly timeline: Timeline;
  readonly rate: {
    readonly peakRunning: number;
    readonly completedPerSecond: number;
    /** From the first order that was sent to the last; absent where there were not two. */
    readonly sentPerSecond?: number;
  };
  /** The orders before the measured ones, which are in no other figure. */
  readonly warmUp?: WarmUp;
  /** What the test itself took. */
  readonly tool: ToolUsage;
  /** What makes the figures doubtful. */
  readonly warnings: readonly string[];
  readonly orders: readonly LoadedOrder[];
}

export interface WarmUp extends Pick<LoadReport['outcome'], 'submitted' | 'completed' | 'failed'> {
  readonly errors: Readonly<Record<string, number>>;
  readonly times: Times;
}

/**
 * `stopped`: not all orders were submitted, and those that were have been followed to their ends. In a report that is `interrupted`,
 * at its `timeout`, at a `threshold` that was broken, or `killed` some may be on their way.
 */
export type Cut = 'stopped' | 'interrupted' | 'timeout' | 'threshold' | 'killed';

export interface ThresholdResult {
  readonly expression: string;
  readonly passed: boolean;
  /** What was found; absent when there was nothing to measure, which passes nothing. */
  readonly value?: number;
}
