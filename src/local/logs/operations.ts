import { account, partition } from '../shared/account.ts';
import { AwsError } from '../wire/aws-error.ts';
import type { WireRequest } from '../wire/http.ts';
import type { Operation } from '../wire/json.ts';
import { eventOperations } from './events.ts';
import { paginate } from './page.ts';
import { parseGroupName } from './permissions.ts';
import { checkBatch, type LogEvent, selectAccepted } from './put-events.ts';
import type { Group, LogRepository, Stream } from './repository.ts';

interface GroupInput {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
}

interface ListInput extends GroupInput {
  readonly logGroupNamePrefix?: string;
  readonly logGroupNamePattern?: string;
  readonly logStreamNamePrefix?: string;
  readonly orderBy?: 'LogStreamName' | 'LastEventTime';
  readonly descending?: boolean;
  readonly nextToken?: string;
  readonly limit?: number;
}

interface PutInput extends GroupInput {
  readonly logStreamName: string;
  readonly logEvents?: readonly LogEvent[];
}

/** Returns the operations of CloudWatch Logs that the runtime implements. */
export function logOperations(repository: LogRepository): Record<string, Operation> {
  const existingGroup = (input: GroupInput): Group => requireGroup(repository, input);
  return {
    ...eventOperations(repository, existingGroup),
    ...listOperations(repository, existingGroup),
    CreateLogGroup(input: { logGroupName: string }) {
      const name = checkName(requireParameter(input.logGroupName, 'logGroupName'));
      if (repository.findGroup(name)) {
        throw new AwsError(
          'ResourceAlreadyExistsException',
          'The specified log group already exists',
        );
      }
      repository.putGroup(name, null);
    },
    DeleteLogGroup(input: GroupInput) {
      repository.deleteGroup(existingGroup(input).name);
    },
    PutRetentionPolicy(input: GroupInput & { retentionInDays: number }) {
      checkRetention(input.retentionInDays);
      repository.setRetention(existingGroup(input).name, input.retentionInDays);
    },
    DeleteRetentionPolicy(input: GroupInput) {
      repository.setRetention(existingGroup(input).name, null);
    },
    CreateLogStream(input: GroupInput & { logStreamName: string }) {
      const group = existingGroup(input).name;
      const name = requireParameter(input.logStreamName, 'logStreamName');
      if (repository.findStream(group, name)) {
        throw new AwsError(
          'ResourceAlreadyExistsException',
          'The specified log stream already exists',
        );
      }
      repository.putStream(group, name);
    },
    PutLogEvents(input: PutInput) {
      const { name: group, retention } = existingGroup(input);
      const stream = requireParameter(input.logStreamName, 'logStreamName');
      if (!repository.findStream(group, stream)) throw streamNotFound();
      const events = checkBatch(input.logEvents);
      const { accepted, rejected } = selectAccepted(events, Date.now(), retention);
      repository.append({ group, stream }, accepted);
      return { nextSequenceToken: '0', ...(rejected && { rejectedLogEventsInfo: rejected }) };
    },
  } satisfies Record<string, Operation>;
}

/** Returns the operations that list groups and streams. */
function listOperations(
  repository: LogRepository,
  existingGroup: (input: GroupInput) => Group,
): Record<string, Operation> {
  return {
    DescribeLogGroups(input: ListInput, request) {
      const { logGroupNamePrefix: prefix = '', logGroupNamePattern: pattern = '' } = input;
      if (prefix && pattern) {
        throw invalid(
          'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
        );
      }
      checkLimit(input.limit);
      const groups = repository
        .listGroups()
        .filter(({ name }) => name.startsWith(prefix) && name.includes(pattern))
        .map((group) => describeGroup(group, request));
      const { items, nextToken } = paginate(groups, input);
      return { logGroups: items, nextToken };
    },
    DescribeLogStreams(input: ListInput, request) {
      const group = existingGroup(input);
      const prefix = input.logStreamNamePrefix ?? '';
      if (prefix && input.orderBy === 'LastEventTime') {
        throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
      }
      checkLimit(input.limit);
      const streams = repository
        .listStreams(group.name)
        .filter(({ name }) => name.startsWith(prefix));
      if (input.orderBy === 'LastEventTime') {
        streams.sort((a, b) => (a.last ?? 0) - (b.last ?? 0));
      }
      if (input.descending) streams.reverse();
      const { items, nextToken } = paginate(streams, input);
      const logStreams = items.map((stream) =>
        describeStream(stream, groupArn(group.name, request)),
      );
      return { logStreams, nextToken };
    },
  } satisfies Record<string, Operation>;
}

function describeGroup({ name, created, retention }: Group, request: WireRequest) {
  return {
    logGroupName: name,
    creationTime: created,
    ...(retention === null ? {} : { retentionInDays: retention }),
    metricFilterCount: 0,
    arn: `${groupArn(name, request)}:*`,
    logGroupArn: groupArn(name, request),
    storedBytes: 0,
    logGroupClass: 'STANDARD',
  };
}

function describeStream({ name, created, first, last }: Stream, groupArn: string) {
  return {
    logStreamName: name,
    creationTime: created,
    ...(first === null ? {} : { firstEventTimestamp: first }),
    ...(last === null ? {} : { lastEventTimestamp: last, lastIngestionTime: last }),
    arn: `${groupArn}:log-stream:${name}`,
    storedBytes: 0,
  };
}

function groupArn(group: string, { region }: WireRequest): string {
  return `arn:${partition}:logs:${region}:${account}:log-group:${group}`;
}

function requireGroup(repository: LogRepository, input: GroupInput): Group {
  const id = requireParameter(input.logGroupName ?? input.logGroupIdentifier, 'logGroupName');
  const group = repository.findGroup(parseGroupName(id));
  if (group) return group;
  throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
}

function streamNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** Values that CloudWatch Logs accepts as a retention (days). */
const retentions = new Set([
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
]);

function checkRetention(days: number): void {
  if (retentions.has(days)) return;
  throw invalid(
    `Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${[...retentions].join(', ')}]`,
  );
}

function checkName(name: string): string {
  if (/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name)) return name;
  throw invalid(
    `Value '${name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+`,
  );
}

/** Maximum number of groups or streams in a response. */
const maxListed = 50;

function checkLimit(limit = maxListed): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= maxListed) return;
  throw invalid(`Value '${limit}' at 'limit' must be an integer from 1 to ${maxListed}`);
}

function requireParameter(value: string | undefined, name: string): string {
  if (value) return value;
  throw new AwsError('InvalidParameterException', `${name} is missing`);
}
