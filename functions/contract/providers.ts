/** The providers of the business services, and which of them each step calls. */
import type { StepId } from './workflow.ts';

export const providers = [
  'payments',
  'inventory',
  'fraud',
  'credit',
  'invoices',
  'warehouse',
  'carrier',
  'notifications',
  'loyalty',
] as const;

export type Provider = (typeof providers)[number];

const providerByStep: Readonly<Partial<Record<StepId, Provider>>> = {
  'check-inventory': 'inventory',
  'process-payment': 'payments',
  'reserve-inventory': 'inventory',
  'fraud-check': 'fraud',
  'credit-check': 'credit',
  'generate-invoice': 'invoices',
  'pick-items': 'warehouse',
  'quality-check': 'warehouse',
  'package-order': 'warehouse',
  'generate-shipping-label': 'carrier',
  'ship-order': 'carrier',
  'send-notifications': 'notifications',
  'update-loyalty-points': 'loyalty',
};

/** The provider that a step calls; undefined for a step that only writes the order's record. */
export function findProvider(step: StepId): Provider | undefined {
  return providerByStep[step];
}

export function isProvider(name: string): name is Provider {
  return (providers as readonly string[]).includes(name);
}

/** The state of an order whose provider is unavailable: the next attempt of the step starts after a long delay. */
export interface ProviderWait {
  readonly provider: Provider;
  readonly stage: StepId;
  /** Number of the next attempt. */
  readonly attempt: number;
  /** When the last attempt failed (RFC 3339 UTC). */
  readonly failedAt: string;
  /** Delay before the next attempt (s). The local runtime counts it in virtual time. */
  readonly delaySeconds: number;
}

/**
 * The item of the provider-calls table with the outages of the simulated providers: the name of each provider with an outage, and
 * when it started (RFC 3339 UTC). No order id contains `#`.
 */
export const outagesKey = { orderId: '#outages', callId: 'providers' } as const;
