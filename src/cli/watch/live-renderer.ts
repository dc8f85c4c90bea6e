import type { Target } from '../../environment/target.ts';
import { isPauseEvent } from '../../orders/watch/pause-events.ts';
import type { Size } from '../../views/draw.ts';
import type { LiveOrder } from '../../views/live-order.tsx';
import type { Key } from '../../views/screen.tsx';
import { formatDuration, formatPreciseLocalTime } from '../terminal/format-time.ts';
import { openKeyboard } from '../terminal/keyboard.ts';
import { printableTexts, trustedStream } from '../terminal/output-guard.ts';
import { formatEvent } from './event-text.ts';
import { LiveTable } from './live-table.ts';
import type { Renderer } from './renderers.ts';
import type { ShownEvent } from './shown-event.ts';
import { toShownStatus } from './watched-order.ts';

interface LiveOptions {
  readonly target: Target;
  readonly detail: boolean;
}

/** Returns a renderer that redraws the view of one order in place, below its events. Imports Ink only when it is called. */
export async function createLiveRenderer(
  orderId: string,
  output: NodeJS.WriteStream,
  { target: { label: target, timeScale } }: LiveOptions,
): Promise<Renderer> {
  const stream = trustedStream(output);
  const { openLiveOrder } = await import('../../views/live-order.tsx');
  let shown: LiveOrder = { orderId, status: 'received' };
  const view = openLiveOrder(shown, {
    stream,
    target,
    timeScale,
    format: formatDuration,
    clock: formatSeconds,
    ...(process.stdin.isTTY && { onKey: ({ text }) => void (text === 'q' && detach()) }),
  });
  const show = (raw: ShownEvent) => {
    const event = printableTexts(raw);
    const line = formatEvent(event, { stream, several: false });
    if (line) view.print(line);
    const next = applyEvent(shown, event);
    if (next === shown) return;
    shown = next;
    view.update(shown);
  };
  return { show, close: view.close };
}

/** Returns the displayed order after an event, or the same object if the event does not change it. */
function applyEvent(shown: LiveOrder, event: ShownEvent): LiveOrder {
  if (event.type === 'snapshot')
    return { ...shown, status: event.order.status, order: event.order };
  if (event.type === 'activity') return { ...shown, work: event.activity };
  if (event.type === 'execution' || isPauseEvent(event))
    return { ...shown, ...toShownStatus(event) };
  if (event.type === 'gap') return { ...shown, gapReason: event.reason };
  if (event.type === 'gap-end') return { ...shown, gapReason: undefined };
  return shown;
}

/** Stops the watch in the same way as Ctrl-C. */
const detach = () => process.kill(process.pid, 'SIGINT');

/** Formats a time in the local time zone with seconds: `07:12:04`. */
const formatSeconds = (at: number) =>
  formatPreciseLocalTime(new Date(at).toISOString()).replace(/\.\d$/, '');

/** Returns a renderer that redraws a table of several orders in place, or the order that the user opens. */
export async function createLiveTableRenderer(
  ids: readonly string[],
  output: NodeJS.WriteStream,
  { target: { label, timeScale } }: LiveOptions,
): Promise<Renderer & { readonly focusedOrder: () => string | undefined }> {
  const stream = trustedStream(output);
  const { openLiveTable } = await import('../../views/live-table.tsx');
  const keyboard = openKeyboard();
  const hasKeys = keyboard !== undefined;
  const table = new LiveTable({ ids, stream, label, timeScale, hasKeys });
  const view = openLiveTable((size) => table.frame(size), {
    stream,
    target: label,
    timeScale,
    format: formatDuration,
    clock: formatSeconds,
    keyboard,
    ...(hasKeys && { onKey: (key: Key) => void (table.handleKey(key) || detach()) }),
  });
  const show = (raw: ShownEvent) => {
    const event = printableTexts(raw);
    const line = formatEvent(event, { stream, several: true });
    if (line) view.print(line);
    if (table.apply(event)) view.update();
  };
  const close = () => {
    const { columns, rows }: Partial<Size> = stream;
    return view.close(table.finalText({ columns: columns ?? 80, rows: rows ?? 24 }));
  };
  return { show, close, focusedOrder: () => table.focusedOrder() };
}
