/** Reads the flags of `orders watch`. */
import {
  isTerminal,
  type OrderStatus,
  type StageStatus,
  statuses,
} from '../../../functions/contract/workflow.ts';
import type { RunningOrdersFilter } from '../../orders/watch/running-orders.ts';
import { UserError } from '../../user-error.ts';
import { orderStatuses } from '../list/order-statuses.ts';
import { parseTime } from '../terminal/format-time.ts';

/** The statuses of running orders. */
export const runningStatuses: readonly OrderStatus[] = orderStatuses.filter(
  (status) => !isTerminal(status),
);

/** The statuses that `--until` accepts. */
export const untilStatuses: readonly StageStatus[] = statuses;

interface WatchFlags {
  readonly all: boolean;
  readonly status?: readonly string[] | undefined;
  readonly customer?: string | undefined;
  readonly since?: string | undefined;
  readonly detail: boolean;
}

/** Returns which running orders to watch, or undefined if orders are named instead. Throws UserError for a mix of both. */
export function parseSelection(
  flags: WatchFlags,
  named: readonly string[],
): RunningOrdersFilter | undefined {
  const { all, status, customer, since } = flags;
  const selects = all || status !== undefined || customer !== undefined || since !== undefined;
  if (!selects) return undefined;
  if (named.length > 0) {
    throw new UserError('--all, --status, --customer and --since cannot be used with order ids.', {
      hint: 'orders watch --all',
    });
  }
  return {
    statuses: status && orderStatuses.filter((name) => status.includes(name)),
    customerId: customer,
    since: since === undefined ? undefined : Date.parse(parseTime(since)),
  };
}

/** Returns the command that watches the same orders again. A duration in `--since` is repeated as it was typed. */
export function formatWatchCommand({
  all,
  status,
  customer,
  since,
}: Omit<WatchFlags, 'detail'>): string {
  const parts = [
    ...(status ? [`--status ${status.join(',')}`] : []),
    ...(customer === undefined ? [] : [`--customer ${quoteWord(customer)}`]),
    ...(since === undefined ? [] : [`--since ${quoteWord(since)}`]),
  ];
  if (all && parts.length === 0) parts.push('--all');
  return ['orders watch', ...parts].join(' ');
}

/** Quotes a word for the shell if necessary. */
const quoteWord = (text: string) =>
  /^[\w.:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
