import type { Target } from '../target/resolve.ts';
import { formatDuration } from './duration.ts';
import { formatWatched, type WatchedOrder } from './order-table.ts';
import type { Renderer, ShownEvent } from './renderers.ts';

interface LiveOptions {
  readonly target: Target;
  readonly detail: boolean;
}

/** A view of one order that is redrawn in place; Ink is loaded only here. */
export async function liveRenderer(
  orderId: string,
  stream: NodeJS.WriteStream,
  { target: { label: target, timeScale } }: LiveOptions,
): Promise<Renderer> {
  const { openLiveOrder } = await import('../views/live-order.tsx');
  let shown: Parameters<typeof openLiveOrder>[0] = { orderId, status: 'received' };
  const view = openLiveOrder(shown, { stream, target, timeScale, format: formatDuration });
  const show = (event: ShownEvent) => {
    if (event.type === 'snapshot') {
      const { status } = event.order;
      shown = { ...shown, status, order: event.order, retry: undefined };
    }
    if (event.type === 'step' && event.state === 'failed') shown = { ...shown, retry: event };
    if (event.type === 'gap') shown = { ...shown, trouble: event.reason };
    if (event.type === 'gap-end') shown = { ...shown, trouble: undefined };
    view.update(shown);
  };
  return { show, close: view.close };
}

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
