/** Formats events of watched orders as lines for the terminal, which stay above the live view. */
import { isTerminal } from '../../../functions/contract/workflow.ts';
import type { InvocationEvent, StepEvent, WatchEvent } from '../../orders/watch/events.ts';
import { statusStyle } from '../../workflow/status-style.ts';
import { undoSteps } from '../../workflow/undo-steps.ts';
import { formatTerminalLine } from '../logs/log-lines.ts';
import { formatProviderWait } from '../terminal/format-provider-wait.ts';
import { formatDuration, formatPreciseLocalTime } from '../terminal/format-time.ts';
import { applyStyle, type TextStyle } from '../terminal/output-guard.ts';
import { clip, printable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import type { ShownEvent } from './shown-event.ts';

export interface EventTextOptions {
  readonly stream: NodeJS.WriteStream;
  /** Whether several orders are watched. Then only visibility gaps and log lines are formatted. */
  readonly several: boolean;
}

/** Returns the event as a line that fits the terminal, or undefined if the event is not shown as a line. */
export function formatEvent(event: ShownEvent, options: EventTextOptions): string | undefined {
  const { stream, several } = options;
  if (event.type === 'log') return formatTerminalLine(event.entry, { stream, withOrder: several });
  const text = event.type === 'end' ? undefined : formatText(event, several);
  if (text === undefined || !('ts' in event)) return undefined;
  const columns = stream.columns || 80;
  const time = `${formatPreciseLocalTime(event.ts)}  `;
  const shown = clip(printable(text), columns - time.length - 1);
  const style = eventStyle(event);
  return `${dim(time, stream)}${style ? applyStyle(style, shown, stream) : shown}\n`;
}

/** Returns the color of an event about a failure, a warning or the end of an order. The text has the same meaning. */
function eventStyle(event: ShownEvent): TextStyle | undefined {
  switch (event.type) {
    case 'status':
      return isTerminal(event.to) ? statusStyle(event.to) : undefined;
    case 'step':
      if (event.state === 'failed') return event.retryInMs === undefined ? 'red' : 'yellow';
      return undoSteps.has(event.step) ? 'yellow' : undefined;
    case 'invocation':
      return event.error ? 'red' : undefined;
    case 'stuck':
      return 'red';
    case 'gap':
    case 'waiting':
    case 'paused':
      return 'yellow';
    case 'wait':
      return 'dim';
    default:
      return undefined;
  }
}

function formatText(event: WatchEvent, several: boolean): string | undefined {
  switch (event.type) {
    case 'gap':
      return `not visible: ${event.reason}`;
    case 'gap-end': {
      const { lastedMs, missed } = event;
      const changes = missed === 1 ? '1 change' : `${missed || 'no'} changes`;
      return `visible again after ${formatDuration(lastedMs)}; ${changes} meanwhile`;
    }
    default:
      return several ? undefined : formatOrderEvent(event);
  }
}

function formatOrderEvent(event: WatchEvent): string | undefined {
  switch (event.type) {
    case 'status':
      return event.to;
    case 'step':
      return formatStep(event);
    case 'wait': {
      const until = event.until ? ` until ${formatPreciseLocalTime(event.until)}` : '';
      return event.state === 'started' ? `${event.step} waits${until}` : `${event.step} ended`;
    }
    case 'waiting':
      return formatProviderWait(event, Date.parse(event.ts));
    case 'invocation':
      return formatInvocation(event);
    case 'execution':
      return `execution is ${event.status}${event.reason ? `: ${event.reason}` : ''}`;
    case 'paused':
      return `paused${event.reason ? `: ${event.reason}` : ''}`;
    case 'resumed':
      return `resumed after ${formatDuration(event.pausedMs)}${event.reason ? `: ${event.reason}` : ''}`;
    case 'stuck':
      return `no checkpoint in ${event.invocations} invocations: ${event.error.message}`;
    default:
      return undefined;
  }
}

function formatStep(event: StepEvent): string {
  const { step, attempt } = event;
  if (event.state === 'succeeded')
    return `${step} done${attempt > 1 ? `, attempt ${attempt}` : ''}`;
  const { error, retryInMs } = event;
  const retry = retryInMs === undefined ? '' : `, retry in ${formatDuration(retryInMs)}`;
  return `${step} attempt ${attempt} failed${retry}: ${error.message || error.type}`;
}

function formatInvocation({ n, tookMs, replayed, error }: InvocationEvent): string {
  const took = formatDuration(tookMs);
  if (error) return `invocation ${n} failed after ${took}: ${error.message || error.type}`;
  const replay = replayed > 0 ? `, ${replayed} operations replayed` : '';
  return `invocation ${n} took ${took}${replay}`;
}
