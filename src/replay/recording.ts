/** A recorded execution of a durable function, and its division into invocations. */

/**
 * An event of a history, with the members that a replay needs. Times are ISO 8601 texts, so that a recording can be stored as JSON.
 * Members: https://docs.aws.amazon.com/lambda/latest/api/API_Event.html
 */
export interface RecordedEvent {
  readonly EventId?: number;
  readonly EventType?: string;
  readonly EventTimestamp?: string;
  readonly Id?: string;
  readonly ParentId?: string;
  readonly Name?: string;
  readonly SubType?: string;
  readonly [details: string]: unknown;
}

export interface ExecutionSummary {
  /** Absent for an order whose execution is not known. */
  readonly arn?: string;
  /** Name of the execution: the order id. */
  readonly name: string;
  /** Status in the spelling of Lambda, for example `SUCCEEDED`; absent without a history. */
  readonly status?: string;
}

export interface Recording extends ExecutionSummary {
  readonly arn: string;
  readonly status: string;
  readonly input?: string;
  /** Environment variables of the function version that the execution ran on. */
  readonly environment: Readonly<Record<string, string>>;
  readonly events: readonly RecordedEvent[];
}

/** One call of the handler, and the events since the call before. */
export interface RecordedInvocation {
  /** Events of operations, in the order of the history. */
  readonly events: readonly RecordedEvent[];
  /** Wall-clock time of the start (epoch ms). */
  readonly startedAt: number;
  /**
   * How the invocation ended. `pending`: the execution was suspended. `returned`: the handler returned the outcome. `cut`: the invocation
   * still runs, or it ended before its handler returned, for example because the execution was stopped.
   */
  readonly end: 'pending' | 'returned' | 'cut';
}

const externalEvents: ReadonlySet<string> = new Set([
  'WaitSucceeded',
  'CallbackSucceeded',
  'CallbackFailed',
  'CallbackTimedOut',
  'ChainedInvokeSucceeded',
  'ChainedInvokeFailed',
  'ChainedInvokeTimedOut',
  'ChainedInvokeStopped',
]);

/** Returns whether Lambda records an event without the handler: the end of a wait, a callback or a call. */
export function isExternal({ EventType = '' }: RecordedEvent): boolean {
  return externalEvents.has(EventType);
}

const terminalEvent = /^Execution(Succeeded|Failed|Stopped|TimedOut)$/;
const outcomeEvent = /^Execution(Succeeded|Failed)$/;
const operationEvent = /^(Step|Wait|Callback|Context|ChainedInvoke)[A-Z]/;

/** Returns the event with which an execution ended; undefined if it has not ended. */
export function findEnd(events: readonly RecordedEvent[]): RecordedEvent | undefined {
  return events.find(({ EventType = '' }) => terminalEvent.test(EventType));
}

interface InvocationDetails {
  readonly StartTimestamp: string;
  readonly Error?: unknown;
}

/** Splits a history, oldest event first, into the invocations of its handler. */
export function splitInvocations(history: readonly RecordedEvent[]): RecordedInvocation[] {
  const end = findEnd(history);
  const last = history.findLast(({ EventType }) => EventType === 'InvocationCompleted');
  const invocations: RecordedInvocation[] = [];
  let events: RecordedEvent[] = [];
  for (const event of history) {
    if (operationEvent.test(event.EventType ?? '')) events.push(event);
    if (event.EventType !== 'InvocationCompleted') continue;
    const details = event['InvocationCompletedDetails'] as InvocationDetails;
    const lastOwn = events.findLastIndex((candidate) => !isExternal(candidate));
    const seen = lastOwn < 0 ? events.length : lastOwn + 1;
    invocations.push({
      events: events.slice(0, seen),
      startedAt: Date.parse(details.StartTimestamp),
      end: findInvocationEnd(details, event === last ? end : undefined),
    });
    // The handler learned of these events only in the next invocation: after them, it did nothing in this one.
    events = events.slice(seen);
  }
  if (end === undefined || events.some((event) => !isExternal(event))) {
    const time = events[0]?.EventTimestamp ?? history.at(-1)?.EventTimestamp ?? '';
    invocations.push({ events, startedAt: Date.parse(time), end: 'cut' });
  }
  return invocations;
}

function findInvocationEnd(
  { Error: error }: InvocationDetails,
  end: RecordedEvent | undefined,
): RecordedInvocation['end'] {
  if (error !== undefined) return 'cut';
  if (end === undefined) return 'pending';
  return outcomeEvent.test(end.EventType ?? '') ? 'returned' : 'cut';
}
