import { setTimeout as sleep } from 'node:timers/promises';
import { isNotFound, needsSignIn } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { type Submission, submitOrder } from '../actions/submit.ts';
import { forEachConcurrent } from '../requests/for-each-concurrent.ts';
import { accountLimits, RateLimiter } from '../requests/rate-limiter.ts';
import type { ObservedOrders } from './observed-orders.ts';
import type { PlannedOrder } from './plan.ts';
import { dueMs } from './schedule.ts';

/** How fast orders are submitted. */
export interface SubmitRate {
  /** Number of submissions in flight; ignored with `rate`. */
  readonly concurrency: number;
  /** Orders per second on a fixed schedule, regardless of responses; absent: as fast as `concurrency` allows. */
  readonly rate?: number | undefined;
  /** Time over which the rate rises from 0 (ms). */
  readonly rampMs?: number | undefined;
  /** End of the submission after the first order (ms); absent: when all orders are submitted. */
  readonly durationMs?: number | undefined;
}

export interface SubmitterOptions extends SubmitRate, Pick<Submission, 'via'> {
  readonly orders: Iterable<PlannedOrder>;
  readonly observed: ObservedOrders;
  /** Aborting stops the submission; submissions in flight are completed. */
  readonly signal: AbortSignal;
  /** Absent: the clock of this process. */
  readonly clock?: SubmitClock;
}

/** The clock that decides when orders are due, and measures latencies. */
export interface SubmitClock {
  /** Returns the time since an arbitrary moment (ms). */
  now(): number;
  /** Waits for `ms`, or until the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const processClock: SubmitClock = {
  now: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
};

/**
 * Submits the orders at the given rate, and records each result in `observed`. Throws only errors that every other
 * order would have, too: missing credentials or a missing function.
 */
export async function submitAll(
  stack: Stack,
  { orders, observed, via, signal, clock = processClock, ...rate }: SubmitterOptions,
): Promise<void> {
  await preloadClient(stack.target, via);
  let permanentError: unknown;
  let accepted = 0;
  const submit = async (planned: PlannedOrder, driftMs?: number) => {
    const { orderId, order } = planned;
    observed.add(planned);
    const submittedAt = Date.now() - (driftMs ?? 0);
    const startedAt = clock.now() - (driftMs ?? 0);
    observed.update(orderId, { submittedAt, ...(driftMs === undefined ? {} : { driftMs }) });
    let throttles = 0;
    const onThrottle = () => observed.update(orderId, { throttles: ++throttles });
    try {
      await submitOrder(stack, { event: { orderId, order }, via, onThrottle });
      accepted += 1;
      observed.update(orderId, { acceptedMs: clock.now() - startedAt });
    } catch (error) {
      observed.update(orderId, { error: describeError(error) });
      if ((isNotFound(error) || needsSignIn(error)) && accepted === 0) permanentError ??= error;
    }
  };
  const isOver = () => signal.aborted || permanentError !== undefined;
  await (rate.rate === undefined
    ? submitConcurrently(orders, { ...rate, clock, isOver, submit })
    : submitAtRate(orders, { ...rate, clock, rate: rate.rate, isOver, submit, signal }));
  if (permanentError) throw permanentError;
}

/** Loads the modules that the first submission would load, so that they do not delay it. */
async function preloadClient(target: Target, via: Submission['via']): Promise<void> {
  await import('../../aws/sdk/lambda.ts');
  if (via === 'api') await import('../../aws/signed-fetch.ts');
  await target.clients.lambda();
}

interface SubmitLoop extends SubmitRate {
  readonly clock: SubmitClock;
  readonly isOver: () => boolean;
  readonly submit: (order: PlannedOrder, driftMs?: number) => Promise<void>;
}

/** Keeps `concurrency` submissions in flight, until no orders or no time is left. */
async function submitConcurrently(
  orders: Iterable<PlannedOrder>,
  { concurrency, durationMs = Number.POSITIVE_INFINITY, clock, isOver, submit }: SubmitLoop,
): Promise<void> {
  const deadline = clock.now() + durationMs;
  // AWS throttles a higher rate, however fast the responses are.
  const starts = new RateLimiter(accountLimits.startsPerSecond, concurrency);
  const remaining = orders[Symbol.iterator]();
  function* takeUntilOver() {
    while (!isOver() && clock.now() < deadline) {
      const next = remaining.next();
      if (next.done) return;
      yield next.value;
    }
  }
  await forEachConcurrent(takeUntilOver(), concurrency, async (order) => {
    await starts.acquire();
    await submit(order);
  });
}

/**
 * Submits each order at its scheduled time, regardless of responses (open model): slow responses do not reduce the
 * load.
 */
async function submitAtRate(
  orders: Iterable<PlannedOrder>,
  options: SubmitLoop & { readonly rate: number; readonly signal: AbortSignal },
): Promise<void> {
  const { rate, rampMs = 0, clock, isOver, submit, signal } = options;
  const startedAt = clock.now();
  const inFlight = new Set<Promise<void>>();
  let index = 0;
  for (const order of orders) {
    const dueAt = startedAt + dueMs(index++, { rate, rampMs });
    const earlyMs = dueAt - clock.now();
    if (earlyMs > 0) await clock.sleep(earlyMs, signal);
    if (isOver()) break;
    const submission = submit(order, Math.max(0, clock.now() - dueAt));
    inFlight.add(submission);
    void submission.finally(() => inFlight.delete(submission));
  }
  await Promise.all(inFlight);
}

function describeError(error: unknown): { name: string; message: string } {
  if (error instanceof UserError) return { name: error.code, message: error.message };
  if (error instanceof Error) {
    // Connection errors are named `Error`; their code, such as ECONNREFUSED, is more precise.
    const { name, code = name } = error as NodeJS.ErrnoException;
    return { name: name === 'Error' ? code : name, message: error.message || name };
  }
  return { name: 'Error', message: String(error) };
}
