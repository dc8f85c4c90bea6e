import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { triggers } from '../../../functions/contract/triggers.ts';
import type { Given, Trouble } from './order.ts';

const small = 'small';
const doubtful = 'FRAUD-REVIEW';
const reviews = ['approve', 'reject', 'time out'] as const;

/**
 * What an order can meet: nothing, with a total over $1000 or not; doubt, and how that is decided; or one of the
 * contract's trigger values at which a service goes wrong.
 */
export const troubles: readonly string[] = [
  'none',
  small,
  ...reviews.map((each) => `${doubtful}: ${each}`),
  ...triggers.flatMap(({ value, does }) => (does.kind === 'doubt' ? [] : [value])),
];

/** The same as the model knows it. */
export function givenOf(trouble: string): Given {
  const review = reviews.find((each) => trouble === `${doubtful}: ${each}`);
  return { trouble: troubleOf(trouble), review, large: trouble !== small };
}

function troubleOf(value: string): Trouble | undefined {
  const trigger = triggers.find((each) => each.value === value);
  if (!trigger || trigger.does.kind === 'doubt') return undefined;
  const { stage, does } = trigger;
  if (does.kind === 'hiccup') return { stage, how: 'broken', times: does.times };
  return { stage, how: does.kind === 'reject' ? 'rejected' : 'broken' };
}

/** An order that meets the trouble; of its own customer when the trouble lies with no customer. */
export function orderWith(trouble: string, customerId: string): Order {
  const calm: Record<string, Order | undefined> = { none: samples['high'], small: samples['low'] };
  const [value = ''] = trouble.split(':');
  const order = calm[trouble] ?? (samples[value.toLowerCase()] as Order);
  return { ...order, customerId: order.customerId === value ? value : customerId };
}
