import { setTimeout as sleep } from 'node:timers/promises';
import { isNotFound, needsSignIn } from '../../aws/errors.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { type Submission, submitOrder } from '../actions/submit.ts';
import { accountLimits, Limiter } from '../requests/rate-limiter.ts';
import type { Board } from './observed-orders.ts';
import type { PlannedOrder } from './plan.ts';
import { dueMs } from './schedule.ts';

/** How orders are sent. */
export interface Pace {
  /** How many submissions are on their way at once, where there is no rate. */
  readonly concurrency: number;
  /** Orders a second, sent when they are due whatever became of those before; absent: as fast as `concurrency` allows. */
  readonly rate?: number | undefined;
  /** How long the rate takes to rise from nothing, ms. */
  readonly rampMs?: number | undefined;
  /** When to send no more, ms after the first; absent where the number of orders says so. */
  readonly durationMs?: number | undefined;
}

export interface SubmitterOptions extends Pace, Pick<Submission, 'via'> {
  readonly orders: Iterable<PlannedOrder>;
  readonly board: Board;
  /** Aborting stops submitting; what is on its way is waited for. */
  readonly signal: AbortSignal;
}

/**
 * Submits the orders at their pace. What goes wrong with one is on the board; throws only when none would do any better:
 * nobody is signed in, or there is no such function.
 */
export async function submitAll(
  target: Target,
  outputs: StackOutputs,
  { orders, board, via, signal, ...pace }: SubmitterOptions,
): Promise<void> {
  await warm(target, via);
  let hopeless: unknown;
  let accepted = 0;
  const submit = async (planned: PlannedOrder, driftMs?: number) => {
    const { orderId, order } = planned;
    board.add(planned);
    const submittedAt = Date.now() - (driftMs ?? 0);
    const began = performance.now() - (driftMs ?? 0);
    board.change(orderId, { submittedAt, ...(driftMs === undefined ? {} : { driftMs }) });
    let throttles = 0;
    const onThrottle = () => board.change(orderId, { throttles: ++throttles });
    try {
      await submitOrder(target, outputs, { event: { orderId, order }, via, onThrottle });
      accepted += 1;
      board.change(orderId, { acceptedMs: performance.now() - began });
    } catch (error) {
      board.change(orderId, { error: describe(error) });
      if ((isNotFound(error) || needsSignIn(error)) && accepted === 0) hopeless ??= error;
    }
  };
  const isOver = () => signal.aborted || hopeless !== undefined;
  const { rate } = pace;
  await (rate === undefined
    ? atOnce(orders, { ...pace, isOver, submit })
    : onSchedule(orders, { ...pace, rate, isOver, submit, signal }));
  if (hopeless) throw hopeless;
}

/** Loads what the first submission would load, so that no order waits for that. */
async function warm(target: Target, via: Submission['via']): Promise<void> {
  await import('../../aws/sdk/lambda.ts');
  if (via === 'api') await import('../../aws/signed-fetch.ts');
  await target.clients.lambda();
}

interface Sending extends Pace {
  readonly isOver: () => boolean;
  readonly submit: (order: PlannedOrder, driftMs?: number) => Promise<void>;
}

/** Has so many on their way at once, until there are no more orders or there is no more time. */
async function atOnce(
  orders: Iterable<PlannedOrder>,
  { concurrency, durationMs = Number.POSITIVE_INFINITY, isOver, submit }: Sending,
): Promise<void> {
  const until = performance.now() + durationMs;
  // However fast it answers: above this AWS refuses.
  const starts = new Limiter(accountLimits.startsPerSecond, concurrency);
  const waiting = orders[Symbol.iterator]();
  const worker = async () => {
    while (!isOver() && performance.now() < until) {
      const next = waiting.next();
      if (next.done) return;
      await starts.turn();
      await submit(next.value);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/**
 * Sends each order when it is due, without waiting for those before: an open model, in which a slow answer cannot thin out the
 * load that it is measured with.
 */
async function onSchedule(
  orders: Iterable<PlannedOrder>,
  options: Sending & { readonly rate: number; readonly signal: AbortSignal },
): Promise<void> {
  const { rate, rampMs = 0, isOver, submit, signal } = options;
  const began = performance.now();
  const onTheirWay = new Set<Promise<void>>();
  let index = 0;
  for (const order of orders) {
    const due = began + dueMs(index++, { rate, rampMs });
    const early = due - performance.now();
    if (early > 0) await sleep(early, undefined, { signal }).catch(() => {});
    if (isOver()) break;
    const sent = submit(order, Math.max(0, performance.now() - due));
    onTheirWay.add(sent);
    void sent.finally(() => onTheirWay.delete(sent));
  }
  await Promise.all(onTheirWay);
}

function describe(error: unknown): { name: string; message: string } {
  if (error instanceof UserError) return { name: error.code, message: error.message };
  if (error instanceof Error) {
    // A connection that failed has no name of its own: ECONNREFUSED says more than Error.
    const { name, code = name } = error as NodeJS.ErrnoException;
    return { name: name === 'Error' ? code : name, message: error.message || name };
  }
  return { name: 'Error', message: String(error) };
}
