import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Order } from '../../../functions/contract/order.ts';
import { samples } from '../../../functions/contract/samples.ts';
import type { Attempt, Payments, PlacedOrder } from '../../../functions/order-workflow/ports.ts';
import { paymentsOver } from '../../../functions/order-workflow/services/payments/provider.ts';
import { stripeProvider } from '../../../functions/order-workflow/services/payments/stripe.ts';
import { startTables } from '../stack-tables.ts';
import { startStripe } from './stripe-stub.ts';

/** A payment provider under test: how its port is had, and what of its world the tests look at. */
interface World {
  readonly payments: Payments;
  /** A customer whom the provider declines. */
  readonly declined: () => Payments;
  /** Lets the next charge fail in passing, before anything is charged. */
  readonly hiccup: (placed: PlacedOrder) => PlacedOrder;
  /** Money that moved, in minor units. */
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
  key: `${orderId}/process-payment`,
  number,
});

async function simulated(): Promise<World> {
  const fixture = await startTables();
  const { simulatedProvider } = await import(
    '../../../functions/order-workflow/services/payments/simulated.ts'
  );
  const documents = DynamoDBDocumentClient.from(fixture.client);
  const payments = paymentsOver(async () => simulatedProvider);
  const renamed = (given: PlacedOrder, customerId: string) => ({
    ...given,
    order: { ...given.order, customerId },
  });
  return {
    payments,
    declined: () => ({
      charge: (given, ...rest) => payments.charge(renamed(given, 'PAYMENT-DECLINED'), ...rest),
      refund: payments.refund,
    }),
    hiccup: (given) => renamed(given, 'PAYMENT-HICCUP'),
    async moved() {
      const { Items = [] } = await documents.send(new ScanCommand({ TableName: 'PaymentsTable' }));
      const total = (of: readonly Record<string, unknown>[]) =>
        of.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0);
      const refunded = Items.filter(({ state }) => state === 'refunded');
      return { charged: total(Items), refunded: total(refunded) };
    },
    close: () => fixture.close(),
  };
}

async function stripe(): Promise<World> {
  const stub = await startStripe();
  const payingWith = (paymentMethod: string) => {
    const secretKey = async () => stub.state.secret;
    const provider = stripeProvider({ secretKey, paymentMethod, at: stub.at });
    return paymentsOver(async () => provider);
  };
  return {
    payments: payingWith('pm_card_visa'),
    declined: () => payingWith('pm_card_chargeDeclined'),
    hiccup(given) {
      stub.next({ on: /confirm/, how: 'unavailable' });
      stub.next({ on: /confirm/, how: 'rate-limited' });
      return given;
    },
    moved: async () => ({ charged: stub.charged(), refunded: stub.refunded() }),
    close: () => stub.close(),
  };
}

describe.each([
  { name: 'the simulated provider', make: simulated },
  { name: 'Stripe', make: stripe },
])('$name', ({ make }) => {
  let world: World;
  beforeAll(async () => {
    world = await make();
  });
  afterAll(() => world.close());

  /** What `work` moved. */
  async function movedBy(work: () => Promise<unknown>) {
    const before = await world.moved();
    await work();
    const after = await world.moved();
    return {
      charged: after.charged - before.charged,
      refunded: after.refunded - before.refunded,
    };
  }

  it('charges the total of an order once, however often it is asked', async () => {
    const order = placed();
    const ids = new Set<string>();
    const moved = await movedBy(async () => {
      for (const number of [1, 2, 2]) {
        ids.add((await world.payments.charge(order, attempt(order, number))).paymentId);
      }
    });
    expect(moved).toEqual({ charged: 9198, refunded: 0 });
    expect(ids.size).toBe(1);
  });

  it('charges once when it is asked twice at a time', async () => {
    const order = placed();
    const moved = await movedBy(async () => {
      const both = [1, 2].map((number) => world.payments.charge(order, attempt(order, number)));
      await Promise.allSettled(both);
      await world.payments.charge(order, attempt(order, 3));
    });
    expect(moved).toEqual({ charged: 9198, refunded: 0 });
  });

  it('gives a payment back whole, once, however often it is asked', async () => {
    const order = placed();
    await world.payments.charge(order, attempt(order));
    const moved = await movedBy(async () => {
      await world.payments.refund(order, attempt(order));
      await world.payments.refund(order, attempt(order, 2));
    });
    expect(moved).toEqual({ charged: 0, refunded: 9198 });
  });

  it('gives nothing back where nothing was charged', async () => {
    const order = placed();
    const moved = await movedBy(() => world.payments.refund(order, attempt(order)));
    expect(moved).toEqual({ charged: 0, refunded: 0 });
  });

  it('says no for good when the payment is declined, and charges nothing', async () => {
    const order = placed();
    const payments = world.declined();
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

  it('asks to be tried again while the provider is away, then charges once', async () => {
    const order = world.hiccup(placed());
    const moved = await movedBy(async () => {
      for (const number of [1, 2]) {
        await expect(world.payments.charge(order, attempt(order, number))).rejects.toMatchObject({
          name: 'ProviderUnavailable',
        });
      }
      await world.payments.charge(order, attempt(order, 3));
    });
    expect(moved).toEqual({ charged: 9198, refunded: 0 });
  });

  it('keeps two orders of one customer apart', async () => {
    const [one, two] = [placed(), placed()];
    const moved = await movedBy(async () => {
      const first = await world.payments.charge(one, attempt(one));
      const second = await world.payments.charge(two, attempt(two));
      expect(first.paymentId).not.toBe(second.paymentId);
      await world.payments.refund(one, attempt(one));
    });
    expect(moved).toEqual({ charged: 2 * 9198, refunded: 9198 });
  });
});
