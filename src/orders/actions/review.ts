import type { OrderRecord } from '../../../functions/contract/api.ts';
import type { ReviewDecision } from '../../../functions/contract/review.ts';
import type { ShownStatus } from '../../../functions/contract/workflow.ts';
import type { Stack } from '../../environment/stack.ts';
import { UserError } from '../../user-error.ts';
import { currentWaitEnd } from '../../workflow/waits.ts';
import { isPaused } from '../lookup/execution-status.ts';
import { readExecution } from '../lookup/executions.ts';
import { findOrder } from '../lookup/find.ts';
import { type ListQuery, listOrders } from '../lookup/list.ts';
import { readOrder, readOrders } from '../tables/orders-table.ts';
import { sendCallbackResponse } from './callback-response.ts';

/** An order that waits for a decision. */
export interface OrderInReview {
  readonly orderId: string;
  readonly customerId: string;
  readonly total: number;
  /** The score of the fraud check, 0 to 100. */
  readonly score: number;
  /** RFC 3339 UTC. */
  readonly requestedAt: string;
  /** When the order is rejected without a decision (RFC 3339 UTC). */
  readonly dueAt: string;
}

export interface DecideOptions {
  /** An order reference. */
  readonly reference: string;
  readonly decision: ReviewDecision['decision'];
  readonly by: string;
  readonly note?: string | undefined;
}

export interface DecisionResult {
  readonly orderId: string;
  readonly decision: ReviewDecision;
  /** True if the order is paused: it continues after it is resumed. */
  readonly paused?: true;
}

const fields = ['status', 'transitions', 'total', 'customerId', 'review'] as const;

/** Lists the orders that wait for a review, the earliest due first. */
export async function listOrdersInReview(stack: Stack, query: ListQuery): Promise<OrderInReview[]> {
  const ids: string[] = [];
  for await (const batch of listOrders(stack, query)) {
    ids.push(...batch.map(({ orderId }) => orderId));
  }
  const items = await readOrders(stack, { ids, fields });
  const inReview = [...items].flatMap(([orderId, item]): OrderInReview[] => {
    const { status, customerId, total, review } = item;
    const dueMs = currentWaitEnd(item, stack.target.timeScale);
    if (status !== 'awaiting-review' || !review || dueMs === undefined) return [];
    const { score, requestedAt } = review;
    const dueAt = new Date(dueMs).toISOString();
    return [{ orderId, customerId, total, score, requestedAt, dueAt }];
  });
  return inReview.toSorted((a, b) => a.dueAt.localeCompare(b.dueAt));
}

/**
 * Sends the decision about an order in review, with which its workflow continues. Throws a UserError if there is no such
 * order (exit 5), or if it does not wait for a review (exit 6).
 */
export async function decideReview(
  stack: Stack,
  { reference, decision, by, note }: DecideOptions,
): Promise<DecisionResult> {
  const { orderId } = await findOrder(stack, reference);
  const order = await readOrder(stack, orderId);
  const { review } = order ?? {};
  if (order?.status !== 'awaiting-review' || !review) throw notInReviewError(orderId, order);
  const at = new Date().toISOString();
  const decided: ReviewDecision = { decision, by, at, ...(note === undefined ? {} : { note }) };
  const response = { kind: 'succeed', result: JSON.stringify(decided) } as const;
  await sendCallbackResponse(stack.target, { orderId, callbackId: review.callbackId, response });
  const paused = await isKnownAsPaused(stack, order);
  return { orderId, decision: decided, ...(paused ? { paused } : {}) };
}

/** Returns whether an order is paused; false if its execution cannot be read, because the decision was already sent. */
async function isKnownAsPaused(stack: Stack, { executionArn }: OrderRecord): Promise<boolean> {
  const execution = await readExecution(stack.target, executionArn).catch(() => undefined);
  return isPaused(execution?.status);
}

const decisionText = { approve: 'approved', reject: 'rejected' } as const;

/** Returns why an order in this status cannot be decided, as the end of a sentence about it; undefined if it can. */
export function reviewRefusal(status: ShownStatus): string | undefined {
  return status === 'awaiting-review' ? undefined : noReviewText(status);
}

const noReviewText = (status: ShownStatus) => `does not wait for a review; its status is ${status}`;

function notInReviewError(orderId: string, order: OrderRecord | undefined): UserError {
  const { decision } = order?.review ?? {};
  const status = order?.status ?? 'received';
  const text = decision
    ? `was ${decisionText[decision.decision]} by ${decision.by}; its status is ${status}`
    : noReviewText(status);
  return new UserError(`${orderId} ${text}.`, {
    hint: `orders get ${orderId}`,
    exit: 6,
    code: 'NotParked',
  });
}
