/** What is told of orders that are being followed; the one stream that every renderer reads. */
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

/** A sign of life when nothing happens for long. */
export type HeartbeatEvent =
  | {
      readonly type: 'heartbeat';
      readonly ts: string;
      readonly orderId: string;
      readonly status: ShownStatus;
    }
  /** When several orders are followed: how many have not ended. */
  | { readonly type: 'heartbeat'; readonly ts: string; readonly running: number };

/** An attempt of a durable step that failed. */
export interface StepEvent {
  readonly type: 'step';
  readonly ts: string;
  readonly orderId: string;
  /** A stage, an undo, or another durable step. */
  readonly step: string;
  readonly state: 'failed';
  readonly attempt: number;
  /** Wall time from `ts` to the next attempt; absent when there is none. */
  readonly retryInMs?: number;
  readonly error: { readonly type: string; readonly message: string };
}

/** From now on the orders cannot be seen. */
export interface GapEvent {
  readonly type: 'gap';
  readonly ts: string;
  /** Absent when several orders are followed: none of them is seen. */
  readonly orderId?: string;
  readonly reason: string;
}

/** They can be seen again. */
export interface GapEndEvent {
  readonly type: 'gap-end';
  readonly ts: string;
  readonly orderId?: string;
  readonly lastedMs: number;
}

export type Ending =
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'timed-out'
  | 'stopped'
  | 'gone'
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

export type FollowEvent =
  | StatusEvent
  | SnapshotEvent
  | StepEvent
  | HeartbeatEvent
  | GapEvent
  | GapEndEvent
  | EndEvent;

/** How several orders ended; the last of all records. */
export interface SummaryEvent {
  readonly type: 'end';
  readonly ts: string;
  readonly orders: number;
  readonly endings: Readonly<Partial<Record<Ending, number>>>;
  readonly exitCode: ExitCode;
}

const exits: Record<Ending, ExitCode> = {
  completed: 0,
  failed: 10,
  'timed-out': 11,
  cancelled: 12,
  stopped: 12,
  gone: 5,
  timeout: 124,
  detached: 130,
};

/** The exit code that tells how following an order ended. */
export function exitOf(ending: Ending): ExitCode {
  return exits[ending];
}

/** How several orders ended together: their code where they have one in common, else 13. */
export function summarize(ends: readonly EndEvent[]): SummaryEvent {
  const endings: Partial<Record<Ending, number>> = {};
  for (const { ending } of ends) endings[ending] = (endings[ending] ?? 0) + 1;
  // Whoever stopped looking does not know how the rest ends.
  const left = ends.find(({ ending }) => ending === 'timeout' || ending === 'detached');
  const codes = new Set(ends.map(({ exitCode }) => exitCode));
  const [only = 0] = codes;
  return {
    type: 'end',
    ts: new Date().toISOString(),
    orders: ends.length,
    endings,
    exitCode: left?.exitCode ?? (codes.size > 1 ? 13 : only),
  };
}
