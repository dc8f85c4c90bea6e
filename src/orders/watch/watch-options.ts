import type { StageStatus } from '../../../functions/contract/workflow.ts';
import type { LocatedOrder } from '../lookup/find.ts';
import type { RunningOrders } from './running-orders.ts';

export interface WatchOptions {
  /** Ends the watch. The reason `TimeoutError` means that the time is up, any other reason that the user detached. */
  readonly signal: AbortSignal;
  /** Maximum time without an event before a heartbeat is reported (ms). */
  readonly heartbeatMs?: number;
  /** The watch of an order ends at this status or a later one. */
  readonly until?: StageStatus | undefined;
  /** Time for recovery to close an order whose execution ended abnormally (ms). */
  readonly recoveryMs?: number;
  /** Whether successful steps, waits and invocations are reported, too. */
  readonly detail?: boolean;
}

export interface WatchOrdersOptions extends WatchOptions {
  readonly orders: readonly LocatedOrder[];
  /** Source of further orders, which join when they start. */
  readonly running?: RunningOrders | undefined;
  /** Returns the id of the order whose history is read. The request quota does not allow to read all histories. */
  readonly focusedOrder?: (() => string | undefined) | undefined;
  /** Ends the watch at the first order that does not complete. */
  readonly failFast?: boolean;
}
