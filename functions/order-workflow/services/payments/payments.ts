import type { Payments } from '../../ports.ts';
import { type PaymentProvider, paymentsOver } from './provider.ts';
import { simulatedProvider } from './simulated.ts';

/** The workflow's payments, with the provider that the template's parameter chose; one a process. */
export function choosePayments(env: NodeJS.ProcessEnv = process.env): Payments {
  const chosen = env['PAYMENT_PROVIDER'] ?? 'simulated';
  if (chosen === 'simulated') return paymentsOver(async () => simulatedProvider);
  if (chosen !== 'stripe') throw new Error(`There is no payment provider "${chosen}"`);
  let provider: Promise<PaymentProvider> | undefined;
  return paymentsOver(() => {
    provider ??= openStripe(env);
    return provider;
  });
}

/** Loaded only where it is used: Stripe's library is a third of the function's size. */
async function openStripe(env: NodeJS.ProcessEnv): Promise<PaymentProvider> {
  const [{ stripeProvider }, { secretIn }] = await Promise.all([
    import('./stripe.ts'),
    import('./secret.ts'),
  ]);
  return stripeProvider({
    secretKey: secretIn(env['STRIPE_KEY_PARAMETER'] ?? '/orders/stripe-key'),
    paymentMethod: env['STRIPE_PAYMENT_METHOD'] ?? 'pm_card_visa',
  });
}
