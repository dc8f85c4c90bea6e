import Stripe from 'stripe';
import { OrderRejected, ProviderUnavailable } from '../../failures.ts';

export interface StripeOptions {
  /** Reads the secret key; `refused` means that Stripe rejected the last one. */
  readonly secretKey: (refused: boolean) => Promise<string>;
  /** The payment method for customer ids that are not Stripe's (`cus_…`). */
  readonly paymentMethod: string;
  /** The address of Stripe, for tests. */
  readonly endpoint?: { readonly host: string; readonly port: number; readonly protocol: 'http' };
}

/** Well below the function's timeout. */
const timeoutMs = 15_000;

/** Calls Stripe with the current secret key, and throws errors of the workflow. */
export type StripeCall = <T>(call: (stripe: Stripe) => Promise<T>) => Promise<T>;

/** Creates a connection to Stripe. Its library does not retry, because the durable step does. */
export function connectStripe({ secretKey, endpoint }: StripeOptions): StripeCall {
  let client: Promise<Stripe> | undefined;

  async function connect(refused: boolean): Promise<Stripe> {
    return new Stripe(await secretKey(refused), {
      httpClient: Stripe.createFetchHttpClient(),
      maxNetworkRetries: 0,
      timeout: timeoutMs,
      telemetry: false,
      ...endpoint,
    });
  }

  return async (call) => {
    try {
      client ??= connect(false);
      return await call(await client);
    } catch (error) {
      client = undefined;
      if (!(error instanceof Stripe.errors.StripeAuthenticationError)) throw toWorkflowError(error);
    }
    // The secret may have been rotated since it was read.
    try {
      client = connect(true);
      return await call(await client);
    } catch (error) {
      client = undefined;
      throw toWorkflowError(error);
    }
  };
}

/** Converts an error of Stripe. Its message is dropped, because it may contain account ids and parts of keys. */
function toWorkflowError(error: unknown): unknown {
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
  const isTransient =
    error instanceof Stripe.errors.StripeConnectionError ||
    error instanceof Stripe.errors.StripeRateLimitError ||
    error instanceof Stripe.errors.StripeAPIError ||
    error.code === 'idempotency_key_in_use' ||
    error.code === 'lock_timeout';
  if (isTransient) return new ProviderUnavailable('Stripe is not available');
  const refused = new Error(`Stripe refused a request (${error.type})`);
  refused.name = 'StripeRefused';
  return refused;
}
