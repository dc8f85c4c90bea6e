import { outputs as names, type OrderRecord } from '../../../functions/contract/api.ts';
import { isDenied } from '../../aws/errors.ts';
import type { Stack } from '../../environment/stack.ts';
import { receiveDeadLetters, releaseDeadLetters } from '../dead-letters/dead-letters.ts';

/** Orders that need attention although their records are consistent. */
export interface Attention {
  readonly why: 'flagged' | 'dead-letter';
  readonly orderIds: readonly string[];
  readonly message: string;
  /** A command that shows the orders. */
  readonly command: string;
}

/** Finds the orders that are flagged or have a dead-letter message. */
export async function findAttention(
  stack: Stack,
  records: readonly OrderRecord[],
): Promise<{ readonly found: readonly Attention[]; readonly notJudged: readonly string[] }> {
  const flagged = records
    .filter((record) => record.flagged)
    .map(
      ({ orderId }): Attention => ({
        why: 'flagged',
        orderIds: [orderId],
        message: 'failed during or after its hand-over and may be in transit: needs attention',
        command: `orders get ${orderId}`,
      }),
    );
  const ids = new Set(records.map(({ orderId }) => orderId));
  const { orderIds, notJudged } = await readDeadLetterOrders(stack);
  const affected = [...new Set(orderIds)].filter((orderId) => ids.has(orderId));
  const subject = affected.length === 1 ? '1 order has' : `${affected.length} orders have`;
  const deadLetters: Attention = {
    why: 'dead-letter',
    orderIds: affected,
    message: `${subject} a dead-letter message`,
    command: 'orders dead-letters list',
  };
  return { found: [...flagged, ...(affected.length > 0 ? [deadLetters] : [])], notJudged };
}

async function readDeadLetterOrders(
  stack: Stack,
): Promise<{ readonly orderIds: readonly string[]; readonly notJudged: readonly string[] }> {
  if (stack.outputs[names.deadLettersUrl] === undefined) return { orderIds: [], notJudged: [] };
  try {
    const deadLetters = await receiveDeadLetters(stack);
    await releaseDeadLetters(stack, deadLetters);
    return { orderIds: deadLetters.flatMap(({ orderId }) => orderId ?? []), notJudged: [] };
  } catch (error) {
    if (!isDenied(error)) throw error;
    return { orderIds: [], notJudged: ['dead letters: no permission to read the queue'] };
  }
}
