/** Flags and output of the `orders review` commands. */

import { userInfo } from 'node:os';
import { Flags } from '@oclif/core';
import { maxNoteLength, type ReviewDecision } from '../../../functions/contract/review.ts';
import type { Stack } from '../../environment/stack.ts';
import {
  type DecideOptions,
  type DecisionResult,
  decideReview,
  type OrderInReview,
} from '../../orders/actions/review.ts';
import { findOrder } from '../../orders/lookup/find.ts';
import { UserError } from '../../user-error.ts';
import { formatMoney } from '../../workflow/money.ts';
import { confirmFlag } from '../command/base-command.ts';
import { describeError } from '../command/json-output.ts';
import { buildListQuery } from '../list/list.ts';
import { formatAge, formatDuration } from '../terminal/format-time.ts';
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

/** Result for one order: the decision, or why it was refused. */
export type ReviewOutcome = DecisionResult | { readonly orderId: string; readonly refused: string };

/**
 * Sends the decision about several orders. If one is refused, the others are still decided. The exit code is that of the only kind of
 * result, or 13 if they differ. Throws the refusal of a single order.
 */
export async function decideAll(
  stack: Stack,
  references: readonly string[],
  decision: Omit<DecideOptions, 'reference'>,
): Promise<ReviewOutcome[]> {
  const outcomes = new Map<string, ReviewOutcome>();
  const exits: number[] = [];
  for (const reference of references) {
    let orderId = reference;
    try {
      ({ orderId } = await findOrder(stack, reference));
      if (outcomes.has(orderId)) continue;
      outcomes.set(orderId, await decideReview(stack, { ...decision, reference: orderId }));
    } catch (error) {
      if (references.length === 1 || !(error instanceof UserError) || error.exit === 4) throw error;
      const { message, exit } = describeError(error);
      outcomes.set(orderId, { orderId, refused: message });
      exits.push(exit);
    }
  }
  const [exit = 0] = exits;
  const isUniform = exits.length === outcomes.size && exits.every((other) => other === exit);
  if (exits.length > 0) process.exitCode = isUniform ? exit : 13;
  return [...outcomes.values()];
}

/** Returns the number of orders by result as one line; undefined for a single order, whose result says it. */
export function summarizeReviews(
  outcomes: readonly ReviewOutcome[],
  decision: ReviewDecision['decision'],
): string | undefined {
  if (outcomes.length < 2) return undefined;
  const refused = outcomes.filter((outcome) => 'refused' in outcome).length;
  const decided = `${outcomes.length - refused} ${decision === 'approve' ? 'approved' : 'rejected'}`;
  return `${outcomes.length} orders: ${decided}${refused > 0 ? `, ${refused} refused` : ''}\n`;
}

/** Returns an outcome as one line. */
export function formatReviewOutcome(outcome: ReviewOutcome): string {
  if (!('refused' in outcome)) return formatDecided(outcome);
  return `${mark('failed', process.stdout)} ${outcome.refused}\n`;
}

/** Returns a decision as one line. */
const formatDecided = (result: DecisionResult) =>
  `${mark('done', process.stdout)} ${result.orderId} ${decisionText(result)}\n`;

/** Returns what a decision does to its order: `approved; it continues (by alice)`. */
export function decisionText({ decision, paused }: DecisionResult): string {
  const when = paused ? ' when it is resumed' : '';
  return `${decisionTexts[decision.decision]}${when} (by ${decision.by})`;
}

/** Returns the command to run after a decision. */
export function nextCommand({
  orderId,
  paused,
}: Pick<DecisionResult, 'orderId' | 'paused'>): string {
  return paused ? `orders resume ${orderId}` : `orders watch ${orderId}`;
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

/** Columns for pipes, with plain numbers and RFC 3339 times. */
const pipeColumns: readonly Column<OrderInReview>[] = [
  { title: 'ORDER', text: ({ orderId }) => orderId },
  { title: 'CUSTOMER', text: ({ customerId }) => customerId },
  { title: 'TOTAL', text: ({ total }) => total.toFixed(2), align: 'right' },
  { title: 'SCORE', text: ({ score }) => String(score), align: 'right' },
  { title: 'REQUESTED', text: ({ requestedAt }) => requestedAt },
  { title: 'REJECTED AT', text: ({ dueAt }) => dueAt },
];

/** Returns the orders that wait for a review as a table. */
export function formatOrdersInReview(
  parked: readonly OrderInReview[],
  options: TableOptions & { readonly now: number },
): string {
  return formatTable(parked, options.stream.isTTY ? columns(options.now) : pipeColumns, options);
}
