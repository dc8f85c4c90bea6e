import Stripe from 'stripe';
import { OrderRejected, ProviderUnavailable } from '../../failures.ts';
import type { Attempt, PlacedOrder } from '../../ports.ts';
import type { Payment, PaymentProvider } from './provider.ts';
import { connectStripe, type StripeOptions } from './stripe-client.ts';

/** ISO 4217, as Stripe spells it. The order's minor units are this currency's. */
const currency = 'usd';

/**
 * Payments with Stripe (https://docs.stripe.com/api). A payment is an intent that is made by the key, and only then
 * confirmed: making it moves no money, so that asking for it again by its idempotency key finds it safely. Stripe keeps
 * those keys for a day at least; what is older is found by the metadata, which a search knows after a minute at most.
 */
export function stripeProvider(options: StripeOptions): PaymentProvider {
  const ask = connectStripe(options);
  const { paymentMethod } = options;
  return {
    find: (placed, attempt) =>
      ask(async (stripe) => {
        const intent = await intentOf(stripe, { placed, attempt, paymentMethod });
        return intent.status === 'succeeded' ? paymentOf(stripe, intent) : undefined;
      }),
    charge: (placed, attempt) =>
      ask(async (stripe) => {
        const intent = await intentOf(stripe, { placed, attempt, paymentMethod });
        return paymentOf(stripe, await confirm(stripe, intent, attempt));
      }),
    refund: ({ paymentId }, _placed, attempt) =>
      ask((stripe) => refund(stripe, paymentId, attempt)),
  };
}

interface Wanted {
  readonly placed: PlacedOrder;
  readonly attempt: Attempt;
  readonly paymentMethod: string;
}

/** The intent of a key, as it is now; made when there is none. */
async function intentOf(
  stripe: Stripe,
  { placed, attempt: { key }, paymentMethod }: Wanted,
): Promise<Stripe.PaymentIntent> {
  const { data } = await stripe.paymentIntents.search({
    query: `metadata['key']:'${key}'`,
    limit: 1,
  });
  const [found] = data;
  const id = found?.id ?? (await makeIntent());
  return stripe.paymentIntents.retrieve(id);

  async function makeIntent(): Promise<string> {
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

/** Moves the money, unless that is done. Throws OrderRejected when it cannot be had. */
async function confirm(
  stripe: Stripe,
  intent: Stripe.PaymentIntent,
  { key, number }: Attempt,
): Promise<Stripe.PaymentIntent> {
  const { id, status: before } = intent;
  // An intent succeeds once whatever is asked; a new attempt has a new key, as Stripe repeats its own failures to an old one.
  const confirmed = confirmable.includes(before)
    ? await stripe.paymentIntents.confirm(id, {}, { idempotencyKey: `${key}/confirm/${number}` })
    : intent;
  const { status } = confirmed;
  if (status === 'succeeded') return confirmed;
  if (status === 'processing') throw new ProviderUnavailable('The payment is being processed');
  const why =
    status === 'canceled'
      ? 'The payment was cancelled'
      : 'The payment needs the customer, who is not there';
  throw new OrderRejected('payment-declined', why);
}

async function refund(stripe: Stripe, paymentId: string, { key }: Attempt): Promise<void> {
  try {
    const given = { payment_intent: paymentId, reason: 'requested_by_customer' } as const;
    await stripe.refunds.create(given, { idempotencyKey: `${key}/refund` });
  } catch (error) {
    const code = error instanceof Stripe.errors.StripeError ? error.code : undefined;
    if (code !== 'charge_already_refunded') throw error;
  }
}

async function paymentOf(stripe: Stripe, intent: Stripe.PaymentIntent): Promise<Payment> {
  const { data } = await stripe.refunds.list({ payment_intent: intent.id, limit: 1 });
  const refunded = data.some(({ status }) => status !== 'failed' && status !== 'canceled');
  return {
    paymentId: intent.id,
    state: refunded ? 'refunded' : 'charged',
    amountMinor: intent.amount,
  };
}
