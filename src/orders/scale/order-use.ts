import type { OrderUsage } from '../cost/measure.ts';
import record from './order-use.json' with { type: 'json' };

/** The measured use of one plain order, and the day of the measurement. */
export interface OrderUse {
  readonly measuredOn: string;
  /** The sample order that was measured. */
  readonly sample: string;
  readonly usage: OrderUsage;
}

/**
 * The use on which all statements about scale are based. `RECORD=1 npx vitest run test/orders/scale/order-use.test.ts` measures it
 * again on a local runtime, and writes the record and the tables of `docs/scale.md`.
 */
export const orderUse: OrderUse = record;
