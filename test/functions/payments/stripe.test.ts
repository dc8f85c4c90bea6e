import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { paymentKey } from '../../../functions/contract/tables.ts';
import type { Payments, PlacedOrder } from '../../../functions/order-workflow/ports.ts';
import { createPayments } from '../../../functions/order-workflow/services/payments/provider.ts';
import { stripeProvider } from '../../../functions/order-workflow/services/payments/stripe.ts';
import { startStripe } from './stripe-stub.ts';

let stub: Awaited<ReturnType<typeof startStripe>>;
let payments: Payments;
/** The argument of each reading of the secret. */
let secretReads: boolean[];
let key: string;

beforeAll(async () => {
  stub = await startStripe();
});
afterAll(() => stub.close());
beforeEach(() => {
  secretReads = [];
  key = stub.state.secret;
  stub.requests.length = 0;
  const provider = stripeProvider({
    async secretKey(refused) {
      secretReads.push(refused);
      if (refused) key = stub.state.secret;
      return key;
    },
    paymentMethod: 'pm_card_visa',
    endpoint: stub.endpoint,
  });
  payments = createPayments(async () => provider);
});

function placed(
  orderId: string,
  { totalMinor = 350_000, customerId = 'CUST-1' } = {},
): PlacedOrder {
  return { orderId, order: { ...(samples['low'] as Order), customerId }, totalMinor };
}

const attempt = { key: 'unused', number: 1 };
const charge = (order: PlacedOrder) =>
  payments.charge(order, { ...attempt, key: paymentKey(order.orderId) });
const refund = (order: PlacedOrder) =>
  payments.refund(order, { ...attempt, key: paymentKey(order.orderId) });

it.each(['POST /v1/payment_intents$', 'confirm'])(
  'charges once if the response to %s is lost',
  async (line) => {
    const order = placed(`lost-${line.length}`);
    const before = stub.charged();
    stub.next({ on: new RegExp(line), how: 'lost' });
    await expect(charge(order)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
    const { paymentId } = await charge(order);
    expect(paymentId).toMatch(/^pi_/);
    expect(stub.charged() - before).toBe(350_000);
  },
);

it('refunds once if the response to the refund is lost', async () => {
  const order = placed('lost-refund');
  await charge(order);
  const before = stub.refunded();
  stub.next({ on: /POST \/v1\/refunds/, how: 'lost' });
  await expect(refund(order)).rejects.toMatchObject({ name: 'ProviderUnavailable' });
  await refund(order);
  expect(stub.refunded() - before).toBe(350_000);
});

it('finds a payment by its metadata when its idempotency key has expired', async () => {
  const order = placed('old');
  const before = stub.charged();
  const { paymentId } = await charge(order);
  stub.index();
  stub.expireKeys();
  expect(await charge(order)).toEqual({ paymentId });
  expect(stub.charged() - before).toBe(350_000);
});

it('sends the amount in minor units and no data of the customer', async () => {
  await charge(placed('plain'));
  const created = stub.requests.find((request) =>
    request.startsWith('POST /v1/payment_intents amount'),
  );
  expect(created).toContain('amount=350000&currency=usd&payment_method=pm_card_visa');
  expect(stub.requests.join()).not.toMatch(/%40|@|CUST-1/);
});

it("charges a customer of Stripe's as that customer", async () => {
  await charge(placed('known', { customerId: 'cus_Nffr' }));
  expect(stub.requests.join()).toContain('customer=cus_Nffr');
});

it('rejects an order whose total is too small for Stripe', async () => {
  await expect(charge(placed('small', { totalMinor: 0 }))).rejects.toMatchObject({
    name: 'OrderRejected.payment-declined',
    message: 'The total cannot be charged: its amount is out of range',
  });
});

it('reads the secret once, and again after Stripe rejects it', async () => {
  await charge(placed('before'));
  await charge(placed('between'));
  expect(secretReads).toEqual([false]);
  stub.state.secret = 'sk_test_second';
  await charge(placed('after'));
  expect(secretReads).toEqual([false, true]);
});

it('does not reveal a wrong secret in the error', async () => {
  const provider = stripeProvider({
    secretKey: async () => 'sk_live_wrong',
    paymentMethod: 'pm_card_visa',
    endpoint: stub.endpoint,
  });
  const order = placed('wrong');
  const error: Error = await provider.charge(order, attempt).catch((thrown) => thrown);
  expect(error).toMatchObject({
    name: 'StripeRefused',
    message: 'Stripe refused a request (StripeAuthenticationError)',
  });
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(
    /sk_(test|live)|\*irst/,
  );
});
