import type { OrderRecord } from '../../functions/contract/api.ts';
import { isEnd, type ShownStatus } from '../../functions/contract/workflow.ts';
import type { FailedStepEvent } from '../orders/events.ts';
import { waitEndsAt } from '../workflow/waits.ts';
import { draw, type Size } from './draw.ts';
import { OrderView } from './order-view.tsx';

/** What the live view is given whenever something happened, and keeps showing until the next time. */
export interface LiveOrder {
  readonly orderId: string;
  readonly status: ShownStatus;
  readonly order?: OrderRecord | undefined;
  readonly trouble?: string | undefined;
  /** The last failed attempt of the step at work. */
  readonly retry?: FailedStepEvent | undefined;
}

export interface LiveOptions {
  readonly stream: NodeJS.WriteStream;
  readonly target: string;
  /** How much faster than wall time waits pass. */
  readonly timeScale: number;
  readonly format: (ms: number) => string;
}

/** Terminal rows from which on there are blank lines. */
const roomy = 14;

/** Draws an order in place until closed. */
export function openLiveOrder(first: LiveOrder, options: LiveOptions) {
  let shown = first;
  const since = Date.now();
  const { stream, format } = options;
  const frame = ({ columns, rows }: Size) => {
    const { order } = shown;
    const began = order ? Date.parse(order.createdAt) : since;
    const last = order && isEnd(order.status) ? order.transitions.at(-1)?.at : undefined;
    const ends = order ? waitEndsAt(order, options.timeScale) : undefined;
    return (
      <OrderView
        {...shown}
        target={options.target}
        elapsed={format((last ? Date.parse(last) : Date.now()) - began)}
        left={ends === undefined ? undefined : leftText(ends - Date.now(), format)}
        retry={shown.retry && retryText(shown.retry, format)}
        columns={Math.min(columns, 100)}
        compact={rows < roomy}
      />
    );
  };
  const drawing = draw(frame, stream);
  return {
    update: (next: LiveOrder) => {
      shown = next;
    },
    close: () => drawing.close(),
  };
}

/** `process-payment attempt 2 in 1.4s: the provider does not answer` */
function retryText(retry: FailedStepEvent, format: (ms: number) => string): string {
  const { step, attempt, retryInMs, ts, error } = retry;
  const why = error.message || error.type;
  if (retryInMs === undefined) return `${step} failed at attempt ${attempt}: ${why}`;
  const left = Date.parse(ts) + retryInMs - Date.now();
  const when = left > 0 ? `, retry in ${format(left)}` : '';
  return `${step} attempt ${attempt + 1}${when}: ${why}`;
}

const leftText = (ms: number, format: (ms: number) => string) =>
  ms > 0 ? `${format(ms)} left` : 'due';
