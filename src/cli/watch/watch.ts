/** Watches orders and shows their events with the renderer for the output mode. */

import type { StageStatus } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import type { LocatedOrder } from '../../orders/lookup/find.ts';
import {
  type EndEvent,
  type SummaryEvent,
  summarize,
  type WatchEvent,
} from '../../orders/watch/events.ts';
import type { RunningOrders } from '../../orders/watch/running-orders.ts';
import { watchOrder, watchOrders } from '../../orders/watch/watch-orders.ts';
import { addEnvFlag } from '../command/hints.ts';
import {
  type InterruptListener,
  interruptExitCode,
  listenForInterrupt,
} from '../command/interrupt.ts';
import { endOnBrokenPipe, printEnd, type Ui } from '../terminal/terminal.ts';
import type { EndActions } from './end-actions.ts';
import { createLiveRenderer, createLiveTableRenderer } from './live-renderer.ts';
import {
  createJsonRenderer,
  createPlainRenderer,
  createQuietRenderer,
  type Renderer,
} from './renderers.ts';
import { formatResult, formatSummary, type LastSeen, type ResultText } from './result-text.ts';
import type { ShownEvent } from './shown-event.ts';

/** How a watch is shown, and when it stops. */
export interface WatchView {
  readonly ui: Ui | 'json';
  /** Stream that the view is written to: stdout if the view is the data, stderr if the data follows it. */
  readonly stream: NodeJS.WriteStream;
  readonly timeoutMs: number | undefined;
  readonly until?: StageStatus | undefined;
  readonly failFast?: boolean;
  readonly withLogs?: boolean;
  readonly detail?: boolean;
  /** What to do when an order ends. */
  readonly endActions?: EndActions | undefined;
}

/** Shows an order until it ends, sets the exit code for its outcome, and returns its end event. */
export async function showWatch(
  stack: Stack,
  order: LocatedOrder,
  view: WatchView,
): Promise<EndEvent> {
  const { until, detail = false } = view;
  const interrupt = listenForInterrupt(view.timeoutMs);
  const renderer =
    createLineRenderer(view) ??
    (await createLiveRenderer(order.orderId, view.stream, { target: stack.target, detail }));
  // The exit code can be determined without the history.
  const history = view.ui !== 'quiet';
  return runSession(renderer, view, {
    stack,
    interrupt,
    orderIds: [order.orderId],
    events: (signal) => watchOrder(stack, { ...order, signal, until, detail, history }),
    formatEnd: (end, last) => ({ code: end.exitCode, ...formatResult(end, last) }),
    isDetached: ({ ending }) => ending === 'detached' || ending === 'timeout',
  });
}

/** The orders to watch: named orders, running orders, or both. */
export interface WatchedSet {
  readonly orders: readonly LocatedOrder[];
  readonly running?: RunningOrders | undefined;
  /** Command that watches the same orders again. */
  readonly watchCommand?: string;
}

/** Shows several orders until all have ended, sets the exit code for their outcomes, and returns the summary. */
export async function showWatchMany(
  stack: Stack,
  { orders, running, watchCommand = watchCommandFor(orders) }: WatchedSet,
  view: WatchView,
): Promise<SummaryEvent> {
  const { until, failFast = false, detail = false } = view;
  const ids = orders.map(({ orderId }) => orderId);
  const interrupt = listenForInterrupt(view.timeoutMs);
  const lineRenderer = createLineRenderer(view);
  const table = lineRenderer
    ? undefined
    : await createLiveTableRenderer(ids, view.stream, { target: stack.target, detail });
  const renderer = lineRenderer ?? table ?? createQuietRenderer();
  return runSession(renderer, view, {
    stack,
    interrupt,
    orderIds: running ? [] : ids,
    async *events(signal) {
      const focusedOrder = table?.focusedOrder;
      const options = { orders, running, signal, until, failFast, focusedOrder, detail };
      const ends = yield* watchOrders(stack, options);
      const outcomes = summarize(ends, { failFast });
      // Before the first poll, the exit code depends only on the interrupt.
      const summary =
        ends.length > 0 ? outcomes : { ...outcomes, exitCode: interruptExitCode(signal) };
      renderer.show(summary);
      return summary;
    },
    formatEnd: (summary, last) => ({
      code: summary.exitCode,
      ...formatSummary(summary, { watchCommand, ...last }),
    }),
    isDetached: ({ endings, orders: count }) =>
      count === 0 || Boolean(endings.detached ?? endings.timeout),
  });
}

/** Returns the command that watches the orders again. With more than five ids it would be too long, so it watches all orders. */
function watchCommandFor(orders: readonly LocatedOrder[]): string {
  const ids = orders.map(({ orderId }) => orderId);
  return ids.length > 5 ? 'orders watch --all' : `orders watch ${ids.join(' ')}`;
}

/** Returns the renderer for the output mode, or undefined for the live view. */
function createLineRenderer(view: WatchView): Renderer | undefined {
  const { ui, stream } = view;
  const write = (text: string) => void stream.write(text);
  if (ui === 'live') return undefined;
  if (ui === 'json') return createJsonRenderer(write);
  return ui === 'plain' ? createPlainRenderer(write) : createQuietRenderer();
}

interface WatchSession<End> {
  readonly stack: Stack;
  /** Created before the live view opens, so that an interrupt always restores the terminal. */
  readonly interrupt: InterruptListener;
  readonly orderIds: readonly string[];
  readonly events: (signal: AbortSignal) => AsyncGenerator<WatchEvent, End>;
  readonly formatEnd: (end: End, last: LastSeen) => ResultText & { readonly code: number };
  /** Whether the watch stopped before the orders ended. */
  readonly isDetached: (end: End) => boolean;
}

/** Renders the events of a session, sets the exit code, and returns the end of the watch. Restores the terminal in any case. */
async function runSession<End>(
  renderer: Renderer,
  view: WatchView,
  session: WatchSession<End>,
): Promise<End> {
  const { abort, release } = session.interrupt;
  endOnBrokenPipe(abort);
  try {
    const events = readEvents(session, view);
    const last = await renderEvents(renderer, events, view.endActions);
    await renderer.close();
    await view.endActions?.finish(session.interrupt.signal);
    reportEnd(last, view, session);
    return last.end;
  } catch (error) {
    await renderer.close();
    throw error;
  } finally {
    release();
  }
}

/** Renders the events. Returns the end, and whether the orders could not be read at that time. */
async function renderEvents<End>(
  renderer: Renderer,
  events: AsyncGenerator<ShownEvent, End>,
  endActions: EndActions | undefined,
): Promise<LastSeen & { readonly end: End }> {
  let isGap = false;
  for (;;) {
    const next = await events.next();
    if (next.done) return { end: next.value, isGap };
    const { type } = next.value;
    if (type === 'gap' || type === 'gap-end') isGap = type === 'gap';
    renderer.show(next.value);
    endActions?.handle(next.value);
  }
}

/** Sets the exit code. Prints the result if the view does not show it: after a live view, and if the watch stopped early. */
function reportEnd<End>(
  { end, isGap }: LastSeen & { readonly end: End },
  { ui }: WatchView,
  session: WatchSession<End>,
): void {
  const { reason } = session.interrupt.signal;
  const { code, good, text, hint } = session.formatEnd(end, { isGap });
  // A closed pipe counts as success, and SIGTERM has another exit code than Ctrl-C.
  const codes: Record<string, number> = { EPIPE: 0, SIGTERM: 143 };
  process.exitCode = codes[String(reason)] ?? code;
  if (ui === 'json' || ui === 'quiet' || reason === 'EPIPE') return;
  if (ui !== 'live' && !session.isDetached(end)) return;
  const command = addEnvFlag(session.stack.target, hint);
  printEnd({ kind: good ? 'done' : 'failed', text, command });
}

/** Yields the events of a session, with `withLogs` also the log lines of its orders. */
async function* readEvents<End>(
  { stack, orderIds, events, interrupt: { signal } }: WatchSession<End>,
  { withLogs: includeLogs = false, ui }: WatchView,
): AsyncGenerator<ShownEvent, End> {
  if (!includeLogs) return yield* events(signal);
  const { openLogLines, withLogs } = await import('../../orders/watch/with-logs.ts');
  const { ReplayFilter } = await import('../../orders/logs/replay-filter.ts');
  const known = new Set(orderIds);
  const replays = new ReplayFilter();
  const { lines, finish } = openLogLines(stack, { orderIds, signal });
  const all = withLogs(events(signal), lines, finish);
  for (;;) {
    const next = await all.next();
    if (next.done) return next.value;
    const event = next.value;
    if (event.type === 'join') known.add(event.orderId);
    const isShown =
      event.type !== 'log' ||
      (known.has(event.entry.orderId ?? '') &&
        (!event.entry.isMetrics || ui === 'json') &&
        !replays.isReplay(event.entry));
    if (isShown) yield event;
  }
}
