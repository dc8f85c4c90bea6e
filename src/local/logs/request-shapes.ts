import type { Fields } from '../wire/check-input.ts';

const group = { logGroupName: 'string' } as const;
const groupOrArn = { ...group, logGroupIdentifier: 'string' } as const;
const stream = { ...group, logStreamName: 'string' } as const;
const page = { nextToken: 'string', limit: 'number' } as const;
const range = { startTime: 'number', endTime: 'number', unmask: { only: [false] } } as const;

/** The members of each operation's request that the runtime implements. */
export const requestShapes: Readonly<Record<string, Fields>> = {
  CreateLogGroup: {
    ...group,
    logGroupClass: { only: ['STANDARD'] },
    deletionProtectionEnabled: { only: [false] },
  },
  DeleteLogGroup: group,
  PutRetentionPolicy: { ...group, retentionInDays: 'number' },
  DeleteRetentionPolicy: group,
  CreateLogStream: stream,
  PutLogEvents: {
    ...stream,
    logEvents: { list: { fields: { timestamp: 'number', message: 'string' } } },
    // CloudWatch Logs accepts a sequence token and ignores it.
    sequenceToken: 'string',
  },
  DescribeLogGroups: {
    ...page,
    logGroupNamePrefix: 'string',
    logGroupNamePattern: 'string',
    logGroupClass: { only: ['STANDARD'] },
    includeLinkedAccounts: { only: [false] },
  },
  DescribeLogStreams: {
    ...groupOrArn,
    ...page,
    logStreamNamePrefix: 'string',
    orderBy: { oneOf: ['LogStreamName', 'LastEventTime'] },
    descending: 'boolean',
  },
  GetLogEvents: {
    ...groupOrArn,
    ...page,
    ...range,
    logStreamName: 'string',
    startFromHead: 'boolean',
  },
  FilterLogEvents: {
    ...groupOrArn,
    ...page,
    ...range,
    logStreamNames: { list: 'string' },
    logStreamNamePrefix: 'string',
    filterPattern: 'string',
    // CloudWatch Logs ignores this and always interleaves the streams.
    interleaved: 'boolean',
  },
};
