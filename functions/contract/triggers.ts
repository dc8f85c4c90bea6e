/**
 * Values that make the simulated world misbehave on demand, like a payment provider's test cards. Each is also a
 * `--sample`. Any other customer or product is served without a hitch.
 */
import type { StepId } from './workflow.ts';

/**
 * `reject` is a business no; `hiccup` fails `times` calls and then works; `break` fails every call; `doubt` answers a
 * score that a person has to look at.
 */
export type Misbehaviour =
  | { readonly kind: 'reject'; readonly code: string; readonly message: string }
  | { readonly kind: 'hiccup'; readonly times: number }
  | { readonly kind: 'break' }
  | { readonly kind: 'doubt'; readonly score: number };

export interface Trigger {
  readonly stage: StepId;
  /** What an order must carry: this customer, or a line with this product. */
  readonly on: 'customerId' | 'productId';
  readonly value: string;
  readonly does: Misbehaviour;
}

const rejects = (code: string, message: string): Misbehaviour => ({
  kind: 'reject',
  code,
  message,
});

export const triggers = [
  {
    stage: 'check-inventory',
    on: 'productId',
    value: 'OUT-OF-STOCK',
    does: rejects('out-of-stock', 'A product is out of stock'),
  },
  {
    stage: 'process-payment',
    on: 'customerId',
    value: 'PAYMENT-DECLINED',
    does: rejects('payment-declined', 'The payment was declined'),
  },
  {
    stage: 'process-payment',
    on: 'customerId',
    value: 'PAYMENT-HICCUP',
    does: { kind: 'hiccup', times: 2 },
  },
  { stage: 'process-payment', on: 'customerId', value: 'PAYMENT-DOWN', does: { kind: 'break' } },
  {
    stage: 'reserve-inventory',
    on: 'productId',
    value: 'LAST-ONE-GONE',
    does: rejects('out-of-stock', 'The last item was sold a moment ago'),
  },
  {
    stage: 'fraud-check',
    on: 'customerId',
    value: 'FRAUD-SUSPECT',
    does: rejects('fraud-suspected', 'The order was flagged as fraudulent'),
  },
  {
    stage: 'fraud-check',
    on: 'customerId',
    value: 'FRAUD-REVIEW',
    does: { kind: 'doubt', score: 75 },
  },
  { stage: 'fraud-check', on: 'customerId', value: 'FRAUD-DOWN', does: { kind: 'break' } },
  {
    stage: 'credit-check',
    on: 'customerId',
    value: 'CREDIT-REFUSED',
    does: rejects('credit-refused', 'The credit score is insufficient'),
  },
  { stage: 'generate-invoice', on: 'customerId', value: 'INVOICE-DOWN', does: { kind: 'break' } },
  { stage: 'pick-items', on: 'productId', value: 'PICKING-DOWN', does: { kind: 'break' } },
  {
    stage: 'quality-check',
    on: 'productId',
    value: 'DAMAGED',
    does: rejects('damaged', 'The items are damaged'),
  },
  { stage: 'package-order', on: 'productId', value: 'PACKAGING-DOWN', does: { kind: 'break' } },
  {
    stage: 'generate-shipping-label',
    on: 'productId',
    value: 'LABEL-DOWN',
    does: { kind: 'break' },
  },
  { stage: 'ship-order', on: 'productId', value: 'CARRIER-DOWN', does: { kind: 'break' } },
  {
    stage: 'send-notifications',
    on: 'customerId',
    value: 'UNREACHABLE',
    does: { kind: 'break' },
  },
  {
    stage: 'update-loyalty-points',
    on: 'customerId',
    value: 'LOYALTY-DOWN',
    does: { kind: 'break' },
  },
] as const satisfies readonly Trigger[];
