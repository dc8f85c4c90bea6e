import type { OrderRecord } from '../../../functions/contract/api.ts';

/** An order's item. Any field may be missing, because a load test looks for faults. */
export type ObservedRecord = Partial<OrderRecord>;
