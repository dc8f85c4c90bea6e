/** What is told of an order that is being followed; the one stream that every renderer reads. */
import type { Failure, OrderRecord, Warning } from '../../functions/contract/api.ts';
import type { ShownStatus } from '../../functions/contract/workflow.ts';
import type { ExitCode } from '../cli/exit-codes.ts';

export interface StatusEvent {
  readonly type: 'status';
  readonly ts: string;
  readonly orderId: string;
  readonly from?: ShownStatus;
  readonly to: ShownStatus;
  readonly seq: number;
  readonly elapsedMs: number;
}

/** The order as it now is; for views that show more than the last status. */
export interface SnapshotEvent {
  readonly type: 'snapshot';
  readonly orderId: string;
  readonly order: OrderRecord;
}

export interface HeartbeatEvent {
  readonly type: 'heartbeat';
  readonly ts: string;
  readonly orderId: string;
  readonly status: ShownStatus;
}

/** The order could not be seen for a while. */
export interface GapEvent {
  readonly type: 'gap';
  readonly ts: string;
  readonly orderId: string;
  readonly reason: string;
}

export type Ending =
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'timed-out'
  | 'stopped'
  | 'timeout'
  | 'detached';

export interface EndEvent {
  readonly type: 'end';
  readonly ts: string;
  readonly orderId: string;
  readonly status: ShownStatus;
  readonly ending: Ending;
  readonly exitCode: ExitCode;
  readonly elapsedMs: number;
  readonly failure?: Failure;
  readonly error?: string;
  readonly warnings?: readonly Warning[];
}

export type FollowEvent = StatusEvent | SnapshotEvent | HeartbeatEvent | GapEvent | EndEvent;

const exits: Record<Ending, ExitCode> = {
  completed: 0,
  failed: 10,
  'timed-out': 11,
  cancelled: 12,
  stopped: 12,
  timeout: 124,
  detached: 130,
};

/** The exit code that tells how following an order ended. */
export function exitOf(ending: Ending): ExitCode {
  return exits[ending];
}
