import { AwsError } from '../wire/aws-error.ts';
import type { Operation } from '../wire/json.ts';
import { parsePattern } from './pattern.ts';
import type { Event, Group, LogRepository } from './repository.ts';

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

const largestPage = 10_000;
/** As AWS: an answer holds at most 1 MB of messages. */
const largestAnswer = 1_000_000;

/** GetLogEvents and FilterLogEvents. */
export function readEvents(
  repository: LogRepository,
  existing: (input: { logGroupName?: string }) => Group,
): Record<string, Operation> {
  return {
    FilterLogEvents(input: FilterInput) {
      const group = existing(input).name;
      const matches = parsePattern(input.filterPattern);
      const streams = input.logStreamNames && new Set(input.logStreamNames);
      const prefix = input.logStreamNamePrefix ?? '';
      const after = input.nextToken === undefined ? {} : { after: position(input.nextToken) };
      const range = { from: input.startTime ?? 0, to: (input.endTime ?? farFuture) + 1 };
      const found: Event[] = [];
      let size = 0;
      let more = false;
      for (const event of repository.events({ group, ...range, ...after })) {
        if (streams ? !streams.has(event.stream) : !event.stream.startsWith(prefix)) continue;
        if (!matches(event.message)) continue;
        size += event.message.length;
        more = found.length > 0 && (found.length >= limitOf(input) || size > largestAnswer);
        if (more) break;
        found.push(event);
      }
      const last = found.at(-1);
      return {
        events: found.map((event) => ({ ...seen(event), ...filtered(event) })),
        searchedLogStreams: [],
        ...(more && last ? { nextToken: token('f', last) } : {}),
      };
    },
    GetLogEvents(input: GetInput) {
      const group = existing(input).name;
      const stream = input.logStreamName;
      if (!stream || !repository.stream(group, stream)) {
        throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
      }
      const at = input.nextToken === undefined ? undefined : position(input.nextToken);
      const backward = at ? input.nextToken?.startsWith('b/') : !input.startFromHead;
      const range = { from: input.startTime ?? 0, to: input.endTime ?? farFuture };
      const bound = at === undefined ? {} : backward ? { before: at } : { after: at };
      const events = take(
        repository.events({
          group,
          stream,
          ...range,
          ...bound,
          descending: backward === true,
        }),
        limitOf(input),
      );
      if (backward) events.reverse();
      const edge = at ?? { timestamp: 0, id: 0 };
      return {
        events: events.map(seen),
        nextForwardToken: token('f', events.at(-1) ?? edge),
        nextBackwardToken: token('b', events[0] ?? edge),
      };
    },
  } satisfies Record<string, Operation>;
}

const farFuture = 8_640_000_000_000_000;

function limitOf({ limit = largestPage }: { limit?: number }): number {
  return Math.min(Math.max(1, limit), largestPage);
}

function take(events: Iterable<Event>, limit: number): Event[] {
  const taken: Event[] = [];
  for (const event of events) {
    taken.push(event);
    if (taken.length >= limit) break;
  }
  return taken;
}

function seen({ timestamp, message, ingested }: Event) {
  return { timestamp, message, ingestionTime: ingested };
}

function filtered({ id, stream }: Event) {
  return { logStreamName: stream, eventId: String(id).padStart(56, '0') };
}

function token(way: 'f' | 'b', { timestamp, id }: { timestamp: number; id: number }): string {
  return `${way}/${timestamp}/${id}`;
}

function position(text: string): { timestamp: number; id: number } {
  const [, timestamp, id] = /^[fb]\/(\d+)\/(\d+)$/.exec(text) ?? [];
  if (timestamp !== undefined && id !== undefined) {
    return { timestamp: Number(timestamp), id: Number(id) };
  }
  throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
}
