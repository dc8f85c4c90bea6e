import type { PublicOrder } from '../../functions/contract/public-order.ts';
import { isTerminal, type ShownStatus } from '../../functions/contract/workflow.ts';
import { estimateEnd } from '../workflow/eta.ts';
import { activeStage, workflowProgress } from '../workflow/progress.ts';
import { findPendingAttempt } from '../workflow/provider-waits.ts';
import { currentWaitEnd } from '../workflow/waits.ts';
import type { ExecutionActivity, Retry, Stuck } from '../workflow/work.ts';
import type { Drawing, Size } from './draw.ts';
import { draw } from './draw.ts';
import { OrderView } from './order-view.tsx';

/** An order as last read. */
export interface LiveOrder {
  readonly orderId: string;
  readonly status: ShownStatus;
  readonly order?: PublicOrder | undefined;
  readonly gapReason?: string | undefined;
  /** Present while the execution is paused. */
  readonly pause?: ShownPause | undefined;
  /** Status of an execution that is neither running nor paused, such as PAUSING. */
  readonly executionStatus?: string | undefined;
  /** The activity of the execution; absent if the history has not been read. */
  readonly work?: ExecutionActivity | undefined;
}

interface ShownPause {
  /** Start of the pause (RFC 3339 UTC). */
  readonly ts: string;
  readonly reason?: string;
}

export interface OrderFormat {
  readonly target: string;
  /** Speed-up of waits. */
  readonly timeScale: number;
  /** Formats a duration (ms). */
  readonly format: (ms: number) => string;
  /** Formats a time of day (epoch ms). */
  readonly clock: (at: number) => string;
}

export interface LiveOptions extends OrderFormat {
  readonly stream: NodeJS.WriteStream;
  readonly onKey?: (key: { readonly text: string }) => void;
}

export interface LiveView extends Pick<Drawing, 'print' | 'close'> {
  readonly update: (next: LiveOrder) => void;
}

/** Draws an order in place until closed. */
export function openLiveOrder(first: LiveOrder, options: LiveOptions): LiveView {
  let shown = first;
  const since = Date.now();
  const { onKey } = options;
  const keys = onKey && 'q detach';
  const frame = (size: Size) => orderFrame(shown, options, { ...size, since, keys });
  const drawing = draw(frame, {
    stream: options.stream,
    ...(onKey && { onKey: (key) => typeof key === 'object' && onKey(key) }),
  });
  return {
    ...drawing,
    update: (next) => {
      shown = next;
      drawing.update();
    },
    close: () => drawing.close(),
  };
}

interface FrameOptions extends Size {
  /** Time of the frame (epoch ms; default: now). */
  readonly now?: number | undefined;
  /** Start of the order if its item has not been read yet (epoch ms). */
  readonly since: number;
  readonly keys?: string | undefined;
}

/** Renders the view of an order. */
export function orderFrame(shown: LiveOrder, options: OrderFormat, framed: FrameOptions) {
  const { order, work } = shown;
  const { format, clock, timeScale } = options;
  const { now = Date.now() } = framed;
  const startedAt = order ? Date.parse(order.createdAt) : framed.since;
  const last = order && isTerminal(order.status) ? order.transitions.at(-1)?.at : undefined;
  // The history is read less often than the item, so its wait may have ended.
  const currentWait =
    work?.wait?.name === activeStage(workflowProgress(order))?.id ? work?.wait : undefined;
  const ends = currentWait?.endsAt ?? (order ? currentWaitEnd(order, timeScale) : undefined);
  const left = ends === undefined ? undefined : ends - now;
  const remaining = left !== undefined && left > 0 ? format(left) : undefined;
  return (
    <OrderView
      {...shown}
      target={options.target}
      elapsed={format(
        Math.max(
          (last ? Date.parse(last) : now) - startedAt,
          work ? work.activeMs + work.waitingMs : 0,
        ),
      )}
      left={left === undefined ? undefined : remaining ? `${remaining} left` : 'due'}
      resumes={remaining && ends ? `${waitVerb(shown)} ${clock(ends)}, in ${remaining}` : undefined}
      {...describeActivity(shown, options, now)}
      columns={Math.min(framed.columns, 100)}
      rows={framed.rows}
      keys={framed.keys}
    />
  );
}

/** Describes what the execution of an order does, and why it does not continue. */
export function describeActivity(shown: LiveOrder, options: OrderFormat, now: number) {
  const { format, clock } = options;
  const { retry, stuck } = shown.work ?? {};
  return {
    facts: summaryText(shown, options, now),
    retry: providerWaitText(shown, options, now) ?? (retry && retryText(retry, format, now)),
    stuck: stuck && stuckText(stuck, clock),
    paused: shown.pause && pauseText(shown.pause, format, now),
  };
}

/** A review has a deadline, a wait has an end. */
const waitVerb = ({ status }: LiveOrder) =>
  status === 'awaiting-review' ? 'decision due' : 'resumes';

/** `ETA 08:20:11 · active 2.9s · 3 invocations (2 replays) · 1 retry` */
function summaryText(
  { order, work, pause }: LiveOrder,
  { timeScale, clock, format }: OrderFormat,
  now: number,
): string | undefined {
  const { pauses = [] } = work ?? {};
  const eta = order && !pause ? estimateEnd(order, { now, timeScale, pauses }) : undefined;
  const count = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;
  const facts = [
    ...(eta === undefined ? [] : [`ETA ${clock(eta)}`]),
    ...(work ? [`active ${format(work.activeMs)}`] : []),
    ...(work && work.invocations > 0
      ? [
          `${count(work.invocations, 'invocation', 'invocations')} (${count(work.replays, 'replay', 'replays')})`,
        ]
      : []),
    ...(work && work.retries > 0 ? [count(work.retries, 'retry', 'retries')] : []),
  ];
  return facts.length > 0 ? facts.join(' · ') : undefined;
}

/** `process-payment attempt 2 in 1.4s: the provider does not answer` */
function retryText(
  { step, attempt, at, error }: Retry,
  format: (ms: number) => string,
  now: number,
): string {
  const delay = at > now ? `, retry in ${format(at - now)}` : '';
  return `${step} attempt ${attempt}${delay}: ${error.message || error.type}`;
}

/** `waiting for payments, attempt 7, next in 3m` */
function providerWaitText(
  { order }: LiveOrder,
  { timeScale, format }: OrderFormat,
  now: number,
): string | undefined {
  const pending = order && findPendingAttempt(order, timeScale);
  if (!pending) return undefined;
  const { provider, attempt, nextAt } = pending;
  const leftMs = Date.parse(nextAt) - now;
  return `waiting for ${provider}, attempt ${attempt}, next ${leftMs > 0 ? `in ${format(leftMs)}` : 'now'}`;
}

/** `paused for 3m 12s: carrier outage` */
function pauseText(
  { ts, reason }: ShownPause,
  format: (ms: number) => string,
  now: number,
): string {
  return `paused for ${format(Math.max(0, now - Date.parse(ts)))}${reason ? `: ${reason}` : ''}`;
}

/** The most important part comes first, because a narrow terminal cuts off the rest. */
function stuckText(
  { invocations, since, step = 'no step', error }: Stuck,
  clock: (at: number) => string,
): string {
  const reason = `${invocations} invocations without a checkpoint`;
  return `stuck at ${step} since ${clock(Date.parse(since))}: ${reason} (${error.type})`;
}
