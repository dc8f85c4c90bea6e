/** Connects followed orders with the renderer that was asked for. */
import { type EndEvent, type FollowEvent, type SummaryEvent, summarize } from '../orders/events.ts';
import type { Found } from '../orders/find.ts';
import { followOrder, followOrders } from '../orders/follow.ts';
import type { Target } from '../target/resolve.ts';
import type { StackOutputs } from '../target/stack.ts';
import { hintFor } from './hints.ts';
import { interruptible } from './interrupt.ts';
import { liveRenderer, liveTableRenderer } from './live.ts';
import {
  endSentence,
  jsonRenderer,
  plainRenderer,
  quietRenderer,
  type Renderer,
  summarySentence,
} from './renderers.ts';
import { dim, endOnBrokenPipe, mark, type Ui } from './terminal.ts';

export interface FollowView {
  readonly ui: Ui | 'json';
  /** Where the view goes: stdout where it is the data, stderr where the data comes after it. */
  readonly stream: NodeJS.WriteStream;
  readonly timeoutMs: number | undefined;
}

interface Where {
  readonly target: Target;
  readonly outputs: StackOutputs;
}

/** Shows an order until its end, sets the exit code its end calls for, and returns it. */
export async function follow(where: Where, found: Found, view: FollowView): Promise<EndEvent> {
  const { target, outputs } = where;
  const renderer = await rendererFor(view, () => liveRenderer(found.orderId, view.stream, target));
  return show(renderer, view, {
    target,
    events: (signal) => followOrder(target, outputs, { ...found, signal }),
    conclude: (end) => ({ code: end.exitCode, ...endSentence(end) }),
    isDetached: ({ ending }) => ending === 'detached' || ending === 'timeout',
  });
}

/** Shows several orders until all have ended, and sets the exit code that their ends call for together. */
export async function followMany(
  where: Where,
  orders: readonly Found[],
  view: FollowView,
): Promise<SummaryEvent> {
  const { target, outputs } = where;
  const ids = orders.map(({ orderId }) => orderId);
  const renderer = await rendererFor(view, () => liveTableRenderer(ids, view.stream, target));
  const again = ids.length > 5 ? 'orders list --running' : `orders watch ${ids.join(' ')}`;
  return show(renderer, view, {
    target,
    async *events(signal) {
      const summary = summarize(yield* followOrders(target, outputs, { orders, signal }));
      renderer.show(summary);
      return summary;
    },
    conclude: (summary) => ({ code: summary.exitCode, ...summarySentence(summary, again) }),
    isDetached: ({ endings }) => Boolean(endings.detached ?? endings.timeout),
  });
}

function rendererFor(view: FollowView, live: () => Promise<Renderer>): Promise<Renderer> {
  const { ui, stream } = view;
  const write = (text: string) => void stream.write(text);
  if (ui === 'live') return live();
  if (ui === 'json') return Promise.resolve(jsonRenderer(write));
  return Promise.resolve(ui === 'plain' ? plainRenderer(write) : quietRenderer());
}

interface Shown<End> {
  readonly target: Target;
  readonly events: (signal: AbortSignal) => AsyncGenerator<FollowEvent, End>;
  readonly conclude: (end: End) => { code: number; good: boolean; text: string; hint: string };
  readonly isDetached: (end: End) => boolean;
}

async function show<End>(
  renderer: Renderer,
  { ui, timeoutMs }: FollowView,
  { target, events, conclude, isDetached }: Shown<End>,
): Promise<End> {
  const { signal, abort, release } = interruptible(timeoutMs);
  endOnBrokenPipe(abort);
  try {
    const stream = events(signal);
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
