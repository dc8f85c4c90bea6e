import { AwsError } from '../wire/aws-error.ts';
import type { Operation } from '../wire/json.ts';
import { parsePattern } from './pattern.ts';
import type { Event, Group, LogRepository, Position } from './repository.ts';

interface FilterInput {
  readonly logGroupName?: string;
  readonly logStreamNames?: readonly string[];
  readonly logStreamNamePrefix?: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly filterPattern?: string;
  readonly limit?: number;
  readonly nextToken?: string;
}

interface GetInput {
  readonly logGroupName?: string;
  readonly logStreamName: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly limit?: number;
  readonly nextToken?: string;
  readonly startFromHead?: boolean;
}

/** Maximum number of events in a response. */
const maxEvents = 10_000;
/** Maximum size of all messages in a response (characters). CloudWatch Logs stops at 1 MB. */
const maxResponseSize = 1_000_000;

/** Returns the operations GetLogEvents and FilterLogEvents. */
export function eventOperations(
  repository: LogRepository,
  requireGroup: (input: { logGroupName?: string }) => Group,
): Record<string, Operation> {
  return {
    FilterLogEvents(input: FilterInput) {
      checkRange(input);
      return filterEvents(repository, requireGroup(input).name, input);
    },
    GetLogEvents(input: GetInput) {
      checkRange(input);
      return getEvents(repository, requireGroup(input).name, input);
    },
  } satisfies Record<string, Operation>;
}

function filterEvents(repository: LogRepository, group: string, input: FilterInput): object {
  const passesFilter = createFilter(input);
  const after = input.nextToken === undefined ? {} : { after: parseToken(input.nextToken) };
  const range = { from: input.startTime ?? 0, to: (input.endTime ?? maxTimestamp) + 1 };
  const events = repository.readEvents({ group, ...range, ...after });
  const page = takePage(events, passesFilter, input.limit ?? maxEvents);
  const last = page.events.at(-1);
  return {
    events: page.events.map((event) => ({ ...toOutputEvent(event), ...toEventSource(event) })),
    searchedLogStreams: [],
    ...(page.hasMore && last ? { nextToken: formatToken('f', last) } : {}),
  };
}

function createFilter(input: FilterInput): (event: Event) => boolean {
  const matches = parsePattern(input.filterPattern);
  const streams = input.logStreamNames && new Set(input.logStreamNames);
  const prefix = input.logStreamNamePrefix ?? '';
  return ({ stream, message }) =>
    (streams ? streams.has(stream) : stream.startsWith(prefix)) && matches(message);
}

/** Returns the first events that pass the filter: at most `limit` events and `maxResponseSize` characters, but at least one. */
function takePage(
  events: Iterable<Event>,
  passesFilter: (event: Event) => boolean,
  limit: number,
): { events: Event[]; hasMore: boolean } {
  const page: Event[] = [];
  let size = 0;
  for (const event of events) {
    if (!passesFilter(event)) continue;
    size += event.message.length;
    const isFull = page.length >= limit || size > maxResponseSize;
    if (page.length > 0 && isFull) return { events: page, hasMore: true };
    page.push(event);
  }
  return { events: page, hasMore: false };
}

function getEvents(repository: LogRepository, group: string, input: GetInput): object {
  const stream = input.logStreamName;
  if (!stream || !repository.findStream(group, stream)) {
    throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
  }
  const { start, descending } = parseStart(input);
  const range = { from: input.startTime ?? 0, to: input.endTime ?? maxTimestamp };
  const bound = descending ? { before: start } : { after: start };
  const rows = repository.readEvents({
    group,
    stream,
    ...range,
    ...(start ? bound : {}),
    descending,
  });
  const events = takeFirst(rows, input.limit ?? maxEvents);
  if (descending) events.reverse();
  const edge = start ?? { timestamp: 0, id: 0 };
  return {
    events: events.map(toOutputEvent),
    nextForwardToken: formatToken('f', events.at(-1) ?? edge),
    nextBackwardToken: formatToken('b', events[0] ?? edge),
  };
}

/** Returns the event to continue from and the direction: that of the token, otherwise that of `startFromHead`. */
function parseStart({ nextToken, startFromHead }: GetInput): {
  start?: Position;
  descending: boolean;
} {
  if (nextToken === undefined) return { descending: !startFromHead };
  return { start: parseToken(nextToken), descending: nextToken.startsWith('b/') };
}

/** The latest time that a JavaScript date can have (epoch ms). */
const maxTimestamp = 8_640_000_000_000_000;

/** Throws InvalidParameterException for contradicting or impossible selections of events. */
function checkRange(input: FilterInput): void {
  const { limit = maxEvents, startTime = 0, endTime = maxTimestamp } = input;
  if (!Number.isInteger(limit) || limit < 1 || limit > maxEvents) {
    throw invalid(`Value '${limit}' at 'limit' must be an integer from 1 to ${maxEvents}`);
  }
  if (startTime < 0 || endTime < 0 || startTime > endTime) {
    throw invalid('startTime must be at least 0 and at most endTime.');
  }
  if (input.logStreamNames && input.logStreamNamePrefix !== undefined) {
    throw invalid('logStreamNamePrefix and logStreamNames are mutually exclusive parameters.');
  }
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

function takeFirst(events: Iterable<Event>, limit: number): Event[] {
  const taken: Event[] = [];
  for (const event of events) {
    taken.push(event);
    if (taken.length >= limit) break;
  }
  return taken;
}

function toOutputEvent({ timestamp, message, ingested }: Event) {
  return { timestamp, message, ingestionTime: ingested };
}

function toEventSource({ id, stream }: Event) {
  return { logStreamName: stream, eventId: String(id).padStart(56, '0') };
}

/** Returns the token of an event, to continue reading forward or backward from it. */
function formatToken(direction: 'f' | 'b', { timestamp, id }: Position): string {
  return `${direction}/${timestamp}/${id}`;
}

function parseToken(text: string): Position {
  const [, timestamp, id] = /^[fb]\/(\d+)\/(\d+)$/.exec(text) ?? [];
  if (timestamp !== undefined && id !== undefined) {
    return { timestamp: Number(timestamp), id: Number(id) };
  }
  throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
}
