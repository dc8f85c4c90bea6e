/** Default quotas of an AWS account in one Region that limit the rate of orders. */

/** How a limit is raised: by a quota request, perhaps by one (AWS does not state it), by a setting of one's own, or not at all. */
export type Adjustable = 'yes' | 'ask' | 'setting' | 'no';

export interface Quota {
  readonly limit: number;
  readonly adjustable: Adjustable;
  /** Page of AWS that states the limit. */
  readonly source: string;
}

/** Day on which the limits were read from their pages. */
export const quotasAsOf = '2026-11-29';

const lambdaPage = 'https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html';
const tablePage =
  'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html';
const partitionPage =
  'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html';

/** Regions in which Lambda allows twice as many running executions and checkpoints. */
const largeRegions: ReadonlySet<string> = new Set(['us-east-1', 'us-west-2', 'eu-west-1']);

/** Deliveries of EventBridge to targets per second, by Region. */
const eventDeliveries: Readonly<Record<string, number>> = {
  'us-east-1': 18_750,
  'us-west-2': 18_750,
  'eu-west-1': 18_750,
  'us-east-2': 4_500,
  'eu-central-1': 4_500,
  'us-west-1': 2_250,
  'ap-northeast-1': 2_250,
  'ap-southeast-1': 2_250,
  'ap-southeast-2': 2_250,
  'eu-west-2': 2_250,
  'af-south-1': 750,
  'ap-northeast-3': 750,
  'ap-southeast-3': 750,
  'eu-south-1': 750,
};
const otherEventDeliveries = 1_100;

/** Returns the default quotas of an account in a Region (per second, unless the name states otherwise). */
export function quotasOf(region: string) {
  const isLarge = largeRegions.has(region);
  return {
    executionStarts: { limit: 300, adjustable: 'ask', source: lambdaPage },
    runningExecutions: {
      limit: isLarge ? 10_000_000 : 5_000_000,
      adjustable: 'yes',
      source: lambdaPage,
    },
    checkpoints: { limit: isLarge ? 20_000 : 10_000, adjustable: 'ask', source: lambdaPage },
    /** Invocations that run at the same time. */
    concurrency: { limit: 1_000, adjustable: 'yes', source: lambdaPage },
    /** Environments that one function can add in ten seconds. */
    addedEnvironments: {
      limit: 1_000,
      adjustable: 'no',
      source: 'https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html',
    },
    /** Write units of one on-demand table, or of one of its indexes. */
    tableWriteUnits: { limit: 40_000, adjustable: 'yes', source: tablePage },
    /** Write units that an on-demand table or index without earlier traffic accepts at once. */
    newTableWriteUnits: {
      limit: 4_000,
      adjustable: 'setting',
      source:
        'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html',
    },
    partitionWriteUnits: { limit: 1_000, adjustable: 'no', source: partitionPage },
    logRequests: {
      limit: 5_000,
      adjustable: 'yes',
      source: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html',
    },
    eventDeliveries: {
      limit: eventDeliveries[region] ?? otherEventDeliveries,
      adjustable: 'yes',
      source: 'https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html',
    },
    apiRequests: {
      limit: 10_000,
      adjustable: 'yes',
      source: 'https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html',
    },
  } as const satisfies Record<string, Quota>;
}
