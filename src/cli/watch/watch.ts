/** Connects followed orders with the renderer that was asked for. */
import type { StageStatus } from '../../../functions/contract/workflow.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import type { Found } from '../../orders/lookup/find.ts';
import {
  type EndEvent,
  type FollowEvent,
  type SummaryEvent,
  summarize,
} from '../../orders/watch/events.ts';
import type { RunningOrders } from '../../orders/watch/running-orders.ts';
import { followOrder, followOrders } from '../../orders/watch/watch-orders.ts';
import { hintFor } from '../command/hints.ts';
import { exitOfLook, interruptible } from '../command/interrupt.ts';
import { dim, endOnBrokenPipe, mark, type Ui } from '../terminal/terminal.ts';
import { liveRenderer, liveTableRenderer } from './live-renderer.ts';
import { jsonRenderer, plainRenderer, quietRenderer, type Renderer } from './renderers.ts';
import { endSentence, summarySentence } from './result-text.ts';
import type { ShownEvent } from './shown-event.ts';

export interface FollowView {
  readonly ui: Ui | 'json';
  /** Where the view goes: stdout where it is the data, stderr where the data comes after it. */
  readonly stream: NodeJS.WriteStream;
  readonly timeoutMs: number | undefined;
  readonly until?: StageStatus | undefined;
  readonly failFast?: boolean;
  readonly withLogs?: boolean;
  readonly detail?: boolean;
}

interface Where {
  readonly target: Target;
  readonly outputs: StackOutputs;
}

/** Shows an order until its end, sets the exit code its end calls for, and returns it. */
export async function follow(where: Where, found: Found, view: FollowView): Promise<EndEvent> {
  const { target, outputs } = where;
  const { until, detail = false } = view;
  const look = interruptible(view.timeoutMs);
  const renderer =
    rendererFor(view) ?? (await liveRenderer(found.orderId, view.stream, { target, detail }));
  // The exit code alone does not need the history.
  const history = view.ui !== 'quiet';
  return show(renderer, view, {
    ...where,
    look,
    orderIds: [found.orderId],
    events: (signal) => followOrder(target, outputs, { ...found, signal, until, detail, history }),
    conclude: (end) => ({ code: end.exitCode, ...endSentence(end) }),
    isDetached: ({ ending }) => ending === 'detached' || ending === 'timeout',
  });
}

/** Which orders are followed: those that are named, and those that are on their way. */
export interface Many {
  readonly orders: readonly Found[];
  readonly running?: RunningOrders | undefined;
  /** The command that watches those on their way again. */
  readonly again?: string;
}

/** Shows several orders until all have ended, and sets the exit code that their ends call for together. */
export async function followMany(
  where: Where,
  { orders, running, again = againWith(orders) }: Many,
  view: FollowView,
): Promise<SummaryEvent> {
  const { target, outputs } = where;
  const { until, failFast = false, detail = false } = view;
  const ids = orders.map(({ orderId }) => orderId);
  const look = interruptible(view.timeoutMs);
  const still = rendererFor(view);
  const live = still ? undefined : await liveTableRenderer(ids, view.stream, { target, detail });
  const renderer = still ?? live ?? quietRenderer();
  return show(renderer, view, {
    ...where,
    look,
    orderIds: running ? [] : ids,
    async *events(signal) {
      const focus = live?.focus;
      const options = { orders, running, signal, until, failFast, focus, detail };
      const ends = yield* followOrders(target, outputs, options);
      const all = summarize(ends, { failFast });
      // Who leaves before the first look knows nothing.
      const summary = ends.length > 0 ? all : { ...all, exitCode: exitOfLook(signal) };
      renderer.show(summary);
      return summary;
    },
    conclude: (summary) => ({ code: summary.exitCode, ...summarySentence(summary, again) }),
    isDetached: ({ endings, orders: count }) =>
      count === 0 || Boolean(endings.detached ?? endings.timeout),
  });
}

/** The command that watches these again; all, where they are too many for a line. */
function againWith(orders: readonly Found[]): string {
  const ids = orders.map(({ orderId }) => orderId);
  return ids.length > 5 ? 'orders watch --all' : `orders watch ${ids.join(' ')}`;
}

function rendererFor(view: FollowView): Renderer | undefined {
  const { ui, stream } = view;
  const write = (text: string) => void stream.write(text);
  if (ui === 'live') return undefined;
  if (ui === 'json') return jsonRenderer(write);
  return ui === 'plain' ? plainRenderer(write) : quietRenderer();
}

interface Shown<End> extends Where {
  /** Begun before anything is on the screen: an interrupt from then on leaves the terminal as it was. */
  readonly look: ReturnType<typeof interruptible>;
  readonly orderIds: readonly string[];
  readonly events: (signal: AbortSignal) => AsyncGenerator<FollowEvent, End>;
  readonly conclude: (end: End) => { code: number; good: boolean; text: string; hint: string };
  readonly isDetached: (end: End) => boolean;
}

async function show<End>(renderer: Renderer, view: FollowView, shown: Shown<End>): Promise<End> {
  const { ui } = view;
  const { target, conclude, isDetached } = shown;
  const { signal, abort, release } = shown.look;
  endOnBrokenPipe(abort);
  try {
    const stream = eventsOf(shown, { signal, withLogs: view.withLogs ?? false });
    for (;;) {
      const next = await stream.next();
      if (!next.done) {
        renderer.show(next.value);
        continue;
      }
      await renderer.close();
      const { code, good, text, hint } = conclude(next.value);
      // A reader that went away is no failure of ours; a polite kill is told from Ctrl-C.
      const codes: Record<string, number> = { EPIPE: 0, SIGTERM: 143 };
      process.exitCode = codes[String(signal.reason)] ?? code;
      const silent = ui === 'json' || ui === 'quiet' || signal.reason === 'EPIPE';
      if (!silent && (ui === 'live' || isDetached(next.value))) {
        // The terminal has echoed ^C where the line begins.
        const start = ui === 'live' ? '\r' : '';
        process.stderr.write(
          `${start}${mark(good ? 'done' : 'failed')} ${text}\n  ${dim(hintFor(target, hint))}\n`,
        );
      }
      return next.value;
    }
  } catch (error) {
    await renderer.close();
    throw error;
  } finally {
    release();
  }
}

/** The events, with the lines that the functions wrote about the orders where that is asked for. */
async function* eventsOf<End>(
  { target, outputs, orderIds, events }: Shown<End>,
  asked: { readonly signal: AbortSignal; readonly withLogs: boolean },
): AsyncGenerator<ShownEvent, End> {
  const { signal } = asked;
  if (!asked.withLogs) return yield* events(signal);
  const { logLines, withLogs } = await import('../../orders/watch/with-logs.ts');
  const { Replays } = await import('../../orders/logs/replays.ts');
  const known = new Set(orderIds);
  const replays = new Replays();
  const { lines, finish } = logLines(target, outputs, { orderIds, signal });
  const all = withLogs(events(signal), lines, finish);
  for (;;) {
    const next = await all.next();
    if (next.done) return next.value;
    const event = next.value;
    if (event.type === 'join') known.add(event.orderId);
    if (event.type !== 'log') yield event;
    else if (known.has(event.entry.orderId ?? '') && !replays.has(event.entry)) yield event;
  }
}
