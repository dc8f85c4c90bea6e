import { AwsError } from '../wire/aws-error.ts';
import { account, partition, type WireRequest } from '../wire/http.ts';
import type { Operation } from '../wire/json.ts';
import { readEvents } from './events.ts';
import { page } from './page.ts';
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
  readonly logEvents: readonly { timestamp: number; message: string }[];
}

/** The operations of CloudWatch Logs that the runtime answers. */
export function logOperations(repository: LogRepository): Record<string, Operation> {
  const existing = (input: GroupInput): Group => existingGroup(repository, input);
  return {
    ...readEvents(repository, existing),
    CreateLogGroup(input: { logGroupName: string }) {
      const name = required(input.logGroupName, 'logGroupName');
      if (repository.group(name)) {
        throw new AwsError(
          'ResourceAlreadyExistsException',
          'The specified log group already exists',
        );
      }
      repository.putGroup(name, null);
    },
    DeleteLogGroup(input: GroupInput) {
      repository.deleteGroup(existing(input).name);
    },
    PutRetentionPolicy(input: GroupInput & { retentionInDays: number }) {
      repository.setRetention(existing(input).name, input.retentionInDays);
    },
    DeleteRetentionPolicy(input: GroupInput) {
      repository.setRetention(existing(input).name, null);
    },
    CreateLogStream(input: GroupInput & { logStreamName: string }) {
      const group = existing(input).name;
      const name = required(input.logStreamName, 'logStreamName');
      if (repository.stream(group, name)) {
        throw new AwsError(
          'ResourceAlreadyExistsException',
          'The specified log stream already exists',
        );
      }
      repository.putStream(group, name);
    },
    PutLogEvents(input: PutInput) {
      const group = existing(input).name;
      const stream = required(input.logStreamName, 'logStreamName');
      if (!repository.stream(group, stream)) throw noStream();
      const incomplete = (input.logEvents ?? []).some(
        ({ timestamp, message }) => timestamp === undefined || message === undefined,
      );
      if (!input.logEvents?.length || incomplete) {
        throw new AwsError('InvalidParameterException', 'logEvents need a timestamp and a message');
      }
      repository.append({ group, stream }, input.logEvents);
      return { nextSequenceToken: '0' };
    },
    DescribeLogGroups(input: ListInput, request) {
      const { logGroupNamePrefix: prefix = '', logGroupNamePattern: pattern = '' } = input;
      const groups = repository
        .groups()
        .filter(({ name }) => name.startsWith(prefix) && name.includes(pattern))
        .map((group) => describeGroup(group, request));
      const { items, nextToken } = page(groups, input);
      return { logGroups: items, nextToken };
    },
    DescribeLogStreams(input: ListInput, request) {
      const group = existing(input);
      const prefix = input.logStreamNamePrefix ?? '';
      const streams = repository.streams(group.name).filter(({ name }) => name.startsWith(prefix));
      if (input.orderBy === 'LastEventTime') {
        streams.sort((a, b) => (a.last ?? 0) - (b.last ?? 0));
      }
      if (input.descending) streams.reverse();
      const { items, nextToken } = page(streams, input);
      const logStreams = items.map((stream) => describeStream(stream, arn(group.name, request)));
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
    arn: `${arn(name, request)}:*`,
    logGroupArn: arn(name, request),
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

function arn(group: string, { region }: WireRequest): string {
  return `arn:${partition}:logs:${region}:${account}:log-group:${group}`;
}

function existingGroup(repository: LogRepository, input: GroupInput): Group {
  const id = required(input.logGroupName ?? input.logGroupIdentifier, 'logGroupName');
  const group = repository.group(id.replace(/^arn:.*?:log-group:/, '').replace(/:\*$/, ''));
  if (group) return group;
  throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
}

function noStream(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
}

function required(value: string | undefined, name: string): string {
  if (value) return value;
  throw new AwsError('InvalidParameterException', `${name} is missing`);
}
