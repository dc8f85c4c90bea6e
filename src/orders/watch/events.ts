/** Events of watched orders: the one stream that every renderer reads. */
import type { Failure, Warning } from '../../../functions/contract/api.ts';
import type { PublicOrder } from '../../../functions/contract/public-order.ts';
import type { ShownStatus } from '../../../functions/contract/workflow.ts';
import type { ExitCode } from '../../exit-codes.ts';
import type { HistoryError } from '../../workflow/history-event.ts';
import type { ExecutionActivity, Stuck } from '../../workflow/work.ts';
import type { PauseEvent } from './pause-events.ts';
import type { ProviderWaitEvent } from './provider-wait-state.ts';

export interface StatusEvent {
  readonly type: 'status';
  readonly ts: string;
  readonly orderId: string;
  readonly from?: ShownStatus;
  readonly to: ShownStatus;
  readonly seq: number;
  readonly elapsedMs: number;
  /** End of the wait that started, by its default length (RFC 3339 UTC). */
  readonly resumesAt?: string;
}

/** The current order, for views that show more than the last status. */
export interface SnapshotEvent {
  readonly type: 'snapshot';
  readonly orderId: string;
  readonly order: PublicOrder;
}

/** An order that joins the watch, for views. */
export interface JoinEvent {
  readonly type: 'join';
  readonly orderId: string;
}

/** The items of several orders were read just now, for views. */
export type PolledEvent = { readonly type: 'polled' };

/** Current activity of the focused order's execution, for views. */
export interface ActivityEvent {
  readonly type: 'activity';
  readonly orderId: string;
  readonly activity: ExecutionActivity;
}

/** Reported when there was no other event for a long time. */
export type HeartbeatEvent =
  | {
      readonly type: 'heartbeat';
      readonly ts: string;
      readonly orderId: string;
      readonly status: ShownStatus;
      readonly resumesAt?: string;
      /** Present while the order is paused (RFC 3339 UTC). */
      readonly pausedSince?: string;
    }
  | {
      readonly type: 'heartbeat';
      readonly ts: string;
      /** Number of orders that have not ended, if several are watched. */
      readonly running: number;
      /** Number of paused orders among them; absent if there are none. */
      readonly paused?: number;
    };

/** An attempt of a durable step: a failed one, with `detail` also a successful one. */
export type StepEvent = FailedStepEvent | SucceededStepEvent;

interface StepEventBase {
  readonly type: 'step';
  readonly ts: string;
  readonly orderId: string;
  /** Name of the durable step: a stage, an undo or another step. */
  readonly step: string;
  readonly attempt: number;
}

export interface FailedStepEvent extends StepEventBase {
  readonly state: 'failed';
  /** Time from `ts` to the next attempt (ms of wall time); absent if there is none. */
  readonly retryInMs?: number;
  readonly error: HistoryError;
}

export interface SucceededStepEvent extends StepEventBase {
  readonly state: 'succeeded';
}

/** Start or end of a durable wait, with `detail` only. */
export interface WaitEvent {
  readonly type: 'wait';
  readonly ts: string;
  readonly orderId: string;
  readonly step: string;
  readonly state: 'started' | 'ended';
  /** Planned end (RFC 3339 UTC). */
  readonly until?: string;
}

/** End of an invocation of the function: a failed one, with `detail` every one. */
export interface InvocationEvent {
  readonly type: 'invocation';
  readonly ts: string;
  readonly orderId: string;
  /** Number of the invocation, from 1. */
  readonly n: number;
  /** Number of completed operations that the invocation replayed. */
  readonly replayed: number;
  readonly tookMs: number;
  readonly requestId?: string;
  readonly error?: HistoryError;
}

/** Invocations fail repeatedly without a new checkpoint. */
export interface StuckEvent extends Stuck {
  readonly type: 'stuck';
  readonly ts: string;
  readonly orderId: string;
}

/** Start of a visibility gap: polling fails. */
export interface GapEvent {
  readonly type: 'gap';
  readonly ts: string;
  /** Absent with several orders: the gap concerns all of them. */
  readonly orderId?: string;
  readonly reason: string;
}

/** End of a visibility gap: polling succeeds again. */
export interface GapEndEvent {
  readonly type: 'gap-end';
  readonly ts: string;
  readonly orderId?: string;
  readonly lastedMs: number;
  /** Number of transitions during the gap; they are reported now. */
  readonly missed: number;
}

export type Ending =
  | 'completed'
  /** The order has the status of `--until` or a later one. */
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
  /** This and the following fields exist only for an order whose history was read. */
  readonly activeMs?: number;
  readonly waitMs?: number;
  readonly invocations?: number;
  /** Number of attempts of each step that took more than one. */
  readonly attempts?: Readonly<Record<string, number>>;
}

/** Events for views only; no other renderer prints them. */
export type ViewEvent = SnapshotEvent | JoinEvent | PolledEvent | ActivityEvent;

const viewEventTypes: ReadonlySet<string> = new Set<ViewEvent['type']>([
  'snapshot',
  'join',
  'polled',
  'activity',
]);

export function isViewEvent(event: { readonly type: string }): event is ViewEvent {
  return viewEventTypes.has(event.type);
}

export type WatchEvent =
  | ViewEvent
  | StatusEvent
  | StepEvent
  | WaitEvent
  | ProviderWaitEvent
  | InvocationEvent
  | PauseEvent
  | StuckEvent
  | HeartbeatEvent
  | GapEvent
  | GapEndEvent
  | EndEvent;

/** Summary of several orders, the last record of a watch. */
export interface SummaryEvent {
  readonly type: 'end';
  readonly ts: string;
  readonly orders: number;
  readonly endings: Readonly<Partial<Record<Ending, number>>>;
  readonly exitCode: ExitCode;
}

const exitCodes: Record<Ending, ExitCode> = {
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

/** Returns the exit code for the ending of one order. */
export function exitCodeFor(ending: Ending): ExitCode {
  return exitCodes[ending];
}

/**
 * Summarizes how several orders ended. The exit code is their common code, or 13 if the codes differ. With `failFast`
 * it is the code of the first order that ended badly, because that order ended the watch.
 */
export function summarize(ends: readonly EndEvent[], { failFast = false } = {}): SummaryEvent {
  const endings: Partial<Record<Ending, number>> = {};
  for (const { ending } of ends) endings[ending] = (endings[ending] ?? 0) + 1;
  const firstBad = failFast ? ends.find(endedBadly) : undefined;
  // After a timeout or detaching, the outcome of the remaining orders is unknown.
  const unfinished = ends.find(({ ending }) => ending === 'timeout' || ending === 'detached');
  const codes = new Set(ends.map(({ exitCode }) => exitCode));
  const [commonCode = 0] = codes;
  return {
    type: 'end',
    ts: new Date().toISOString(),
    orders: ends.length,
    endings,
    exitCode: firstBad?.exitCode ?? unfinished?.exitCode ?? (codes.size > 1 ? 13 : commonCode),
  };
}

/** Whether the order itself ended badly; false if only the watch ended. */
export function endedBadly({ ending, exitCode }: EndEvent): boolean {
  return exitCode !== 0 && ending !== 'timeout' && ending !== 'detached';
}
