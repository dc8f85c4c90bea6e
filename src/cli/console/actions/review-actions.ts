/** Actions that decide reviews. */
import { maxNoteLength, type ReviewDecision } from '../../../../functions/contract/review.ts';
import { decideReview, reviewRefusal } from '../../../orders/actions/review.ts';
import type { ConsoleOrder } from '../../../orders/console/snapshot.ts';
import { decisionText, readDecision } from '../../orders/review.ts';
import type { ConsoleAction } from '../types.ts';
import { actionKeys } from './action-keys.ts';
import { describeUndos, nameOrders, sumTotals } from './effect-texts.ts';
import { runEach } from './run-each.ts';

interface DecisionTexts {
  readonly summary: string;
  readonly describe: (orders: readonly ConsoleOrder[]) => string;
}

const createReviewAction = (
  decision: ReviewDecision['decision'],
  texts: DecisionTexts,
): ConsoleAction => ({
  ...texts,
  name: decision,
  key: actionKeys[decision],
  isChange: true,
  input: { label: 'note', isRequired: false, maxLength: maxNoteLength },
  refusal: ({ status }) => reviewRefusal(status),
  run: (stack, orders, note) =>
    runEach(stack, orders, async ({ orderId }) => {
      const by = process.env['ORDERS_REVIEWER'] || undefined;
      const reviewer = readDecision({ note, by });
      const result = await decideReview(stack, { reference: orderId, decision, ...reviewer });
      return { ok: true, message: decisionText(result) };
    }),
});

export const approve = createReviewAction('approve', {
  summary: 'approve the review',
  describe: (orders) =>
    `Approve ${nameOrders(orders)} (${sumTotals(orders)}), which is final: the workflow continues, up to the shipment.`,
});

export const reject = createReviewAction('reject', {
  summary: 'reject the review and undo the completed steps',
  describe: (orders) =>
    `Reject ${nameOrders(orders)}, which is final: ${describeUndos(orders)}, and the order ends as failed.`,
});
