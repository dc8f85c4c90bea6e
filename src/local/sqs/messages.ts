import { setTimeout as sleep } from 'node:timers/promises';
import { AwsError } from '../wire/aws-error.ts';
import type { Operation } from '../wire/json.ts';
import { batched } from './batch.ts';
import { md5, md5OfAttributes } from './digest.ts';
import { checkBody, within } from './limits.ts';
import { chosen, queueOf } from './queues.ts';
import type { Message, MessageAttribute, QueueRows } from './repository.ts';
import { settingsOf } from './settings.ts';

/** How often a long poll looks; ms. */
const pollEvery = 50;
/** Seconds. */
const longestHidden = 43_200;

interface Sent {
  readonly MessageBody?: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: Readonly<Record<string, MessageAttribute>>;
}

interface Handed {
  readonly ReceiptHandle?: string;
  readonly VisibilityTimeout?: number;
}

interface Asked {
  readonly QueueUrl?: string;
  readonly MaxNumberOfMessages?: number;
  readonly VisibilityTimeout?: number;
  readonly WaitTimeSeconds?: number;
  readonly AttributeNames?: readonly string[];
  readonly MessageSystemAttributeNames?: readonly string[];
  readonly MessageAttributeNames?: readonly string[];
}

/** What can be done with a queue's messages, one by one and in batches. */
export function messageOperations(queues: QueueRows): Readonly<Record<string, Operation>> {
  const settings = (queue: string) => settingsOf(queues.find(queue)?.attributes ?? {});

  function send(queue: string, { MessageBody, DelaySeconds, MessageAttributes = {} }: Sent) {
    const { maximumBytes, delaySeconds } = settings(queue);
    const body = checkBody(MessageBody, maximumBytes);
    const delay = within(DelaySeconds ?? delaySeconds, 'DelaySeconds', [0, 900]);
    const visibleAt = Date.now() + delay * 1000;
    const id = queues.add(queue, { body, attributes: MessageAttributes, visibleAt });
    return { MessageId: id, MD5OfMessageBody: md5(body), ...digestOf(MessageAttributes) };
  }

  function remove(queue: string, { ReceiptHandle }: Handed) {
    if (!ReceiptHandle) throw badReceipt();
    // A message that is gone already is deleted.
    const seq = queues.ofReceipt(queue, ReceiptHandle);
    if (seq !== undefined) queues.delete(seq);
    return {};
  }

  function hide(queue: string, { ReceiptHandle = '', VisibilityTimeout }: Handed) {
    const seconds = within(VisibilityTimeout, 'VisibilityTimeout', [0, longestHidden]);
    const seq = queues.ofReceipt(queue, ReceiptHandle);
    if (seq === undefined) throw badReceipt();
    queues.hide(seq, Date.now() + seconds * 1000);
    return {};
  }

  async function receive(input: Asked) {
    const queue = queueOf(queues, input);
    const { visibilitySeconds, waitSeconds } = settings(queue);
    const { MaxNumberOfMessages = 1, VisibilityTimeout = visibilitySeconds } = input;
    const limit = within(MaxNumberOfMessages, 'MaxNumberOfMessages', [1, 10]);
    const hidden = within(VisibilityTimeout, 'VisibilityTimeout', [0, longestHidden]);
    const wait = within(input.WaitTimeSeconds ?? waitSeconds, 'WaitTimeSeconds', [0, 20]);
    const until = performance.now() + wait * 1000;
    for (;;) {
      const found = queues.take(queue, limit, Date.now() + hidden * 1000);
      if (found.length > 0) return { Messages: found.map((each) => shown(each, input)) };
      if (performance.now() >= until) return {};
      await sleep(pollEvery);
    }
  }

  const single =
    <T>(one: (queue: string, input: T) => object) =>
    (input: T & { readonly QueueUrl?: string }) =>
      one(queueOf(queues, input), input);

  return {
    SendMessage: single(send),
    DeleteMessage: single(remove),
    ChangeMessageVisibility: single(hide),
    ReceiveMessage: receive,
    ...batched((input) => queueOf(queues, input), {
      SendMessageBatch: send,
      DeleteMessageBatch: remove,
      ChangeMessageVisibilityBatch: hide,
    }),
  };
}

function badReceipt(): AwsError {
  return new AwsError('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.', {
    status: 404,
  });
}

/** A message as it is handed out: of its attributes those that were asked for. */
function shown(message: Message, asked: Asked) {
  const { id, body, receipt, sent, received, first } = message;
  const system = {
    SenderId: 'AROALOCAL',
    SentTimestamp: String(Math.round(sent)),
    ApproximateReceiveCount: String(received),
    ApproximateFirstReceiveTimestamp: String(Math.round(first)),
  };
  const Attributes = chosen(system, asked.MessageSystemAttributeNames ?? asked.AttributeNames);
  const MessageAttributes = chosen(message.attributes, asked.MessageAttributeNames);
  return {
    MessageId: id,
    ReceiptHandle: receipt,
    MD5OfBody: md5(body),
    Body: body,
    ...(Object.keys(Attributes).length > 0 && { Attributes }),
    ...(Object.keys(MessageAttributes).length > 0 && { MessageAttributes }),
    ...digestOf(MessageAttributes),
  };
}

function digestOf(attributes: Readonly<Record<string, MessageAttribute>>) {
  const some = Object.keys(attributes).length > 0;
  return some ? { MD5OfMessageAttributes: md5OfAttributes(attributes) } : {};
}
