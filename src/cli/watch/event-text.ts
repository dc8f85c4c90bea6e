/** What happens to watched orders as lines for people, that stay on the screen above the view. */
import type { FollowEvent, InvocationEvent, StepEvent } from '../../orders/watch/events.ts';
import { prettyLine } from '../logs/log-lines.ts';
import { formatDuration, localTime } from '../terminal/format-time.ts';
import { clip, printable } from '../terminal/table.ts';
import { dim } from '../terminal/terminal.ts';
import type { ShownEvent } from './shown-event.ts';

export interface HappeningsView {
  readonly stream: NodeJS.WriteStream;
  /** Whether they are about several orders: then only what is about all of them is told, and lines of logs. */
  readonly several: boolean;
}

/** The event as a line that fits the terminal; `undefined` where there is nothing to say. */
export function happening(event: ShownEvent, view: HappeningsView): string | undefined {
  const { stream, several } = view;
  if (event.type === 'log') return prettyLine(event.entry, { stream, withOrder: several });
  const text = event.type === 'end' ? undefined : textOf(event, several);
  if (text === undefined || !('ts' in event)) return undefined;
  const columns = stream.columns || 80;
  const time = `${localTime(event.ts)}  `;
  return `${dim(time, stream)}${clip(printable(text), columns - time.length - 1)}\n`;
}

function textOf(event: FollowEvent, several: boolean): string | undefined {
  switch (event.type) {
    case 'gap':
      return `not visible: ${event.reason}`;
    case 'gap-end': {
      const { lastedMs, missed } = event;
      const changes = missed === 1 ? '1 change' : `${missed || 'no'} changes`;
      return `visible again after ${formatDuration(lastedMs)}; ${changes} meanwhile`;
    }
    default:
      return several ? undefined : textOfOne(event);
  }
}

function textOfOne(event: FollowEvent): string | undefined {
  switch (event.type) {
    case 'status':
      return event.to;
    case 'step':
      return stepText(event);
    case 'wait': {
      const until = event.until ? ` until ${localTime(event.until)}` : '';
      return event.state === 'started' ? `${event.step} waits${until}` : `${event.step} is over`;
    }
    case 'invocation':
      return invocationText(event);
    case 'stuck':
      return `no checkpoint in ${event.invocations} invocations: ${event.error.message}`;
    default:
      return undefined;
  }
}

function stepText(event: StepEvent): string {
  const { step, attempt } = event;
  if (event.state === 'succeeded')
    return `${step} done${attempt > 1 ? `, attempt ${attempt}` : ''}`;
  const { error, retryInMs } = event;
  const again = retryInMs === undefined ? '' : `, again in ${formatDuration(retryInMs)}`;
  return `${step} attempt ${attempt} failed${again}: ${error.message || error.type}`;
}

function invocationText({ n, tookMs, replayed, error }: InvocationEvent): string {
  const took = formatDuration(tookMs);
  if (error) return `invocation ${n} failed after ${took}: ${error.message || error.type}`;
  const replay = replayed > 0 ? `, ${replayed} operations replayed` : '';
  return `invocation ${n} took ${took}${replay}`;
}
