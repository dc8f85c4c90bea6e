import type { FollowEvent } from '../orders/events.ts';
import { formatDuration } from './duration.ts';
import type { Renderer } from './renderers.ts';

/** A view that is redrawn in place; Ink is loaded only here. */
export async function liveRenderer(
  orderId: string,
  stream: NodeJS.WriteStream,
  { label: target, timeScale }: { readonly label: string; readonly timeScale: number },
): Promise<Renderer> {
  const { openLiveOrder } = await import('../views/live-order.tsx');
  let shown: Parameters<typeof openLiveOrder>[0] = { orderId, status: 'received' };
  const view = openLiveOrder(shown, { stream, target, timeScale, format: formatDuration });
  const show = (event: FollowEvent) => {
    if (event.type === 'snapshot') {
      shown = { orderId, status: event.order.status, order: event.order };
    }
    if (event.type === 'gap') shown = { ...shown, trouble: event.reason };
    view.update(shown);
  };
  return { show, close: view.close };
}
