import { setTimeout as sleep } from 'node:timers/promises';
import { isNotFound, needsSignIn } from '../../target/aws-errors.ts';
import type { Target } from '../../target/resolve.ts';
import type { StackOutputs } from '../../target/stack.ts';
import { UserError } from '../../user-error.ts';
import { type Submission, submitOrder } from '../submit.ts';
import type { Board, ObservedOrder } from './observed.ts';

export interface SubmitterOptions extends Pick<Submission, 'via'> {
  readonly board: Board;
  readonly concurrency: number;
  /** Orders a second, sent when they are due whatever became of those before; absent: as fast as `concurrency` allows. */
  readonly rate?: number | undefined;
  /** Aborting stops submitting; what is on its way is waited for. */
  readonly signal: AbortSignal;
}

/**
 * Submits the orders of the board, `concurrency` at a time. What goes wrong with one is on the board; throws only when
 * none would do any better: nobody is signed in, or there is no such function.
 */
export async function submitAll(
  target: Target,
  outputs: StackOutputs,
  { board, via, concurrency, rate, signal }: SubmitterOptions,
): Promise<void> {
  const waiting = board.all().values();
  let hopeless: unknown;
  const submit = async ({ orderId, order }: ObservedOrder, driftMs?: number) => {
    const submittedAt = Date.now() - (driftMs ?? 0);
    const began = performance.now() - (driftMs ?? 0);
    board.change(orderId, { submittedAt, ...(driftMs === undefined ? {} : { driftMs }) });
    try {
      await submitOrder(target, outputs, { event: { orderId, order }, via });
      board.change(orderId, { acceptedMs: performance.now() - began });
    } catch (error) {
      board.change(orderId, { error: describe(error) });
      const isHopeless = isNotFound(error) || needsSignIn(error);
      if (isHopeless && board.accepted().length === 0) hopeless ??= error;
    }
  };
  const worker = async () => {
    for (const order of waiting) {
      if (signal.aborted || hopeless) return;
      await submit(order);
    }
  };
  if (rate === undefined) await Promise.all(Array.from({ length: concurrency }, worker));
  else
    await onSchedule(
      board.all(),
      { rate, signal, isHopeless: () => hopeless !== undefined },
      submit,
    );
  if (hopeless) throw hopeless;
}

/**
 * Sends each order when it is due, without waiting for those before: an open model, in which a slow answer cannot thin out the
 * load that it is measured with.
 */
async function onSchedule(
  orders: readonly ObservedOrder[],
  { rate, signal, isHopeless }: { rate: number; signal: AbortSignal; isHopeless: () => boolean },
  submit: (order: ObservedOrder, driftMs: number) => Promise<void>,
): Promise<void> {
  const began = performance.now();
  const sent: Promise<void>[] = [];
  for (const [index, order] of orders.entries()) {
    const due = began + (index * 1000) / rate;
    const early = due - performance.now();
    if (early > 0) await sleep(early, undefined, { signal }).catch(() => {});
    if (signal.aborted || isHopeless()) break;
    sent.push(submit(order, Math.max(0, performance.now() - due)));
  }
  await Promise.all(sent);
}

function describe(error: unknown): { name: string; message: string } {
  if (error instanceof UserError) return { name: error.code, message: error.message };
  if (error instanceof Error) return { name: error.name, message: error.message || error.name };
  return { name: 'Error', message: String(error) };
}
