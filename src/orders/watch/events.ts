/** What is told of orders that are being followed; the one stream that every renderer reads. */
import type { Failure, OrderRecord, Warning } from '../../../functions/contract/api.ts';
import type { ShownStatus } from '../../../functions/contract/workflow.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { HistoryError } from '../../workflow/history-event.ts';
import type { Stuck, Work } from '../../workflow/work.ts';

export interface StatusEvent {
  readonly type: 'status';
  readonly ts: string;
  readonly orderId: string;
  readonly from?: ShownStatus;
  readonly to: ShownStatus;
  readonly seq: number;
  readonly elapsedMs: number;
  /** When the wait that began is over, by its default length. RFC 3339 UTC. */
  readonly resumesAt?: string;
}

/** The order as it now is; for views that show more than the last status. */
export interface SnapshotEvent {
  readonly type: 'snapshot';
  readonly orderId: string;
  readonly order: OrderRecord;
}

/** An order that joins those that are followed; for views. */
export interface JoinEvent {
  readonly type: 'join';
  readonly orderId: string;
}

/** The items of several orders were just read; for views. */
export interface SeenEvent {
  readonly type: 'seen';
}

/** What the execution of the order in focus is at; for views. */
export interface WorkEvent {
  readonly type: 'work';
  readonly orderId: string;
  readonly work: Work;
}

/** A sign of life when nothing happens for long. */
export type HeartbeatEvent =
  | {
      readonly type: 'heartbeat';
      readonly ts: string;
      readonly orderId: string;
      readonly status: ShownStatus;
      readonly resumesAt?: string;
    }
  /** When several orders are followed: how many have not ended. */
  | { readonly type: 'heartbeat'; readonly ts: string; readonly running: number };

/** An attempt of a durable step that failed; in detail also one that succeeded. */
export type StepEvent = FailedStepEvent | SucceededStepEvent;

interface StepFacts {
  readonly type: 'step';
  readonly ts: string;
  readonly orderId: string;
  /** A stage, an undo, or another durable step. */
  readonly step: string;
  readonly attempt: number;
}

export interface FailedStepEvent extends StepFacts {
  readonly state: 'failed';
  /** Wall time from `ts` to the next attempt; absent when there is none. */
  readonly retryInMs?: number;
  readonly error: HistoryError;
}

export interface SucceededStepEvent extends StepFacts {
  readonly state: 'succeeded';
}

/** A durable wait, in detail. */
export interface WaitEvent {
  readonly type: 'wait';
  readonly ts: string;
  readonly orderId: string;
  readonly step: string;
  readonly state: 'started' | 'ended';
  /** RFC 3339 UTC. */
  readonly until?: string;
}

/** An invocation of the function that ended; in detail all of them, else those that failed. */
export interface InvocationEvent {
  readonly type: 'invocation';
  readonly ts: string;
  readonly orderId: string;
  /** From 1. */
  readonly n: number;
  /** How many operations it found done, and went through without doing them again. */
  readonly replayed: number;
  readonly tookMs: number;
  readonly requestId?: string;
  readonly error?: HistoryError;
}

/** Invocations fail one after the other without a new checkpoint. */
export interface StuckEvent extends Stuck {
  readonly type: 'stuck';
  readonly ts: string;
  readonly orderId: string;
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
  /** How many transitions happened meanwhile; they are told now. */
  readonly missed: number;
}

export type Ending =
  | 'completed'
  /** The status of `--until`. */
  | 'reached'
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
  /** From here on: known of an order whose execution was in focus. */
  readonly activeMs?: number;
  readonly waitMs?: number;
  readonly invocations?: number;
  /** Of the steps that took more than one attempt. */
  readonly attempts?: Readonly<Record<string, number>>;
}

/** What only views are told. */
export type InnerEvent = SnapshotEvent | JoinEvent | SeenEvent | WorkEvent;

const inner: ReadonlySet<string> = new Set<InnerEvent['type']>([
  'snapshot',
  'join',
  'seen',
  'work',
]);

export function isInner(event: { readonly type: string }): event is InnerEvent {
  return inner.has(event.type);
}

export type FollowEvent =
  | InnerEvent
  | StatusEvent
  | StepEvent
  | WaitEvent
  | InvocationEvent
  | StuckEvent
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
  reached: 0,
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

/**
 * How several orders ended together: their code where they have one in common, else 13. With `failFast` the first that
 * ended badly tells, as the others were left for it.
 */
export function summarize(ends: readonly EndEvent[], { failFast = false } = {}): SummaryEvent {
  const endings: Partial<Record<Ending, number>> = {};
  for (const { ending } of ends) endings[ending] = (endings[ending] ?? 0) + 1;
  // Whoever stopped looking does not know how the rest ends.
  const left = ends.find(({ ending }) => ending === 'timeout' || ending === 'detached');
  const bad = failFast ? ends.find(isBad) : undefined;
  const codes = new Set(ends.map(({ exitCode }) => exitCode));
  const [only = 0] = codes;
  return {
    type: 'end',
    ts: new Date().toISOString(),
    orders: ends.length,
    endings,
    exitCode: bad?.exitCode ?? left?.exitCode ?? (codes.size > 1 ? 13 : only),
  };
}

/** Whether the order itself ended badly: not whether somebody stopped looking. */
export function isBad({ ending, exitCode }: EndEvent): boolean {
  return exitCode !== 0 && ending !== 'timeout' && ending !== 'detached';
}
