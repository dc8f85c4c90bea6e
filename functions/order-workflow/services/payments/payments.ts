import type { Payments } from '../../ports.ts';
import { createPayments, type PaymentProvider } from './provider.ts';
import { simulatedProvider } from './simulated.ts';

/** The payments of the workflow, with the provider that the template's parameter selects. */
export function choosePayments(env: NodeJS.ProcessEnv = process.env): Payments {
  const chosen = env['PAYMENT_PROVIDER'] ?? 'simulated';
  if (chosen === 'simulated') return createPayments(async () => simulatedProvider);
  if (chosen !== 'stripe') throw new Error(`There is no payment provider "${chosen}"`);
  let provider: Promise<PaymentProvider> | undefined;
  return createPayments(() => {
    provider ??= openStripe(env);
    return provider;
  });
}

/** Loads Stripe's library on demand: it is a third of the function's size. */
async function openStripe(env: NodeJS.ProcessEnv): Promise<PaymentProvider> {
  const [{ stripeProvider }, { createSecretReader }] = await Promise.all([
    import('./stripe.ts'),
    import('./secret.ts'),
  ]);
  return stripeProvider({
    secretKey: createSecretReader(env['STRIPE_KEY_PARAMETER'] ?? '/orders/stripe-key'),
    paymentMethod: env['STRIPE_PAYMENT_METHOD'] ?? 'pm_card_visa',
  });
}
