import { requirePermission } from '../iam/permission.ts';
import { account, partition } from '../shared/account.ts';
import type { PermissionRule, RequestInput } from '../wire/json.ts';

/**
 * The permissions that each operation needs. Operations on a group are authorized on all streams of the group, so that only policies
 * whose ARN ends with `:*` allow them; DescribeLogGroups on all groups, which have no name in its ARN.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/permissions-reference-cwl.html
 */
export const permissionRules: Readonly<Record<string, PermissionRule>> = {
  CreateLogGroup: onGroup('CreateLogGroup'),
  DeleteLogGroup: onGroup('DeleteLogGroup'),
  PutRetentionPolicy: onGroup('PutRetentionPolicy'),
  DeleteRetentionPolicy: onGroup('DeleteRetentionPolicy'),
  DescribeLogStreams: onGroup('DescribeLogStreams'),
  FilterLogEvents: onGroup('FilterLogEvents'),
  // https://github.com/aws-solutions/aws-crr-monitor/issues/8
  CreateLogStream: onStream('CreateLogStream'),
  PutLogEvents: onStream('PutLogEvents'),
  GetLogEvents: onStream('GetLogEvents'),
  DescribeLogGroups: (_, { region }) => [
    requirePermission('logs:DescribeLogGroups', streamArn(region, '', '')),
  ],
};

function onGroup(operation: string): PermissionRule {
  return (input, { region }) => [
    requirePermission(`logs:${operation}`, streamArn(region, readGroupName(input), '')),
  ];
}

function onStream(operation: string): PermissionRule {
  return (input, { region }) => [
    requirePermission(
      `logs:${operation}`,
      streamArn(region, readGroupName(input), toText(input['logStreamName'])),
    ),
  ];
}

function streamArn(region: string, group: string, stream: string): string {
  return `arn:${partition}:logs:${region}:${account}:log-group:${group}:log-stream:${stream}`;
}

function readGroupName({ logGroupName, logGroupIdentifier }: RequestInput): string {
  return parseGroupName(toText(logGroupName ?? logGroupIdentifier));
}

/** Returns the name of a group that is given by its name or its ARN. */
export function parseGroupName(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:.*?:log-group:/, '').replace(/:\*$/, '');
}

const toText = (value: unknown) => (typeof value === 'string' ? value : '');
