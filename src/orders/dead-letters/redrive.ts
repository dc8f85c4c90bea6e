import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import type { OrderStatus } from '../../../functions/contract/workflow.ts';
import { output, type StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { submitOrder } from '../actions/submit.ts';
import { readOrders } from '../lookup/batch-get.ts';
import { findExecution } from '../lookup/read-order.ts';
import { nameOrigin, nameRetry } from '../lookup/retry-link.ts';
import { type Letter, releaseLetters, removeLetter, takeLetters } from './letters.ts';
import { type Remedy, remedyFor } from './remedy.ts';

/** A letter with what its order is now and what a redrive would do. */
export interface Examined
  extends Pick<Letter, 'messageId' | 'from' | 'orderId' | 'sentAt' | 'why'> {
  /** Absent when there is no such order. */
  readonly status?: OrderStatus;
  readonly remedy: Remedy;
}

export interface Redriven extends Pick<Letter, 'messageId' | 'orderId'> {
  readonly result: 'started' | 'recovering' | 'removed' | 'left';
  /** The id under which the order was placed anew. */
  readonly as?: string;
  readonly because?: string;
}

const fields = ['orderId', 'status', 'failure', 'flagged', 'retriedAs'] as const;

type Known = Pick<OrderRecord, (typeof fields)[number]>;

/** Every dead letter, the oldest first; the queue is left as it is. */
export async function examineLetters(target: Target, outputs: StackOutputs): Promise<Examined[]> {
  const letters = await takeLetters(target, outputs);
  await releaseLetters(target, outputs, letters);
  return (await examine(target, outputs, letters)).map(({ examined }) => examined);
}

/**
 * Redrives the letters with these message ids: each is removed once what it needs has been accepted. Those that are left
 * can be seen again.
 */
export async function redriveLetters(
  target: Target,
  outputs: StackOutputs,
  messageIds: ReadonlySet<string>,
): Promise<Redriven[]> {
  const letters = await takeLetters(target, outputs);
  const chosen = letters.filter(({ messageId }) => messageIds.has(messageId));
  const kept = letters.filter(({ messageId }) => !messageIds.has(messageId));
  const redriven: Redriven[] = [];
  try {
    for (const { letter, examined, order } of await examine(target, outputs, chosen)) {
      const done = await apply(target, outputs, { letter, remedy: examined.remedy, order });
      if (done.result === 'left') kept.push(letter);
      else await removeLetter(target, outputs, letter);
      redriven.push(done);
    }
  } finally {
    await releaseLetters(target, outputs, kept);
  }
  return redriven;
}

async function examine(target: Target, outputs: StackOutputs, letters: readonly Letter[]) {
  const ids = letters.flatMap(({ orderId }) => (orderId === undefined ? [] : [orderId]));
  const orders = await readOrders(target, outputs, { ids, fields });
  const examined: { letter: Letter; examined: Examined; order: Known | undefined }[] = [];
  for (const letter of letters) {
    const { messageId, from, orderId, sentAt, why } = letter;
    const order = orders.get(orderId ?? '');
    const unstarted = from === 'workflow' && !order;
    const executed =
      unstarted && (await findExecution(target, outputs, orderId ?? '')) !== undefined;
    const remedy = remedyFor(letter, { order, executed });
    const known = {
      ...(orderId === undefined ? {} : { orderId }),
      ...(order ? { status: order.status } : {}),
    };
    examined.push({ letter, order, examined: { messageId, from, ...known, sentAt, why, remedy } });
  }
  return examined;
}

async function apply(
  target: Target,
  outputs: StackOutputs,
  { letter, remedy, order }: { letter: Letter; remedy: Remedy; order: Known | undefined },
): Promise<Redriven> {
  const { messageId, orderId, event } = letter;
  const about = { messageId, ...(orderId === undefined ? {} : { orderId }) };
  switch (remedy.kind) {
    case 'remove':
      return { ...about, result: 'removed', because: remedy.because };
    case 'leave':
      return { ...about, result: 'left', because: remedy.because };
    case 'recover':
      await recover(target, outputs, letter);
      return { ...about, result: 'recovering' };
    default: {
      if (!event) return { ...about, result: 'left', because: 'it is no order that can be read' };
      const as = remedy.kind === 'start-anew' ? remedy.as : event.orderId;
      try {
        if (order) await nameRetry(target, outputs, { order, orderId: as });
        await submitOrder(target, outputs, { event: { ...event, orderId: as }, via: 'invoke' });
        if (order) await nameOrigin(target, outputs, { orderId: as, retryOf: order.orderId });
      } catch (error) {
        // The id is another order's.
        if (!(error instanceof UserError)) throw error;
        return { ...about, result: 'left', because: error.message };
      }
      return { ...about, result: 'started', as };
    }
  }
}

async function recover(target: Target, outputs: StackOutputs, { body }: Letter): Promise<void> {
  const { InvokeCommand } = await import('../../aws/sdk/lambda.ts');
  const lambda = await target.clients.lambda();
  await lambda.send(
    new InvokeCommand({
      FunctionName: output(outputs, names.recoveryFunctionArn),
      Qualifier: 'live',
      InvocationType: 'Event',
      Payload: Buffer.from(body),
    }),
  );
}
