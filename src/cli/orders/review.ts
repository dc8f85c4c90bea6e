/** Flags and output of the `orders review` commands. */

import { userInfo } from 'node:os';
import { Flags } from '@oclif/core';
import { maxNoteLength, type ReviewDecision } from '../../../functions/contract/review.ts';
import type { DecisionResult, OrderInReview } from '../../orders/actions/review.ts';
import { UserError } from '../../user-error.ts';
import { confirmFlag } from '../command/base-command.ts';
import { buildListQuery } from '../list/list.ts';
import { formatAge, formatDuration, formatMoney } from '../terminal/format-time.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';
import { mark } from '../terminal/terminal.ts';

/** The flag `--since` for lists of waiting orders. */
export const sinceFlag = () =>
  Flags.string({
    description: 'only orders created after this time (default: 7d)',
    helpValue: '<time|duration>',
  });

/** Returns the query for all orders that wait for a review. */
export const ordersInReviewQuery = ({
  since,
  json,
}: {
  since?: string | undefined;
  json: boolean;
}) =>
  buildListQuery({
    status: ['awaiting-review'],
    customer: undefined,
    since,
    running: false,
    failed: false,
    limit: 1,
    all: true,
    output: 'id',
    json,
  });

/** Returns the flags of a review decision. */
export const decisionFlags = () => ({
  note: Flags.string({ description: 'reason, stored with the order', helpValue: '<text>' }),
  by: Flags.string({
    description: 'name of the reviewer (default: your user name)',
    helpValue: '<name>',
    env: 'ORDERS_REVIEWER',
  }),
  confirm: confirmFlag(),
});

/** Returns the reviewer and note of a decision. Throws UserError if a text is missing or too long. */
export function readDecision(flags: {
  readonly note?: string | undefined;
  readonly by?: string | undefined;
}): { by: string; note: string | undefined } {
  const by = (flags.by ?? userInfo().username).trim();
  if (by.length === 0 || by.length > 128) {
    throw new UserError('--by must be 1 to 128 characters.', { hint: '--by alice' });
  }
  if ((flags.note?.length ?? 0) > maxNoteLength) {
    throw new UserError(`--note must be at most ${maxNoteLength} characters.`, {
      hint: 'shorten the note',
    });
  }
  return { by, note: flags.note };
}

const decisionTexts: Record<ReviewDecision['decision'], string> = {
  approve: 'approved; it continues',
  reject: 'rejected; its completed steps are undone',
};

/** Returns a decision as one line. */
export function formatDecided({ orderId, decision }: DecisionResult): string {
  return `${mark('done', process.stdout)} ${orderId} ${decisionTexts[decision.decision]} (by ${decision.by})\n`;
}

function columns(now: number): readonly Column<OrderInReview>[] {
  const remainingMs = (dueAt: string) => Date.parse(dueAt) - now;
  return [
    { title: 'ORDER', text: ({ orderId }) => orderId, minWidth: 16 },
    { title: 'CUSTOMER', text: ({ customerId }) => customerId, minWidth: 8, dropPriority: 3 },
    { title: 'TOTAL', text: ({ total }) => formatMoney(total), align: 'right', dropPriority: 2 },
    { title: 'SCORE', text: ({ score }) => String(score), align: 'right' },
    {
      title: 'WAITING',
      text: ({ requestedAt }) => formatAge(now - Date.parse(requestedAt)),
      align: 'right',
      dropPriority: 1,
    },
    {
      title: 'REJECTED IN',
      text: ({ dueAt }) => (remainingMs(dueAt) > 0 ? formatDuration(remainingMs(dueAt)) : 'due'),
      align: 'right',
    },
  ];
}

/** Returns the orders that wait for a review as a table. */
export function formatOrdersInReview(
  parked: readonly OrderInReview[],
  options: TableOptions & { readonly now: number },
): string {
  return formatTable(parked, columns(options.now), options);
}
