/** What a redrive does about a dead letter. Pure. */
import type { OrderRecord } from '../../../functions/contract/api.ts';
import { isEnd } from '../../../functions/contract/workflow.ts';
import { retryId } from '../lookup/retry-id.ts';
import type { Letter } from './letters.ts';

export type Remedy =
  /** The order never started: it is started, under its own id. */
  | { readonly kind: 'start' }
  /** It failed for no reason of the business and was undone: the same order is placed anew. */
  | { readonly kind: 'start-anew'; readonly as: string }
  /** It stands half done: its recovery is started again. */
  | { readonly kind: 'recover' }
  /** There is nothing to be done about it any more: the letter is removed. */
  | { readonly kind: 'remove'; readonly because: string }
  /** Nothing can be done about it now: the letter stays. */
  | { readonly kind: 'leave'; readonly because: string };

/** What is known of the order of a letter. */
export interface Found {
  readonly order?: Pick<OrderRecord, 'status' | 'failure' | 'flagged' | 'retriedAs'> | undefined;
  /** Whether its workflow has an execution, as far as Lambda remembers. */
  readonly executed: boolean;
}

/** Failures that are nobody's decision: the same order may well succeed now. */
const technical: ReadonlySet<string> = new Set(['technical-failure', 'stopped', 'timed-out']);

export function remedyFor({ from, orderId = '' }: Letter, { order, executed }: Found): Remedy {
  if (from === 'unknown') return { kind: 'leave', because: 'it is no order that can be read' };
  if (order?.flagged)
    return { kind: 'leave', because: 'the order is with the carrier: look at it' };
  const { status, failure } = order ?? {};
  if (status !== undefined && isEnd(status)) {
    const again = from === 'workflow' && technical.has(failure?.code ?? '');
    // Under the id that a redrive would give it, it is the same try: it may not have got as far as to start.
    const other = order?.retriedAs?.find((id) => id !== retryId(orderId));
    if (again && other !== undefined) {
      return { kind: 'leave', because: `the order was tried again as ${other}` };
    }
    if (status === 'failed' && again) return { kind: 'start-anew', as: retryId(orderId) };
    return { kind: 'remove', because: `the order is ${status}` };
  }
  if (from === 'recovery') {
    return order ? { kind: 'recover' } : { kind: 'remove', because: 'there is no such order' };
  }
  if (order) return { kind: 'leave', because: 'recovery has not closed the order yet' };
  return executed ? { kind: 'start-anew', as: retryId(orderId) } : { kind: 'start' };
}
