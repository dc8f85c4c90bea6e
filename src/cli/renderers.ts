/** The renderers of a followed order. They read one event stream and never ask AWS for anything. */
import type { EndEvent, FollowEvent } from '../orders/events.ts';
import { formatDuration } from './duration.ts';
import { line } from './json.ts';

export interface Renderer {
  readonly show: (event: FollowEvent) => void;
  /** Gives the terminal back. */
  readonly close: () => Promise<void>;
}

export type Write = (text: string) => void;

const stays = async () => {};

/** One timestamped fact a line, for pipes and logs. */
export function plainRenderer(write: Write): Renderer {
  return {
    show: (event) => {
      const text = plainLine(event);
      if (text) write(`${text}\n`);
    },
    close: stays,
  };
}

/** One JSON object a line; the last is the `end` record. */
export function jsonRenderer(write: Write): Renderer {
  return {
    show: (event) => {
      if (event.type !== 'snapshot') write(line(event));
    },
    close: stays,
  };
}

/** Says nothing; the exit code tells. */
export function quietRenderer(): Renderer {
  return { show: () => {}, close: stays };
}

/** An event as a plain line; a snapshot has none. */
export function plainLine(event: FollowEvent): string | undefined {
  switch (event.type) {
    case 'snapshot':
      return undefined;
    case 'status':
      return `${event.ts} ${event.orderId} ${event.to} elapsed=${compact(event.elapsedMs)}`;
    case 'heartbeat':
      return `${event.ts} ${event.orderId} heartbeat status=${event.status}`;
    case 'gap':
      return `${event.ts} ${event.orderId} gap reason=${JSON.stringify(event.reason)}`;
    case 'end':
      return plainEnd(event);
  }
}

function plainEnd(event: EndEvent): string {
  const { failure, error, warnings = [] } = event;
  const facts = [
    `status=${event.status}`,
    `elapsed=${compact(event.elapsedMs)}`,
    `exit=${event.exitCode}`,
    ...(failure ? [`stage=${failure.stage}`, `code=${failure.code}`] : []),
    ...(failure ? [`message=${JSON.stringify(failure.message)}`] : []),
    ...(error ? [`error=${JSON.stringify(error)}`] : []),
    ...warnings.map(({ stage, message }) => `warning=${JSON.stringify(`${stage}: ${message}`)}`),
  ];
  return `${event.ts} ${event.orderId} end ${facts.join(' ')}`;
}

const compact = (ms: number) => formatDuration(ms).replaceAll(' ', '');

/** How it ended, for people, and what to do next. */
export function endSentence(event: EndEvent): { good: boolean; text: string; hint: string } {
  const { orderId, ending, failure, error } = event;
  const took = formatDuration(event.elapsedMs);
  const again = `orders watch ${orderId}`;
  const look = `orders get ${orderId}`;
  switch (ending) {
    case 'completed':
      return { good: true, text: `${orderId} completed in ${took}`, hint: look };
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
