import { outputs as names } from '../../../functions/contract/api.ts';
import type { Stack } from '../../environment/stack.ts';
import { receiveDeadLetters, releaseDeadLetters } from '../dead-letters/dead-letters.ts';

export interface DeadLetterState {
  /** Number of messages in the queue, including messages that another program has received. */
  readonly count: number;
  /** The orders whose events could not be processed. */
  readonly orderIds: ReadonlySet<string>;
  /** Monotonic time at which the messages were received (ms). */
  readonly receivedAt: number;
}

/** Messages are received again after this time, or when their number changes (ms): they are invisible to others meanwhile. */
const maxAgeMs = 300_000;

/** Reads the number of dead-letter messages, and their orders if they may have changed. Undefined if the stack has no queue. */
export async function readDeadLetterState(
  stack: Stack,
  last: DeadLetterState | undefined,
): Promise<DeadLetterState | undefined> {
  const QueueUrl = stack.outputs[names.deadLettersUrl];
  if (QueueUrl === undefined) return undefined;
  const { visible, hidden } = await countMessages(stack, QueueUrl);
  const count = visible + hidden;
  const receivedAt = performance.now();
  if (count === 0) return { count, orderIds: new Set(), receivedAt };
  const isCurrent = last?.count === count && receivedAt - last.receivedAt < maxAgeMs;
  if (isCurrent) return last;
  // Another program works on the messages that are hidden, and may be about to delete them.
  if (hidden > 0) return { count, orderIds: last?.orderIds ?? new Set(), receivedAt: 0 };
  const messages = await receiveDeadLetters(stack);
  await releaseDeadLetters(stack, messages);
  const orderIds = new Set(messages.flatMap(({ orderId }) => orderId ?? []));
  return { count, orderIds, receivedAt };
}

async function countMessages(stack: Stack, QueueUrl: string) {
  const { GetQueueAttributesCommand } = await import('../../aws/sdk/sqs.ts');
  const sqs = await stack.target.clients.sqs();
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
}
