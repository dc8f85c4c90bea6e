import type { Stack } from '../../environment/stack.ts';
import type { WaitDurations } from '../../workflow/durations.ts';
import { readWaitDurations } from '../lookup/wait-durations.ts';
import type { FollowUntil } from './follow-until.ts';
import type { LoadOptions } from './load-options.ts';
import { ObservedOrders } from './observed-orders.ts';
import { type FreshOrders, planFreshOrders, rejectExcessiveApiRate } from './prepare.ts';
import { buildReport, isAnyThresholdBroken, summarizeWarmUp } from './report.ts';
import type { LoadReport, TruncationReason } from './report-types.ts';
import { ResourceMeter } from './resource-meter.ts';
import type { SideEffectSnapshot } from './side-effects.ts';
import { planSetup } from './test-setup.ts';

/** State of a load test. */
export interface LoadTestState {
  readonly stack: Stack;
  readonly options: LoadOptions;
  /** How far orders are followed. */
  readonly until: FollowUntil;
  readonly waits: WaitDurations;
  readonly plan: FreshOrders;
  readonly warmUpOrders: ObservedOrders;
  readonly measuredOrders: ObservedOrders;
  /** Aborted to stop the submission. */
  readonly stop: AbortSignal;
  /** Aborted to end the test at once. */
  readonly signal: AbortSignal;
  /** Aborts `signal` when a threshold is exceeded. */
  readonly thresholdAbort: AbortController;
  /** Meter and start of the measured orders (ms since the epoch). */
  meter: ResourceMeter;
  startedAtMs: number;
  /** Absent until the side effects were read. */
  sideEffects: SideEffectSnapshot | undefined;
}

const neverAborted = new AbortController().signal;

/** Plans the orders. Throws a UserError if the stack's API does not accept the rate. */
export async function prepareLoadTest(stack: Stack, options: LoadOptions): Promise<LoadTestState> {
  const { stop = neverAborted, until = 'terminal' } = options;
  await rejectExcessiveApiRate(stack.target, options);
  const waits = await readWaitDurations(stack.target);
  const plan = await planFreshOrders(stack, options);
  const thresholdAbort = new AbortController();
  return {
    stack,
    options,
    until,
    waits,
    plan,
    warmUpOrders: new ObservedOrders(plan.warmUp, until),
    measuredOrders: new ObservedOrders(plan.planned ?? [], until),
    stop,
    signal: AbortSignal.any([options.signal, thresholdAbort.signal]),
    thresholdAbort,
    meter: new ResourceMeter(),
    startedAtMs: Date.now(),
    sideEffects: undefined,
  };
}

/** Starts the measurement. What was used before, by the warm-up, is not part of the report. */
export function startMeasuring(test: LoadTestState): void {
  test.meter = new ResourceMeter();
  test.startedAtMs = Date.now();
}

/** Builds the report from the current state of the orders. */
export function buildCurrentReport(
  test: LoadTestState,
  truncation: TruncationReason | undefined,
): LoadReport {
  const { options, plan, waits, startedAtMs, sideEffects, warmUpOrders, measuredOrders } = test;
  const warmUp = plan.warmUp.length > 0 ? summarizeWarmUp(warmUpOrders.all(), waits) : undefined;
  return buildReport(measuredOrders.all(), {
    ...options,
    setup: planSetup(test.stack.target, waits, options),
    round: plan.round,
    startedAtMs,
    now: Date.now(),
    truncation,
    waits,
    sideEffects,
    tool: test.meter.read(),
    warmUp,
  });
}

/** Share of the time that checking thresholds may take. */
const maxThresholdCheckShare = 0.05;

/**
 * Returns a function that checks the thresholds against the current orders, and ends the test if one is broken. It
 * skips the check as often as necessary to stay within `maxThresholdCheckShare`.
 */
export function createThresholdCheck(test: LoadTestState): () => void {
  const { measuredOrders, waits, options, thresholdAbort } = test;
  const { thresholds = [] } = options;
  let dueAt = 0;
  return () => {
    const startedAt = performance.now();
    if (startedAt < dueAt) return;
    if (isAnyThresholdBroken(measuredOrders.all(), { waits, thresholds })) {
      thresholdAbort.abort('threshold');
    }
    const endedAt = performance.now();
    dueAt = endedAt + (endedAt - startedAt) / maxThresholdCheckShare;
  };
}
