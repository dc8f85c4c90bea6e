import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import { paymentKey } from '../../../functions/contract/tables.ts';
import type { Attempt, Payments, PlacedOrder } from '../../../functions/order-workflow/ports.ts';
import { createPayments } from '../../../functions/order-workflow/services/payments/provider.ts';
import { stripeProvider } from '../../../functions/order-workflow/services/payments/stripe.ts';
import { startTables } from '../stack-tables.ts';
import { startStripe } from './stripe-stub.ts';

/** A payment provider under test. */
interface ProviderUnderTest {
  readonly payments: Payments;
  /** Payments that the provider declines. */
  readonly declined: () => Payments;
  /** Makes the next two charges fail with a transient error, before anything is charged. */
  readonly failTwice: (placed: PlacedOrder) => PlacedOrder;
  /** Charged and refunded amounts (minor units). */
  readonly moved: () => Promise<{ charged: number; refunded: number }>;
  readonly close: () => Promise<void>;
}

let orders = 0;

function placed(customerId = 'CUST-1'): PlacedOrder {
  orders += 1;
  const order = { ...(samples['low'] as Order), customerId };
  return { orderId: `order-${orders}`, order, totalMinor: 9198 };
}

const attempt = ({ orderId }: PlacedOrder, number = 1): Attempt => ({
  key: paymentKey(orderId),
  number,
});

async function simulated(): Promise<ProviderUnderTest> {
  const fixture = await startTables();
  const { simulatedProvider } = await import(
    '../../../functions/order-workflow/services/payments/simulated.ts'
  );
  const documents = DynamoDBDocumentClient.from(fixture.client);
  const payments = createPayments(async () => simulatedProvider);
  const withCustomer = (order: PlacedOrder, customerId: string) => ({
    ...order,
    order: { ...order.order, customerId },
  });
  return {
    payments,
    declined: () => ({
      charge: (order, ...rest) => payments.charge(withCustomer(order, 'PAYMENT-DECLINED'), ...rest),
      refund: payments.refund,
    }),
    failTwice: (order) => withCustomer(order, 'PAYMENT-TRANSIENT'),
    async moved() {
      const { Items = [] } = await documents.send(new ScanCommand({ TableName: 'PaymentsTable' }));
      const total = (items: readonly Record<string, unknown>[]) =>
        items.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
      const refunded = Items.filter(({ state }) => state === 'refunded');
      return { charged: total(Items), refunded: total(refunded) };
    },
    close: () => fixture.close(),
  };
}

async function stripe(): Promise<ProviderUnderTest> {
  const stub = await startStripe();
  const payingWith = (paymentMethod: string) => {
    const secretKey = async () => stub.state.secret;
    const provider = stripeProvider({ secretKey, paymentMethod, endpoint: stub.endpoint });
    return createPayments(async () => provider);
  };
  return {
    payments: payingWith('pm_card_visa'),
    declined: () => payingWith('pm_card_chargeDeclined'),
    failTwice(order) {
      stub.next({ on: /confirm/, how: 'unavailable' });
      stub.next({ on: /confirm/, how: 'rate-limited' });
      return order;
    },
    moved: async () => ({ charged: stub.charged(), refunded: stub.refunded() }),
    close: () => stub.close(),
  };
}

describe.each([
  { name: 'the simulated provider', make: simulated },
  { name: 'Stripe', make: stripe },
])('$name', ({ make }) => {
  let provider: ProviderUnderTest;
  beforeAll(async () => {
    provider = await make();
  });
  afterAll(() => provider.close());

  /** The amounts that `work` charges and refunds. */
  async function movedBy(work: () => Promise<unknown>) {
    const before = await provider.moved();
    await work();
    const after = await provider.moved();
    return {
      charged: after.charged - before.charged,
      refunded: after.refunded - before.refunded,
    };
  }

  it('charges the total of an order once, however often it is called', async () => {
    const order = placed();
    const ids = new Set<string>();
    const moved = await movedBy(async () => {
      for (const number of [1, 2, 2]) {
        ids.add((await provider.payments.charge(order, attempt(order, number))).paymentId);
      }
    });
    expect(moved).toEqual({ charged: 9198, refunded: 0 });
    expect(ids.size).toBe(1);
  });

  it('charges once for two concurrent calls', async () => {
    const order = placed();
    const moved = await movedBy(async () => {
      const both = [1, 2].map((number) => provider.payments.charge(order, attempt(order, number)));
      await Promise.allSettled(both);
      await provider.payments.charge(order, attempt(order, 3));
    });
    expect(moved).toEqual({ charged: 9198, refunded: 0 });
  });

  it('refunds a payment completely and once, however often it is called', async () => {
    const order = placed();
    await provider.payments.charge(order, attempt(order));
    const moved = await movedBy(async () => {
      await provider.payments.refund(order, attempt(order));
      await provider.payments.refund(order, attempt(order, 2));
    });
    expect(moved).toEqual({ charged: 0, refunded: 9198 });
  });

  it('refunds nothing if nothing was charged', async () => {
    const order = placed();
    const moved = await movedBy(() => provider.payments.refund(order, attempt(order)));
    expect(moved).toEqual({ charged: 0, refunded: 0 });
  });

  it('rejects a declined payment and charges nothing', async () => {
    const order = placed();
    const payments = provider.declined();
    const moved = await movedBy(async () => {
      for (const number of [1, 2]) {
        await expect(payments.charge(order, attempt(order, number))).rejects.toMatchObject({
          name: 'OrderRejected.payment-declined',
          message: expect.stringMatching(/^The payment was declined( \([a-z ]+\))?$/),
        });
      }
      await payments.refund(order, attempt(order));
    });
    expect(moved).toEqual({ charged: 0, refunded: 0 });
  });

  it('fails with transient errors, then charges once', async () => {
    const order = provider.failTwice(placed());
    const moved = await movedBy(async () => {
      for (const number of [1, 2]) {
        await expect(provider.payments.charge(order, attempt(order, number))).rejects.toMatchObject(
          {
            name: 'ProviderUnavailable',
          },
        );
      }
      await provider.payments.charge(order, attempt(order, 3));
    });
    expect(moved).toEqual({ charged: 9198, refunded: 0 });
  });

  it('keeps two orders of one customer apart', async () => {
    const [one, two] = [placed(), placed()];
    const moved = await movedBy(async () => {
      const first = await provider.payments.charge(one, attempt(one));
      const second = await provider.payments.charge(two, attempt(two));
      expect(first.paymentId).not.toBe(second.paymentId);
      await provider.payments.refund(one, attempt(one));
    });
    expect(moved).toEqual({ charged: 2 * 9198, refunded: 9198 });
  });
});
