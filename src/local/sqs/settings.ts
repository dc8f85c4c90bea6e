import { AwsError } from '../wire/aws-error.ts';
import { checkRange } from './limits.ts';
import type { Attributes } from './repository.ts';

export interface QueueSettings {
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  readonly delaySeconds: number;
  readonly waitSeconds: number;
  readonly maximumBytes: number;
}

/** Attribute -> default, minimum and maximum. */
const numericAttributes = {
  VisibilityTimeout: [30, 0, 43_200],
  MessageRetentionPeriod: [345_600, 60, 1_209_600],
  DelaySeconds: [0, 0, 900],
  ReceiveMessageWaitTimeSeconds: [0, 0, 20],
  MaximumMessageSize: [1_048_576, 1024, 1_048_576],
} as const;

/** Attributes that are stored and shown without an effect on the queue. */
const ignoredAttributes = [
  'Policy',
  'SqsManagedSseEnabled',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
];

/** Returns the settings in a queue's attributes. Throws if an attribute is unknown or outside its limits. */
export function parseSettings(attributes: Attributes): QueueSettings {
  for (const name of Object.keys(attributes)) {
    if (!(name in numericAttributes) && !ignoredAttributes.includes(name)) {
      throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
  }
  const read = (name: keyof typeof numericAttributes) => {
    const [fallback, min, max] = numericAttributes[name];
    return checkRange(attributes[name] ?? fallback, name, [min, max]);
  };
  return {
    visibilitySeconds: read('VisibilityTimeout'),
    retentionSeconds: read('MessageRetentionPeriod'),
    delaySeconds: read('DelaySeconds'),
    waitSeconds: read('ReceiveMessageWaitTimeSeconds'),
    maximumBytes: read('MaximumMessageSize'),
  };
}

/** Names of the attributes that GetQueueAttributes accepts. Attributes of FIFO queues and redrive are never set here. */
export const queueAttributes: ReadonlySet<string> = new Set([
  'All',
  ...Object.keys(numericAttributes),
  ...ignoredAttributes,
  'QueueArn',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
]);

/** Returns the first attribute of a request that differs from that of an existing queue; undefined if there is none. */
export function findDifference(requested: Attributes, existing: Attributes): string | undefined {
  const current = { ...defaultAttributes(), ...existing };
  return Object.keys(requested).find((name) => requested[name] !== current[name]);
}

function defaultAttributes(): Attributes {
  const numbers = Object.entries(numericAttributes).map(([name, [value]]) => [name, String(value)]);
  return { SqsManagedSseEnabled: 'true', ...Object.fromEntries(numbers) };
}

/** Returns every attribute of a queue as text. */
export function formatAttributes(queue: {
  readonly created: number;
  readonly attributes: Attributes;
  readonly arn: string;
  readonly visible: number;
  readonly delayed: number;
  readonly inFlight: number;
}): Attributes {
  return {
    ...defaultAttributes(),
    ...queue.attributes,
    QueueArn: queue.arn,
    CreatedTimestamp: String(Math.round(queue.created / 1000)),
    ApproximateNumberOfMessages: String(queue.visible),
    ApproximateNumberOfMessagesNotVisible: String(queue.inFlight),
    ApproximateNumberOfMessagesDelayed: String(queue.delayed),
  };
}
