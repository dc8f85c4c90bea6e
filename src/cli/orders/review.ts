/** How `orders review` takes a decision, and shows what waits for one. */
import { userInfo } from 'node:os';
import { Flags } from '@oclif/core';
import { longestNote, type ReviewDecision } from '../../../functions/contract/review.ts';
import type { Decided, Parked } from '../../orders/actions/review.ts';
import { UserError } from '../../user-error.ts';
import { listQuery } from '../list/list.ts';
import { formatAge, formatDuration, formatMoney } from '../terminal/format-time.ts';
import { type Column, formatTable, type TableOptions } from '../terminal/table.ts';
import { mark } from '../terminal/terminal.ts';

/** `--since`, for what waits. */
export const sinceFlag = () =>
  Flags.string({
    description: 'orders created since then (default 7d)',
    helpValue: '<time|duration>',
  });

/** The query of every order that waits for a review. */
export const parkedQuery = ({ since, json }: { since?: string | undefined; json: boolean }) =>
  listQuery({
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

/** The flags of a decision. */
export const decisionFlags = () => ({
  note: Flags.string({ description: 'why; kept with the order' }),
  by: Flags.string({
    description: 'who decides (default: the name of who is logged in here)',
    env: 'ORDERS_REVIEWER',
  }),
  confirm: Flags.string({ description: 'name of the protected environment to change' }),
});

/** What the flags say of a decision. Throws a UserError for a text that is too long or missing. */
export function readDecision(flags: {
  readonly note?: string | undefined;
  readonly by?: string | undefined;
}): { by: string; note: string | undefined } {
  const by = (flags.by ?? userInfo().username).trim();
  if (by.length === 0 || by.length > 128) {
    throw new UserError('--by must be 1 to 128 characters.', { hint: '--by alice' });
  }
  if ((flags.note?.length ?? 0) > longestNote) {
    throw new UserError(`--note must be at most ${longestNote} characters.`, {});
  }
  return { by, note: flags.note };
}

const words: Record<ReviewDecision['decision'], string> = {
  approve: 'is approved; it goes on',
  reject: 'is rejected; what was done is undone',
};

/** A decision as a line. */
export function decidedLine({ orderId, decision }: Decided): string {
  return `${mark('done', process.stdout)} ${orderId} ${words[decision.decision]} (by ${decision.by})\n`;
}

function columns(now: number): readonly Column<Parked>[] {
  const left = (dueAt: string) => Date.parse(dueAt) - now;
  return [
    { title: 'ORDER', text: ({ orderId }) => orderId, least: 16 },
    { title: 'CUSTOMER', text: ({ customerId }) => customerId, least: 8, leave: 3 },
    { title: 'TOTAL', text: ({ total }) => formatMoney(total), align: 'right', leave: 2 },
    { title: 'SCORE', text: ({ score }) => String(score), align: 'right' },
    {
      title: 'WAITS',
      text: ({ requestedAt }) => formatAge(now - Date.parse(requestedAt)),
      align: 'right',
      leave: 1,
    },
    {
      title: 'REJECTED IN',
      text: ({ dueAt }) => (left(dueAt) > 0 ? formatDuration(left(dueAt)) : 'due'),
      align: 'right',
    },
  ];
}

/** The orders that wait, one a line. */
export function formatParked(
  parked: readonly Parked[],
  options: TableOptions & { readonly now: number },
): string {
  return formatTable(parked, columns(options.now), options);
}
