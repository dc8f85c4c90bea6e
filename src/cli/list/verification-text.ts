/** How `orders list --verify` asks and tells. */

import type { Target } from '../../environment/target.ts';
import type { ListQuery } from '../../orders/lookup/list.ts';
import type { Mismatch } from '../../orders/verify/mismatch.ts';
import type { Attention } from '../../orders/verify/needs-attention.ts';
import type { Verification } from '../../orders/verify/verify.ts';
import { UserError } from '../../user-error.ts';
import { hintFor } from '../command/hints.ts';
import { localClock } from '../terminal/format-time.ts';
import { dim, mark } from '../terminal/terminal.ts';
import { type ListFlags, listQuery } from './list.ts';

/** What is to be verified: every order of the window, unless a limit was asked for. */
export function verifyQuery(flags: ListFlags, limited: boolean): ListQuery {
  const { output } = flags;
  if (output !== undefined && output !== 'id') {
    throw new UserError(`--verify has no -o ${output}.`, {
      hint: ['orders list --verify -o id', 'orders list --verify --json'],
    });
  }
  return listQuery({ ...flags, all: flags.all || !limited });
}

/**
 * The same verification with commands that name the environment that it is of. Where no person reads them at a terminal,
 * those that mend hold the yes that they would ask for.
 */
export function forTarget(
  target: Target,
  verification: Verification,
  { asks }: { readonly asks: boolean },
): Verification {
  const named = <T extends Mismatch | Attention>(each: T): T => ({
    ...each,
    command: `${hintFor(target, each.command)}${'mends' in each && each.mends && !asks ? ' --yes' : ''}`,
  });
  const { mismatches, attention } = verification;
  return { ...verification, mismatches: mismatches.map(named), attention: attention.map(named) };
}

/** The ids of the orders that something is wrong with, each once. */
export function mismatchingIds({ mismatches }: Verification): string[] {
  return [...new Set(mismatches.flatMap(({ orderId }) => orderId ?? []))];
}

/** What was found, a line and its command each; the last line counts. */
export function formatVerification(
  verification: Verification,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  const { mismatches, attention } = verification;
  const wrong = mismatches.flatMap((each) => [
    `${mark('failed', stream)} ${subject(each)}  ${each.kind}: ${each.message}`,
    `    ${each.command}`,
  ]);
  const waiting = attention.flatMap(({ orderIds, message, command, why }) => [
    `${mark('note', stream)} ${why === 'flagged' ? `${orderIds.join(', ')}  ` : ''}${message}`,
    `    ${command}`,
  ]);
  const count = `${mismatches.length} ${mismatches.length === 1 ? 'mismatch' : 'mismatches'}`;
  const lines = [
    ...summary(verification, stream),
    ...wrong,
    ...waiting,
    ...(mismatches.length > 0 ? [count] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const subject = ({ orderId, productId, customerId }: Mismatch) =>
  orderId ?? productId ?? customerId ?? '';

function summary(
  { orders, executions, running, mismatches }: Verification,
  stream: NodeJS.WriteStream,
): string[] {
  const good = mismatches.length === 0;
  const pairs =
    orders === executions
      ? `${plural(orders, 'order')} = ${plural(executions, 'execution')}`
      : `${plural(orders, 'order')}, ${plural(executions, 'execution')}`;
  const moving = running > 0 ? ` · ${running} running` : '';
  return [`${mark(good ? 'done' : 'note', stream)} ${pairs}${moving}`];
}

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** What is said beside the data: since when, and what was not judged. */
export function besides({ notJudged }: Verification, query: ListQuery): string {
  const lines = [
    `orders since ${localClock(query.since)}`,
    ...notJudged.map((each) => `not judged: ${each}`),
  ];
  return lines.map((line) => `${dim(line)}\n`).join('');
}
