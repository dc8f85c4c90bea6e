/** Addresses of pages in the AWS console. AWS does not document them; each begins at a page that finds its resource by name. */
import { partitionFor } from './partition.ts';

const hosts = {
  aws: (region: string) => `${region}.console.aws.amazon.com`,
  'aws-cn': (region: string) => `${region}.console.amazonaws.cn`,
  'aws-us-gov': (region: string) => `${region}.console.amazonaws-us-gov.com`,
} as const;

function consolePage(region: string, service: string, page: string): string {
  return `https://${hosts[partitionFor(region)](region)}/${service}/home?region=${region}#${page}`;
}

/** Returns the page of a durable execution. Throws an Error if the ARN is not that of an execution. */
export function executionPage(arn: string): string {
  const parts =
    /^arn:[^:]+:lambda:([^:]+):\d+:function:([^:]+):([^/]+)\/durable-execution\/(.+)$/.exec(arn);
  if (!parts) throw new Error(`"${arn}" is not the ARN of an execution.`);
  const [, region = '', name = '', version = '', execution = ''] = parts;
  return consolePage(
    region,
    'lambda',
    `/functions/${name}/versions/${encodeURIComponent(version)}/executions/${execution}`,
  );
}

/** Returns the page of a log group, or of its lines with a text. The page's own encoding is a second one, with `$` for `%`. */
export function logGroupPage(region: string, group: string, text?: string): string {
  const encode = (part: string) =>
    encodeURIComponent(encodeURIComponent(part)).replaceAll('%', '$');
  const filter =
    text === undefined ? '' : `/log-events$3FfilterPattern$3D${encode(JSON.stringify(text))}`;
  return consolePage(region, 'cloudwatch', `logsV2:log-groups/log-group/${encode(group)}${filter}`);
}

/** Returns the page with the settings and the items of a table. */
export function tablePage(region: string, table: string): string {
  return consolePage(region, 'dynamodbv2', `table?name=${encodeURIComponent(table)}`);
}

export function dashboardPage(region: string, dashboard: string): string {
  return consolePage(region, 'cloudwatch', `dashboards/dashboard/${encodeURIComponent(dashboard)}`);
}

export function stackPage(region: string, stack: string): string {
  return consolePage(
    region,
    'cloudformation',
    `/stacks?filteringText=${encodeURIComponent(stack)}`,
  );
}
