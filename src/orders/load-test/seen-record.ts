import type { OrderRecord } from '../../../functions/contract/api.ts';

/** An order's item. A load test looks for faults: it takes no field for granted. */
export type SeenRecord = Partial<OrderRecord>;
