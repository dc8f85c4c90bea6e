import { AwsError } from '../wire/aws-error.ts';

/** Requests a second; each list of operations shares one. */
const limits: readonly (readonly [service: string, operations: readonly string[], rate: number])[] =
  [
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
    // All other operations on functions share one.
    ['lambda', ['ManageFunctions'], 15],
    // What the smallest Regions allow.
    ['logs', ['FilterLogEvents'], 5],
  ];

/**
 * An account's limits on how often its clients may ask, of the Regions with the lowest ones. A second's worth may come at
 * once. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
 */
export class Quotas {
  readonly #buckets = new Map<string, Bucket>();

  /** `now` answers milliseconds that only grow. */
  constructor(now: () => number = () => performance.now()) {
    for (const [service, operations, rate] of limits) {
      const bucket = new Bucket(rate, now);
      for (const operation of operations) this.#buckets.set(`${service}:${operation}`, bucket);
    }
  }

  /** Whether one more request is within the limit; it counts when it is. */
  allows(service: string, operation: string): boolean {
    return this.#buckets.get(`${service}:${operation}`)?.take() ?? true;
  }
}

/** How Lambda refuses what is too much. */
export function tooManyRequests(): AwsError {
  return new AwsError('TooManyRequestsException', 'Rate exceeded', {
    status: 429,
    fields: { Reason: 'CallerRateLimitExceeded' },
    headers: { 'retry-after': '1' },
  });
}

class Bucket {
  readonly #rate: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  constructor(rate: number, now: () => number) {
    this.#rate = rate;
    this.#now = now;
    this.#left = rate;
    this.#at = now();
  }

  take(): boolean {
    const now = this.#now();
    this.#left = Math.min(this.#rate, this.#left + ((now - this.#at) / 1000) * this.#rate);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
