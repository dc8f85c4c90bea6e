import { AwsError } from '../wire/aws-error.ts';
import { within } from './limits.ts';
import type { Attributes } from './repository.ts';

export interface QueueSettings {
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  readonly delaySeconds: number;
  readonly waitSeconds: number;
  readonly maximumBytes: number;
}

/** Attribute -> its default, its least and its most. */
const numbers = {
  VisibilityTimeout: [30, 0, 43_200],
  MessageRetentionPeriod: [345_600, 60, 1_209_600],
  DelaySeconds: [0, 0, 900],
  ReceiveMessageWaitTimeSeconds: [0, 0, 20],
  MaximumMessageSize: [1_048_576, 1024, 1_048_576],
} as const;

/** Kept and shown; a queue of the runtime does nothing about them. */
const recorded = [
  'Policy',
  'SqsManagedSseEnabled',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
];

/** What a queue's attributes ask for; throws for one that is unknown or out of its limits. */
export function settingsOf(attributes: Attributes): QueueSettings {
  for (const name of Object.keys(attributes)) {
    if (!(name in numbers) && !recorded.includes(name)) {
      throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
  }
  const read = (name: keyof typeof numbers) => {
    const [standard, least, most] = numbers[name];
    return within(attributes[name] ?? standard, name, [least, most]);
  };
  return {
    visibilitySeconds: read('VisibilityTimeout'),
    retentionSeconds: read('MessageRetentionPeriod'),
    delaySeconds: read('DelaySeconds'),
    waitSeconds: read('ReceiveMessageWaitTimeSeconds'),
    maximumBytes: read('MaximumMessageSize'),
  };
}

/** Every attribute of a queue as text. */
export function shownAttributes(queue: {
  readonly created: number;
  readonly attributes: Attributes;
  readonly arn: string;
  readonly visible: number;
  readonly hidden: number;
}): Attributes {
  const standard = Object.entries(numbers).map(([name, [value]]) => [name, String(value)] as const);
  return {
    ...Object.fromEntries(standard),
    ...queue.attributes,
    QueueArn: queue.arn,
    CreatedTimestamp: String(Math.round(queue.created / 1000)),
    ApproximateNumberOfMessages: String(queue.visible),
    ApproximateNumberOfMessagesNotVisible: String(queue.hidden),
    ApproximateNumberOfMessagesDelayed: '0',
  };
}
