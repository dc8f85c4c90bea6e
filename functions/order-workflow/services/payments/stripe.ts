import Stripe from 'stripe';
import { OrderRejected, ProviderUnavailable } from '../../failures.ts';
import type { Attempt, PlacedOrder } from '../../ports.ts';
import type { Payment, PaymentProvider } from './provider.ts';
import { connectStripe, type StripeOptions } from './stripe-client.ts';

/** ISO 4217 code in lower case. An order's minor units are cents of this currency. */
const currency = 'usd';

/**
 * Payments with Stripe (https://docs.stripe.com/api). A payment is an intent that is created with the idempotency key and
 * then confirmed. Creating it moves no money, so repeating the request finds the same intent safely. Stripe keeps idempotency
 * keys for at least a day. Older intents are found by their metadata, which is searchable after at most a minute.
 */
export function stripeProvider(options: StripeOptions): PaymentProvider {
  const callStripe = connectStripe(options);
  const { paymentMethod } = options;
  return {
    find: (placed, attempt) =>
      callStripe(async (stripe) => {
        const intent = await findOrCreateIntent(stripe, { placed, attempt, paymentMethod });
        return intent.status === 'succeeded' ? toPayment(stripe, intent) : undefined;
      }),
    charge: (placed, attempt) =>
      callStripe(async (stripe) => {
        const intent = await findOrCreateIntent(stripe, { placed, attempt, paymentMethod });
        return toPayment(stripe, await confirm(stripe, intent, attempt));
      }),
    refund: ({ paymentId }, _placed, attempt) =>
      callStripe((stripe) => refund(stripe, paymentId, attempt)),
  };
}

interface PaymentRequest {
  readonly placed: PlacedOrder;
  readonly attempt: Attempt;
  readonly paymentMethod: string;
}

/** Returns the current intent of the key; creates it if there is none. */
async function findOrCreateIntent(
  stripe: Stripe,
  { placed, attempt: { key }, paymentMethod }: PaymentRequest,
): Promise<Stripe.PaymentIntent> {
  const { data } = await stripe.paymentIntents.search({
    query: `metadata['key']:'${key}'`,
    limit: 1,
  });
  const [found] = data;
  const id = found?.id ?? (await createIntent());
  return stripe.paymentIntents.retrieve(id);

  async function createIntent(): Promise<string> {
    const { orderId, order, totalMinor } = placed;
    const { customerId } = order;
    const intent = await stripe.paymentIntents.create(
      {
        amount: totalMinor,
        currency,
        payment_method: paymentMethod,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        metadata: { key, orderId },
        ...(customerId.startsWith('cus_') ? { customer: customerId } : {}),
      },
      { idempotencyKey: key },
    );
    return intent.id;
  }
}

const confirmable: readonly string[] = ['requires_confirmation', 'requires_payment_method'];

/** Confirms the intent, unless it is confirmed. Throws OrderRejected if the payment is declined. */
async function confirm(
  stripe: Stripe,
  intent: Stripe.PaymentIntent,
  { key, number }: Attempt,
): Promise<Stripe.PaymentIntent> {
  const { id, status: before } = intent;
  // An intent succeeds only once. A new attempt needs a new key, because Stripe repeats a failure for the old key.
  const confirmed = confirmable.includes(before)
    ? await stripe.paymentIntents.confirm(id, {}, { idempotencyKey: `${key}/confirm/${number}` })
    : intent;
  const { status } = confirmed;
  if (status === 'succeeded') return confirmed;
  if (status === 'processing') throw new ProviderUnavailable('The payment is being processed');
  const why =
    status === 'canceled'
      ? 'The payment was cancelled'
      : 'The payment requires an action of the customer';
  throw new OrderRejected('payment-declined', why);
}

async function refund(stripe: Stripe, paymentId: string, { key }: Attempt): Promise<void> {
  try {
    const request = { payment_intent: paymentId, reason: 'requested_by_customer' } as const;
    await stripe.refunds.create(request, { idempotencyKey: `${key}/refund` });
  } catch (error) {
    const code = error instanceof Stripe.errors.StripeError ? error.code : undefined;
    if (code !== 'charge_already_refunded') throw error;
  }
}

async function toPayment(stripe: Stripe, intent: Stripe.PaymentIntent): Promise<Payment> {
  const { data } = await stripe.refunds.list({ payment_intent: intent.id, limit: 1 });
  const refunded = data.some(({ status }) => status !== 'failed' && status !== 'canceled');
  return {
    paymentId: intent.id,
    state: refunded ? 'refunded' : 'charged',
    amountMinor: intent.amount,
  };
}
