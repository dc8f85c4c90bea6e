import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { sampleName, triggers } from '../../../functions/contract/triggers.ts';
import type { OrderConditions, ServiceFailure } from './order.ts';

const small = 'small';
const inReview = 'FRAUD-REVIEW';
const reviews = ['approve', 'reject', 'time out'] as const;

/**
 * Kinds of orders: without a failure, below and above the credit-check limit; with each result of a review; and with each
 * trigger value that makes a service fail.
 */
export const failureCases: readonly string[] = [
  'none',
  small,
  ...reviews.map((review) => `${inReview}: ${review}`),
  ...triggers.flatMap(({ value, behavior }) => (behavior.kind === 'review' ? [] : [value])),
];

/** Converts a case to the conditions of the model. */
export function toConditions(failureCase: string): OrderConditions {
  const review = reviews.find((candidate) => failureCase === `${inReview}: ${candidate}`);
  return { failure: toFailure(failureCase), review, large: failureCase !== small };
}

function toFailure(value: string): ServiceFailure | undefined {
  const trigger = triggers.find((candidate) => candidate.value === value);
  if (!trigger || trigger.behavior.kind === 'review') return undefined;
  const { stage, behavior } = trigger;
  if (behavior.kind === 'transient') return { stage, how: 'technical', times: behavior.times };
  return { stage, how: behavior.kind === 'reject' ? 'rejected' : 'technical' };
}

/** Builds an order of a case. It belongs to this customer, unless the customer is the trigger value. */
export function orderFor(failureCase: string, customerId: string): Order {
  const plain: Record<string, Order | undefined> = { none: samples['high'], small: samples['low'] };
  const [value = ''] = failureCase.split(':');
  const order = plain[failureCase] ?? (samples[sampleName(value)] as Order);
  return { ...order, customerId: order.customerId === value ? value : customerId };
}
