/** How watched orders ended, for people. */
import type { EndEvent, Ending, SummaryEvent } from '../../orders/watch/events.ts';
import { formatDuration } from '../terminal/format-time.ts';

/** How it ended, for people, and what to do next. */
export function endSentence(event: EndEvent): { good: boolean; text: string; hint: string } {
  const { orderId, ending, failure, error } = event;
  const took = formatDuration(event.elapsedMs);
  const how = workText(event);
  const again = `orders watch ${orderId}`;
  const look = `orders get ${orderId}`;
  switch (ending) {
    case 'completed':
      return { good: true, text: `${orderId} completed in ${took}${how}`, hint: look };
    case 'reached':
      return { good: true, text: `${orderId} reached ${event.status} after ${took}`, hint: again };
    case 'failed': {
      const why = failure ? ` at ${failure.stage}: ${failure.message}` : error ? `: ${error}` : '';
      return { good: false, text: `${orderId} failed${why} (${took})`, hint: look };
    }
    case 'cancelled':
      return { good: false, text: `${orderId} was cancelled (${took})`, hint: look };
    case 'timed-out':
      return { good: false, text: `${orderId} timed out after ${took}`, hint: look };
    case 'stopped':
      return { good: false, text: `The execution of ${orderId} was stopped`, hint: look };
    case 'gone':
      return error
        ? { good: false, text: `${orderId} cannot end: ${error}`, hint: look }
        : { good: false, text: `${orderId} does not exist any more`, hint: 'orders list' };
    case 'timeout':
      return {
        good: false,
        text: `Stopped looking: --timeout is reached; ${orderId} keeps running (${event.status})`,
        hint: again,
      };
    case 'detached':
      return {
        good: true,
        text: `Detached; ${orderId} keeps running (${event.status})`,
        hint: again,
      };
  }
}

/** ` (3.1s active, 8m 00s waiting, 4 invocations, 1 retry)` */
function workText({ activeMs, waitMs, invocations = 0, attempts = {} }: EndEvent): string {
  if (activeMs === undefined || waitMs === undefined) return '';
  const retries = Object.values(attempts).reduce((sum, count) => sum + count - 1, 0);
  const facts = [
    `${formatDuration(activeMs)} active`,
    `${formatDuration(waitMs)} waiting`,
    `${invocations} ${invocations === 1 ? 'invocation' : 'invocations'}`,
    ...(retries > 0 ? [`${retries} ${retries === 1 ? 'retry' : 'retries'}`] : []),
  ];
  return ` (${facts.join(', ')})`;
}

/** The same for several orders together; `again` is the command that looks at them again. */
export function summarySentence(
  { orders, endings, exitCode }: SummaryEvent,
  again: string,
): { good: boolean; text: string; hint: string } {
  if (orders === 0 && exitCode !== 0)
    return { good: true, text: 'Stopped looking before any order was seen', hint: again };
  if (orders === 0) return { good: true, text: 'No orders are on their way', hint: 'orders list' };
  const { timeout = 0, detached = 0, ...known } = endings;
  const counts = (Object.entries(known) as [Ending, number][]).map(
    ([ending, count]) => `${count} ${ending}`,
  );
  const running = timeout + detached;
  const told = [...counts, ...(running > 0 ? [`${running} keep running`] : [])].join(', ');
  if (running === 0)
    return { good: exitCode === 0, text: `${orders} orders: ${told}`, hint: 'orders list' };
  const detach = exitCode === 130 ? 'Detached' : 'Stopped looking: one ended badly (--fail-fast)';
  const why = timeout > 0 ? 'Stopped looking: --timeout is reached' : detach;
  return { good: exitCode === 130, text: `${why}; ${told}`, hint: again };
}
