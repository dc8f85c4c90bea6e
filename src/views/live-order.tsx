import { render } from 'ink';
import type { OrderRecord } from '../../functions/contract/api.ts';
import type { ShownStatus } from '../../functions/contract/workflow.ts';
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
  readonly format: (ms: number) => string;
}

const frameMs = 150;

/** Draws an order in place until closed. Keys are not read: an interrupt is a signal, for the command to handle. */
export function openLiveOrder(first: LiveOrder, { stream, target, format }: LiveOptions) {
  let shown = first;
  const since = Date.now();
  const frame = () => {
    const began = shown.order ? Date.parse(shown.order.createdAt) : since;
    return (
      <OrderView
        {...shown}
        target={target}
        elapsed={format(Date.now() - began)}
        columns={Math.min(stream.columns ?? 80, 100)}
      />
    );
  };
  const ink = render(frame(), { stdout: stream, exitOnCtrlC: false, maxFps: 10 });
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
