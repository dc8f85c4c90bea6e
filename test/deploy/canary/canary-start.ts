import type { CanaryTerms } from '../../../src/deploy/canary/terms.ts';

/** Returns a canary with a tenth of the new orders that is decided within a second, with other terms where given. */
export const canaryStart = (terms: Partial<CanaryTerms> = {}) => ({
  weight: 0.1,
  terms: {
    bakeMs: 1000,
    limitMs: 1000,
    minOrders: 1,
    onTooFew: 'rollback',
    judgesDurations: true,
    alarms: [],
    ...terms,
  } as const,
});
