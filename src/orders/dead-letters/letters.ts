import type { Message } from '@aws-sdk/client-sqs';
import { outputs as names } from '../../../functions/contract/api.ts';
import { type OrderEvent, parseOrderEvent } from '../../../functions/contract/order.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';

/** An event that nobody could process. */
export interface Letter {
  readonly messageId: string;
  /** Whose event it is: an order for the workflow, or an ended execution for recovery. */
  readonly from: 'workflow' | 'recovery' | 'unknown';
  readonly orderId?: string;
  /** When it became a letter, RFC 3339 UTC. */
  readonly sentAt: string;
  /** Why it could not be processed. */
  readonly why: string;
  /** Of the workflow. */
  readonly event?: OrderEvent;
  /** The event as it was. */
  readonly body: string;
  readonly receipt: string;
}

/** So many letters are looked at. */
const mostLetters = 1000;
/** Seconds for which a letter that is being looked at is hidden from others. */
const hiddenFor = 60;
/** A queue answers from some of its servers: it is empty when several answers in a row are. */
const emptyAnswers = 3;

/** Receives every letter, up to `mostLetters`; they stay hidden until they are released or removed, or a minute is over. */
export async function takeLetters(target: Target, outputs: StackOutputs): Promise<Letter[]> {
  const { ReceiveMessageCommand } = await import('../../aws/sdk/sqs.ts');
  const queues = await target.clients.sqs();
  const letters = new Map<string, Letter>();
  for (let empty = 0; empty < emptyAnswers && letters.size < mostLetters; ) {
    const { Messages = [] } = await queues.send(
      new ReceiveMessageCommand({
        QueueUrl: output(outputs, names.deadLettersUrl),
        MaxNumberOfMessages: 10,
        VisibilityTimeout: hiddenFor,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    );
    empty = Messages.length === 0 ? empty + 1 : 0;
    for (const letter of Messages.map(letterOf)) letters.set(letter.messageId, letter);
  }
  return [...letters.values()].toSorted((a, b) => a.sentAt.localeCompare(b.sentAt));
}

/** Lets others see the letters again. */
export async function releaseLetters(
  target: Target,
  outputs: StackOutputs,
  letters: readonly Letter[],
): Promise<void> {
  const { ChangeMessageVisibilityBatchCommand } = await import('../../aws/sdk/sqs.ts');
  const queues = await target.clients.sqs();
  for (let from = 0; from < letters.length; from += 10) {
    const Entries = letters.slice(from, from + 10).map(({ receipt }, index) => ({
      Id: String(index),
      ReceiptHandle: receipt,
      VisibilityTimeout: 0,
    }));
    const QueueUrl = output(outputs, names.deadLettersUrl);
    await queues.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
}

export async function removeLetter(
  target: Target,
  outputs: StackOutputs,
  { receipt }: Letter,
): Promise<void> {
  const { DeleteMessageCommand } = await import('../../aws/sdk/sqs.ts');
  const queues = await target.clients.sqs();
  const QueueUrl = output(outputs, names.deadLettersUrl);
  await queues.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: receipt }));
}

function letterOf({
  MessageId = '',
  Body = '',
  ReceiptHandle = '',
  MessageAttributes = {},
  Attributes = {},
}: Message): Letter {
  const said = (name: string) => MessageAttributes[name]?.StringValue;
  return {
    messageId: MessageId,
    sentAt: new Date(Number(Attributes.SentTimestamp ?? 0)).toISOString(),
    // Lambda's spelling, and EventBridge's.
    why: said('ErrorMessage') ?? said('ERROR_MESSAGE') ?? 'no reason given',
    ...contentOf(Body),
    body: Body,
    receipt: ReceiptHandle,
  };
}

function contentOf(body: string): Pick<Letter, 'from' | 'orderId' | 'event'> {
  const event = parse(body);
  const { durableExecutionName: ended } = event?.detail ?? {};
  if (typeof ended === 'string') return { from: 'recovery', orderId: ended };
  const order = parseOrderEvent(event);
  if (order.ok) return { from: 'workflow', orderId: order.value.orderId, event: order.value };
  const { orderId } = event ?? {};
  return { from: 'unknown', ...(typeof orderId === 'string' ? { orderId } : {}) };
}

function parse(
  text: string,
): { detail?: { durableExecutionName?: unknown }; orderId?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
