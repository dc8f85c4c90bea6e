/** Decides what a redrive does with a dead-letter message. Pure. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isTechnicalFailure } from '../../../functions/contract/failure.ts';
import { isTerminal } from '../../../functions/contract/workflow.ts';
import { retryId } from '../lookup/retry-id.ts';
import type { DeadLetter } from './dead-letters.ts';

export type RedriveAction =
  /** Start the order under its own id: it never started. */
  | { readonly kind: 'start' }
  /** Submit the order again with a new id: it was undone, or its execution failed before it wrote the order. */
  | { readonly kind: 'start-anew'; readonly as: string }
  /** Start the recovery of the order again: it is not closed. */
  | { readonly kind: 'recover' }
  /** Remove the message: nothing is left to do. */
  | { readonly kind: 'remove'; readonly because: string }
  /** Keep the message: nothing can be done now. */
  | { readonly kind: 'leave'; readonly because: string };

/** The order of a dead-letter message. */
export interface DeadLetterOrder {
  readonly order?: Pick<OrderRecord, 'status' | 'failure' | 'flagged' | 'retriedAs'> | undefined;
  /** Whether Lambda retains an execution of the order. */
  readonly executed: boolean;
}

const keep = (because: string): RedriveAction => ({ kind: 'leave', because });
const remove = (because: string): RedriveAction => ({ kind: 'remove', because });

/** Returns the action for a dead-letter message. */
export function redriveActionFor(
  { from, orderId = '' }: DeadLetter,
  { order, executed }: DeadLetterOrder,
): RedriveAction {
  if (from === 'unknown') return keep('the message does not contain a valid order');
  if (order?.flagged) return keep('the order is with the carrier and needs attention');
  if (order && isTerminal(order.status)) return actionForEnded(from, orderId, order);
  if (from === 'recovery' && order) return { kind: 'recover' };
  if (order) return keep('the recovery has not closed the order yet');
  if (executed) return { kind: 'start-anew', as: retryId(orderId) };
  return from === 'recovery' ? remove('there is no such order') : { kind: 'start' };
}

function actionForEnded(
  from: DeadLetter['from'],
  orderId: string,
  order: NonNullable<DeadLetterOrder['order']>,
): RedriveAction {
  const { status, failure, retriedAs } = order;
  const mayRetry = from === 'workflow' && isTechnicalFailure(failure?.code ?? '');
  const newId = retryId(orderId);
  // A retry under the id of a redrive is the redrive itself, which may have been interrupted before the order started.
  const otherRetry = retriedAs?.find((id) => id !== newId);
  if (mayRetry && otherRetry !== undefined) {
    return keep(`the order was already retried as ${otherRetry}`);
  }
  if (mayRetry && status === 'failed') return { kind: 'start-anew', as: newId };
  return remove(`the order is ${status}`);
}
