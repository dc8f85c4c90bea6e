import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTransient } from '../../aws/errors.ts';
import { isOpen } from '../lookup/execution-status.ts';
import { retryRequest } from '../requests/retry.ts';
import type { LoadTestState } from './load-test-state.ts';
import type { Poller } from './poller.ts';
import type { SideEffectReader } from './side-effects.ts';
import type { SubmitAndPollResult } from './submit-and-poll.ts';

/** An execution ends at most this long after its order. After an abort, reading may take this long, too (ms). */
const graceMs = 10_000;
const firstRetryPauseMs = 250;
const maxRetryPauseMs = 15_000;

/**
 * Reads the final state of orders, executions and side effects. After an abort, stops at the end of the grace period.
 */
export async function readFinalState(
  test: LoadTestState,
  run: SubmitAndPollResult,
  sideEffectReader: SideEffectReader,
): Promise<void> {
  const { signal } = test;
  try {
    await Promise.race([readAll(test, run, sideEffectReader), gracePeriod(signal)]);
  } catch (error) {
    // A partial report uses what was read until now.
    if (!signal.aborted) throw error;
  }
}

async function readAll(
  test: LoadTestState,
  { poller, submitted }: SubmitAndPollResult,
  sideEffectReader: SideEffectReader,
): Promise<void> {
  const { until, signal, measuredOrders } = test;
  await submitted;
  if (until === 'accepted') return;
  const waitsForExecutions = !signal.aborted && until === 'terminal';
  await retryUntilReadable(() => readOrders(test, poller, waitsForExecutions), signal);
  if (until !== 'terminal') return;
  test.sideEffects = await retryUntilReadable(
    () => sideEffectReader.readAfter(measuredOrders.accepted()),
    signal,
  );
}

/** Reads all executions, then all orders. With `waitsForExecutions`, waits until the executions have ended. */
async function readOrders(
  { stack, measuredOrders }: LoadTestState,
  poller: Poller,
  waitsForExecutions: boolean,
): Promise<void> {
  const deadline = Date.now() + graceMs;
  for (;;) {
    await poller.readExecutions();
    const isRunning = measuredOrders
      .accepted()
      .some(({ executions }) => executions.some(({ status }) => isOpen(status)));
    if (!isRunning || !waitsForExecutions || Date.now() > deadline) break;
    await sleep(stack.target.pollMs);
  }
  await poller.readAllOrders();
}

/**
 * Repeats `read` until it succeeds, as the checks need its result. Throws permanent errors, and any error after an
 * abort.
 */
function retryUntilReadable<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return retryRequest(read, {
    maxAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (error) => isTransient(error) && !signal.aborted,
    delayMs: (attempt) => Math.min(firstRetryPauseMs * 2 ** (attempt - 1), maxRetryPauseMs),
    signal,
  });
}

/** Resolves `graceMs` after `signal` has aborted. */
async function gracePeriod(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  await sleep(graceMs, undefined, { ref: false });
}
