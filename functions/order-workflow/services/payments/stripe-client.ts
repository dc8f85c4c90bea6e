import Stripe from 'stripe';
import { OrderRejected, ProviderUnavailable } from '../../failures.ts';

export interface StripeOptions {
  /** Reads the secret key; `refused` says that Stripe did not take the last one. */
  readonly secretKey: (refused: boolean) => Promise<string>;
  /** What an order is paid with whose customer id is none of Stripe's (`cus_…`). */
  readonly paymentMethod: string;
  /** Where Stripe is, for tests. */
  readonly at?: { readonly host: string; readonly port: number; readonly protocol: 'http' };
}

/** Milliseconds; well within the function's timeout. */
const timeout = 15_000;

/** Asks Stripe, with the secret key as it is now; what it throws is in the workflow's terms. */
export type AskStripe = <T>(what: (stripe: Stripe) => Promise<T>) => Promise<T>;

/** A connection to Stripe. Its library retries nothing: the step does. */
export function connectStripe({ secretKey, at }: StripeOptions): AskStripe {
  let client: Promise<Stripe> | undefined;

  async function connect(refused: boolean): Promise<Stripe> {
    return new Stripe(await secretKey(refused), {
      httpClient: Stripe.createFetchHttpClient(),
      maxNetworkRetries: 0,
      timeout,
      telemetry: false,
      ...at,
    });
  }

  return async (what) => {
    try {
      client ??= connect(false);
      return await what(await client);
    } catch (error) {
      client = undefined;
      if (!(error instanceof Stripe.errors.StripeAuthenticationError)) throw translated(error);
    }
    // The secret may have been rotated since it was read.
    try {
      client = connect(true);
      return await what(await client);
    } catch (error) {
      client = undefined;
      throw translated(error);
    }
  };
}

/** In the workflow's terms. The text of Stripe's errors may name accounts and parts of keys: it goes nowhere. */
function translated(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  if (error instanceof Stripe.errors.StripeCardError) {
    const why = (error.decline_code ?? error.code ?? 'generic_decline').replaceAll('_', ' ');
    return new OrderRejected('payment-declined', `The payment was declined (${why})`);
  }
  if (error.code === 'amount_too_small' || error.code === 'amount_too_large') {
    return new OrderRejected(
      'payment-declined',
      'The total cannot be charged: its amount is out of range',
    );
  }
  const passing =
    error instanceof Stripe.errors.StripeConnectionError ||
    error instanceof Stripe.errors.StripeRateLimitError ||
    error instanceof Stripe.errors.StripeAPIError ||
    error.code === 'idempotency_key_in_use' ||
    error.code === 'lock_timeout';
  if (passing) return new ProviderUnavailable('Stripe is not available');
  const refused = new Error(`Stripe refused a request (${error.type})`);
  refused.name = 'StripeRefused';
  return refused;
}
