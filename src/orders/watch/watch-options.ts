import type { StageStatus } from '../../../functions/contract/workflow.ts';
import type { Found } from '../lookup/find.ts';
import type { RunningOrders } from './running-orders.ts';

export interface Watching {
  /** Aborting stops looking; the reason `TimeoutError` is told from a person's detaching. */
  readonly signal: AbortSignal;
  /** How long nothing may be said, ms. */
  readonly heartbeatMs?: number;
  /** An order is followed no further once it has this status, or is past it. */
  readonly until?: StageStatus | undefined;
  /** How long an order whose execution has ended otherwise is given to be recovered, ms. */
  readonly recoveryMs?: number;
  /** Whether also that is told of an execution which goes well. */
  readonly detail?: boolean;
}

export interface FollowManyOptions extends Watching {
  readonly orders: readonly Found[];
  /** Where more orders come from while those are followed. */
  readonly running?: RunningOrders | undefined;
  /** The order whose history is read, which is too scarce to be read of all. */
  readonly focus?: (() => string | undefined) | undefined;
  /** Whether one that ends badly is the end of following the others. */
  readonly failFast?: boolean;
}
