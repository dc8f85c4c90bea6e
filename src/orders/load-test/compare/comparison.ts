import type { Saturations } from './saturation.ts';
import type { SetupDifference } from './setup-differences.ts';

/** How B differs from A in one row. */
export type Change = 'better' | 'worse' | 'no-clear-difference' | 'too-few-orders';

/** `mixed`: better in some rows and worse in others. */
export type Verdict = Change | 'mixed' | 'not-comparable';

export interface Comparison {
  readonly verdict: Verdict;
  readonly a: RunSummary;
  readonly b: RunSummary;
  /** Settings in which the runs differ. */
  readonly differences: readonly SetupDifference[];
  /** Signs that orders were submitted faster than they made progress. */
  readonly saturation: Saturations;
  /** How to confirm the verdict, or how to get one. */
  readonly advice: readonly string[];
  readonly thresholds: readonly ComparedThreshold[];
  /** Checks that failed in at least one run. */
  readonly checks: readonly ComparedCheck[];
  readonly times: readonly ComparedTime[];
  readonly outcomes: readonly ComparedCount[];
  readonly rates: readonly { readonly name: string; readonly a: number; readonly b: number }[];
  /** Limits of the verdict. */
  readonly notes: readonly string[];
}

export interface RunSummary {
  readonly id: string;
  readonly startedAt: string;
  readonly passed: boolean;
  /** Number of submitted orders. */
  readonly orders: number;
  readonly environment?: string;
  readonly timeScale?: number;
  /** The command that repeats the run. */
  readonly command?: string;
}

export interface ComparedThreshold {
  readonly expression: string;
  /** Results; absent in a run without this threshold. */
  readonly a?: MeasuredThreshold;
  readonly b?: MeasuredThreshold;
  readonly change?: Change;
}

export interface MeasuredThreshold {
  readonly passed: boolean;
  /** Milliseconds, a share from 0 to 1, or a count; absent if nothing was measured. */
  readonly value?: number;
}

export interface ComparedCheck {
  readonly id: string;
  /** Number of failures; absent if the check was not made. */
  readonly a?: number;
  readonly b?: number;
  readonly change?: Change;
}

/** Times that are compared, all from the scheduled submission of an order. */
export const comparedTimes = ['accepted', 'firstStatus', 'reached', 'terminal', 'active'] as const;
export type ComparedTimeName = (typeof comparedTimes)[number];

export interface ComparedTime {
  readonly time: ComparedTimeName;
  readonly statistic: 'median' | 'p95' | 'p99';
  /** Milliseconds. */
  readonly a: number;
  readonly b: number;
  /** Smallest difference that would be clear (ms); absent if there are too few orders for it. */
  readonly clearMs?: number;
  readonly change?: Change;
}

export interface ComparedCount {
  readonly name: 'submitted' | 'completed' | 'failed' | 'running' | 'not accepted' | 'throttled';
  readonly a: number;
  readonly b: number;
  readonly change?: Change;
}
