import type { Message } from '@aws-sdk/client-sqs';
import { outputs as names } from '../../../functions/contract/api.ts';
import { type OrderEvent, parseOrderEvent } from '../../../functions/contract/order.ts';
import type { Stack } from '../../environment/stack.ts';
import { requireOutput } from '../../environment/stack-outputs.ts';

/** A dead-letter message: an event that could not be processed. */
export interface DeadLetter {
  readonly messageId: string;
  /** The receiver of the event: the recovery gets ended executions. Stacks of older versions also have messages of the workflow. */
  readonly from: 'workflow' | 'recovery' | 'unknown';
  readonly orderId?: string;
  /** When the message was put into the queue (RFC 3339 UTC). */
  readonly sentAt: string;
  /** Why the event could not be processed. */
  readonly why: string;
  /** Present if the receiver is the workflow. */
  readonly event?: OrderEvent;
  /** The original event. */
  readonly body: string;
  readonly receipt: string;
}

/** Maximum number of messages that are received. */
const maxDeadLetters = 1000;
/** Received messages are invisible to others for this long. */
const visibilityTimeoutSeconds = 60;
/** A response covers only some servers of a queue, so the queue is empty only after several empty responses. */
const maxEmptyResponses = 3;
/** Messages in one request (SQS API reference). */
const batchSize = 10;

/**
 * Receives all dead-letter messages, up to `maxDeadLetters`, oldest first. They stay invisible until they are released or
 * deleted, or for a minute.
 */
export async function receiveDeadLetters(stack: Stack): Promise<DeadLetter[]> {
  const { ReceiveMessageCommand } = await import('../../aws/sdk/sqs.ts');
  const sqs = await stack.target.clients.sqs();
  const received = new Map<string, DeadLetter>();
  for (let empty = 0; empty < maxEmptyResponses && received.size < maxDeadLetters; ) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: requireOutput(stack, names.deadLettersUrl),
        MaxNumberOfMessages: batchSize,
        VisibilityTimeout: visibilityTimeoutSeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    empty = Messages.length === 0 ? empty + 1 : 0;
    for (const message of Messages.map(parseDeadLetter)) received.set(message.messageId, message);
  }
  return [...received.values()].toSorted((a, b) => a.sentAt.localeCompare(b.sentAt));
}

/** Makes messages visible to others again. */
export async function releaseDeadLetters(
  stack: Stack,
  messages: readonly DeadLetter[],
): Promise<void> {
  const { ChangeMessageVisibilityBatchCommand } = await import('../../aws/sdk/sqs.ts');
  const sqs = await stack.target.clients.sqs();
  for (let from = 0; from < messages.length; from += batchSize) {
    const Entries = messages.slice(from, from + batchSize).map(({ receipt }, index) => ({
      Id: String(index),
      ReceiptHandle: receipt,
      VisibilityTimeout: 0,
    }));
    const QueueUrl = requireOutput(stack, names.deadLettersUrl);
    await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
}

/** Deletes a message from the queue. */
export async function deleteDeadLetter(stack: Stack, { receipt }: DeadLetter): Promise<void> {
  const { DeleteMessageCommand } = await import('../../aws/sdk/sqs.ts');
  const sqs = await stack.target.clients.sqs();
  const QueueUrl = requireOutput(stack, names.deadLettersUrl);
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: receipt }));
}

function parseDeadLetter({
  MessageId = '',
  Body = '',
  ReceiptHandle = '',
  MessageAttributes = {},
  Attributes = {},
}: Message): DeadLetter {
  const attribute = (name: string) => MessageAttributes[name]?.StringValue;
  return {
    messageId: MessageId,
    sentAt: new Date(Number(Attributes.SentTimestamp ?? 0)).toISOString(),
    // Lambda and EventBridge use different names.
    why: attribute('ErrorMessage') ?? attribute('ERROR_MESSAGE') ?? 'no reason given',
    ...parseBody(Body),
    body: Body,
    receipt: ReceiptHandle,
  };
}

function parseBody(body: string): Pick<DeadLetter, 'from' | 'orderId' | 'event'> {
  const event = parseJsonObject(body);
  const { durableExecutionName: executionName } = event?.detail ?? {};
  if (typeof executionName === 'string') return { from: 'recovery', orderId: executionName };
  const order = parseOrderEvent(event);
  if (order.ok) return { from: 'workflow', orderId: order.value.orderId, event: order.value };
  const { orderId } = event ?? {};
  return { from: 'unknown', ...(typeof orderId === 'string' ? { orderId } : {}) };
}

/** Returns the event of the workflow in a text; undefined if there is none. */
export function parseEventText(text: string): OrderEvent | undefined {
  const parsed = parseOrderEvent(parseJsonObject(text));
  return parsed.ok ? parsed.value : undefined;
}

function parseJsonObject(
  text: string,
): { detail?: { durableExecutionName?: unknown }; orderId?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
