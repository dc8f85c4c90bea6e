import { render } from 'ink';
import type { OrderRecord } from '../../functions/contract/api.ts';
import { isEnd, type ShownStatus } from '../../functions/contract/workflow.ts';
import { waitEndsAt } from '../workflow/waits.ts';
import { OrderView } from './order-view.tsx';

/** What the live view is given whenever something happened, and keeps showing until the next time. */
export interface LiveOrder {
  readonly orderId: string;
  readonly status: ShownStatus;
  readonly order?: OrderRecord | undefined;
  readonly trouble?: string | undefined;
}

export interface LiveOptions {
  readonly stream: NodeJS.WriteStream;
  readonly target: string;
  /** How much faster than wall time waits pass. */
  readonly timeScale: number;
  readonly format: (ms: number) => string;
}

const frameMs = 150;

/** Draws an order in place until closed. Keys are not read: an interrupt is a signal, for the command to handle. */
export function openLiveOrder(first: LiveOrder, options: LiveOptions) {
  let shown = first;
  const since = Date.now();
  const { stream, format } = options;
  const frame = () => {
    const { order } = shown;
    const began = order ? Date.parse(order.createdAt) : since;
    const last = order && isEnd(order.status) ? order.transitions.at(-1)?.at : undefined;
    const ends = order ? waitEndsAt(order, options.timeScale) : undefined;
    return (
      <OrderView
        {...shown}
        target={options.target}
        elapsed={format((last ? Date.parse(last) : Date.now()) - began)}
        left={ends === undefined ? undefined : `about ${format(ends - Date.now())} left`}
        columns={Math.min(stream.columns ?? 80, 100)}
      />
    );
  };
  const ink = render(frame(), {
    stdout: stream,
    exitOnCtrlC: false,
    maxFps: 10,
    incrementalRendering: true,
  });
  const ticking = setInterval(() => ink.rerender(frame()), frameMs);
  return {
    update: (next: LiveOrder) => {
      shown = next;
    },
    close: async () => {
      clearInterval(ticking);
      ink.rerender(frame());
      ink.unmount();
      await ink.waitUntilExit();
    },
  };
}
