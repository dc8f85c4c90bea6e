import type { Target } from '../target/resolve.ts';
import type { LiveOrder } from '../views/live-order.tsx';
import { formatDuration, localTime } from './duration.ts';
import { happening } from './happenings.ts';
import { formatWatched, type WatchedOrder } from './order-table.ts';
import type { Renderer, ShownEvent } from './renderers.ts';

interface LiveOptions {
  readonly target: Target;
  readonly detail: boolean;
}

/** A view of one order that is redrawn in place, below what happened; Ink is loaded only here. */
export async function liveRenderer(
  orderId: string,
  stream: NodeJS.WriteStream,
  { target: { label: target, timeScale } }: LiveOptions,
): Promise<Renderer> {
  const { openLiveOrder } = await import('../views/live-order.tsx');
  let shown: LiveOrder = { orderId, status: 'received' };
  const view = openLiveOrder(shown, {
    stream,
    target,
    timeScale,
    format: formatDuration,
    clock,
    ...(process.stdin.isTTY && { onKey: ({ text }) => void (text === 'q' && detach()) }),
  });
  const show = (event: ShownEvent) => {
    const line = happening(event, { stream, several: false });
    if (line) view.print(line);
    const next = changed(shown, event);
    if (next === shown) return;
    shown = next;
    view.update(shown);
  };
  return { show, close: view.close };
}

/** What is known of an order after the event. */
function changed(shown: LiveOrder, event: ShownEvent): LiveOrder {
  if (event.type === 'snapshot')
    return { ...shown, status: event.order.status, order: event.order };
  if (event.type === 'work') return { ...shown, work: event.work };
  if (event.type === 'gap') return { ...shown, trouble: event.reason };
  if (event.type === 'gap-end') return { ...shown, trouble: undefined };
  return shown;
}

/** Stops looking as Ctrl-C does. */
const detach = () => process.kill(process.pid, 'SIGINT');

/** A moment on the local clock: `07:12:04`. */
const clock = (at: number) => localTime(new Date(at).toISOString()).replace(/\.\d$/, '');

/** A table of several orders that is redrawn in place. */
export async function liveTableRenderer(
  ids: readonly string[],
  stream: NodeJS.WriteStream,
  { target: { label, timeScale } }: LiveOptions,
): Promise<Renderer & { readonly focus: () => string | undefined }> {
  const { openLiveLines } = await import('../views/live-lines.tsx');
  const orders = new Map<string, WatchedOrder>(ids.map((orderId) => [orderId, { orderId }]));
  let trouble: string | undefined;
  const linesOf = (size: { readonly columns?: number; readonly rows?: number }) =>
    formatWatched([...orders.values()], {
      ...size,
      stream,
      label,
      timeScale,
      trouble,
      now: Date.now(),
    });
  const view = openLiveLines(linesOf, stream);
  const change = (orderId: string, more: Partial<WatchedOrder>) => {
    const order = orders.get(orderId);
    if (order) orders.set(orderId, { ...order, ...more });
  };
  const show = (event: ShownEvent) => {
    if (event.type === 'snapshot') change(event.orderId, { order: event.order });
    if (event.type === 'end' && 'orderId' in event) change(event.orderId, { end: event });
    if (event.type === 'gap') trouble = event.reason;
    if (event.type === 'gap-end') trouble = undefined;
    if (event.type === 'join') orders.set(event.orderId, { orderId: event.orderId });
  };
  return { show, close: view.close, focus: () => undefined };
}
