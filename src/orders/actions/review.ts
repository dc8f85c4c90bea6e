import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { ReviewDecision } from '../../../functions/contract/review.ts';
import type { StackOutputs } from '../../environment/stack-outputs.ts';
import type { Target } from '../../environment/target.ts';
import { UserError } from '../../user-error.ts';
import { waitEndsAt } from '../../workflow/waits.ts';
import { readOrders } from '../lookup/batch-get.ts';
import { findOrder } from '../lookup/find.ts';
import { type ListQuery, listOrders } from '../lookup/list.ts';
import { readOrder } from '../lookup/read-order.ts';
import { sendAnswer } from './callback-answer.ts';

/** An order that waits for a person's decision. */
export interface Parked {
  readonly orderId: string;
  readonly customerId: string;
  readonly total: number;
  /** Of the fraud check, 0 to 100. */
  readonly score: number;
  /** RFC 3339 UTC. */
  readonly requestedAt: string;
  /** When it is rejected unless somebody decides before, RFC 3339 UTC. */
  readonly dueAt: string;
}

export interface DecideOptions {
  /** The order, however it is named. */
  readonly reference: string;
  readonly decision: ReviewDecision['decision'];
  readonly by: string;
  readonly note?: string | undefined;
}

export interface Decided {
  readonly orderId: string;
  readonly decision: ReviewDecision;
}

const fields = ['status', 'transitions', 'total', 'customerId', 'review'] as const;

/** The orders that wait for a review, the one that is due first at the top. */
export async function listParked(
  target: Target,
  outputs: StackOutputs,
  query: ListQuery,
): Promise<Parked[]> {
  const ids: string[] = [];
  for await (const batch of listOrders(target, outputs, query)) {
    ids.push(...batch.map(({ orderId }) => orderId));
  }
  const items = await readOrders(target, outputs, { ids, fields });
  const parked = [...items].flatMap(([orderId, item]): Parked[] => {
    const { status, customerId, total, review } = item;
    const due = waitEndsAt(item, target.timeScale);
    if (status !== 'awaiting-review' || !review || due === undefined) return [];
    const { score, requestedAt } = review;
    const dueAt = new Date(due).toISOString();
    return [{ orderId, customerId, total, score, requestedAt, dueAt }];
  });
  return parked.toSorted((a, b) => a.dueAt.localeCompare(b.dueAt));
}

/**
 * Decides about an order that waits for its review, whose workflow goes on with that. Throws a UserError when there is
 * no such order (exit 5), or when it does not wait for a review, or not any more (exit 6).
 */
export async function decideReview(
  target: Target,
  outputs: StackOutputs,
  { reference, decision, by, note }: DecideOptions,
): Promise<Decided> {
  const { orderId } = await findOrder(target, outputs, reference);
  const order = await readOrder(target, outputs, orderId);
  const { review } = order ?? {};
  if (order?.status !== 'awaiting-review' || !review) throw notParked(orderId, order);
  const at = new Date().toISOString();
  const decided: ReviewDecision = { decision, by, at, ...(note === undefined ? {} : { note }) };
  const answer = { kind: 'succeed', result: JSON.stringify(decided) } as const;
  await sendAnswer(target, { orderId, callbackId: review.callbackId, answer });
  return { orderId, decision: decided };
}

function notParked(orderId: string, order: OrderRecord | undefined): UserError {
  const { decision } = order?.review ?? {};
  const status = order?.status ?? 'received';
  const why = decision
    ? `was decided about by ${decision.by} (${decision.decision}); it is ${status}`
    : `does not wait for a review; it is ${status}`;
  return new UserError(`${orderId} ${why}.`, {
    hint: `orders get ${orderId}`,
    exit: 6,
    code: 'NotParked',
  });
}
