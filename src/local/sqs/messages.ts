import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from '../wire/aws-error.ts';
import type { Operation } from '../wire/json.ts';
import { createBatchOperations } from './batch.ts';
import { checkMessage } from './check-message.ts';
import { hashAttributes, md5 } from './digest.ts';
import { checkAttributeNames, checkRange, invalid } from './limits.ts';
import { requireQueue, selectAttributes } from './queues.ts';
import { isReceipt } from './receipts.ts';
import type { Message, MessageAttribute, QueueRepository } from './repository.ts';
import { parseSettings, type QueueSettings } from './settings.ts';

/** Polling interval of a long poll. */
const pollIntervalMs = 50;
/** Limits of a visibility timeout (seconds). The maximum is 12 hours. */
const visibilityTimeoutLimits = [0, 43_200] as const;

/**
 * Names of system attributes that AWS accepts. Standard queues have only some of them.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 */
const systemAttributes = new Set([
  'All',
  'SenderId',
  'SentTimestamp',
  'ApproximateReceiveCount',
  'ApproximateFirstReceiveTimestamp',
  'SequenceNumber',
  'MessageDeduplicationId',
  'MessageGroupId',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
]);

interface SendInput {
  readonly MessageBody?: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttribute>>;
}

interface ReceiptInput {
  readonly ReceiptHandle?: string;
  readonly VisibilityTimeout?: number;
}

interface ReceiveInput {
  readonly QueueUrl?: string;
  readonly MaxNumberOfMessages?: number;
  readonly VisibilityTimeout?: number;
  readonly WaitTimeSeconds?: number;
  readonly AttributeNames?: readonly string[];
  readonly MessageSystemAttributeNames?: readonly string[];
  readonly MessageAttributeNames?: readonly string[];
}

/** Returns the operations on messages, for single messages and for batches. */
export function messageOperations(queues: QueueRepository): Readonly<Record<string, Operation>> {
  function send(queue: string, { MessageBody, DelaySeconds, MessageAttributes = {} }: SendInput) {
    const { maximumBytes, delaySeconds } = readSettings(queues, queue);
    const body = checkMessage(MessageBody, MessageAttributes, maximumBytes);
    const delay = checkRange(DelaySeconds ?? delaySeconds, 'DelaySeconds', [0, 900]);
    const visibleAt = Date.now() + delay * 1000;
    const id = queues.add(queue, { body, attributes: MessageAttributes, visibleAt });
    return {
      MessageId: id,
      MD5OfMessageBody: md5(body),
      ...buildAttributesDigest(MessageAttributes),
    };
  }

  /** Returns the message of a handle; undefined if it was deleted. Throws ReceiptHandleIsInvalid for any other text. */
  function findMessage(queue: string, receipt = '') {
    // A message that was never received has an empty handle.
    const message = receipt === '' ? undefined : queues.findByReceipt(queue, receipt);
    if (message || isReceipt(queue, receipt)) return message;
    throw invalidReceipt();
  }

  function remove(queue: string, { ReceiptHandle }: ReceiptInput) {
    const message = findMessage(queue, ReceiptHandle);
    // Deleting a message twice succeeds.
    if (message) queues.delete(message.seq);
    return {};
  }

  function hide(queue: string, { ReceiptHandle, VisibilityTimeout }: ReceiptInput) {
    const seconds = checkRange(VisibilityTimeout, 'VisibilityTimeout', visibilityTimeoutLimits);
    const message = findMessage(queue, ReceiptHandle);
    if (!message) {
      throw invalid(
        `Value ${ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
      );
    }
    const now = Date.now();
    if (message.visible <= now) {
      throw new AwsError('MessageNotInflight', 'The specified message is not in flight.');
    }
    queues.hide(message.seq, now + seconds * 1000);
    return {};
  }

  const receiveFromQueue = (input: ReceiveInput) => receive(queues, input);

  /** Converts an operation on a queue's name to one on a request. */
  const onQueue =
    <T>(operation: (queue: string, input: T) => object) =>
    (input: T & { readonly QueueUrl?: string }) =>
      operation(requireQueue(queues, input), input);

  return {
    SendMessage: onQueue(send),
    DeleteMessage: onQueue(remove),
    ChangeMessageVisibility: onQueue(hide),
    ReceiveMessage: receiveFromQueue,
    ...createBatchOperations((input) => requireQueue(queues, input), {
      SendMessageBatch: send,
      DeleteMessageBatch: remove,
      ChangeMessageVisibilityBatch: hide,
    }),
  };
}

/** ReceiveMessage. Polls until there is a message or the wait time has passed. */
async function receive(queues: QueueRepository, input: ReceiveInput) {
  const queue = requireQueue(queues, input);
  checkAttributeNames(input.AttributeNames, systemAttributes);
  checkAttributeNames(input.MessageSystemAttributeNames, systemAttributes);
  const { visibilitySeconds, waitSeconds } = readSettings(queues, queue);
  const { MaxNumberOfMessages = 1, VisibilityTimeout = visibilitySeconds } = input;
  const limit = checkRange(MaxNumberOfMessages, 'MaxNumberOfMessages', [1, 10]);
  const hiddenSeconds = checkRange(VisibilityTimeout, 'VisibilityTimeout', visibilityTimeoutLimits);
  const maxWaitSeconds = checkRange(
    input.WaitTimeSeconds ?? waitSeconds,
    'WaitTimeSeconds',
    [0, 20],
  );
  const deadline = performance.now() + maxWaitSeconds * 1000;
  for (;;) {
    const messages = queues.receive(queue, limit, Date.now() + hiddenSeconds * 1000);
    if (messages.length > 0) {
      return { Messages: messages.map((message) => toReceivedMessage(message, input)) };
    }
    if (performance.now() >= deadline) return {};
    await sleep(pollIntervalMs);
  }
}

function readSettings(queues: QueueRepository, queue: string): QueueSettings {
  return parseSettings(queues.find(queue)?.attributes ?? {});
}

function invalidReceipt(): AwsError {
  return new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.', {
    status: 404,
  });
}

/** Returns a message in the form of ReceiveMessage, with only the attributes that the request selects. */
function toReceivedMessage(message: Message, input: ReceiveInput) {
  const { id, body, receipt, sent, received, first } = message;
  const system = {
    SenderId: 'AROALOCAL',
    SentTimestamp: String(Math.round(sent)),
    ApproximateReceiveCount: String(received),
    ApproximateFirstReceiveTimestamp: String(Math.round(first)),
  };
  const Attributes = selectAttributes(
    system,
    input.MessageSystemAttributeNames ?? input.AttributeNames,
  );
  const MessageAttributes = selectAttributes(message.attributes, input.MessageAttributeNames);
  return {
    MessageId: id,
    ReceiptHandle: receipt,
    MD5OfBody: md5(body),
    Body: body,
    ...(Object.keys(Attributes).length > 0 && { Attributes }),
    ...(Object.keys(MessageAttributes).length > 0 && { MessageAttributes }),
    ...buildAttributesDigest(MessageAttributes),
  };
}

function buildAttributesDigest(attributes: Readonly<Record<string, MessageAttribute>>) {
  const isEmpty = Object.keys(attributes).length === 0;
  return isEmpty ? {} : { MD5OfMessageAttributes: hashAttributes(attributes) };
}
