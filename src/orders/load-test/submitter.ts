import { isNotFound, needsSignIn } from '../../target/aws-errors.ts';
import type { Target } from '../../target/resolve.ts';
import type { StackOutputs } from '../../target/stack.ts';
import { UserError } from '../../user-error.ts';
import { type Submission, submitOrder } from '../submit.ts';
import type { Board, ObservedOrder } from './observed.ts';

export interface SubmitterOptions extends Pick<Submission, 'via'> {
  readonly board: Board;
  readonly concurrency: number;
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
  { board, via, concurrency, signal }: SubmitterOptions,
): Promise<void> {
  const waiting = board.all().values();
  let hopeless: unknown;
  const submit = async ({ orderId, order }: ObservedOrder) => {
    const submittedAt = Date.now();
    const began = performance.now();
    board.change(orderId, { submittedAt });
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
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (hopeless) throw hopeless;
}

function describe(error: unknown): { name: string; message: string } {
  if (error instanceof UserError) return { name: error.code, message: error.message };
  if (error instanceof Error) return { name: error.name, message: error.message || error.name };
  return { name: 'Error', message: String(error) };
}
