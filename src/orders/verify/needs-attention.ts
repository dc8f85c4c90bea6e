import type { OrderRecord } from '../../../functions/contract/api.ts';
import { outputs as names } from '../../../functions/contract/api.ts';
import { errorName } from '../../aws/errors.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { releaseLetters, takeLetters } from '../dead-letters/letters.ts';

/** Orders that a person has to look at, although nothing about them contradicts anything. */
export interface Attention {
  readonly why: 'flagged' | 'dead-letter';
  readonly orderIds: readonly string[];
  /** In words. */
  readonly message: string;
  /** The command that shows them. */
  readonly command: string;
}

/** Which of the orders are flagged or have a dead letter. */
export async function attentionOf(
  target: Target,
  outputs: StackOutputs,
  records: readonly OrderRecord[],
): Promise<{ readonly found: readonly Attention[]; readonly notJudged: readonly string[] }> {
  const flagged = records
    .filter((each) => each.flagged)
    .map(
      ({ orderId }): Attention => ({
        why: 'flagged',
        orderIds: [orderId],
        message: 'broke at its hand-over or after it, and may be on its way: a person has to look',
        command: `orders get ${orderId}`,
      }),
    );
  const ids = new Set(records.map(({ orderId }) => orderId));
  const { letters, notJudged } = await lettersOf(target, outputs);
  const lettered = [...new Set(letters)].filter((each) => ids.has(each));
  const orders = lettered.length === 1 ? 'order has a dead letter' : 'orders have dead letters';
  const letter: Attention = {
    why: 'dead-letter',
    orderIds: lettered,
    message: `${lettered.length} ${orders}`,
    command: 'orders dead-letters list',
  };
  return { found: [...flagged, ...(lettered.length > 0 ? [letter] : [])], notJudged };
}

async function lettersOf(target: Target, outputs: StackOutputs) {
  if (outputs[names.deadLettersUrl] === undefined) return { letters: [], notJudged: [] };
  try {
    const letters = await takeLetters(target, outputs);
    await releaseLetters(target, outputs, letters);
    return { letters: letters.flatMap(({ orderId }) => orderId ?? []), notJudged: [] };
  } catch (error) {
    // Whoever may not receive messages is told that these were not looked at.
    if (!/AccessDenied/.test(errorName(error))) throw error;
    return { letters: [], notJudged: ['dead letters: this identity may not read the queue'] };
  }
}
