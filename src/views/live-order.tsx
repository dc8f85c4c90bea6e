import type { OrderRecord } from '../../functions/contract/api.ts';
import { isEnd, type ShownStatus } from '../../functions/contract/workflow.ts';
import { etaOf } from '../workflow/eta.ts';
import { activeStage, progressOf } from '../workflow/progress.ts';
import { waitEndsAt } from '../workflow/waits.ts';
import type { Retry, Stuck, Work } from '../workflow/work.ts';
import type { Drawing, Size } from './draw.ts';
import { draw } from './draw.ts';
import { OrderView } from './order-view.tsx';

/** What is known of an order; a view keeps showing it until the next time. */
export interface LiveOrder {
  readonly orderId: string;
  readonly status: ShownStatus;
  readonly order?: OrderRecord | undefined;
  readonly trouble?: string | undefined;
  /** What its execution is at; absent where that is not known. */
  readonly work?: Work | undefined;
}

export interface OrderFormat {
  readonly target: string;
  /** How much faster than wall time waits pass. */
  readonly timeScale: number;
  /** A duration in ms, in words. */
  readonly format: (ms: number) => string;
  /** A moment on the local clock; ms since the epoch. */
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
  const keys = onKey && 'q stops looking; the order goes on';
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

interface Framed extends Size {
  /** When the order began as far as anybody knows, ms since the epoch. */
  readonly since: number;
  readonly keys?: string | undefined;
}

/** The view of an order as it is now. */
export function orderFrame(shown: LiveOrder, options: OrderFormat, framed: Framed) {
  const { order, work } = shown;
  const { format, clock, timeScale } = options;
  const now = Date.now();
  const began = order ? Date.parse(order.createdAt) : framed.since;
  const last = order && isEnd(order.status) ? order.transitions.at(-1)?.at : undefined;
  // The history is read less often than the item: the wait that it knows may be one that is over.
  const known = work?.wait?.name === activeStage(progressOf(order))?.id ? work?.wait : undefined;
  const ends = known?.endsAt ?? (order ? waitEndsAt(order, timeScale) : undefined);
  const left = ends === undefined ? undefined : ends - now;
  const inWords = left !== undefined && left > 0 ? format(left) : undefined;
  return (
    <OrderView
      {...shown}
      target={options.target}
      elapsed={format((last ? Date.parse(last) : now) - began)}
      left={left === undefined ? undefined : inWords ? `${inWords} left` : 'due'}
      resumes={inWords && ends ? `resumes ${clock(ends)}, in ${inWords}` : undefined}
      facts={factsText(shown, options, now)}
      retry={work?.retry && retryText(work.retry, format, now)}
      stuck={work?.stuck && stuckText(work.stuck, clock)}
      columns={Math.min(framed.columns, 100)}
      rows={framed.rows}
      keys={framed.keys}
    />
  );
}

/** `ETA 08:20:11 · active 2.9s · 3 invocations (2 replays) · 1 retry` */
function factsText(
  { order, work }: LiveOrder,
  { timeScale, clock, format }: OrderFormat,
  now: number,
): string | undefined {
  const eta = order && etaOf(order, { now, timeScale });
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
  const when = at > now ? `, retry in ${format(at - now)}` : '';
  return `${step} attempt ${attempt}${when}: ${error.message || error.type}`;
}

/** What matters most comes first: a narrow terminal shows no more. */
function stuckText(
  { invocations, since, step = 'no step', error }: Stuck,
  clock: (at: number) => string,
): string {
  const how = `${invocations} invocations without a checkpoint`;
  return `stuck at ${step} since ${clock(Date.parse(since))}: ${how} (${error.type})`;
}
