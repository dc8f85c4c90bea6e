/** Formats the results of watched orders, with the command to run next. */
import type { EndEvent, Ending, SummaryEvent } from '../../orders/watch/events.ts';
import { formatDuration } from '../terminal/format-time.ts';

export interface ResultText {
  /** Whether the result is a success, or expected. */
  readonly good: boolean;
  readonly text: string;
  /** Command to run next. */
  readonly hint: string;
}

/** How well the state of running orders is known when the watch ends. */
export interface LastSeen {
  /** Whether the last reads failed: the orders are in the state of an earlier read, and their runtime may have stopped. */
  readonly isGap: boolean;
}

/** Returns the result of an order. */
export function formatResult(event: EndEvent, { isGap }: LastSeen): ResultText {
  const { orderId, ending, failure, error } = event;
  const took = formatDuration(event.elapsedMs);
  const watchCommand = `orders watch ${orderId}`;
  const getCommand = `orders get ${orderId}`;
  const runs = isGap ? 'was running when it was last visible' : 'keeps running';
  switch (ending) {
    case 'completed': {
      const text = `${orderId} completed in ${took}${formatActivity(event)}`;
      return { good: true, text, hint: getCommand };
    }
    case 'reached': {
      const text = `${orderId} reached ${event.status} after ${took}`;
      return { good: true, text, hint: watchCommand };
    }
    case 'failed': {
      const why = failure ? ` at ${failure.stage}: ${failure.message}` : error ? `: ${error}` : '';
      return { good: false, text: `${orderId} failed${why} (${took})`, hint: getCommand };
    }
    case 'cancelled':
      return { good: false, text: `${orderId} was cancelled (${took})`, hint: getCommand };
    case 'timed-out':
      return { good: false, text: `${orderId} timed out after ${took}`, hint: getCommand };
    case 'stopped':
      return { good: false, text: `The execution of ${orderId} was stopped`, hint: getCommand };
    case 'gone':
      return error
        ? { good: false, text: `${orderId} cannot end: ${error}`, hint: getCommand }
        : { good: false, text: `${orderId} no longer exists`, hint: 'orders list' };
    case 'timeout': {
      const text = `Stopped watching: --timeout reached; ${orderId} ${runs} (${event.status})`;
      return { good: false, text, hint: watchCommand };
    }
    case 'detached': {
      const text = `Detached; ${orderId} ${runs} (${event.status})`;
      return { good: true, text, hint: watchCommand };
    }
  }
}

/** Returns for example ` (3.1s active, 8m 00s waiting, 4 invocations, 1 retry)`, or nothing if the history was not read. */
function formatActivity({ activeMs, waitMs, invocations = 0, attempts = {} }: EndEvent): string {
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

/** Returns the results of several orders together. `watchCommand` watches the same orders again. */
export function formatSummary(
  { orders, endings, exitCode }: SummaryEvent,
  { watchCommand, isGap }: LastSeen & { readonly watchCommand: string },
): ResultText {
  if (orders === 0 && exitCode !== 0)
    return { good: true, text: 'Stopped watching before the first poll', hint: watchCommand };
  if (orders === 0) return { good: true, text: 'No orders are running', hint: 'orders list' };
  const { timeout = 0, detached = 0, ...known } = endings;
  const counts = (Object.entries(known) as [Ending, number][]).map(
    ([ending, count]) => `${count} ${ending}`,
  );
  const running = timeout + detached;
  const runs = isGap ? 'running when last visible' : 'keep running';
  const outcomes = [...counts, ...(running > 0 ? [`${running} ${runs}`] : [])].join(', ');
  if (running === 0)
    return { good: exitCode === 0, text: `${orders} orders: ${outcomes}`, hint: 'orders list' };
  const text = `${stopReason({ timeout, exitCode })}; ${outcomes}`;
  return { good: isInterrupt(exitCode), text, hint: watchCommand };
}

/** Whether Ctrl-C or SIGTERM ended the watch. */
const isInterrupt = (exitCode: number) => exitCode === 130 || exitCode === 143;

function stopReason({ timeout, exitCode }: { timeout: number; exitCode: number }): string {
  if (timeout > 0) return 'Stopped watching: --timeout reached';
  return isInterrupt(exitCode)
    ? 'Detached'
    : 'Stopped watching: an order did not complete (--fail-fast)';
}
