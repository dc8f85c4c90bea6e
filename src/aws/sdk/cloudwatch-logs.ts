/** What is used of the SDK, by name: a bundle holds no more of it, and loads the faster. */
export {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
