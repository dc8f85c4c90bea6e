import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import type { OrderEvent } from '../../../functions/contract/order.ts';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import { requireOutput } from '../../environment/stack-outputs.ts';
import { UserError } from '../../user-error.ts';
import { submitOrder } from '../actions/submit.ts';
import { findExecution, readExecutionInput } from '../lookup/executions.ts';
import { linkOriginal, linkRetry } from '../lookup/retry-link.ts';
import { readOrders } from '../tables/orders-table.ts';
import {
  type DeadLetter,
  deleteDeadLetter,
  parseEventText,
  receiveDeadLetters,
  releaseDeadLetters,
} from './dead-letters.ts';
import { type RedriveAction, redriveActionFor } from './redrive-action.ts';

/** A dead-letter message with the status of its order and the planned action. */
export interface ExaminedDeadLetter
  extends Pick<DeadLetter, 'messageId' | 'from' | 'orderId' | 'sentAt' | 'why'> {
  /** Absent if there is no such order. */
  readonly status?: OrderStatus;
  readonly remedy: RedriveAction;
}

export interface RedriveResult extends Pick<DeadLetter, 'messageId' | 'orderId'> {
  readonly result: 'started' | 'recovering' | 'removed' | 'left';
  /** The id under which the order was started. */
  readonly as?: string;
  readonly because?: string;
}

const fields = ['orderId', 'status', 'failure', 'flagged', 'retriedAs'] as const;

type KnownOrder = Pick<OrderRecord, (typeof fields)[number]>;

interface Examination {
  readonly message: DeadLetter;
  readonly order: KnownOrder | undefined;
  readonly action: RedriveAction;
}

/** Lists the dead-letter messages, oldest first. Does not change the queue. */
export async function examineDeadLetters(stack: Stack): Promise<ExaminedDeadLetter[]> {
  const messages = await receiveDeadLetters(stack);
  await releaseDeadLetters(stack, messages);
  return (await examine(stack, messages)).map(({ message, order, action }) => {
    const { messageId, from, orderId, sentAt, why } = message;
    const known = {
      ...(orderId === undefined ? {} : { orderId }),
      ...(order ? { status: order.status } : {}),
    };
    return { messageId, from, ...known, sentAt, why, remedy: action };
  });
}

/**
 * Redrives the messages with these ids. A message is deleted after its action was accepted; all others become visible
 * again.
 */
export async function redriveDeadLetters(
  stack: Stack,
  messageIds: ReadonlySet<string>,
): Promise<RedriveResult[]> {
  const messages = await receiveDeadLetters(stack);
  const chosen = messages.filter(({ messageId }) => messageIds.has(messageId));
  const kept = messages.filter(({ messageId }) => !messageIds.has(messageId));
  const results: RedriveResult[] = [];
  try {
    for (const examination of await examine(stack, chosen)) {
      const { message } = examination;
      const { messageId, orderId } = message;
      const outcome = await redrive(stack, examination);
      if (outcome.result === 'left') kept.push(message);
      else await deleteDeadLetter(stack, message);
      results.push({ messageId, ...(orderId === undefined ? {} : { orderId }), ...outcome });
    }
  } finally {
    await releaseDeadLetters(stack, kept);
  }
  return results;
}

async function examine(stack: Stack, messages: readonly DeadLetter[]): Promise<Examination[]> {
  const ids = messages.flatMap(({ orderId }) => (orderId === undefined ? [] : [orderId]));
  const orders = await readOrders(stack, { ids, fields });
  const examined: Examination[] = [];
  for (const message of messages) {
    const { from, orderId = '' } = message;
    const order = orders.get(orderId);
    const hasNoItem = from !== 'unknown' && !order;
    const executed = hasNoItem && (await findExecution(stack, orderId)) !== undefined;
    const action = redriveActionFor(message, { order, executed });
    examined.push({ message, order, action });
  }
  return examined;
}

type RedriveOutcome = Pick<RedriveResult, 'result' | 'as' | 'because'>;

async function redrive(
  stack: Stack,
  { message, order, action }: Examination,
): Promise<RedriveOutcome> {
  switch (action.kind) {
    case 'remove':
      return { result: 'removed', because: action.because };
    case 'leave':
      return { result: 'left', because: action.because };
    case 'recover':
      await startRecovery(stack, message);
      return { result: 'recovering' };
    default: {
      const event = message.event ?? (await readEvent(stack, message));
      if (!event) return { result: 'left', because: 'the message does not contain a valid order' };
      const orderId = action.kind === 'start-anew' ? action.as : event.orderId;
      return startOrder(stack, { event: { ...event, orderId }, original: order });
    }
  }
}

/** Reads the event of an order without an item from its execution; undefined if the execution has none. */
async function readEvent(
  stack: Stack,
  { orderId = '' }: DeadLetter,
): Promise<OrderEvent | undefined> {
  const arn = await findExecution(stack, orderId);
  const execution = arn === undefined ? undefined : await readExecutionInput(stack.target, arn);
  return execution && parseEventText(execution.input);
}

async function startOrder(
  stack: Stack,
  {
    event,
    original,
  }: {
    readonly event: NonNullable<DeadLetter['event']>;
    readonly original: KnownOrder | undefined;
  },
): Promise<RedriveOutcome> {
  const { orderId } = event;
  try {
    if (original) await linkRetry(stack, { order: original, orderId });
    await submitOrder(stack, { event, via: 'invoke' });
    if (original) await linkOriginal(stack, { orderId, retryOf: original.orderId });
  } catch (error) {
    // The id belongs to another order.
    if (!(error instanceof UserError)) throw error;
    return { result: 'left', because: error.message };
  }
  return { result: 'started', as: orderId };
}

async function startRecovery(stack: Stack, { body }: DeadLetter): Promise<void> {
  const { InvokeCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await stack.target.clients.lambda();
  await lambda.send(
    new InvokeCommand({
      FunctionName: requireOutput(stack, names.recoveryFunctionArn),
      Qualifier: 'live',
      InvocationType: 'Event',
      Payload: Buffer.from(body),
    }),
  );
}
