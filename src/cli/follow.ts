/** Connects a followed order with the renderer that was asked for. */
import type { EndEvent } from '../orders/events.ts';
import type { Found } from '../orders/find.ts';
import { followOrder } from '../orders/follow.ts';
import type { Target } from '../target/resolve.ts';
import type { StackOutputs } from '../target/stack.ts';
import { interruptible } from './interrupt.ts';
import { liveRenderer } from './live.ts';
import {
  endSentence,
  jsonRenderer,
  plainRenderer,
  quietRenderer,
  type Renderer,
} from './renderers.ts';
import { dim, endOnBrokenPipe, mark, type Ui } from './terminal.ts';

export interface FollowView {
  readonly ui: Ui | 'json';
  /** Where the view goes: stdout where it is the data, stderr where the data comes after it. */
  readonly stream: NodeJS.WriteStream;
  readonly timeoutMs: number | undefined;
}

/** Shows an order until its end, sets the exit code its end calls for, and returns it. */
export async function follow(
  where: { readonly target: Target; readonly outputs: StackOutputs },
  found: Found,
  view: FollowView,
): Promise<EndEvent> {
  const { signal, abort, release } = interruptible(view.timeoutMs);
  endOnBrokenPipe(abort);
  const renderer = await rendererFor(view, found.orderId, where.target);
  const events = followOrder(where.target, where.outputs, { ...found, signal });
  try {
    for (;;) {
      const next = await events.next();
      if (next.done) {
        await renderer.close();
        return conclude(next.value, signal, view.ui);
      }
      renderer.show(next.value);
    }
  } catch (error) {
    await renderer.close();
    throw error;
  } finally {
    release();
  }
}

function rendererFor(view: FollowView, orderId: string, target: Target): Promise<Renderer> {
  const { ui, stream } = view;
  const write = (text: string) => void stream.write(text);
  if (ui === 'live') return liveRenderer(orderId, stream, target);
  if (ui === 'json') return Promise.resolve(jsonRenderer(write));
  return Promise.resolve(ui === 'plain' ? plainRenderer(write) : quietRenderer());
}

function conclude(end: EndEvent, signal: AbortSignal, ui: FollowView['ui']): EndEvent {
  // A reader that went away is no failure of ours; a polite kill is told from Ctrl-C.
  const codes: Record<string, number> = { EPIPE: 0, SIGTERM: 143 };
  process.exitCode = codes[String(signal.reason)] ?? end.exitCode;
  if (ui === 'json' || ui === 'quiet' || signal.reason === 'EPIPE') return end;
  const { good, text, hint } = endSentence(end);
  if (ui === 'live' || end.ending === 'detached' || end.ending === 'timeout') {
    process.stderr.write(`${mark(good ? 'done' : 'failed')} ${text}\n  ${dim(hint)}\n`);
  }
  return end;
}
