/** The renderers of followed orders. They read one event stream and never ask AWS for anything. */
import type {
  EndEvent,
  Ending,
  FollowEvent,
  SnapshotEvent,
  StepEvent,
  SummaryEvent,
} from '../orders/events.ts';
import { formatDuration } from './duration.ts';
import { line } from './json.ts';

/** What a renderer is told; the summary is the last of several orders' records. */
export type ShownEvent = FollowEvent | SummaryEvent;

/** A line of NDJSON. */
export type StreamRecord = Exclude<ShownEvent, SnapshotEvent> & { readonly v: 1 };

export interface Renderer {
  readonly show: (event: ShownEvent) => void;
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

/** An event as a plain line; a snapshot has none. What is about several orders has `*` in the place of the id. */
export function plainLine(event: ShownEvent): string | undefined {
  if (event.type === 'snapshot') return undefined;
  const orderId = ('orderId' in event ? event.orderId : undefined) ?? '*';
  return `${event.ts} ${orderId} ${plainFacts(event)}`;
}

function plainFacts(event: Exclude<ShownEvent, { type: 'snapshot' }>): string {
  switch (event.type) {
    case 'status':
      return `${event.to} elapsed=${compact(event.elapsedMs)}`;
    case 'step':
      return plainStep(event);
    case 'heartbeat':
      return 'running' in event
        ? `heartbeat running=${event.running}`
        : `heartbeat status=${event.status}`;
    case 'gap':
      return `gap reason=${JSON.stringify(event.reason)}`;
    case 'gap-end':
      return `gap-end lasted=${compact(event.lastedMs)}`;
    case 'end':
      return 'orderId' in event ? plainEnd(event) : plainSummary(event);
  }
}

function plainStep({ step, state, attempt, retryInMs, error }: StepEvent): string {
  const retry = retryInMs === undefined ? '' : ` retry_in=${compact(retryInMs)}`;
  const message = JSON.stringify(error.message || error.type);
  return `step name=${step} state=${state} attempt=${attempt}${retry} error=${message}`;
}

function plainSummary({ orders, endings, exitCode }: SummaryEvent): string {
  const counts = Object.entries(endings).map(([ending, count]) => `${ending}=${count}`);
  return `end orders=${orders} ${counts.join(' ')} exit=${exitCode}`;
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
  return `end ${facts.join(' ')}`;
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
    case 'gone':
      return { good: false, text: `${orderId} does not exist any more`, hint: 'orders list' };
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

/** The same for several orders together; `again` is the command that looks at them again. */
export function summarySentence(
  { orders, endings, exitCode }: SummaryEvent,
  again: string,
): { good: boolean; text: string; hint: string } {
  const { timeout = 0, detached = 0, ...known } = endings;
  const counts = (Object.entries(known) as [Ending, number][]).map(
    ([ending, count]) => `${count} ${ending}`,
  );
  const running = timeout + detached;
  const told = [...counts, ...(running > 0 ? [`${running} keep running`] : [])].join(', ');
  if (running === 0)
    return { good: exitCode === 0, text: `${orders} orders: ${told}`, hint: 'orders list' };
  const why = timeout > 0 ? 'Stopped looking: --timeout is reached' : 'Detached';
  return { good: timeout === 0, text: `${why}; ${told}`, hint: again };
}
