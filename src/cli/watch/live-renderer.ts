import type { Target } from '../../environment/target.ts';
import type { Size } from '../../views/draw.ts';
import type { LiveOrder } from '../../views/live-order.tsx';
import type { Key } from '../../views/screen.tsx';
import { formatDuration, localTime } from '../terminal/format-time.ts';
import { openKeyboard } from '../terminal/keyboard.ts';
import { happening } from './event-text.ts';
import { LiveTable } from './live-table.ts';
import type { Renderer } from './renderers.ts';
import type { ShownEvent } from './shown-event.ts';

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
  const { openLiveOrder } = await import('../../views/live-order.tsx');
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

/** A table of several orders that is redrawn in place, and one of them where a person opens it. */
export async function liveTableRenderer(
  ids: readonly string[],
  stream: NodeJS.WriteStream,
  { target: { label, timeScale } }: LiveOptions,
): Promise<Renderer & { readonly focus: () => string | undefined }> {
  const { openLiveTable } = await import('../../views/live-table.tsx');
  const keyboard = openKeyboard();
  const hasKeys = keyboard !== undefined;
  const table = new LiveTable({ ids, stream, label, timeScale, hasKeys });
  const view = openLiveTable((size) => table.frame(size), {
    stream,
    target: label,
    timeScale,
    format: formatDuration,
    clock,
    keyboard,
    ...(hasKeys && { onKey: (key: Key) => void (table.press(key) || detach()) }),
  });
  const show = (event: ShownEvent) => {
    const line = happening(event, { stream, several: true });
    if (line) view.print(line);
    if (table.take(event)) view.update();
  };
  const close = () => {
    const { columns, rows }: Partial<Size> = stream;
    return view.close(table.last({ columns: columns ?? 80, rows: rows ?? 24 }));
  };
  return { show, close, focus: () => table.focus() };
}
