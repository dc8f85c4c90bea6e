import { TokenBucket } from '../shared/token-bucket.ts';
import { AwsError } from '../wire/aws-error.ts';

/** Quotas in requests per second. The operations of a row share one quota. */
const requestQuotas: readonly (readonly [
  service: string,
  operations: readonly string[],
  rate: number,
])[] = [
  ['lambda', ['GetDurableExecutionHistory'], 15],
  ['lambda', ['ListDurableExecutionsByFunction'], 15],
  ['lambda', ['GetDurableExecution'], 30],
  ['lambda', ['StopDurableExecution'], 300],
  ['lambda', ['StartDurableExecution'], 300],
  ['lambda', ['CheckpointDurableExecution'], 10_000],
  ['lambda', ['GetDurableExecutionState'], 10_000],
  [
    'lambda',
    [
      'SendDurableExecutionCallbackSuccess',
      'SendDurableExecutionCallbackFailure',
      'SendDurableExecutionCallbackHeartbeat',
    ],
    3_000,
  ],
  ['lambda', ['GetFunction', 'GetFunctionConfiguration'], 100],
  [
    'lambda',
    [
      'CreateFunction',
      'ListFunctions',
      'DeleteFunction',
      'UpdateFunctionConfiguration',
      'UpdateFunctionCode',
      'PublishVersion',
      'ListVersionsByFunction',
      'CreateAlias',
      'ListAliases',
      'GetAlias',
      'UpdateAlias',
      'DeleteAlias',
    ],
    15,
  ],
  // The quota of the smallest Regions.
  ['logs', ['FilterLogEvents'], 5],
];

/**
 * Request quotas of an account, as in the Regions with the lowest quotas. The requests of one second may arrive at the same moment.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 */
export class Quotas {
  readonly #buckets = new Map<string, TokenBucket>();

  /** `now` returns monotonic time (ms). */
  constructor(now: () => number = () => performance.now()) {
    for (const [service, operations, rate] of requestQuotas) {
      const bucket = new TokenBucket(rate, now);
      for (const operation of operations) this.#buckets.set(`${service}:${operation}`, bucket);
    }
  }

  /** Returns whether a request is within its quota. If so, it is counted. */
  tryAcquire(service: string, operation: string): boolean {
    return this.#buckets.get(`${service}:${operation}`)?.take() ?? true;
  }
}

/** Returns Lambda's error for a throttled request. */
export function tooManyRequests(): AwsError {
  return new AwsError('TooManyRequestsException', 'Rate exceeded', {
    status: 429,
    fields: { Reason: 'CallerRateLimitExceeded' },
    headers: { 'retry-after': '1' },
  });
}
