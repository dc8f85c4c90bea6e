import { TokenBucket } from '../../shared/token-bucket.ts';
import { AwsError } from '../../wire/aws-error.ts';

/** The use of a partition of a table or index by one request. */
export interface PartitionUse {
  readonly kind: 'Read' | 'Write';
  readonly resource: {
    /** ARN of the table or index. */
    readonly arn: string;
    readonly isIndex: boolean;
    readonly isOnDemand: boolean;
  };
  /** The encoded partition key; undefined for a scan. */
  readonly hash: Buffer | undefined;
  readonly units: number;
}

const unitsPerSecond = { Read: 3_000, Write: 1_000 } as const;
/** Number of tracked partitions above which idle ones are forgotten. */
const maxTracked = 1_000;

const throttlingMessages = {
  onDemand:
    'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index ' +
    'so please try again shortly. If exceptions persist, check if you have a hot key: ' +
    'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html',
  onDemandIndex:
    'Throughput exceeds the current capacity for one or more global secondary indexes. DynamoDB is automatically scaling ' +
    'your index so please try again shortly.',
  provisioned:
    'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning ' +
    'level with the UpdateTable API.',
  provisionedIndex:
    'The level of configured provisioned throughput for one or more global secondary indexes of the table was exceeded. ' +
    'Consider increasing your provisioning level for the under-provisioned global secondary indexes with the UpdateTable API.',
} as const;

/**
 * The limits of a partition in wall time: 3,000 read units and 1,000 write units per second. Every partition key has a partition of
 * its own, as after DynamoDB has isolated the busy keys; a scan reads one partition after the other, which here share one limit.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
 */
export class PartitionLimits {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #now: () => number;

  /** `now` returns monotonic time (ms). */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Counts the use of a partition. Throws ThrottlingException (on-demand tables) or ProvisionedThroughputExceededException if the
   * partition is exhausted. A write of a table is throttled if one of its indexes is: an index cannot fall behind its table.
   * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/gsi-throttling.html
   */
  use({ kind, resource, hash, units }: PartitionUse): void {
    const key = `${kind}/${resource.arn}/${hash?.toString('base64') ?? ''}`;
    if (!this.#bucket(key, unitsPerSecond[kind]).take(units)) throw throttled(kind, resource);
  }

  #bucket(key: string, rate: number): TokenBucket {
    const known = this.#buckets.get(key);
    if (known) return known;
    if (this.#buckets.size >= maxTracked) {
      for (const [other, bucket] of this.#buckets) if (bucket.isFull()) this.#buckets.delete(other);
    }
    const bucket = new TokenBucket(rate, this.#now);
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/throttling-key-range-limit-exceeded-mitigation.html */
function throttled(kind: 'Read' | 'Write', resource: PartitionUse['resource']): AwsError {
  const { arn, isIndex, isOnDemand } = resource;
  const reasons = [
    { reason: `${isIndex ? 'Index' : 'Table'}${kind}KeyRangeThroughputExceeded`, resource: arn },
  ];
  const mode = isOnDemand ? ('onDemand' as const) : ('provisioned' as const);
  const message = throttlingMessages[isIndex ? (`${mode}Index` as const) : mode];
  return isOnDemand
    ? new AwsError('ThrottlingException', message, { fields: { throttlingReasons: reasons } })
    : new AwsError('ProvisionedThroughputExceededException', message, {
        fields: { ThrottlingReasons: reasons },
      });
}

/** Reports whether a request failed because a partition is exhausted. */
export function isThrottled(error: unknown): error is AwsError {
  return error instanceof AwsError && Object.hasOwn(cancellationCodes, error.name);
}

/** Cancellation reason of a transaction's item by the error of its partition. */
const cancellationCodes: Readonly<Record<string, string>> = {
  ThrottlingException: 'ThrottlingError',
  ProvisionedThroughputExceededException: 'ProvisionedThroughputExceeded',
};

/** Returns the code of a cancellation reason for the error of a change. */
export function toCancellationCode({ name }: AwsError): string {
  return cancellationCodes[name] ?? 'ValidationError';
}
