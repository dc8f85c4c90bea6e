import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../../environment/stack.ts';
import type { LoadProgress } from './load-progress.ts';
import { Poller } from './poller.ts';
import { type SubmitterOptions, submitAll } from './submitter.ts';

export interface SubmitAndPollOptions extends SubmitterOptions {
  /** Aborting stops the submission; running orders are still polled. */
  readonly stop: AbortSignal;
  readonly isWarmUp: boolean;
  /** Called after each poll. */
  readonly onPoll?: (() => void) | undefined;
  /** Fields of the progress that do not change. */
  readonly progress: Pick<LoadProgress, 'waits' | 'round' | 'until' | 'buildPartialReport'>;
}

export interface SubmitAndPollResult {
  readonly poller: Poller;
  /** Resolves when the last submission has ended, which is later than the last poll if `signal` aborted. */
  readonly submitted: Promise<void>;
}

/** Submits the orders, and polls them until all are done or `signal` aborts. Yields the progress after each poll. */
export async function* submitAndPoll(
  stack: Stack,
  options: SubmitAndPollOptions,
): AsyncGenerator<LoadProgress, SubmitAndPollResult> {
  const { observed, signal, stop, isWarmUp, onPoll } = options;
  const startedAtMs = Date.now();
  const poller = new Poller(stack, { observed, signal });
  const submission = new BackgroundTask(
    submitAll(stack, { ...options, signal: AbortSignal.any([signal, stop]) }),
  );
  const progress = (): LoadProgress => {
    const submitPhase = isWarmUp ? 'warm-up' : 'submitting';
    return {
      ...options.progress,
      orders: observed.all(),
      startedAtMs,
      phase: !isWarmUp && submission.isDone ? 'draining' : submitPhase,
      submitDurationMs: options.durationMs,
      requestRates: poller.requestRates,
      pollError: poller.pollError,
    };
  };
  yield progress();
  while (!signal.aborted) {
    // Read before the poll: orders submitted during the poll need another one.
    const isSubmitted = submission.isDone;
    await poller.poll();
    onPoll?.();
    yield progress();
    if (isSubmitted && poller.openOrders().length === 0) break;
    await sleep(poller.nextPollMs, undefined, { signal }).catch(() => {});
  }
  if (!signal.aborted && !isWarmUp) yield { ...progress(), phase: 'judging' };
  return { poller, submitted: submission.end };
}

/** Work that runs during the polls. */
class BackgroundTask {
  readonly end: Promise<void>;
  #isSettled = false;
  #error: unknown;

  constructor(work: Promise<void>) {
    this.end = work.finally(() => {
      this.#isSettled = true;
    });
    this.end.catch((error: unknown) => {
      this.#error = error;
    });
  }

  /** Whether the work has ended. Throws its error if it failed. */
  get isDone(): boolean {
    if (this.#error) throw this.#error;
    return this.#isSettled;
  }
}
