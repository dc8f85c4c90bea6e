/** Reads the flags of `orders list --verify` and formats the mismatches. */
import type { Target } from '../../environment/target.ts';
import type { ListQuery } from '../../orders/lookup/list.ts';
import type { Mismatch } from '../../orders/verify/mismatch.ts';
import type { Attention } from '../../orders/verify/needs-attention.ts';
import type { Verification } from '../../orders/verify/verify.ts';
import { UserError } from '../../user-error.ts';
import { addEnvFlag } from '../command/hints.ts';
import { formatLocalTime } from '../terminal/format-time.ts';
import { dim, mark } from '../terminal/terminal.ts';
import { buildListQuery, type ListFlags } from './list.ts';

/** Returns the query for a verification: every order of the period, unless a limit was given. */
export function buildVerifyQuery(flags: ListFlags, limited: boolean): ListQuery {
  const { output } = flags;
  if (output !== undefined && output !== 'id') {
    throw new UserError(`--verify does not support -o ${output}.`, {
      hint: ['orders list --verify -o id', 'orders list --verify --json'],
    });
  }
  return buildListQuery({ ...flags, all: flags.all || !limited });
}

/**
 * Returns the verification with the environment's flag in every command. For output that no user reads at a terminal, repair
 * commands also get `--yes`, because they could not prompt.
 */
export function withEnvHints(
  target: Target,
  verification: Verification,
  { isInteractive }: { readonly isInteractive: boolean },
): Verification {
  const { mismatches, attention } = verification;
  const addEnv = ({ command }: Mismatch | Attention) => addEnvFlag(target, command);
  return {
    ...verification,
    mismatches: mismatches.map((mismatch) => {
      const yes = mismatch.mends && !isInteractive ? ' --yes' : '';
      return { ...mismatch, command: `${addEnv(mismatch)}${yes}` };
    }),
    attention: attention.map((notice) => ({ ...notice, command: addEnv(notice) })),
  };
}

/** Returns the ids of the orders with mismatches, each once. */
export function listMismatchedIds({ mismatches }: Verification): string[] {
  return [...new Set(mismatches.flatMap(({ orderId }) => orderId ?? []))];
}

/** Returns the summary, then each mismatch and each notice with its command, then the number of mismatches. */
export function formatVerification(
  verification: Verification,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  const { mismatches, attention } = verification;
  const mismatchLines = mismatches.flatMap((mismatch) => [
    `${mark('failed', stream)} ${mismatchSubject(mismatch)}  ${mismatch.kind}: ${mismatch.message}`,
    `    ${mismatch.command}`,
  ]);
  const attentionLines = attention.flatMap(({ orderIds, message, command, why }) => [
    `${mark('note', stream)} ${why === 'flagged' ? `${orderIds.join(', ')}  ` : ''}${message}`,
    `    ${command}`,
  ]);
  const count = `${mismatches.length} ${mismatches.length === 1 ? 'mismatch' : 'mismatches'}`;
  const lines = [
    ...summary(verification, stream),
    ...mismatchLines,
    ...attentionLines,
    ...(mismatches.length > 0 ? [count] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const mismatchSubject = ({ orderId, productId, customerId }: Mismatch) =>
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

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Returns the notes for stderr: the start of the period, and what could not be verified. */
export function formatVerificationNotes({ notJudged }: Verification, query: ListQuery): string {
  const lines = [
    `orders since ${formatLocalTime(query.since)}`,
    ...notJudged.map((reason) => `not verified: ${reason}`),
  ];
  return lines.map((line) => `${dim(line)}\n`).join('');
}
