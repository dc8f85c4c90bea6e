/**
 * Values that make the simulated services fail on demand, like a payment provider's test cards. Each value is also a
 * `--sample`. Orders without such a value always succeed.
 */
import type { Order } from './order.ts';
import type { StepId } from './workflow.ts';

/**
 * `reject`: the stage rejects the order. `transient`: the first `times` calls fail, later ones succeed. `error`: every
 * call for this order fails, although the provider is available. `review`: the stage succeeds with a fraud score that requires a review.
 */
export type TriggerBehavior =
  | { readonly kind: 'reject'; readonly code: string; readonly message: string }
  | { readonly kind: 'transient'; readonly times: number }
  | { readonly kind: 'error' }
  | { readonly kind: 'review'; readonly score: number };

export interface Trigger {
  readonly stage: StepId;
  /** The field that must contain the value: the customer, or the product of a line. */
  readonly on: 'customerId' | 'productId';
  readonly value: string;
  /** An earlier name of the value, which still works. */
  readonly formerValue?: string;
  readonly behavior: TriggerBehavior;
}

const reject = (code: string, message: string): TriggerBehavior => ({
  kind: 'reject',
  code,
  message,
});

const fails: TriggerBehavior = { kind: 'error' };

export const triggers: readonly Trigger[] = [
  {
    stage: 'check-inventory',
    on: 'productId',
    value: 'OUT-OF-STOCK',
    behavior: reject('out-of-stock', 'A product is out of stock'),
  },
  {
    stage: 'process-payment',
    on: 'customerId',
    value: 'PAYMENT-DECLINED',
    behavior: reject('payment-declined', 'The payment was declined'),
  },
  {
    stage: 'process-payment',
    on: 'customerId',
    value: 'PAYMENT-TRANSIENT',
    formerValue: 'PAYMENT-HICCUP',
    behavior: { kind: 'transient', times: 2 },
  },
  { stage: 'process-payment', on: 'customerId', value: 'PAYMENT-DOWN', behavior: fails },
  {
    stage: 'reserve-inventory',
    on: 'productId',
    value: 'LAST-ONE-GONE',
    behavior: reject('out-of-stock', 'The last item was sold a moment ago'),
  },
  {
    stage: 'fraud-check',
    on: 'customerId',
    value: 'FRAUD-SUSPECT',
    behavior: reject('fraud-suspected', 'The order was flagged as fraudulent'),
  },
  {
    stage: 'fraud-check',
    on: 'customerId',
    value: 'FRAUD-REVIEW',
    behavior: { kind: 'review', score: 75 },
  },
  { stage: 'fraud-check', on: 'customerId', value: 'FRAUD-DOWN', behavior: fails },
  {
    stage: 'credit-check',
    on: 'customerId',
    value: 'CREDIT-REFUSED',
    behavior: reject('credit-refused', 'The credit score is insufficient'),
  },
  { stage: 'generate-invoice', on: 'customerId', value: 'INVOICE-DOWN', behavior: fails },
  { stage: 'pick-items', on: 'productId', value: 'PICKING-DOWN', behavior: fails },
  {
    stage: 'quality-check',
    on: 'productId',
    value: 'DAMAGED',
    behavior: reject('damaged', 'The items are damaged'),
  },
  { stage: 'package-order', on: 'productId', value: 'PACKAGING-DOWN', behavior: fails },
  { stage: 'generate-shipping-label', on: 'productId', value: 'LABEL-DOWN', behavior: fails },
  { stage: 'ship-order', on: 'productId', value: 'CARRIER-DOWN', behavior: fails },
  { stage: 'send-notifications', on: 'customerId', value: 'UNREACHABLE', behavior: fails },
  { stage: 'update-loyalty-points', on: 'customerId', value: 'LOYALTY-DOWN', behavior: fails },
];

type TriggerFields = Pick<Order, 'customerId' | 'items'>;

/** The trigger of a stage that an order contains. */
export function findTrigger(stage: string, order: TriggerFields): Trigger | undefined {
  return triggers.find((trigger) => trigger.stage === stage && matchesTrigger(trigger, order));
}

/** The fraud score that an order asks for with a trigger value. */
export function findTriggeredScore(order: TriggerFields): number | undefined {
  for (const trigger of triggers) {
    const { behavior } = trigger;
    if (behavior.kind === 'review' && matchesTrigger(trigger, order)) return behavior.score;
  }
  return undefined;
}

/** Whether an order contains the value of a trigger. */
export function matchesTrigger(
  { on, value, formerValue }: Trigger,
  { customerId, items }: TriggerFields,
): boolean {
  const found = on === 'customerId' ? [customerId] : items.map(({ productId }) => productId);
  return found.some((id) => id === value || (formerValue !== undefined && id === formerValue));
}

/** The name of the sample order with a trigger value. */
export function sampleName(value: string): string {
  return value.toLowerCase();
}
