/** Runs a load test: submits many orders, follows them until they end, and checks each. */

import type { Stack } from '../../environment/stack.ts';
import { readFinalState } from './final-state.ts';
import type { LoadOptions } from './load-options.ts';
import type { LoadProgress } from './load-progress.ts';
import {
  buildCurrentReport,
  createThresholdCheck,
  type LoadTestState,
  prepareLoadTest,
  startMeasuring,
} from './load-test-state.ts';
import type { LoadReport, TruncationReason } from './report-types.ts';
import { SideEffectReader } from './side-effects.ts';
import { type SubmitAndPollResult, submitAndPoll } from './submit-and-poll.ts';

/** Runs a load test. Yields the progress after each poll, and returns the report. */
export async function* runLoadTest(
  stack: Stack,
  options: LoadOptions,
): AsyncGenerator<LoadProgress, LoadReport> {
  const test = await prepareLoadTest(stack, options);
  const { warmUp, probe } = test.plan;
  if (warmUp.length > 0) yield* runWarmUp(test);
  const sideEffectReader = new SideEffectReader(stack);
  if (test.until === 'terminal') await sideEffectReader.readBefore(probe, warmUp);
  startMeasuring(test);
  const run = yield* runMeasuredOrders(test);
  await readFinalState(test, run, sideEffectReader);
  return buildCurrentReport(test, findTruncation(test));
}

/** Runs the warm-up orders as fast as the concurrency allows. */
function runWarmUp(test: LoadTestState): AsyncGenerator<LoadProgress, SubmitAndPollResult> {
  const { stack, options, plan, warmUpOrders, signal, stop } = test;
  const { concurrency, via } = options;
  return submitAndPoll(stack, {
    orders: plan.warmUp,
    observed: warmUpOrders,
    concurrency,
    via,
    signal,
    stop,
    isWarmUp: true,
    progress: progressFields(test),
  });
}

function runMeasuredOrders(test: LoadTestState): AsyncGenerator<LoadProgress, SubmitAndPollResult> {
  const { stack, options, plan, measuredOrders, signal, stop } = test;
  return submitAndPoll(stack, {
    ...options,
    orders: plan.orders,
    observed: measuredOrders,
    signal,
    stop,
    isWarmUp: false,
    onPoll: options.abortOnThreshold ? createThresholdCheck(test) : undefined,
    progress: progressFields(test),
  });
}

const progressFields = (test: LoadTestState) => ({
  waits: test.waits,
  round: test.plan.round,
  until: test.until,
  buildPartialReport: () => buildCurrentReport(test, 'killed'),
});

/** Returns why the report is partial, or undefined if it is complete. */
function findTruncation(test: LoadTestState): TruncationReason | undefined {
  const { signal, stop, plan, measuredOrders } = test;
  if (signal.aborted) return toTruncationReason(signal.reason);
  const isAllSubmitted = plan.planned && measuredOrders.submitted >= plan.planned.length;
  return stop.aborted && !isAllSubmitted ? 'stopped' : undefined;
}

function toTruncationReason(reason: unknown): TruncationReason {
  if (reason === 'threshold') return reason;
  return reason instanceof Error && reason.name === 'TimeoutError' ? 'timeout' : 'interrupted';
}
